"""Place 4: the hazards of all registrations, worst first, each with its fix as a dry run."""

import asyncio
import threading
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from sipbreakout_model import InvalidValue, Severity
from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.tui.copying import copy
from sipbreakout_tui.tui.place import Place
from sipbreakout_tui.tui.requests import EditRegistration, ShowNumber
from sipbreakout_tui.tui.screens.hazards.fix import HazardFix
from sipbreakout_tui.tui.widgets.columns import Cell, Column
from sipbreakout_tui.tui.widgets.filter_bar import FilterBar
from sipbreakout_tui.tui.widgets.line_table import LineTable
from sipbreakout_tui.tui.words import clock_time

if TYPE_CHECKING:
    from sipbreakout_model import E164, Registration
    from sipbreakout_tui.services.hazards.rows import HazardRow, HazardSearch
    from sipbreakout_tui.services.registrations.live import Changed, LiveRegistrations

COLUMNS = (
    Column("severity", "", 1),
    Column("id", "hazard", 23),
    Column("number", "number", 15),
    Column("count", "more", 7, right=True, drops=1),
    Column("text", "what", 22, grows=1),
)

GLYPHS = {Severity.ERROR: ("✖", "bad"), Severity.WARNING: ("◐", "warn"), Severity.NOTICE: ("·", "dim")}
"""What stands for a severity, and in which colour."""

REST_SECONDS = 5.0
"""The shortest time between two searches."""

AGAIN_SECONDS = 60.0
"""After how long it is searched again although nothing changed: registrations end by themselves."""

NUMBERS_SHOWN = 50
"""How many numbers of one hazard are named."""


