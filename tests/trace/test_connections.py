"""Trouble with connections as evidence: whose leg it explains, and whose leg it is."""

import pytest

from sipbreakout_tui.trace.capture import ConnectionTrouble
from sipbreakout_tui.trace.connections import add_attempts, attach_events, troubled_tas
from sipbreakout_tui.trace.leg import SeenLeg
from sipbreakout_tui.trace.linking import Group, link_legs
from tests.trace.hearing import CALLER, CORE, PARTIES, PREFIXED, T0, TAS, A, B, event, leg

RESET, REFUSED = ConnectionTrouble.RESET, ConnectionTrouble.REFUSED
UNLIKE = "+4755555555"


def grouped(*legs: SeenLeg) -> list[Group]:
    return link_legs(list(legs), PARTIES, ("00",))


def test_trouble_explains_the_unanswered_leg_of_its_hop() -> None:
    silent, heard = leg(CORE, TAS, 0.0), leg(CORE, TAS, 1.0, status=486)
    elsewhere = leg(CORE, B, 0.0)
    trouble = [event(CORE, TAS, 2.0)]
    assert attach_events([silent, heard, elsewhere], trouble) == []
    assert (silent.events, heard.events, elsewhere.events) == (trouble, [], [])


@pytest.mark.parametrize(("at", "mine"), [(-1.5, False), (-0.9, True), (0.0, True), (39.0, True), (41.0, False)])
def test_trouble_explains_a_leg_of_its_time(at: float, mine: bool) -> None:
    silent, trouble = leg(CORE, TAS, 100.0), event(CORE, TAS, 100.0 + at)
    rest = attach_events([silent], [trouble])
    assert (silent.events, rest) == (([trouble], []) if mine else ([], [trouble]))


def test_trouble_the_other_way_is_not_this_legs() -> None:
    silent, trouble = leg(CORE, TAS, 0.0), event(TAS, CORE, 0.1)
    assert attach_events([silent], [trouble]) == [trouble]
    assert silent.events == []


def test_the_reset_of_a_standing_connection_makes_no_leg() -> None:
    assert attach_events([], [event(CORE, TAS, 0.0, RESET), loose := event(CORE, TAS, 0.0)]) == [loose]


def test_a_tas_may_be_known_by_trouble_alone() -> None:
    legs = [leg(A, CORE, 0.0)]
    trouble = [event(CORE, TAS, 0.1), event(CORE, A, 0.1), event(B, "10.0.0.77", 0.1), event(CORE, CORE, 0.1)]
    assert troubled_tas(legs, trouble, PARTIES.core) == {TAS}


def test_a_failed_connect_becomes_a_leg_of_its_call() -> None:
    one = leg(A, CORE, 0.0)
    (group,) = grouped(one)
    trouble = [event(CORE, TAS, 0.1), event(CORE, TAS, 3.0)]
    add_attempts([group], trouble, PARTIES)
    assert len(group.legs) == 2
    attempt = group.legs[1]
    assert (attempt.row, attempt.at, attempt.events, attempt.messages) == (-1, T0 + 0.1, trouble, [])
    assert (attempt.invite.called, attempt.invite.call_id, attempt.status) == (None, "", None)
    assert group.links[id(attempt)].before is one


def test_of_two_calls_the_one_at_the_core_has_it() -> None:
    """The first call ended, the third began later, the second is at the core."""
    ended = leg(A, CORE, 0.0, status=486, final_at=1.0, caller=UNLIKE)
    waiting = leg(A, CORE, 10.0)
    later = leg(A, CORE, 20.0, caller=UNLIKE)
    groups = grouped(ended, waiting, later)
    add_attempts(groups, [event(CORE, TAS, 10.1)], PARTIES)
    assert [len(group.legs) for group in groups] == [1, 2, 1]


def test_each_of_two_calls_has_its_own() -> None:
    groups = grouped(leg(A, CORE, 0.0), leg(B, CORE, 1.0, caller=UNLIKE))
    trouble = [event(CORE, TAS, 0.01, frame=2), event(CORE, TAS, 1.01, frame=4)]
    add_attempts(groups, trouble, PARTIES)
    assert [group.legs[1].events for group in groups] == [trouble[:1], trouble[1:]]


def test_a_call_that_reached_the_tas_has_no_other_attempt() -> None:
    (group, other) = grouped(leg(A, CORE, 0.0), leg(CORE, TAS, 0.01, called=PREFIXED), leg(B, CORE, 0.0, caller=UNLIKE))
    add_attempts([group, other], [event(CORE, TAS, 0.1)], PARTIES)
    assert [len(group.legs), len(other.legs)] == [2, 2]


def test_a_call_that_was_answered_waits_for_no_tas() -> None:
    """The first call's callee is busy, so its FALLBACK's TAS is tried; the second, placed later, is long answered."""
    one, busy = leg(A, CORE, 0.0), leg(CORE, B, 0.01, status=486, final_at=5.0)
    two = leg("10.0.0.5", CORE, 3.0, caller=UNLIKE, called="+4766666666", status=200, final_at=4.0)
    on = leg(CORE, "10.0.0.6", 3.01, caller=UNLIKE, called="+4766666666", status=200, final_at=4.0)
    groups = grouped(one, busy, two, on)
    add_attempts(groups, [event(CORE, TAS, 5.01)], PARTIES)
    assert [len(group.legs) for group in groups] == [3, 2]


def test_trouble_of_strangers_and_before_any_call_makes_no_leg() -> None:
    (group,) = grouped(leg(A, CORE, 10.0, caller=CALLER))
    add_attempts([group], [event(CORE, TAS, 1.0), event(A, TAS, 11.0), event(CORE, B, 11.0)], PARTIES)
    assert len(group.legs) == 1
