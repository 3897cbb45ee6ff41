"""The smallest change that makes a call right."""

import pytest

from sipbreakout_model import (
    E164,
    Call,
    CalleeBehaviour,
    FixKind,
    FixOwner,
    OutcomeKind,
    Party,
    Policy,
    Registration,
    RegistrationBook,
    Scenario,
    TasBehaviour,
    UnmatchedReturn,
    route,
    smallest_fix,
)
from sipbreakout_model.counterfactual import fixes

AT = 1_790_000_000.0
CALL = Call.parse("+4711111111", "+4722222222", AT)
LOOP = Registration.parse("+4711111111", "sips:tas.example.com", "LOOP", "00", "11")
FALLBACK = Registration.parse("+4722222222", "sips:vm.example.com", "FALLBACK", "", "22")


def book_of(*registrations: Registration, age: float = 60.0) -> RegistrationBook:
    book = RegistrationBook()
    for registration in registrations:
        book.upsert(registration, AT - age)
    return book


@pytest.mark.parametrize(
    ("tas", "kind"),
    [
        (TasBehaviour.RETURNS_WITHOUT_SESSION_ID, FixKind.KEEP_SESSION_ID),
        (TasBehaviour.RETURNS_WITH_PREFIX, FixKind.STRIP_PREFIX),
        (TasBehaviour.SILENT, FixKind.ANSWER),
        (TasBehaviour.UNREACHABLE, FixKind.REACH_TAS),
    ],
)
def test_fault_of_the_tas_is_mended_at_the_tas_first(tas: TasBehaviour, kind: FixKind) -> None:
    fix = smallest_fix(CALL, book_of(LOOP), Scenario(tas=tas))
    assert fix is not None
    assert (fix.kind, fix.owner) == (kind, FixOwner.TAS_VENDOR)
    assert "sips:tas.example.com" in fix.text
    assert fix.flow.outcome.by is Party.CALLEE
    assert fix.affects == "Every call from and to +4711111111 has the same trouble"


@pytest.mark.parametrize(
    "tas", sorted(set(TasBehaviour) - {TasBehaviour.RETURNS_WITHOUT_SESSION_ID, TasBehaviour.RETURNS_WITH_PREFIX,
                                       TasBehaviour.SILENT, TasBehaviour.UNREACHABLE}, key=str)
)  # fmt: skip
def test_services_of_a_tas_are_no_faults(tas: TasBehaviour) -> None:
    to = E164("+4733333333") if tas is TasBehaviour.FORWARDS else None
    assert smallest_fix(CALL, book_of(LOOP), Scenario(tas=tas, forwards_to=to)) is None


def test_nothing_registered_needs_no_fix() -> None:
    assert smallest_fix(CALL, RegistrationBook()) is None


def test_rejected_return_is_mended_by_the_session_id_too() -> None:
    policy = Policy(unmatched_return=UnmatchedReturn.REJECT)
    fix = smallest_fix(CALL, book_of(LOOP), Scenario(tas=TasBehaviour.RETURNS_WITHOUT_SESSION_ID), policy)
    assert fix is not None
    assert fix.kind is FixKind.KEEP_SESSION_ID


def test_every_fix_keeps_what_it_promises() -> None:
    scenario = Scenario(tas=TasBehaviour.RETURNS_WITHOUT_SESSION_ID)
    found = list(fixes(CALL, book_of(LOOP), scenario, Policy()))
    kinds = [fix.kind for fix in found]
    assert kinds[0] is FixKind.KEEP_SESSION_ID
    assert kinds[-1] is FixKind.DROP_REGISTRATION
    assert {fix.registration.route_type.name for fix in found if fix.kind is FixKind.CHANGE_ROUTE_TYPE} == {
        "LOOP_MT",
        "FALLBACK",
        "INGRESS",
    }
    assert all(fix.flow.outcome.kind is OutcomeKind.ANSWERED for fix in found)


def test_clearing_the_prefix_helps_where_it_is_left_on() -> None:
    found = list(fixes(CALL, book_of(LOOP), Scenario(tas=TasBehaviour.RETURNS_WITH_PREFIX), Policy()))
    assert [fix.kind for fix in found][:2] == [FixKind.STRIP_PREFIX, FixKind.CLEAR_PREFIX]
    assert found[1].registration.mobile_originating_prefix == ""


def test_loop_of_a_fallback_affects_incoming_calls_only() -> None:
    scenario = Scenario(callee=CalleeBehaviour.BUSY, tas=TasBehaviour.RETURNS_WITHOUT_SESSION_ID)
    fix = smallest_fix(CALL, book_of(FALLBACK), scenario)
    assert fix is not None
    assert fix.flow.outcome.status == 486
    assert fix.affects == "Every call to +4722222222 has the same trouble"


def test_fault_of_the_second_tas_names_the_second_tas() -> None:
    scenario = Scenario(callee=CalleeBehaviour.BUSY, fallback_tas=TasBehaviour.SILENT)
    fix = smallest_fix(CALL, book_of(LOOP, FALLBACK), scenario)
    assert fix is not None
    assert "sips:vm.example.com" in fix.text
    assert fix.registration == FALLBACK
    assert fix.flow.outcome.by is Party.TAS


def test_expired_registration_is_to_be_refreshed() -> None:
    book = book_of(LOOP, age=3700)
    assert len(route(CALL, book).legs) == 2
    fix = smallest_fix(CALL, book)
    assert fix is not None
    assert (fix.kind, fix.owner) == (FixKind.REFRESH, FixOwner.SUBSCRIBER)
    assert len(fix.flow.legs) == 4


def test_expired_registration_of_the_wrong_direction_is_left_alone() -> None:
    expired = Registration.parse("+4711111111", "sips:tas.example.com", "LOOP_MT")
    assert smallest_fix(CALL, book_of(expired, age=3700)) is None


def test_two_faults_are_mended_together_where_neither_alone_helps() -> None:
    scenario = Scenario(
        callee=CalleeBehaviour.UNREACHABLE,
        tas=TasBehaviour.RETURNS_WITHOUT_SESSION_ID,
        fallback_tas=TasBehaviour.RETURNS_WITHOUT_SESSION_ID,
    )
    call = Call.parse("+4711111111", "+4722222222", AT, "sips:other.example.com")
    looping = Registration.parse("+4711111111", "sips:tas.example.com", "LOOP_MO")
    fix = smallest_fix(call, book_of(looping, FALLBACK), scenario)
    assert fix is not None
    assert fix.text.count("Session-ID") == 2
    assert fix.flow.outcome.status == 480
