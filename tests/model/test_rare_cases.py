"""Words for people, refusals of wrong types, and turns of rules that calls seldom take."""

import math
from typing import cast

import pytest

from sipbreakout_model import (
    E164,
    Call,
    CalleeBehaviour,
    FixOwner,
    InvalidCall,
    InvalidTasUri,
    InvalidValue,
    Lease,
    LegMatch,
    OutcomeKind,
    Registration,
    RegistrationBook,
    Scenario,
    TasBehaviour,
    TasUri,
    find_hazards,
    route,
    smallest_fix,
)
from sipbreakout_model.times import parse_span
from tests.model.examples import AT, A, B, a_calls_b, book_of, leased, said

RETURNS_ANEW = TasBehaviour.RETURNS_WITHOUT_SESSION_ID


def test_words_for_people() -> None:
    assert str(LegMatch.NOT_VISIBLE) == "not visible"
    assert str(FixOwner.TAS_VENDOR) == "TAS vendor"
    assert str(FixOwner.SUBSCRIBER) == FixOwner.SUBSCRIBER.value
    assert repr(book_of(leased(A, "LOOP"), leased(B, "LOOP"))) == "<RegistrationBook of 2>"
    fix = smallest_fix(a_calls_b(), book_of(leased(A, "LOOP")), Scenario(tas=RETURNS_ANEW))
    assert fix is not None
    assert str(fix) == f"{fix.text}. {fix.affects}"


def test_wrong_types_are_refused() -> None:
    with pytest.raises(InvalidTasUri, match="5060 is not a TAS URI"):
        TasUri.parse(cast("str", 5060))
    with pytest.raises(InvalidCall, match="47 is not an E164"):
        Call(cast("E164", 47), E164(B), AT)
    with pytest.raises(InvalidCall, match="None is neither an E164 nor a short number"):
        Call(E164(A), cast("E164", None), AT)
    for moment in (math.nan, math.inf, cast("float", "now")):
        with pytest.raises(InvalidCall, match="is not a time"):
            Call(E164(A), E164(B), moment)


@pytest.mark.parametrize("text", ["", "50", "m", "5m 3s", "1h30", "-5m", "5y"])
def test_what_is_no_span(text: str) -> None:
    with pytest.raises(InvalidValue, match="is no span: expected one such as 50m or 1h30m"):
        parse_span(text)


def test_a_registration_accepted_after_the_call_is_not_in_force_yet() -> None:
    flow = route(a_calls_b(), book_of(leased(A, "LOOP", ago=-60)))
    assert flow.outcome.kind is OutcomeKind.ANSWERED
    assert len(flow.legs) == 2
    assert f"LOOP of the caller {A} was accepted only 1 min later" in said(flow)


class Doubtful:
    """What says of a number that its last lease does not hold, without saying why."""

    def active(self, number: E164, at: float, /) -> Lease | None:
        return None

    def last(self, number: E164, /) -> Lease | None:
        return leased(A, "LOOP") if number.text == A else None


def test_a_lease_that_does_not_hold_decides_nothing() -> None:
    flow = route(a_calls_b(), Doubtful())
    assert flow.outcome.kind is OutcomeKind.ANSWERED
    assert f"LOOP of the caller {A} was not in force at that moment" in said(flow)


def test_a_loop_ends_with_the_registration_that_makes_it() -> None:
    # Each turn rings the callee for 30 s; the lease has 70 s to live, so the third turn does not find it.
    book = book_of(leased(B, "FALLBACK", ago=3600 - 70))
    scenario = Scenario(callee=CalleeBehaviour.SILENT, tas=RETURNS_ANEW)
    loop = route(a_calls_b(), book, scenario).loop
    assert loop is not None
    assert (loop.turns, loop.seconds) == (3, 90.0)
    assert loop.ended_by == "the end of a registration after 1 min 30 s"


def test_nobody_known_needs_no_refresh() -> None:
    scenario = Scenario(callee=CalleeBehaviour.BUSY)
    assert smallest_fix(a_calls_b(), RegistrationBook(), scenario) is None
    assert smallest_fix(Call.parse(None, B, AT), RegistrationBook(), scenario) is None
    assert smallest_fix(a_calls_b(), book_of(leased(A, "INGRESS")), scenario) is None


def test_prefixes_that_give_no_number_collide_with_none() -> None:
    def collisions(*rows: tuple[str, str, str]) -> list[str]:
        book = RegistrationBook()
        for number, kind, prefix in rows:
            book.upsert(Registration.parse(number, "sips:tas.example.com", kind, prefix, ""), AT)
        return [hazard.id for hazard in find_hazards(book, AT) if hazard.id == "prefix-collision"]

    assert (
        collisions(("+4711111111", "LOOP_MO", "21"), ("+470123456789", "LOOP_MO", "47")) == []
    )  # no number begins with 0
    assert collisions(("+11111111", "LOOP_MO", "22"), ("+2111111111", "LOOP_MO", "33")) == []