class HazardsPlace(Place):
    """What can go wrong, worst first; below the chosen hazard in full."""

    NAME = "hazards"
    CSS_PATH = "place.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "filter", id="hazards.filter", tooltip="Filter the hazards."),
        Binding("f", "fix", "fix as a dry run", id="hazards.fix", tooltip="Show what would be sent to end the hazard."),
        Binding("y", "copy", "copy", id="hazards.copy", tooltip="Copy the hazard with all its numbers."),
        Binding("r", "again", "look again", id="hazards.again", tooltip="Look for hazards again now."),
    ]

    def __init__(self) -> None:
        """Start without hazards."""
        super().__init__()
        self._rows: list[HazardRow] = []
        self._search: HazardSearch | None = None
        self._stop = threading.Event()
        self._searching = False
        self._changed = True
        self._looked_at: float | None = None
        self._looked = self._of = 0

    def body(self) -> Iterable[Widget]:
        """Yield filter, table and the chosen hazard."""
        yield FilterBar("words  severity:error  id:expiring  number:+47  !not  /regex/")
        yield LineTable(COLUMNS, self._cells, self._identity, empty="looking for hazards…")
        with VerticalScroll(classes="hazard-detail"):
            yield Static("", markup=False)

    # News

    def opened(self, live: "LiveRegistrations") -> None:
        """Look for hazards where something changed meanwhile."""
        if self._looked_at is None:
            self._find(live)
        else:
            self.ticked(live.clock())

    def changed(self, live: "LiveRegistrations", changed: "Changed") -> None:
        """Look again soon."""
        self._changed = True
        self.ticked(live.clock())

    def ticked(self, now: float) -> None:
        """Look again where something changed, but not all the time."""
        if self._searching:
            self._say(f"looked at {_spaced(self._looked)} of {_spaced(self._of)} registrations…")
        if self.live is None or self._looked_at is None or self._searching or self._search is None:
            return
        since = abs(now - self._looked_at)  # a clock may be set back
        rest = max(REST_SECONDS, 4 * self._search.seconds)
        if since >= (rest if self._changed else max(rest, AGAIN_SECONDS)):
            self._find(self.live)

    def on_screen_suspend(self) -> None:
        """Search for nothing that nobody looks at."""
        self._stop.set()

    def on_unmount(self) -> None:
        """Let the program end without waiting for a search."""
        self._stop.set()

    @work(exclusive=True, group="find")
    async def _find(self, live: "LiveRegistrations") -> None:
        from sipbreakout_tui.services.hazards.rows import HazardSearch, SearchStopped

        self._stop.set()
        self._stop = stop = threading.Event()
        self._search = self._search or HazardSearch()
        self._searching, self._changed = True, False
        at, rows = live.clock(), list(live.rows)
        present = self._chosen()
        self._looked, self._of = 0, len(rows)
        self._say(f"looking at {_spaced(len(rows))} registrations…")

        try:
            found = await asyncio.to_thread(self._search.find, rows, at, stop=stop, told=self._looked_up_to)
        except SearchStopped:
            self._changed = True
            return
        finally:
            self._searching = False
        self._rows, self._looked_at = found, at
        table = self.query_one(LineTable)
        table.empty = f"no hazards in {_spaced(len(rows))} registrations at {clock_time(at)}"
        await self._arrange()
        if present is not None:
            again = await asyncio.to_thread(_index_of, found, present)
            if again is not None:
                table.go_to(again)
        self._tell()

    def _looked_up_to(self, count: int) -> None:
        self._looked = count  # called in a thread: the next tick shows it

    # The list

    @on(FilterBar.Changed)
    @work(exclusive=True, group="filter")
    async def _typed(self) -> None:
        await self._arrange()

    async def _arrange(self) -> None:
        from sipbreakout_tui.services.hazards.rows import hazard_filter

        text, rows = self.query_one(FilterBar).text, self._rows
        try:
            chosen = hazard_filter(text)
        except InvalidValue as error:
            self.query_one(FilterBar).say(str(error), bad=True)
            return
        order: Sequence[int] = range(len(rows))
        if text.strip():
            order = await asyncio.to_thread(lambda: chosen.select(rows, [row.haystack for row in rows], 0.0))
        if rows is not self._rows:
            return  # they are arranged already
        self.query_one(LineTable).show(order)
        self._say(f"{_spaced(len(order))} of {_spaced(len(rows))}")

    @on(FilterBar.Left)
    def _left(self) -> None:
        self.query_one(LineTable).focus()

    @on(LineTable.Moved)
    def _tell(self) -> None:
        row = self._chosen()
        self.query_one(".hazard-detail > Static", Static).update("" if row is None else _detail(row))

    @on(LineTable.Chosen)
    async def _jump(self, event: LineTable.Chosen) -> None:
        await self.sip_app.go("registrations", ShowNumber(self._rows[event.index].hazard.numbers[0].text))

    def _chosen(self) -> "HazardRow | None":
        index = self.query_one(LineTable).index
        return self._rows[index] if index is not None and index < len(self._rows) else None

    def _identity(self, index: int) -> tuple[str, str, str]:
        return self._rows[index].key

    def _cells(self, index: int) -> list[Cell]:
        hazard = self._rows[index].hazard
        glyph, kind = GLYPHS[hazard.severity]
        more = len(hazard.numbers) - 1
        return [
            Cell(glyph, kind),
            Cell(hazard.id, kind),
            Cell(hazard.numbers[0].text, "key"),
            Cell(f"+{_spaced(more)}" if more else "", "dim"),
            Cell(self._rows[index].text),
        ]

    def _say(self, words: str) -> None:
        self.query_one(FilterBar).say(words)

    # Keys

    def action_filter(self) -> None:
        """Type a filter."""
        self.query_one(FilterBar).start()

    def action_again(self) -> None:
        """Look for hazards again now."""
        if self.live is not None:
            self._find(self.live)

    def action_copy(self) -> None:
        """Copy the hazard."""
        row = self._chosen()
        if row is not None:
            from sipbreakout_tui.services.hazards.rows import hazard_text

            copy(self.app, hazard_text(row.hazard), "the hazard")

    @work(exclusive=True, group="fix")
    async def action_fix(self) -> None:
        """Show what would be sent to end the hazard, and open the form with it where that is wanted."""
        row = self._chosen()
        live = self.live
        if row is None or live is None:
            return
        from sipbreakout_tui.services.hazards.fix import dry_run

        def known(number: "E164") -> "Registration | None":
            lease = live.last(number)
            return None if lease is None else lease.registration

        dialog = HazardFix(row.hazard, dry_run(row.hazard, known), live.profile)
        registration = await self.app.push_screen_wait(dialog)
        if registration is not None:
            await self.sip_app.go("registrations", EditRegistration(registration))


def _index_of(rows: "Sequence[HazardRow]", wanted: "HazardRow") -> int | None:
    key = wanted.key
    return next((index for index, row in enumerate(rows) if row.key == key), None)


def _spaced(count: int) -> str:
    return f"{count:,}".replace(",", " ")


def _detail(row: "HazardRow") -> Content:
    hazard = row.hazard
    glyph, kind = GLYPHS[hazard.severity]
    colour = {"bad": "$error", "warn": "$warning", "dim": "$secondary"}[kind]
    numbers = "  ".join(number.text for number in hazard.numbers[:NUMBERS_SHOWN])
    left = len(hazard.numbers) - NUMBERS_SHOWN
    more = f"  and {_spaced(left)} more" if left > 0 else ""
    return Content.assemble(
        (f"{glyph} {hazard.severity}", f"bold {colour}"),
        (f"  {hazard.id}", "$secondary"),
        f"\n{row.text}\n",
        ("Numbers  ", "$secondary"),
        (numbers, "$primary"),
        (more, "$secondary"),
        ("\nFix      ", "$secondary"),
        visible(hazard.fix),
    )
