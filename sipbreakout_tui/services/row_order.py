"""Which rows of a list are shown, and in which order: filter and sorting, kept while rows change."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, TypeVar

from sipbreakout_tui.services.filter import Filter, Filtered

R = TypeVar("R", bound=Filtered)

SortKey = Callable[[R], Any]
"""What rows are compared by; texts compare fastest."""


class RowOrder(Generic[R]):
    """The indices of the rows that a filter lets through, sorted.

    A hundred thousand rows are filtered by a word in some 10 ms; haystacks are made when they are first needed.
    """

    def __init__(self, rows: Sequence[R], identity: SortKey[R]) -> None:
        """Take the rows, which may grow at their end and change in place.

        Args:
            rows: The rows; all of them are shown in the order of `identity`.
            identity: What of a row never changes, and no other row has; the order where nothing else is chosen.
        """
        self._rows = rows
        self._identity = identity
        self._haystacks: list[str] = []
        self.filter: Filter | None = None
        self._sort: SortKey[R] | None = None
        self._reverse = False
        self._every: list[int] = sorted(range(len(rows)), key=self._name)
        self.order: list[int] = list(self._every)
        """What is shown, from the top; read only."""

    def make_haystacks(self) -> None:
        """Make what words are looked up in, for all rows that have none yet; may run in a thread."""
        for index in range(len(self._haystacks), len(self._rows)):
            self._haystacks.append(self._rows[index].haystack)

    def arrange(self, chosen: Filter | None, sort: SortKey[R] | None, reverse: bool, at: float) -> None:
        """Filter and sort anew.

        Args:
            chosen: The filter; None lets every row through.
            sort: What rows are compared by, equal ones by identity; None: by identity only.
            reverse: Whether the greatest comes first.
            at: Unix time in seconds, for filters that look at the time.
        """
        self.filter, self._sort, self._reverse = chosen, sort, reverse
        rows = self._rows
        self._know_all()
        if chosen is None:
            indices = list(self._every)
        else:
            self.make_haystacks()
            indices = chosen.select(rows, self._haystacks, at, self._every)
        if sort is not None:
            keys = {index: sort(rows[index]) for index in indices}
            indices.sort(key=keys.__getitem__, reverse=reverse)
        elif reverse:
            indices.reverse()
        self.order = indices

    def take(self, changed: Iterable[int], at: float) -> bool:
        """Follow rows that are new or changed; return whether the order is as good as a new one.

        With a sorting of its own the order is not, as a changed row may belong elsewhere: arrange again, but
        not at each change.
        """
        for index in changed:
            if index < len(self._haystacks):
                self._haystacks[index] = self._rows[index].haystack
        known = len(self._every)
        self._know_all()
        if self._sort is not None or self._reverse:
            return False
        if self.filter is None:
            if known < len(self._every):
                self.order = list(self._every)
            return True
        coming, going = [], set()
        for index in changed:
            there = self._is_shown(index)
            if there != self.filter.matches(self._rows[index], at):
                if there:
                    going.add(index)
                else:
                    coming.append(index)
        if going:
            self.order = [index for index in self.order if index not in going]
        if coming:
            self.order = self._with(self.order, coming)
        return True

    def _know_all(self) -> None:
        """Put rows that are new into the order of identity."""
        if len(self._every) < len(self._rows):
            self._every = self._with(self._every, range(len(self._every), len(self._rows)))

    def _is_shown(self, index: int) -> bool:
        position = bisect_left(self.order, self._name(index), key=self._name)
        return position < len(self.order) and self.order[position] == index

    def _with(self, order: list[int], coming: Iterable[int]) -> list[int]:
        """Return an order with more rows in their places: one copy, however many they are."""
        merged: list[int] = []
        start = 0
        for index in sorted(coming, key=self._name):
            position = bisect_left(order, self._name(index), start, key=self._name)
            merged += order[start:position]
            merged.append(index)
            start = position
        merged += order[start:]
        return merged

    def _name(self, index: int) -> Any:
        return self._identity(self._rows[index])
