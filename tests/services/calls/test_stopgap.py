"""What stops a loop on our side: the change, why no smaller one does, and what the call does then."""

from itertools import product

import pytest

from sipbreakout_model import (
    E164,
    Call,
    CalleeBehaviour,
    Outcome,
    OutcomeKind,
    Party,
    Policy,
    Registration,
    RegistrationBook,
    RouteType,
    Scenario,
    ScenarioError,
    TasBehaviour,
    UnmatchedReturn,
    route,
)
from sipbreakout_tui.services.calls.stopgap import Stopgap, stopgap
from sipbreakout_tui.services.registrations.plan import ChangeKind

ALICE, BOB = "+4711111111", "+4722222222"
FAULTY, SOUND = "sips:tas.example.com", "sips:pbx.example.net"
CALL = Call.parse(ALICE, BOB, 0.0)
LOSES = Scenario(tas=TasBehaviour.RETURNS_WITHOUT_SESSION_ID)
BY_CALLEE = Outcome(OutcomeKind.ANSWERED, Party.CALLEE, 200)


def registered(number: str, kind: str, uri: str = FAULTY) -> Registration:
    return Registration.parse(number, uri, kind, "00", "11")


def book(*registrations: Registration) -> RegistrationBook:
    book = RegistrationBook()
    for registration in registrations:
        book.upsert(registration, None)
    return book


def changed(found: Stopgap | None) -> list[tuple[str, str]]:
    assert found is not None
    assert found.flow.loop is None
    assert {change.kind for change in found.changes} == {ChangeKind.REPLACE}
    return [(change.registration.number.text, change.registration.route_type.name) for change in found.changes]


def loops_or_nobody_knows(held: RegistrationBook, scenario: Scenario) -> bool:
    try:
        return route(CALL, held, scenario).loop is not None
    except ScenarioError:
        return True


@pytest.mark.parametrize("kind", ["LOOP", "LOOP_MO"])
def test_of_the_caller(kind: str) -> None:
    before = registered(ALICE, kind)
    found = stopgap(CALL, book(before), LOSES)
    assert changed(found) == [(ALICE, "INGRESS")]
    assert found is not None
    (change,) = found.changes
    assert change.before == before
    assert change.registration == registered(ALICE, "INGRESS")
    assert found.flow.outcome == BY_CALLEE
    assert str(found) == (
        f"Register +4711111111 as INGRESS instead of {kind} until the TAS sips:tas.example.com is mended"
    )


@pytest.mark.parametrize(
    ("kind", "callee"), [("LOOP_MT", CalleeBehaviour.ANSWERS), ("FALLBACK", CalleeBehaviour.SILENT)]
)
def test_of_the_callee(kind: str, callee: CalleeBehaviour) -> None:
    scenario = Scenario(callee, TasBehaviour.RETURNS_WITHOUT_SESSION_ID)
    assert changed(stopgap(CALL, book(registered(BOB, kind)), scenario)) == [(BOB, "INGRESS")]


def test_a_type_that_stops_this_call_only_is_not_enough() -> None:
    silent = Scenario(CalleeBehaviour.SILENT, LOSES.tas)
    for kind in ("LOOP_MT", "FALLBACK"):
        held = book(registered(ALICE, kind))
        assert route(CALL, held, LOSES).loop is None
        assert route(Call.parse(BOB, ALICE, 0.0), held, silent).loop is not None
    with pytest.raises(ScenarioError):  # nobody knows what it does under FORK
        route(CALL, book(registered(ALICE, "FORK")), LOSES)


@pytest.mark.parametrize("kind", ["LOOP", "LOOP_MT", "FORK"])
def test_the_callee_at_the_same_tas_has_to_change_too(kind: str) -> None:
    held = book(registered(ALICE, "LOOP"), registered(BOB, kind, f"{FAULTY}:5061"))
    assert changed(stopgap(CALL, held, LOSES)) == [(ALICE, "INGRESS"), (BOB, "INGRESS")]


@pytest.mark.parametrize("kind", ["LOOP", "LOOP_MT", "FORK", "INGRESS"])
def test_the_callee_at_another_tas_stays(kind: str) -> None:
    found = stopgap(CALL, book(registered(ALICE, "LOOP"), registered(BOB, kind, SOUND)), LOSES)
    assert changed(found) == [(ALICE, "INGRESS")]
    assert found is not None
    assert found.flow.outcome == BY_CALLEE


def test_a_sound_loop_before_a_faulty_fallback_stays() -> None:
    scenario = Scenario(CalleeBehaviour.BUSY, fallback_tas=TasBehaviour.RETURNS_WITHOUT_SESSION_ID)
    held = book(registered(ALICE, "LOOP_MO", SOUND), registered(BOB, "FALLBACK"))
    assert route(CALL, held, scenario).loop is not None
    assert changed(stopgap(CALL, held, scenario)) == [(BOB, "INGRESS")]


def test_a_call_that_does_not_loop_needs_none() -> None:
    held = book(registered(ALICE, "LOOP"))
    assert stopgap(CALL, held) is None
    assert stopgap(CALL, book(), LOSES) is None
    assert stopgap(CALL, held, LOSES, Policy(unmatched_return=UnmatchedReturn.REJECT)) is None
    with pytest.raises(ScenarioError):
        stopgap(CALL, book(registered(ALICE, "FORK")), LOSES)


def test_every_loop_has_one_and_its_last_change_is_needed() -> None:
    kinds = [None, *RouteType]
    tas = (TasBehaviour.USUAL, TasBehaviour.RETURNS_WITHOUT_SESSION_ID, TasBehaviour.FORWARDS)
    callees = (CalleeBehaviour.ANSWERS, CalleeBehaviour.BUSY)
    loops = 0
    for alice, bob, uri, first, second, callee in product(kinds, kinds, (FAULTY, SOUND), tas, tas, callees):
        held = book(
            *([registered(ALICE, alice.name)] if alice else []),
            *([registered(BOB, bob.name, uri)] if bob else []),
        )
        to = E164("+4733333333") if TasBehaviour.FORWARDS in (first, second) else None
        scenario = Scenario(callee, first, second, to)
        try:
            flow = route(CALL, held, scenario)
        except ScenarioError:
            continue
        found = stopgap(CALL, held, scenario)
        assert (found is not None) == (flow.loop is not None)
        if found is None:
            continue
        loops += 1
        assert found.flow.loop is None
        for change in found.changes[:-1]:
            held.upsert(change.registration, None)
        assert loops_or_nobody_knows(held, scenario)
    assert loops > 100
