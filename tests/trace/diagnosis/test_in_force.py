"""Verdicts on registrations that did not apply, from what is known over time."""

from dataclasses import dataclass, replace

import pytest

from sipbreakout_model import E164, FixOwner, Lease, Registration, RegistrationBook, RouteType, TasUri
from sipbreakout_tui.trace.diagnosis.diagnose import Diagnosis
from sipbreakout_tui.trace.diagnosis.knowledge import Standing, State, state_of
from tests.trace.blackbox.cases import AT, LOOP
from tests.trace.blackbox.command import registration
from tests.trace.hearing import only, understood
from tests.trace.traffic import loops, others
from tests.trace.traffic.loops import Scene
from tests.trace.traffic.script import CALLEE, CALLER, OTHER, Lab

TAS = TasUri("tas.lab.test")


def lease(number: str, kind: RouteType = RouteType.LOOP, at: float = AT - 60, ttl: float = 3600) -> Lease:
    return Lease(Registration(E164(number), TAS, kind, "00", "11"), at, ttl)


@dataclass(frozen=True)
class Told:
    """A fake ledger: what it says of each number, before a moment and from it on."""

    states: dict[str, State]
    later: dict[str, State]
    change_at: float = float("inf")

    def at(self, moment: float) -> RegistrationBook:
        book = RegistrationBook()
        for text, state in (self.later if moment >= self.change_at else self.states).items():
            if state.standing is Standing.ACTIVE and state.lease is not None:
                assert state.lease.registration.number == E164(text)
                book.upsert(state.lease.registration, state.lease.accepted_at, state.lease.ttl)
        return book

    def state(self, number: E164, moment: float) -> State:
        told = self.later if moment >= self.change_at else self.states
        return told.get(str(number), State(Standing.NEVER))

    def hosts(self) -> set[str]:
        return {"tas.lab.test"}

    def prefixes(self) -> set[str]:
        return {"00", "11"}


def diagnosed(scene: Scene, told: Told) -> Diagnosis:
    lab = Lab()
    scene(lab)
    return only(understood(lab.wire.packets, told))


def now(**states: State) -> Told:
    return Told({{"caller": CALLER, "callee": CALLEE}[role]: state for role, state in states.items()}, {})


@pytest.mark.parametrize("kind", [RouteType.LOOP, RouteType.LOOP_MO, RouteType.FORK])
def test_a_registration_that_ended_is_the_cause(kind: RouteType) -> None:
    told = lease(CALLER, kind, AT - 3700)
    found = diagnosed(others.direct, now(caller=State(Standing.EXPIRED, told, 100.0)))
    assert found.verdict.id == "registration-expired"
    assert "expired 100 s before" in found.verdict.text.replace("1 min 40 s", "100 s")
    assert found.remedy is not None
    assert found.remedy.owner is FixOwner.SUBSCRIBER
    assert str(found.remedy.command).startswith(f"sipbreakout upsert {CALLER}")


@pytest.mark.parametrize(
    ("standing", "words"),
    [(Standing.DELETED, "had been deleted"), (Standing.NOT_YET, "was accepted only")],
)
@pytest.mark.parametrize("seconds", [42.0, None])
def test_a_registration_that_was_not_in_force_is_the_cause(
    standing: Standing, words: str, seconds: float | None
) -> None:
    found = diagnosed(others.direct, now(callee=State(standing, lease(CALLEE), seconds)))
    assert found.verdict.id == "registration-not-in-force"
    assert words in found.verdict.text
    assert ("42 s" in found.verdict.text) == (seconds is not None)
    assert found.verdict.rows == (0,)


@pytest.mark.parametrize("role", ["caller", "callee"])
def test_a_request_without_an_answer_leaves_it_unknown(role: str) -> None:
    """V7: the legs went through a TAS, and nobody knows of a registration."""
    found = diagnosed(loops.returned, now(**{role: State(Standing.UNKNOWN)}))
    assert found.verdict.id == "registration-not-in-force"
    assert "unknown" in found.verdict.text
    assert "(V7)" in found.verdict.text


def test_what_is_unknown_matters_only_where_the_legs_do_not_fit() -> None:
    found = diagnosed(others.direct, now(callee=State(Standing.UNKNOWN)))
    assert found.verdict.id in ("no-registration", "as-predicted")


@pytest.mark.parametrize(
    ("role", "kind"),
    [
        ("caller", RouteType.LOOP_MT),
        ("caller", RouteType.FALLBACK),
        ("caller", RouteType.INGRESS),
        ("callee", RouteType.LOOP_MO),
    ],
)
@pytest.mark.parametrize("standing", [Standing.EXPIRED, Standing.DELETED, Standing.NOT_YET, Standing.ACTIVE])
def test_a_registration_of_the_other_direction_is_a_cause_only_while_it_stands(
    role: str, kind: RouteType, standing: Standing
) -> None:
    number = {"caller": CALLER, "callee": CALLEE}[role]
    found = diagnosed(others.direct, now(**{role: State(standing, lease(number, kind), 5.0)}))
    assert found.verdict.id == ("other-direction" if standing is Standing.ACTIVE else "as-predicted")


def test_the_caller_s_is_told_before_the_callee_s() -> None:
    ended = {
        role: State(Standing.EXPIRED, lease(number), 5.0) for role, number in (("caller", CALLER), ("callee", CALLEE))
    }
    assert CALLER in diagnosed(others.direct, now(**ended)).verdict.text


