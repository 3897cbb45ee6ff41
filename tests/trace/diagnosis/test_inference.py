"""The registration that would explain the legs, where none is given."""

import pytest

from sipbreakout_model import E164, Registration, RouteType, TasUri
from sipbreakout_tui.trace.diagnosis.inference import inferred_registration
from tests.trace.hearing import only, understood
from tests.trace.traffic import loops, others
from tests.trace.traffic.loops import Scene
from tests.trace.traffic.script import CALLEE, CALLER, Lab, talk

TAS = TasUri("tas.lab.test")
HABITS = [{}, {"core_b2bua": True, "tas_b2bua": True}]


def inferred(scene: Scene, habits: dict[str, bool]) -> Registration | None:
    lab = Lab(**habits)  # type: ignore[arg-type]
    scene(lab)
    return inferred_registration(only(understood(lab.wire.packets)).case.seen)


LOOP = Registration(E164(CALLER), TAS, RouteType.LOOP, "00")
FORK = Registration(E164(CALLER), TAS, RouteType.FORK, "00")
FALLBACK = Registration(E164(CALLEE), TAS, RouteType.FALLBACK, "", "00")
SCENES: dict[str, tuple[Scene, Registration | None]] = {
    "returned": (loops.returned, LOOP),
    "lost": (loops.loop(), LOOP),
    "stacked": (loops.loop_with_prefixes_stacked, LOOP),
    "rejected": (loops.tas_fails_with(603), LOOP),
    "fork, callee": (others.fork_callee_answers, FORK),
    "fork, TAS": (others.fork_tas_answers, FORK),
    "fork, nobody": (others.fork_nobody_answers, FORK),
    "busy": (others.fallback_callee_busy, FALLBACK),
    "silent": (others.fallback_callee_silent, FALLBACK),
    "direct": (others.direct, None),
    "direct, busy": (others.direct_callee_busy, None),
}


@pytest.mark.parametrize("habits", HABITS, ids=["proxies", "b2buas"])
@pytest.mark.parametrize("name", SCENES)
def test_the_type_is_told_by_when_the_callee_is_rung(name: str, habits: dict[str, bool]) -> None:
    scene, expected = SCENES[name]
    assert inferred(scene, habits) == expected


@pytest.mark.parametrize("prefix", ["00", "46", "0", ""])
def test_the_prefix_is_what_stands_before_the_number(prefix: str) -> None:
    found = inferred(lambda lab: talk(*loops.round_trip(lab, prefix=prefix)), {})
    assert found is not None
    assert found.mobile_originating_prefix == prefix


def test_what_a_tas_places_is_an_ingress() -> None:
    lab = Lab()
    others.placed_by_the_tas(lab)
    found = only(understood(lab.wire.packets, tas=["127.0.0.10"])).case.inferred
    assert found is not None
    assert (found.number, found.route_type) == (E164(CALLEE), RouteType.INGRESS)


def test_without_a_caller_the_number_is_the_callee_s() -> None:
    lab = Lab(caller="anonymous")
    loops.returned(lab)
    found = only(understood(lab.wire.packets)).case.inferred
    assert found is not None
    assert (found.number, found.mobile_terminating_prefix) == (E164(CALLEE), "00")


def test_a_prefix_too_long_for_a_registration_is_left_out() -> None:
    found = inferred(lambda lab: talk(*loops.round_trip(lab, prefix="0" * 17)), {})
    assert found is not None
    assert found.mobile_originating_prefix == ""
