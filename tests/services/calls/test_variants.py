from dataclasses import replace

import pytest

from sipbreakout_model import InvalidValue, OutcomeKind, RouteType, ScenarioError
from sipbreakout_tui.services.calls.question import Question, ask
from sipbreakout_tui.services.calls.variants import Drop, Edit, Move, Variant, WhatIf
from tests.services.calls.test_question import AT, LOOPING, QUESTION, A, B, book


def what_if(question: Question = LOOPING, at: float = AT) -> WhatIf:
    answer = ask(question, at, book()).answer
    assert answer is not None
    return WhatIf(question, answer.case, book())


def variant(text: str, question: Question = LOOPING, at: float = AT) -> Variant:
    return next(each for each in what_if(question, at).variants() if each.text == text)


def test_another_type_gains_and_loses_legs() -> None:
    changed = variant("caller as LOOP_MT")
    assert changed.flow.loop is None
    assert len(changed.difference.lost) == 2
    assert len(changed.difference.gained) == 1
    assert changed.take == Edit(replace(A, route_type=RouteType.LOOP_MT))


def test_every_kind_of_change_is_listed() -> None:
    texts = [each.text for each in what_if().variants()]
    for text in (
        *("caller as LOOP_MO", "caller without prefixes", "caller without its LOOP", "callee as LOOP"),
        *("after the caller's LOOP", "callee is busy", "TAS does the usual", "TAS answers"),
    ):
        assert text in texts
    assert len(texts) == len(set(texts))
    assert "caller as LOOP" not in texts
    assert "callee answers" not in texts


def test_what_no_tas_does_is_left_out() -> None:
    fork = what_if(replace(QUESTION, callee_does="busy"))
    assert all(each.flow for each in fork.variants())


def test_tas_behaviours_are_left_out_where_no_tas_is_rung() -> None:
    assert not [
        each for each in what_if(replace(QUESTION, callee="112", caller="anonymous")).variants() if "TAS" in each.text
    ]


def test_dropped_and_later_and_behaviours_can_be_taken_over() -> None:
    assert variant("caller without its LOOP").take == Drop(A.number)
    assert variant("after the caller's LOOP").take == Move(AT + 3000)
    assert variant("TAS returns").take == replace(LOOPING, tas="returns")
    assert variant("callee is silent").take == replace(LOOPING, callee_does="silent")


def test_an_expired_registration_may_be_put_back() -> None:
    back = variant("caller with its LOOP", QUESTION, AT + 3300)
    assert back.take == Edit(A)
    assert back.difference.gained


def test_values_can_be_typed() -> None:
    asked = what_if(QUESTION)
    slots = {slot.name: slot for slot in asked.slots()}
    assert slots["+4711111111.sip_uri"].value == "sips:tas.example.com"
    other = asked.typed(slots["+4711111111.sip_uri"], "sips:other.example:5062")
    assert other.take == Edit(replace(A, sip_uri=type(A.sip_uri).parse("sips:other.example:5062")))
    prefix = asked.typed(slots["+4711111111.mobile_originating_prefix"], "")
    assert prefix.text.endswith("none")
    assert prefix.difference
    later = asked.typed(slots["at"], "+51m")
    assert later.take == Move(AT + 3060)
    assert later.flow.outcome.kind is OutcomeKind.ANSWERED


@pytest.mark.parametrize(("name", "text"), [("+4711111111.sip_uri", "sip:x"), ("at", "tomorrow"), ("at", "")])
def test_what_is_typed_may_be_wrong(name: str, text: str) -> None:
    asked = what_if()
    slot = next(slot for slot in asked.slots() if slot.name == name)
    with pytest.raises(InvalidValue):
        asked.typed(slot, text)


def test_a_slot_of_a_number_that_is_gone_says_so() -> None:
    gone = next(slot for slot in what_if().slots())._replace(name="+4799999999.sip_uri")
    with pytest.raises(InvalidValue, match="not registered"):
        what_if().typed(gone, "sips:x.example")


def test_a_case_that_no_tas_does_is_refused() -> None:
    answer = ask(QUESTION, AT, book()).answer
    assert answer is not None
    fork = book(replace(A, route_type=RouteType.FORK), B)
    scenario = replace(answer.case.scenario, tas=type(answer.case.scenario.tas).REDIRECTS)
    with pytest.raises(ScenarioError):
        WhatIf(QUESTION, answer.case._replace(scenario=scenario), fork)
