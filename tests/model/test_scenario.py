"""Calls, scenarios and policies: defaults, limits, and calls from text."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sipbreakout_model import (
    E164,
    Call,
    CalleeBehaviour,
    InvalidCall,
    InvalidTasUri,
    InvalidValue,
    Policy,
    PrefixReading,
    Scenario,
    ScenarioError,
    SipBreakoutError,
    TasBehaviour,
    TasUri,
    UnmatchedReturn,
)

EXAMPLES = settings(max_examples=150, derandomize=True, deadline=None)
AT = 1_700_000_000.0
A = "+4711111111"
B = "+4722222222"

numbers = st.from_regex(r"\+[1-9][0-9]{1,31}", fullmatch=True)
short_numbers = st.from_regex(r"[0-9*#]{1,8}", fullmatch=True)
hosts = st.sampled_from(["tas.example", "TAS.example:5061", "[2001:db8::1]:5061"])


@given(st.none() | numbers, numbers | short_numbers, st.floats(0, 4e9), st.none() | hosts.map("sips:".__add__))
@EXAMPLES
def test_round_trip(caller: str | None, callee: str, at: float, placed_by: str | None) -> None:
    call = Call.parse(caller, callee, at, placed_by)
    again = Call.parse(
        None if call.caller is None else str(call.caller),
        str(call.callee),
        call.at,
        None if call.placed_by is None else str(call.placed_by),
    )
    assert again == call
    assert hash(again) == hash(call)
    assert isinstance(call.callee, E164) is callee.startswith("+")


def test_parse_is_the_value_of_every_text() -> None:
    assert Call.parse(A, B, AT, "sips:tas.example:5061") == Call(E164(A), E164(B), AT, TasUri("tas.example", 5061))
    assert Call.parse(A, B, AT) == Call(E164(A), E164(B), AT)


@pytest.mark.parametrize("caller", [None, "anonymous", "Anonymous", "112", "1880"])
def test_a_caller_that_is_withheld_or_not_e164_is_none(caller: str | None) -> None:
    assert Call.parse(caller, B, AT).caller is None


@pytest.mark.parametrize("caller", ["+47 11111111", "+4711111111\n", "+0047112334455", "bob", "+" + "4" * 33], ids=repr)
def test_a_caller_with_a_typing_error_is_refused(caller: str) -> None:
    with pytest.raises(InvalidCall) as caught:
        Call.parse(caller, B, AT)
    assert repr(caller) in str(caught.value)


@pytest.mark.parametrize("callee", ["112", "911", "02800", "*21#"])
def test_r16_short_numbers_can_be_called(callee: str) -> None:
    assert Call.parse(A, callee, AT).callee == callee


@pytest.mark.parametrize(
    "callee", ["", " ", "bob", "112\n", " 112", "+47 22222222", "+4722222222\n", "１１２", "sip:+4722222222"], ids=repr
)
def test_a_called_number_that_nobody_can_dial_is_refused(callee: str) -> None:
    with pytest.raises(InvalidCall) as caught:
        Call.parse(A, callee, AT)
    assert repr(callee) in str(caught.value)
    assert isinstance(caught.value, InvalidValue)
    assert isinstance(caught.value, SipBreakoutError)


@pytest.mark.parametrize("at", [math.nan, math.inf, -math.inf])
def test_a_call_needs_a_time(at: float) -> None:
    with pytest.raises(InvalidCall, match=repr(at)):
        Call.parse(A, B, at)


def test_placed_by_is_the_uri_of_a_tas() -> None:
    with pytest.raises(InvalidTasUri, match=r"sip:tas\.example"):
        Call.parse(A, B, AT, "sip:tas.example")


def test_a_text_is_no_caller() -> None:
    with pytest.raises(InvalidCall) as caught:
        Call(A, E164(B), AT)  # type: ignore[arg-type]
    assert repr(A) in str(caught.value)


def test_defaults() -> None:
    assert Scenario() == Scenario(
        callee=CalleeBehaviour.ANSWERS,
        tas=TasBehaviour.USUAL,
        fallback_tas=TasBehaviour.USUAL,
        forwards_to=None,
        resets_max_forwards=False,
        hops_per_turn=2,
        max_forwards=70,
    )
    assert Policy() == Policy(prefix_reading=PrefixReading.CAUSE, unmatched_return=UnmatchedReturn.NEW_CALL)


def test_the_names_are_those_of_section_4() -> None:
    assert [behaviour.name for behaviour in CalleeBehaviour] == [
        "ANSWERS",
        "BUSY",
        "SILENT",
        "UNREACHABLE",
        "DECLINES",
    ]
    assert {behaviour.name for behaviour in TasBehaviour} == {
        "USUAL",
        "RETURNS",
        "ANSWERS",
        "ANSWERS_THEN_RETURNS",
        "REJECTS",
        "REDIRECTS",
        "SILENT",
        "UNREACHABLE",
        "RETURNS_WITHOUT_SESSION_ID",
        "RETURNS_WITH_PREFIX",
        "FORWARDS",
    }


@pytest.mark.parametrize("member", [*CalleeBehaviour, *TasBehaviour, *PrefixReading, *UnmatchedReturn])
def test_words_are_lower_snake_case(member: CalleeBehaviour | TasBehaviour | PrefixReading) -> None:
    assert str(member) == member.value == member.name.lower()


@pytest.mark.parametrize("hops", [0, -1])
def test_a_turn_takes_at_least_one_hop(hops: int) -> None:
    with pytest.raises(ScenarioError, match=f"hops_per_turn {hops}"):
        Scenario(hops_per_turn=hops)


@pytest.mark.parametrize("max_forwards", [-1, 0, 256])
def test_max_forwards_is_one_byte_and_lets_the_call_go_on(max_forwards: int) -> None:
    with pytest.raises(ScenarioError, match=f"max_forwards {max_forwards}"):
        Scenario(max_forwards=max_forwards)
