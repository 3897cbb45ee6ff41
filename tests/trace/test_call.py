"""Calls from the legs of a group: parties, turns, outcome."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sipbreakout_model import LegEnd, Party
from sipbreakout_tui.trace.call import SeenCall, place
from sipbreakout_tui.trace.leg import SeenLeg
from sipbreakout_tui.trace.linking import Confidence, link_legs
from tests.trace.hearing import CALLEE, CORE, PARTIES, PREFIXED, TAS, A, B, C, event, leg

U = "a0317f1a784dc48ff824d0d3715d86ab"
OTHER = "+4733333333"
WAY = {Party.CALLER: "A", Party.CORE: "c", Party.TAS: "t", Party.CALLEE: "B", Party.OTHER: "o"}


def placed(*legs: SeenLeg, prefixes: tuple[str, ...] = ("00",)) -> SeenCall:
    (group,) = link_legs(list(legs), PARTIES, prefixes)
    call = place(group, PARTIES, 1, prefixes)
    assert call is not None
    return call


def way(call: SeenCall) -> str:
    return " ".join(f"{WAY[one.source]}{WAY[one.target]}" for one in call.legs)


def loop(turns: int, end: int | None = 483, **facts: Any) -> list[SeenLeg]:
    ends: dict[str, Any] = {} if end is None else {"status": end, "final_at": 9.0}
    legs = [leg(A, CORE, 0.0, hops=2 * turns, **ends)]
    for turn in range(turns):
        hops = 2 * turns - 2 * turn - 1
        legs.append(leg(CORE, TAS, 0.02 * turn + 0.01, called=PREFIXED, hops=hops, **ends, **facts))
        legs.append(leg(TAS, CORE, 0.02 * turn + 0.02, hops=hops - 1, **ends, **facts))
    return legs


def test_a_loop_and_its_return() -> None:
    facts: dict[str, Any] = {"session": U}
    call = placed(
        leg(A, CORE, 0.0, **facts),
        leg(CORE, TAS, 0.01, called=PREFIXED, **facts),
        leg(TAS, CORE, 0.02, **facts),
        leg(CORE, B, 0.03, **facts),
    )
    assert way(call) == "Ac ct tc cB"
    assert (call.caller, call.callee, call.turns, call.loops) == ("+4711111111", CALLEE, (call.legs,), False)
    out = call.to_tas[0]
    assert ([out.returns], out.after) == ([[call.legs[2]]], [call.legs[2]])
    assert call.entry is call.legs[0]
    assert call.confidence is Confidence.CERTAIN


def test_a_call_is_as_sure_as_its_least_sure_link() -> None:
    call = placed(leg(A, CORE, 0.0, session=U), leg(CORE, TAS, 0.01, called=PREFIXED, session=U), leg(TAS, CORE, 0.02))
    assert [one.confidence for one in call.legs] == [Confidence.CERTAIN, Confidence.CERTAIN, Confidence.POSSIBLE]
    assert call.confidence is Confidence.POSSIBLE


@settings(derandomize=True, deadline=None, max_examples=30)
@given(st.integers(1, 34), st.sampled_from([None, 482, 483]))
def test_turns_count_how_often_the_core_called_the_tas(count: int, end: int | None) -> None:
    call = placed(*loop(count, end))
    assert len(call.to_tas) == len(call.turns) == count
    assert [one for turn in call.turns for one in turn] == list(call.legs)
    assert len(call.first_turn) == (3 if count > 1 else len(call.legs))
    assert all(turn[0].to_tas for turn in call.turns[1:])
    assert call.loops == (count > 1)
    assert (call.outcome.kind, call.outcome.status) == (None if end is None else "looped", end)


def test_prefixes_that_pile_up_are_turns_all_the_same() -> None:
    legs = [leg(A, CORE, 0.0, hops=70)]
    for turn in range(4):
        called = "+" + "00" * (turn + 1) + CALLEE[1:]
        legs.append(leg(CORE, TAS, 0.02 * turn + 0.01, called=called, hops=69 - 2 * turn))
        legs.append(leg(TAS, CORE, 0.02 * turn + 0.02, called=called, hops=68 - 2 * turn))
    call = placed(*legs)
    assert len(call.turns) == 4
    assert call.callee == CALLEE


def test_a_tas_met_for_the_callee_after_the_caller_s_is_no_turn() -> None:
    """R6b: LOOP of the caller, then FALLBACK of the callee, at another TAS."""
    call = placed(
        leg(A, CORE, 0.0, session=U),
        leg(CORE, TAS, 0.01, called=PREFIXED, session=U, host="one.example"),
        leg(TAS, CORE, 0.02, session=U),
        leg(CORE, B, 0.03, session=U, status=486),
        leg(CORE, TAS, 0.04, called=PREFIXED, session=U, host="two.example"),
    )
    assert (len(call.to_tas), len(call.turns), call.loops) == (2, 1, False)


def test_whoever_is_rung_for_another_number_is_the_other() -> None:
    facts: dict[str, Any] = {"session": U}
    call = placed(
        leg(A, CORE, 0.0, **facts),
        leg(CORE, TAS, 0.01, called=PREFIXED, **facts),
        leg(TAS, CORE, 0.02, called=OTHER, **facts),
        leg(CORE, C, 0.03, called=OTHER, **facts),
    )
    assert way(call) == "Ac ct tc co"


@pytest.mark.parametrize("called", ["22222222", "022222222", "004722222222", "4722222222"])
def test_the_callee_in_another_form_stays_the_callee(called: str) -> None:
    call = placed(leg(A, CORE, 0.0, session=U), leg(CORE, B, 0.01, called=called, session=U))
    assert way(call) == "Ac cB"


def test_without_the_entry_the_callee_is_known_from_the_leg_to_the_tas() -> None:
    out = leg(CORE, TAS, 0.0, called=PREFIXED, session=U)
    call = placed(out)
    assert (way(call), call.callee, call.entry) == ("ct", CALLEE, None)
    # Without a prefix that is known, the return shows what stands before the number.
    call = placed(out, leg(TAS, CORE, 0.01, session=U), prefixes=())
    assert call.callee == CALLEE


def test_a_leg_that_names_no_number_leaves_the_callee_open() -> None:
    call = placed(leg(A, CORE, 0.0, called=None))
    assert (call.callee, way(call)) == (None, "Ac")


def test_legs_beyond_the_core_are_elsewhere() -> None:
    inner = leg(TAS, "10.0.0.11", 0.02, session=U)
    back = leg("10.0.0.11", TAS, 0.03, session=U)
    call = placed(
        leg(A, CORE, 0.0, session=U),
        leg(CORE, TAS, 0.01, called=PREFIXED, session=U),
        inner,
        back,
        leg(TAS, CORE, 0.04, session=U),
    )
    assert (way(call), call.elsewhere) == ("Ac ct tc", (inner, back))
    assert call.legs[2].before is call.legs[1]
    assert call.to_tas[0].returns == [call.legs[2]]


def test_a_call_that_never_touches_the_core_is_none() -> None:
    (group,) = link_legs([leg(A, B, 0.0)], PARTIES)
    assert place(group, PARTIES, 1, ()) is None


def test_a_call_placed_by_the_tas() -> None:
    call = placed(leg(TAS, CORE, 0.0), leg(CORE, B, 0.01))
    assert way(call) == "tc cB"
    assert call.legs[0].from_tas
    assert call.entry is call.legs[0]


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (None, None),
        (200, "answered"),
        (302, "rejected"),
        (403, "rejected"),
        (408, "no_answer"),
        (480, "failed"),
        (482, "looped"),
        (483, "looped"),
        (486, "rejected"),
        (487, "cancelled"),
        (503, "failed"),
        (603, "rejected"),
    ],
)
def test_the_caller_s_leg_says_how_the_call_ended(status: int | None, kind: str | None) -> None:
    call = placed(leg(A, CORE, 0.0, status=status), leg(CORE, B, 0.01, status=status))
    assert (call.outcome.kind, call.outcome.status) == (kind, status)
    assert call.outcome.by is (Party.CALLEE if kind == "answered" else None)


def test_a_tas_that_was_never_heard_fails_the_call() -> None:
    call = placed(leg(A, CORE, 0.0, status=408), leg(CORE, TAS, 0.01, called=PREFIXED))
    assert (call.outcome.kind, str(call.outcome)) == ("failed", "failed (408)")


def test_of_a_fork_whoever_answered_has_the_call() -> None:
    call = placed(
        leg(A, CORE, 0.0, status=200, final_at=2.0),
        leg(CORE, B, 0.01, status=487, final_at=2.1),
        leg(CORE, TAS, 0.01, called=PREFIXED, status=200, final_at=2.0),
    )
    assert (call.outcome.by, str(call.outcome)) == (Party.TAS, "answered by the TAS")


def test_without_the_caller_s_end_a_loop_s_end_is_found_behind_it() -> None:
    legs = loop(3, None)
    legs[-1].status = 483
    assert str(placed(*legs).outcome) == "looped (483)"


@pytest.mark.parametrize(
    ("status", "end"),
    [
        (200, LegEnd.ANSWERED),
        (302, LegEnd.REJECTED),
        (408, LegEnd.NO_ANSWER),
        (480, LegEnd.FAILED),
        (482, LegEnd.LOOPED),
        (487, LegEnd.CANCELLED),
        (500, LegEnd.FAILED),
        (603, LegEnd.REJECTED),
        (None, None),
    ],
)
def test_how_a_leg_ended(status: int | None, end: LegEnd | None) -> None:
    assert placed(leg(A, CORE, 0.0, status=status)).legs[0].end is end


def test_a_leg_with_trouble_and_no_answer_failed() -> None:
    one = leg(A, CORE, 0.0)
    one.events.append(event(A, CORE, 0.1))
    assert placed(one).legs[0].end is LegEnd.FAILED


def test_a_487_without_a_cancel_is_a_refusal() -> None:
    one, two = leg(A, CORE, 0.0, status=487), leg(A, CORE, 0.0, status=487)
    two.cancelled_at = two.at
    assert (placed(one).legs[0].refused, placed(two).legs[0].refused) == (True, False)
