"""Which rows the table shows, and in which order; for many rows it is found out beside the keys."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sipbreakout_tui.services.filter import Filter
    from sipbreakout_tui.services.registrations.listing import Row
    from sipbreakout_tui.services.row_order import RowOrder

AT_ONCE = 5_000
"""Up to so many rows are arranged within a millisecond or two; more of them in a thread."""

_RANKS = {"unknown": 0, "failed": 1, "refused": 2, "expired": 3, "deleted": 4, "asserted": 5}


class Arranging:
    """The rows, a filter and a sorting; `told` is called when another order is to be shown."""

    def __init__(self, clock: Callable[[], float], told: Callable[[], None]) -> None:
        """Start without rows."""
        self.rows: Sequence[Row] = ()
        """The rows that `shown` speaks of."""
        self.shown: Sequence[int] = ()
        """The indices of the rows to show, from the top; never changed in place."""
        self.filter: Filter | None = None
        self.column = "number"
        """What the rows are sorted by."""
        self.reverse = False
        self.stale = False
        """Whether rows changed that belong elsewhere now."""
        self._clock = clock
        self._told = told
        self._order: RowOrder[Row] | None = None
        self._latest: list[Row] = []
        self._missed: set[int] = set()
        self.at_work = False
        """Whether another order is being found out."""
        self._due = False

    @property
    def follows_time(self) -> bool:
        """Whether the order is another one when time has passed."""
        text = "" if self.filter is None else self.filter.text.lower()
        return self.column == "state" or "ttl:" in text or "state:" in text

    def reload(self, rows: "list[Row]") -> None:
        """Take other rows; they are shown once they are arranged."""
        self._latest = rows

    def take(self, changed: Iterable[int], at: float) -> None:
        """Follow changed rows; where they have to be arranged anew, `stale` says so."""
        if self.at_work or self._order is None:
            self._missed.update(changed)
        elif self._order.take(changed, at):
            self.shown = self._order.order
        else:
            self.stale = True

    async def arrange(self) -> None:
        """Filter and sort anew, and tell; where that goes on already, it begins once more after it."""
        self._due, self.stale = True, False
        if self.at_work:
            return
        self.at_work = True
        try:
            while self._due:
                self._due = False
                await self._arrange_once()
                self._told()
                if not self._due and self._order is not None and len(self.rows) > AT_ONCE:
                    await asyncio.to_thread(self._order.make_haystacks)
        finally:
            self.at_work = False
        if self._missed:
            missed, self._missed = self._missed, set()
            self.take(missed, self._clock())
            self._told()

    async def _arrange_once(self) -> None:
        rows, at = self._latest, self._clock()
        few = len(rows) <= AT_ONCE
        fresh = self._order is None or self.rows is not rows
        order = await self._ordered(rows) if self._order is None or fresh else self._order
        sort = self._sort_key(at)
        if self.filter is not None or sort is not None or self.reverse or not fresh:
            if few:
                order.arrange(self.filter, sort, self.reverse, at)
            else:
                await asyncio.to_thread(order.arrange, self.filter, sort, self.reverse, at)
        self._order, self.rows, self.shown = order, rows, order.order

    async def _ordered(self, rows: "list[Row]") -> "RowOrder[Row]":
        from sipbreakout_tui.services.row_order import RowOrder

        identity = attrgetter("number")
        if len(rows) <= AT_ONCE:
            return RowOrder(rows, identity)
        return await asyncio.to_thread(RowOrder, rows, identity)

    def _sort_key(self, at: float) -> "Callable[[Row], Any] | None":
        """Return what rows are compared by; None: their numbers."""
        keys: dict[str, Callable[[Row], Any]] = {
            "state": lambda row: _RANKS.get(row.state(at), 0),
            "type": attrgetter("route_type"),
            "tas": attrgetter("sip_uri"),
            "mo": attrgetter("mo"),
            "mt": attrgetter("mt"),
            "lives": lambda row: row.expires_at or 0.0,
            "kept": lambda row: not row.kept,
            "answer": attrgetter("last_event_at"),
        }
        return keys.get(self.column)
