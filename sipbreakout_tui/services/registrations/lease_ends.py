"""How many leases end when, counted so that a screen may ask each second, however many there are."""

from collections import Counter
from collections.abc import Iterable
from itertools import repeat

_FAR = 7200
"""Seconds; over a longer way all ends are counted anew, which is quicker."""


class LeaseEnds:
    """The ends of leases, by whole seconds of Unix time."""

    def __init__(self, ends: Iterable[float | None] = ()) -> None:
        """Take the ends of leases; None is no lease."""
        self._by_second = Counter([int(end) for end in ends if end is not None])
        self._now = 0
        self._in_force = self._by_second.total()

    def copy(self) -> "LeaseEnds":
        """Return another one with the same ends."""
        other = LeaseEnds()
        other._by_second, other._now, other._in_force = self._by_second.copy(), self._now, self._in_force
        return other

    def add(self, expires_at: float | None, count: int = 1) -> None:
        """Take a lease with its end, or with -1 take it away; None is no lease."""
        if expires_at is not None:
            second = int(expires_at)
            self._by_second[second] += count
            self._in_force += count * (second > self._now)

    def within(self, at: float, seconds: int) -> int:
        """Return how many end in so many seconds from a moment on."""
        return self._between(int(at), int(at) + seconds)

    def in_force(self, at: float) -> int:
        """Return how many end after a moment; quick where it is near the one last asked for."""
        now = int(at)
        if abs(now - self._now) > _FAR:
            self._in_force = sum(count for second, count in self._by_second.items() if second > now)
        else:
            # The second `now` itself is over: what ends in it has ended.
            self._in_force += self._between(now + 1, self._now + 1) - self._between(self._now + 1, now + 1)
        self._now = now
        return self._in_force

    def _between(self, first: int, end: int) -> int:
        return sum(map(self._by_second.get, range(first, end), repeat(0)))
