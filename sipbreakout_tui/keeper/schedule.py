"""When leases are refreshed: spread over time, and the most urgent first.

A lease is due between a quarter and half of its life, at a second that does not carry more than twice the mean
load; a lease that is overdue is spread over what is left of its life. Source: V2; half the TTL is our choice.
"""

import heapq
import math
import random as random_numbers
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from sipbreakout_model import DEFAULT_TTL

LATEST = 0.5
"""The part of its life after which a lease that is not refreshed yet is late."""
_EARLIEST = 0.2
_LAST_CALL = 0.9
_ROOM = 0.25
_PROBES = 24

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Due(Generic[K]):
    """When one lease is to be refreshed."""

    key: K
    at: float
    """Unix time in seconds."""
    expires_at: float
    """Unix time in seconds at which the lease ends."""


class Schedule(Generic[K]):
    """The refreshes to come; adding and removing one is O(log n)."""

    def __init__(self, *, random: Callable[[], float] = random_numbers.random) -> None:
        """Start empty.

        Args:
            random: A number from 0 to 1.
        """
        self._random = random
        self._due: dict[K, Due[K]] = {}
        self._heap: list[tuple[float, int, Due[K]]] = []
        self._ready: list[tuple[float, int, Due[K]]] = []
        self._load: Counter[int] = Counter()
        self._sequence = 0
        self.expected = 0
        """How many leases there will be, where more are about to be added than are in already."""

    def __len__(self) -> int:
        """Return how many leases are kept."""
        return len(self._due)

    def __contains__(self, key: K) -> bool:
        """Return whether the lease is kept."""
        return key in self._due

    def __iter__(self) -> Iterator[Due[K]]:
        """Yield every refresh to come, in no order."""
        return iter(self._due.values())

    @property
    def capacity(self) -> int:
        """How many refreshes one second may carry: twice the mean, at least one."""
        return max(1, int(2 * max(len(self._due), self.expected) / (DEFAULT_TTL * LATEST)))

    def is_timely(self, key: K, ttl: float, now: float) -> bool:
        """Return whether the lease has a plan that no clock set back since has put too far away."""
        due = self._due.get(key)
        return due is not None and due.at <= now + ttl * LATEST

    def set(self, key: K, accepted_at: float, ttl: float, now: float) -> float:
        """Plan the refresh of a lease, in place of any former plan, and return its Unix time (s).

        Many leases are best set in the order in which they end: those with little room then find it.
        """
        self.remove(key)
        at = self._free_second(*_window(accepted_at, ttl, now))
        self._put(Due(key, at, accepted_at + ttl))
        return at

    def postpone(self, key: K, until: float) -> None:
        """Plan a refresh that failed again, not before `until` (Unix time, s)."""
        former = self._due[key]
        self.remove(key)
        self._put(Due(key, until, former.expires_at))

    def remove(self, key: K) -> None:
        """Forget a lease, if it is there."""
        former = self._due.pop(key, None)
        if former is not None:
            second = int(former.at)
            self._load[second] -= 1
            if not self._load[second]:
                del self._load[second]

    def take(self, now: float, most: int) -> list[Due[K]]:
        """Return up to `most` refreshes that are due, those whose leases end first first.

        They stay in the plan until they are set anew, postponed or removed, but are not returned again.
        """
        while self._heap and self._heap[0][0] <= now:
            _, sequence, due = heapq.heappop(self._heap)
            if self._due.get(due.key) is due:
                heapq.heappush(self._ready, (due.expires_at, sequence, due))
        taken: list[Due[K]] = []
        while self._ready and len(taken) < most:
            due = heapq.heappop(self._ready)[2]
            if self._due.get(due.key) is due:
                taken.append(due)
        return taken

    def next_ready_end(self) -> float:
        """Return when the most urgent lease ends that `take` has ready (Unix time, s); infinity for none."""
        return self._ready[0][2].expires_at if self._ready else math.inf

    def next_at(self) -> float | None:
        """Return the Unix time (s) of the next refresh; 0 where one is due already; None for none."""
        if self._ready:
            return 0.0
        while self._heap:
            at, _, due = self._heap[0]
            if self._due.get(due.key) is due:
                return at
            heapq.heappop(self._heap)
        return None

    def late(self, now: float) -> int:
        """Return how many refreshes are overdue by more than a minute."""
        return sum(due.at < now - 60 for due in self._due.values())

    def _put(self, due: Due[K]) -> None:
        self._due[due.key] = due
        self._load[int(due.at)] += 1
        self._sequence += 1
        heapq.heappush(self._heap, (due.at, self._sequence, due))

    def _free_second(self, first: float, last: float) -> float:
        """Return a moment of the window whose second has room; the emptiest one tried if none has."""
        capacity = self.capacity
        best = first
        least: int | None = None
        for _ in range(_PROBES):
            at = first + self._random() * (last - first)
            load = self._load.get(int(at), 0)
            if load < capacity:
                return at
            if least is None or load < least:
                best, least = at, load
        for second in range(int(first) + 1, int(last)):
            load = self._load.get(second, 0)
            if load < capacity:
                return float(second)
        return best


def _window(accepted_at: float, ttl: float, now: float) -> tuple[float, float]:
    """Return from when until when a lease may be refreshed, Unix time in seconds."""
    if accepted_at > now:  # the clock was set back: how old it is nobody knows, but hardly past its half
        accepted_at = now - ttl * LATEST
    first = max(now, accepted_at + ttl * _EARLIEST)
    # What is nearly due or overdue gets room, too, as far as its life allows.
    latest = max(accepted_at + ttl * LATEST, min(now + ttl * _ROOM, accepted_at + ttl * _LAST_CALL))
    return first, max(first, latest)
