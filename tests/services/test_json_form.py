"""JSON of flows, fixes, differences and hazards, held against the model's own fields."""

import json
from dataclasses import fields
from enum import Enum
from itertools import product

import pytest

from sipbreakout_model import (
    E164,
    Call,
    CalleeBehaviour,
    CallFlow,
    Difference,
    Fix,
    Hazard,
    Leg,
    Loop,
    Outcome,
    Party,
    Registration,
    RegistrationBook,
    RouteType,
    Scenario,
    ScenarioError,
    TasBehaviour,
    difference,
    find_hazards,
    route,
    smallest_fix,
)
from sipbreakout_model.times import rfc3339
from sipbreakout_tui.services.json_form import difference_object, fix_object, flow_object, hazard_object

A, B = E164("+4711111111"), E164("+4722222222")
AT = 1795348800.25


def plain(value: object) -> object:
    """Return what a model value must look like in JSON, by the rules of the format alone."""
    if isinstance(value, RouteType):
        return value.name
    if isinstance(value, Enum):
        return value.name.lower()
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, (Registration, Leg, Outcome, Loop)):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    return value if isinstance(value, (int, float, str, type(None))) else str(value)


def names(kind: type) -> list[str]:
    return [field.name for field in fields(kind)]


def flows() -> list[tuple[CallFlow, Fix | None]]:
    found = []
    for kind, callee, tas in product(RouteType, CalleeBehaviour, TasBehaviour):
        book = RegistrationBook()
        book.upsert(Registration.parse(str(A), "sips:a.example", kind.name, "00", "01"), AT - 60)
        book.upsert(Registration.parse(str(B), "sips:[2001:db8::1]:5061", "FALLBACK"), None)
        forward = E164("+4733333333") if tas is TasBehaviour.FORWARDS else None
        scenario = Scenario(callee, tas, forwards_to=forward)
        for call in (Call(A, B, AT), Call(None, A, AT)):
            try:
                found.append((route(call, book, scenario), smallest_fix(call, book, scenario)))
            except ScenarioError:
                continue
    return found


FLOWS = flows()


def test_flow_holds_every_field_of_the_model() -> None:
    assert len(FLOWS) > 300
    assert any(fix is not None for _, fix in FLOWS)
    for flow, fix in FLOWS:
        document = json.loads(json.dumps(flow_object(flow, fix), allow_nan=False))
        assert list(document) == [*names(CallFlow), "fix"]
        assert list(document["call"]) == names(Call)
        assert document["call"]["at"] == rfc3339(flow.call.at)
        assert document["call"]["callee"] == str(flow.call.callee)
        assert document["legs"] == plain(flow.legs)
        assert document["outcome"] == plain(flow.outcome)
        assert document["loop"] == plain(flow.loop)
        for name in ("steps", "assumptions"):
            steps = getattr(flow, name)
            assert document[name] == [{"rule": s.rule, "code": s.code, "text": str(s)} for s in steps]
        assert document["absent"] == [
            {
                "number": absent.number,
                "source": plain(absent.source),
                "target": plain(absent.target),
                "rule": absent.reason.rule,
                "text": str(absent),
            }
            for absent in flow.absent
        ]
        assert document["fix"] == (None if fix is None else fix_object(fix))


def test_fix() -> None:
    for _, fix in FLOWS:
        if fix is not None:
            expected = {name: plain(getattr(fix, name)) for name in names(Fix) if name != "flow"}
            assert fix_object(fix) == {**expected, "outcome": plain(fix.flow.outcome)}


def test_difference() -> None:
    before, after = FLOWS[0][0], FLOWS[-1][0]
    for first, second in ((before, after), (after, before), (before, before)):
        found = difference(first, second)
        document = json.loads(json.dumps(difference_object(found)))
        assert set(document) == {*names(Difference), "outcome_changed"}
        assert document["gained"] == plain(found.gained)
        assert document["lost"] == plain(found.lost)
        assert document["outcome_changed"] is found.outcome_changed
        for name in ("before", "after", "loop_before", "loop_after"):
            assert document[name] == plain(getattr(found, name))
        assert [step["text"] for step in document["why"]] == [str(step) for step in found.why]


def test_hazard() -> None:
    book = RegistrationBook()
    book.upsert(Registration.parse(str(A), "sips:192.0.2.1", "LOOP", "00", "00"), None)
    hazards = find_hazards(book, AT)
    assert hazards
    for hazard in hazards:
        document = hazard_object(hazard)
        assert list(document) == names(Hazard)
        assert document["severity"] in ("notice", "warning", "error")
        assert document["numbers"] == [str(A)]
        json.dumps(document)


@pytest.mark.parametrize("party", Party)
def test_parties_are_lower_case(party: Party) -> None:
    assert party.value == party.name.lower()
