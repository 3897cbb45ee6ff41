"""Place 5: every request to the core, the newest first, and what came of it."""

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.widget import Widget

from sipbreakout_model import InvalidValue, SipBreakoutError
from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.tui.copying import copy
from sipbreakout_tui.tui.place import Place
from sipbreakout_tui.tui.requests import ShowNumber
from sipbreakout_tui.tui.screens.dialog import TextDialog
from sipbreakout_tui.tui.widgets.columns import Cell, Column
from sipbreakout_tui.tui.widgets.filter_bar import FilterBar
from sipbreakout_tui.tui.widgets.line_table import LineTable, identity_of_index
from sipbreakout_tui.tui.words import moment

if TYPE_CHECKING:
    from sipbreakout_tui.ledger import Event
    from sipbreakout_tui.services.journal import Journal
    from sipbreakout_tui.services.registrations.live import Changed, LiveRegistrations

COLUMNS = (
    Column("time", "time", 14),
    Column("verb", "verb", 6),
    Column("number", "number", 15),
    Column("state", "", 1),
    Column("answer", "answer", 16, grows=1),
    Column("latency", "latency", 8, right=True),
    Column("actor", "who", 7),
    Column("profile", "profile", 10, drops=1),
)

GLYPHS = {
    "accepted": ("●", "good"),
    "deleted": ("○", ""),
    "refused": ("✖", "bad"),
    "failed": ("✖", "bad"),
    "asked": ("◌", "warn"),
    "note": ("·", "dim"),
}
"""What stands for an answer, and in which colour."""

ENOUGH = 200
"""How many events a filter has to find before no older ones are looked through."""

SEARCH_PAGE = 10_000
"""How many events are read at once for a filter."""


