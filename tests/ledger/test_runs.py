"""Runs of refreshes: small, and exact to the last bit."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from sipbreakout_tui.ledger.runs import TICKS, decode, encode, fits, latest

moments = st.lists(st.integers(0, int(8000 * TICKS)), max_size=60).map(
    lambda deltas: [1_790_000_000.0 + ticks / TICKS for ticks in itertools.accumulate(deltas, initial=0)]
)


@given(moments)
def test_what_is_encoded_is_decoded(run: list[float]) -> None:
    assert all(map(fits, run, run[1:]))
    offsets = encode(run)
    assert len(offsets or b"") == 5 * (len(run) - 1)
    assert decode(run[0], offsets) == run


@given(moments, st.data())
def test_the_latest_moment_is_found_without_decoding(run: list[float], data: st.DataObject) -> None:
    at = data.draw(st.sampled_from(run) | st.floats(run[0] - 10, run[-1] + 10))
    expected = max((moment for moment in run if moment <= at), default=None)
    assert latest(run[0], encode(run), run[-1], at) == expected


@given(st.floats(2.0**30, 2.0**31), st.floats(0, 8000))
def test_every_unix_time_of_a_clock_fits(first: float, delta: float) -> None:
    assert fits(first, first + delta)


def test_what_would_lose_a_bit_does_not_fit() -> None:
    assert not fits(1000.1, 1000.2)
    assert not fits(10.0, 9.0)
    assert not fits(0.0, 8192.0)
