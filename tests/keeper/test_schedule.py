"""When leases are refreshed."""

import random
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from sipbreakout_tui.keeper.schedule import Schedule

TTL = 3600.0
NOW = 1_790_000_000.0
FLEET = 100_000
TWICE_THE_MEAN = 2 * FLEET / (TTL / 2)


def schedule(seed: int = 1) -> Schedule[int]:
    return Schedule(random=random.Random(seed).random)


def test_one_lease_is_due_between_a_fifth_and_half_of_its_life() -> None:
    plan = schedule()
    at = plan.set(7, NOW, TTL, NOW)
    assert NOW + 0.2 * TTL <= at <= NOW + 0.5 * TTL
    assert plan.next_at() == at
    assert plan.take(at - 1, 10) == []
    assert [due.key for due in plan.take(at, 10)] == [7]
    assert plan.take(at, 10) == []


def test_no_second_carries_more_than_twice_the_mean_when_all_were_accepted_at_once() -> None:
    plan = schedule()
    plan.expected = FLEET
    seconds = Counter(int(plan.set(index, NOW, TTL, NOW)) for index in range(FLEET))
    assert max(seconds.values()) <= TWICE_THE_MEAN


def test_nor_when_a_keeper_finds_half_of_them_overdue() -> None:
    plan = schedule()
    plan.expected = FLEET
    seconds = Counter(int(plan.set(index, NOW + index * 1800 / FLEET, TTL, NOW + 2400)) for index in range(FLEET))
    assert max(seconds.values()) <= TWICE_THE_MEAN


def test_most_urgent_first_after_an_outage() -> None:
    plan = schedule()
    for index in range(100):
        plan.set(index, NOW - index * 30, TTL, NOW - 3000)
    taken = [due.key for due in plan.take(NOW + TTL, 1000)]
    assert taken == list(range(99, -1, -1))


def test_removed_and_replaced_refreshes_are_not_returned() -> None:
    plan = schedule()
    plan.set(1, NOW, TTL, NOW)
    plan.set(2, NOW, TTL, NOW)
    plan.set(1, NOW + 1000, TTL, NOW + 1000)
    plan.remove(2)
    plan.remove(3)
    assert len(plan) == 1
    assert 1 in plan
    assert [due.key for due in plan.take(NOW + 2 * TTL, 10)] == [1]


def test_postponed_refresh_comes_again() -> None:
    plan = schedule()
    at = plan.set(1, NOW, TTL, NOW)
    assert len(plan.take(at, 1)) == 1
    plan.postpone(1, at + 60)
    assert plan.next_at() == at + 60
    assert plan.late(at + 61) == 0
    assert plan.late(at + 200) == 1
    assert [due.key for due in plan.take(at + 60, 1)] == [1]


def test_empty_plan_has_no_next() -> None:
    plan = schedule()
    plan.set(1, NOW, TTL, NOW)
    plan.remove(1)
    assert plan.next_at() is None
    assert list(plan) == []


@given(
    st.lists(st.tuples(st.integers(0, 20), st.floats(-4000, 4000), st.booleans()), max_size=60),
    st.floats(0, 9000),
)
def test_every_kept_lease_is_returned_once_and_no_other(changes: list[tuple[int, float, bool]], later: float) -> None:
    plan = schedule()
    kept: dict[int, float] = {}
    for key, offset, keep in changes:
        if keep:
            kept[key] = plan.set(key, NOW + offset, TTL, NOW)
            assert plan.set(key, NOW + offset, TTL, NOW) >= NOW
            kept[key] = next(due.at for due in plan if due.key == key)
        else:
            plan.remove(key)
            kept.pop(key, None)
    taken = [due.key for due in plan.take(NOW + later, 1000)]
    assert sorted(taken) == sorted(key for key, at in kept.items() if at <= NOW + later)