class JournalPlace(Place):
    """What was asked of the core, by whom, and what it said; it is the ledger, and outlives the program."""

    NAME = "journal"
    CSS_PATH = "place.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "filter", id="journal.filter", tooltip="Filter the requests."),
        Binding("x", "jump", "to the number", id="journal.jump", tooltip="Go to the number's registration."),
        Binding("y", "copy", "copy as grpcurl", id="journal.copy", tooltip="Copy the request as a grpcurl line."),
    ]

    def __init__(self) -> None:
        """Start without requests."""
        super().__init__()
        self._journal: Journal | None = None
        self._reading = asyncio.Lock()
        self._changed: set[str] = set()
        self._following = False

    def body(self) -> Iterable[Widget]:
        """Yield filter and table."""
        yield FilterBar("words  verb:delete  answer:refused  latency:>100  actor:keeper  /regex/")
        yield LineTable(COLUMNS, self._cells, identity_of_index, empty="reading the ledger…")

    # News

    def opened(self, live: "LiveRegistrations") -> None:
        """Read the newest requests, and what came meanwhile."""
        from sipbreakout_tui.services.journal import Journal

        self._journal = Journal(live.ledger, live.profile.target)
        self._more()

    def changed(self, live: "LiveRegistrations", changed: "Changed") -> None:
        """Read what happened to the numbers that changed."""
        if changed.everything:
            self.opened(live)
            return
        self._changed.update(live.rows[index].number for index in changed.indices)
        if not self._following:
            self._follow()

    @work(group="follow")
    async def _follow(self) -> None:
        self._following = True
        try:
            while self._changed and self._journal is not None:
                numbers, self._changed = self._changed, set()
                async with self._reading:
                    await asyncio.to_thread(self._journal.read_changed, numbers)
                await self._arrange()
        except SipBreakoutError as error:
            self.sip_app.say_error(error)
        finally:
            self._following = False

    @work(exclusive=True, group="more")
    async def _more(self) -> None:
        """Read older requests: a page, and with a filter as many as it takes to find some."""
        from sipbreakout_tui.services.journal import PAGE

        try:
            journal = self._journal
            before = len(self.query_one(LineTable).shown_rows)
            while journal is not None and not journal.complete:
                filtered = bool(self.query_one(FilterBar).text.strip())
                async with self._reading:
                    await asyncio.to_thread(journal.read_older, SEARCH_PAGE if filtered else PAGE)
                await self._arrange()
                if not filtered or len(self.query_one(LineTable).shown_rows) >= before + ENOUGH:
                    break
            await self._arrange()
        except SipBreakoutError as error:
            self.sip_app.say_error(error)

    # The list

    @on(FilterBar.Changed)
    @work(exclusive=True, group="filter")
    async def _typed(self) -> None:
        await self._arrange()
        journal = self._journal
        if journal is not None and not journal.complete and len(self.query_one(LineTable).shown_rows) < ENOUGH:
            self._more()

    async def _arrange(self) -> None:
        from sipbreakout_tui.services.journal import journal_filter

        bar, table, journal = self.query_one(FilterBar), self.query_one(LineTable), self._journal
        if journal is None:
            return
        try:
            chosen = journal_filter(bar.text) if bar.text.strip() else None
        except InvalidValue as error:
            bar.say(str(error), bad=True)
            return
        async with self._reading:
            order = await asyncio.to_thread(journal.select, chosen)
        table.empty = "no request passes the filter" if journal.order else "nothing was asked of this core yet"
        table.show(order)
        bar.say(f"{_spaced(len(order))} of {_spaced(len(journal.order))}{'' if journal.complete else ' newest'}")

    @on(LineTable.Moved)
    def _moved(self, event: LineTable.Moved) -> None:
        shown = event.table.shown_rows
        if self._journal is not None and not self._journal.complete and shown and event.index == shown[-1]:
            self._more()

    @on(FilterBar.Left)
    def _left(self) -> None:
        self.query_one(LineTable).focus()

    @on(LineTable.Chosen)
    @work(exclusive=True, group="event")
    async def _show(self) -> None:
        """Show all that is known of the request."""
        event = await self._event()
        if event is not None:
            from sipbreakout_tui.services.event_text import event_details

            self.app.push_screen(TextDialog(f"Request {event.id}", "\n".join(event_details(event))))

    def _cells(self, index: int) -> list[Cell]:
        row = None if self._journal is None else self._journal.rows.get(index)
        if row is None:  # taken into a run of refreshes; the next look at the ledger takes it from the list
            return [Cell("")] * len(COLUMNS)
        glyph, kind = GLYPHS[row.kind]
        return [
            Cell(moment(row.asked_at), "dim"),
            Cell(row.verb or "note"),
            Cell(row.number or "", "key"),
            Cell(glyph, kind),
            Cell(row.answer, kind if kind == "bad" else ""),
            Cell("" if row.latency is None else f"{row.latency * 1000:.0f} ms", "dim"),
            Cell(visible(row.actor)),
            Cell(visible(row.profile), "dim"),
        ]

    # Keys

    def action_filter(self) -> None:
        """Type a filter."""
        self.query_one(FilterBar).start()

    async def action_jump(self) -> None:
        """Go to the registration of the number."""
        index = self.query_one(LineTable).index
        row = None if self._journal is None or index is None else self._journal.rows.get(index)
        if row is not None and row.number is not None:
            await self.sip_app.go("registrations", ShowNumber(row.number))

    @work(exclusive=True, group="event")
    async def action_copy(self) -> None:
        """Copy the request as a grpcurl line."""
        event = await self._event()
        if event is None or event.registration is None or event.verb is None or self.live is None:
            return
        from sipbreakout_tui.services.registrations.grpcurl import profile_line

        copy(self.app, profile_line(event.verb.value, event.registration, self.live.profile), "the request as grpcurl")

    async def _event(self) -> "Event | None":
        index, live = self.query_one(LineTable).index, self.live
        if index is None or live is None:
            return None
        try:
            return await asyncio.to_thread(live.ledger.event, index)
        except SipBreakoutError as error:
            self.sip_app.say_error(error)
            return None


def _spaced(count: int) -> str:
    return f"{count:,}".replace(",", " ")
