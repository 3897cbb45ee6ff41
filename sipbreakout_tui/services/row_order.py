"""Which rows of a list are shown, and in which order: filter and sorting, kept while rows change."""

from bisect import bisect_left, insort
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
        self.order: list[int] = sorted(range(len(rows)), key=lambda index: identity(rows[index]))
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
        rows, identity = self._rows, self._identity
        if chosen is None:
            indices = list(range(len(rows)))
        else:
            self.make_haystacks()
            indices = chosen.select(rows, self._haystacks, at)
        names = [identity(row) for row in rows]
        indices.sort(key=names.__getitem__)
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
        if self._sort is not None or self._reverse:
            return False
        for index in changed:
            self._place(index, at)
        return True

    def _place(self, index: int, at: float) -> None:
        row = self._rows[index]
        name = self._identity(row)
        position = bisect_left(self.order, name, key=self._name)
        there = position < len(self.order) and self.order[position] == index
        passes = self.filter is None or self.filter.matches(row, at)
        if there and not passes:
            del self.order[position]
        elif passes and not there:
            insort(self.order, index, key=self._name)

    def _name(self, index: int) -> Any:
        return self._identity(self._rows[index])
