"""What the parties did, in the model's words."""

import pytest

from sipbreakout_model import E164, CalleeBehaviour, Scenario, TasBehaviour
from sipbreakout_tui.trace.diagnosis.scenario import max_forwards_reset
from tests.trace.blackbox.cases import FALLBACK, FORK, LOOP, LOOP_46
from tests.trace.hearing import only, understood
from tests.trace.traffic import loops, others
from tests.trace.traffic.loops import Scene
from tests.trace.traffic.script import OTHER, Lab

SCENES: dict[str, tuple[Scene, str, Scenario]] = {
    "returns": (loops.returned, LOOP, Scenario()),
    "busy": (loops.returned_callee_busy, LOOP, Scenario(CalleeBehaviour.BUSY)),
    "silent": (loops.returned_callee_silent, LOOP, Scenario(CalleeBehaviour.SILENT)),
    "unreachable": (loops.returned_callee_unreachable, LOOP, Scenario(CalleeBehaviour.UNREACHABLE)),
    "declines": (loops.returned_callee_declines, LOOP, Scenario(CalleeBehaviour.DECLINES)),
    "answers": (loops.tas_answers, LOOP, Scenario(tas=TasBehaviour.ANSWERS)),
    "answers, returns": (loops.tas_answers_then_returns, LOOP, Scenario(tas=TasBehaviour.ANSWERS_THEN_RETURNS)),
    "rejects": (loops.tas_fails_with(603), LOOP, Scenario(tas=TasBehaviour.REJECTS)),
    "redirects": (loops.tas_fails_with(302), LOOP, Scenario(tas=TasBehaviour.REDIRECTS)),
    "rings on": (loops.tas_rings_on, LOOP, Scenario(tas=TasBehaviour.SILENT)),
    "only tries": (loops.tas_says_only_trying, LOOP, Scenario(tas=TasBehaviour.SILENT)),
    "says nothing": (loops.tas_says_nothing, LOOP, Scenario(tas=TasBehaviour.UNREACHABLE)),
    "prefix left on": (
        loops.prefix_left_on_rings_another,
        LOOP_46,
        Scenario(tas=TasBehaviour.RETURNS_WITH_PREFIX),
    ),
    "forwards": (
        loops.forwarded,
        LOOP,
        Scenario(tas=TasBehaviour.FORWARDS, forwards_to=E164(OTHER)),
    ),
    "loses": (loops.loop(turns=5), LOOP, Scenario(tas=TasBehaviour.RETURNS_WITHOUT_SESSION_ID, max_forwards=10)),
    "fork": (others.fork_callee_answers, FORK, Scenario()),
    "fork, TAS answers": (others.fork_tas_answers, FORK, Scenario(CalleeBehaviour.SILENT, TasBehaviour.ANSWERS)),
    "fork, TAS busy": (others.fork_tas_busy, FORK, Scenario(tas=TasBehaviour.REJECTS)),
    "fallback": (others.fallback_callee_busy, FALLBACK, Scenario(CalleeBehaviour.BUSY)),
    "fallback rejects": (others.fallback_tas_rejects, FALLBACK, Scenario(CalleeBehaviour.BUSY, TasBehaviour.REJECTS)),
    "fallback silent": (others.fallback_tas_silent, FALLBACK, Scenario(CalleeBehaviour.BUSY, TasBehaviour.SILENT)),
    "fallback returns": (others.fallback_tas_returns, FALLBACK, Scenario(CalleeBehaviour.BUSY, TasBehaviour.RETURNS)),
}


@pytest.mark.parametrize("name", SCENES)
def test_the_legs_show_what_was_done(name: str) -> None:
    scene, registrations, expected = SCENES[name]
    lab = Lab()
    scene(lab)
    assert only(understood(lab.wire.packets, registrations)).case.prediction.scenario == expected


def test_hops_a_turn_are_counted() -> None:
    lab = Lab()
    loops.loop(turns=6)(lab)
    packets = lab.wire.packets
    case = only(understood(packets, LOOP)).case
    assert case.prediction.scenario.hops_per_turn == 2
    assert case.flow is not None
    assert case.flow.loop is not None
    assert case.flow.loop.turns == 6


def test_hops_set_anew_are_seen() -> None:
    lab = Lab()
    loops.loop(end=487, turns=3, max_forwards=70)(lab)
    case = only(understood(lab.wire.packets, LOOP)).case
    assert case.prediction.scenario.resets_max_forwards
    assert max_forwards_reset(case.seen) == (case.seen.legs[1], case.seen.legs[2])
    assert case.flow is not None
    assert case.flow.loop is not None
    assert case.flow.loop.turns is None