def test_expired_stands_before_deleted() -> None:
    found = diagnosed(
        others.direct,
        now(caller=State(Standing.DELETED, lease(CALLER), 5.0), callee=State(Standing.EXPIRED, lease(CALLEE), 9.0)),
    )
    assert found.verdict.id == "registration-expired"


def test_a_call_placed_by_a_tas_has_no_caller_s_registration() -> None:
    """R2: MO needs the caller's own access."""
    found = diagnosed(others.placed_by_the_tas, now(caller=State(Standing.EXPIRED, lease(CALLER), 5.0)))
    assert found.verdict.id != "registration-expired"


ACTIVE = State(Standing.ACTIVE, lease(CALLER))
OF_ANOTHER_TYPE = State(Standing.ACTIVE, lease(CALLER, RouteType.LOOP_MO))


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (ACTIVE, State(Standing.DELETED, lease(CALLER), 0.1), "ended"),
        (ACTIVE, State(Standing.EXPIRED, lease(CALLER), 0.1), "ended"),
        (ACTIVE, OF_ANOTHER_TYPE, "became LOOP_MO"),
        (State(Standing.NEVER), ACTIVE, "began"),
        (State(Standing.EXPIRED, lease(CALLER), 5.0), ACTIVE, "began"),
    ],
)
def test_a_registration_that_changes_while_the_call_stands_is_found(before: State, after: State, words: str) -> None:
    told = Told({CALLER: before}, {CALLER: after}, change_at=AT + 1.0)
    found = [item for item in diagnosed(loops.returned, told).findings if item.id == "registration-changed-during-call"]
    assert len(found) == 1
    assert f"of {CALLER} {words} during the call" in found[0].text


@pytest.mark.parametrize(
    ("after", "number"),
    [
        (ACTIVE, CALLER),
        (State(Standing.ACTIVE, replace(lease(CALLER), accepted_at=AT + 1)), CALLER),
        (OF_ANOTHER_TYPE, OTHER),
    ],
    ids=["nothing", "refreshed", "somebody else's"],
)
def test_what_alters_nothing_is_no_change(after: State, number: str) -> None:
    told = Told({CALLER: ACTIVE}, {CALLER: ACTIVE, number: after}, change_at=AT + 1.0)
    if number == OTHER:
        told = replace(told, later={CALLER: ACTIVE, OTHER: State(Standing.ACTIVE, lease(OTHER))})
    ids = {item.id for item in diagnosed(loops.returned, told).findings}
    assert "registration-changed-during-call" not in ids


def test_a_change_after_the_call_is_none() -> None:
    told = Told({CALLER: ACTIVE}, {CALLER: State(Standing.DELETED, lease(CALLER), 0.1)}, change_at=AT + 900.0)
    assert [item.id for item in diagnosed(loops.returned, told).findings] == ["intended-loop"]


def test_a_change_between_two_legs_alters_nothing() -> None:
    """R1: the first INVITE decides, although the lease ends 1 ms later."""
    told = Told({CALLER: ACTIVE}, {CALLER: State(Standing.DELETED, lease(CALLER), 0.1)}, change_at=AT + 0.001)
    assert diagnosed(loops.returned, told).verdict.id == "intended-loop"


def test_a_file_s_lease_that_ends_while_the_call_stands() -> None:
    text = LOOP + f"accepted_at = {AT - 3599:.6f}\n"
    lab = Lab()
    loops.returned(lab)
    found = only(understood(lab.wire.packets, text))
    assert found.verdict.id == "intended-loop"
    assert "registration-changed-during-call" in {item.id for item in found.findings}


def test_states_of_a_lease() -> None:
    assert state_of(lease(CALLER, at=100.0), 50.0).seconds == 50.0
    assert state_of(lease(CALLER, at=100.0, ttl=10.0), 120.0).seconds == 10.0


NEAR = {
    "ends just after": (others.direct, -3599.96, "had 0.04 s to live at the INVITE"),
    "begins just before": (others.direct, -0.5, "was accepted 0.50 s before the INVITE"),
    "ended just before": (loops.returned, -3600.04, "ended 0.04 s before the INVITE"),
    "begins just after": (loops.tas_fails_with(603), 0.5, "was accepted 0.50 s after the INVITE"),
    "ends later": (others.direct, -3597.9, None),
    "began earlier": (others.direct, -2.1, None),
    "ended earlier": (loops.returned, -3602.1, None),
    "begins later": (loops.tas_fails_with(603), 2.1, None),
    "as it has to be": (loops.returned, -3599.96, None),
}
"""Seconds from the INVITE to the lease's beginning, and what is said of it where the legs contradict it."""


@pytest.mark.parametrize("name", NEAR)
def test_a_lease_that_the_clocks_may_have_moved_is_said(name: str) -> None:
    scene, began, words = NEAR[name]
    lab = Lab()
    scene(lab)
    at = lab.wire.packets[0].at / 1e6
    registered = registration(CALLER, "LOOP", accepted_at=at + began)
    said = " ".join(finding.text for finding in only(understood(lab.wire.packets, registered)).findings)
    if words is None:
        assert "the clocks" not in said
    else:
        assert f"LOOP of the caller {CALLER} {words}, and the clocks of core and capture may differ (V2)" in said
