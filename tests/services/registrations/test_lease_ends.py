"""Counting ends of leases: as if every lease were looked at each time."""

from hypothesis import given
from hypothesis import strategies as st

from sipbreakout_tui.services.registrations.lease_ends import LeaseEnds

MOMENTS = st.floats(1_790_000_000.0, 1_790_020_000.0)


@given(st.lists(MOMENTS | st.none()), st.lists(st.tuples(MOMENTS, st.booleans(), MOMENTS)))
def test_counts_are_those_of_looking_at_every_lease(
    ends: list[float | None], steps: list[tuple[float, bool, float]]
) -> None:
    counted, held = LeaseEnds(ends), [end for end in ends if end is not None]
    for end, adds, at in steps:  # forward, back, near and far
        if adds or not held:
            counted.add(end)
            held.append(end)
        else:
            counted.add(held.pop(), -1)
        counted.add(None)
        assert counted.in_force(at) == sum(int(each) > int(at) for each in held)
        assert counted.within(at, 600) == sum(0 <= int(each) - int(at) < 600 for each in held)
