"""Place 1: one row a registration."""

import asyncio
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import events, on, work
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Static

from sipbreakout_model import InvalidValue
from sipbreakout_tui.tui.copying import copy
from sipbreakout_tui.tui.requests import EditRegistration, ExplainCall, ImportFile, Request, ShowNumber
from sipbreakout_tui.tui.screens.registrations.arranging import Arranging
from sipbreakout_tui.tui.screens.registrations.cells import COLUMNS, SORTED_BY, row_cells
from sipbreakout_tui.tui.screens.registrations.changing import ChangingPlace
from sipbreakout_tui.tui.screens.registrations.demo_hint import DemoHint
from sipbreakout_tui.tui.screens.registrations.row_pane import RowPane
from sipbreakout_tui.tui.widgets.columns import Cell
from sipbreakout_tui.tui.widgets.filter_bar import FilterBar
from sipbreakout_tui.tui.widgets.line_table import LineTable

if TYPE_CHECKING:
    from sipbreakout_tui.services.registrations.listing import Row
    from sipbreakout_tui.services.registrations.live import Changed, LiveRegistrations

_FOLLOW_SECONDS = 5.0
"""How often rows are arranged anew where time alone moves them."""

_LOWEST = 18
"""Lines of the screen below which the pane gives its room to the table."""


class RegistrationsPlace(ChangingPlace):
    """The registrations of the core, live."""

    NAME = "registrations"
    CSS_PATH = "place.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "filter", show=False, id="registrations.filter", tooltip="Filter the rows."),
        Binding(
            *("x", "explain", "explain a call"),
            id="registrations.explain",
            tooltip="Go to Call, with this number as the caller.",
        ),
        Binding(
            *("y", "copy_grpcurl", "copy as grpcurl"),
            id="registrations.copy_grpcurl",
            tooltip="Copy the grpcurl command line that registers the same.",
        ),
        Binding(
            *("Y", "copy_toml", "copy as TOML"),
            show=False,
            id="registrations.copy_toml",
            tooltip="Copy the registration as an entry of a TOML file.",
        ),
        Binding(
            *("left_square_bracket", "turn(-1)", "MO, MT"),
            show=False,
            id="registrations.turn_back",
            tooltip="Below: the former of outgoing call, incoming call, both.",
        ),
        Binding(
            *("right_square_bracket", "turn(1)", "MO, MT"),
            show=False,
            id="registrations.turn",
            tooltip="Below: the next of outgoing call, incoming call, both.",
        ),
        Binding(
            *("less_than_sign", "sort(-1)", "sort by the column before"),
            show=False,
            id="registrations.sort_before",
            tooltip="Sort by the column left of the present one.",
        ),
        Binding(
            *("greater_than_sign", "sort(1)", "sort by the next column"),
            show=False,
            id="registrations.sort_next",
            tooltip="Sort by the column right of the present one.",
        ),
        Binding(
            *("z", "turn_order", "turn the order"),
            show=False,
            id="registrations.turn_order",
            tooltip="Sort the other way round.",
        ),
        Binding(
            *("escape", "dismiss_hint", "hide the hint, unmark"),
            show=False,
            id="registrations.dismiss",
            tooltip="Hide the hint; then take away the filter; then the marks.",
        ),
    ]

    def __init__(self) -> None:
        """Start without rows."""
        super().__init__()
        self._arranging = Arranging(self._now, self._show_rows)
        self._revision = -1
        self._arranged_at = 0.0
        self._cursor_number: str | None = None
        self._spaced: Callable[[str], str] = str

    def body(self) -> Iterable[Widget]:
        """Yield filter, hint, table and pane."""
        yield FilterBar("words  field:value  !not  ttl:<10m  /regex/")
        yield DemoHint()
        yield LineTable(COLUMNS, self._cells, self._identity, empty="reading…")
        yield Static("", classes="bulk-line -gone", markup=False)
        yield RowPane()

    def on_mount(self) -> None:
        """Put the focus on the table."""
        self._table.focus()

    @property
    def busy(self) -> bool:
        """Whether numbers, order or history are still to come."""
        return self._spaced is str or self._arranging.at_work or self.query_one(RowPane).busy

    def _now(self) -> float:
        return self.sip_app.clock()

    @property
    def _table(self) -> LineTable:
        return self.query_one(LineTable)

    # What is shown

    def opened(self, live: "LiveRegistrations") -> None:
        """Show all rows; what is there already is not made anew."""
        first, self._live_rows = self._live_rows is None, live.rows
        if first:
            if self.sip_app.bench is not None and self.sip_app.bench.demo is not None:
                self.query_one(DemoHint).show(self.sip_app.bench.demo.hint)
            self._learn_numbers()
        if self._revision != live.revision:
            self._revision = live.revision
            self._arranging.reload(live.rows)
            self._arrange()
        self._show_bulk()

    def changed(self, live: "LiveRegistrations", changed: "Changed") -> None:
        """Show what changed; the order follows at once where that is cheap."""
        self._revision = live.revision
        if changed.everything:
            self._arranging.reload(live.rows)
            self._arrange()
            return
        self._arranging.take(changed.indices, live.clock())
        self._show_rows()

    def ticked(self, now: float) -> None:
        """Count down, and follow the time where the order depends on it."""
        follows = self._arranging.follows_time and not 0 <= now - self._arranged_at < _FOLLOW_SECONDS
        if self._arranging.stale or follows:
            self._arrange()
        self._table.tick("left")
        self.query_one(RowPane).tick(now)
        self._show_bulk()

    def arrive(self, request: Request) -> None:
        """Put the cursor on a number, or open the form."""
        if isinstance(request, ShowNumber):
            self._wanted = request.number
            if self.live is not None and self.live.index_of(request.number) is None:
                self._wanted = None
                self.notify(f"nothing is known of {request.number} here", markup=False)
            self._seek()
        elif isinstance(request, EditRegistration):
            self.edit(request.registration)
        elif isinstance(request, ImportFile):
            self.import_file(request.path)

    @work(group="arrange")
    async def _arrange(self) -> None:
        self._arranged_at = self.sip_app.clock()
        await self._arranging.arrange()

    def _show_rows(self) -> None:
        """Show the rows as they are arranged, the cursor on the number that it was on."""
        arranging, table = self._arranging, self._table
        reloaded, self._rows = self._rows is not arranging.rows, arranging.rows
        number = self._cursor_number
        table.show(arranging.shown, sorted_by=(arranging.column, arranging.reverse))
        if reloaded and number is not None and self.live is not None:
            index = self.live.index_of(number)
            if index is not None:
                table.go_to(index)
        self._say_count()
        self._moved(table.index)
        self._seek()

    def _say_count(self) -> None:
        bar = self.query_one(FilterBar)
        self._table.empty = (
            "nothing passes the filter" if self._rows else "no registrations: a adds one, i imports a file"
        )
        if self._unread is not None:
            bar.say(self._unread, bad=True)
            return
        marked = f"{_count(len(self._table.marks))} marked   " if self._table.marks else ""
        bar.say(f"{marked}{_count(len(self._arranging.shown))} of {_count(len(self._rows))}")

    def _seek(self) -> None:
        """Put the cursor on the number that was asked for, as soon as it is there."""
        live, number = self.live, self._wanted
        if live is None or number is None or live.rows is not self._rows:
            return
        index = live.index_of(number)
        if index is None:
            return
        if self._table.go_to(index):
            self._wanted = None
        elif index < len(self._rows) and self.query_one(FilterBar).text:
            self.query_one(FilterBar).text = ""

    def _cells(self, index: int) -> list[Cell]:
        live = self.live
        return row_cells(self._rows[index], self.sip_app.clock(), self._spaced, live is not None and live.keeper_runs)

    def _identity(self, index: int) -> str:
        return self._rows[index].number

    @work(exclusive=True, group="numbers")
    async def _learn_numbers(self) -> None:
        """Learn how numbers are spaced: it takes a while to load, and again for each country."""
        from sipbreakout_tui.services.numbering import spaced

        first = [row.number for row in self._arranging.rows[:200]]
        await asyncio.to_thread(lambda: [spaced(number) for number in first or ("+4700000000",)])
        self._spaced = spaced
        self._table.refresh()

    # The row under the cursor

    @property
    def row(self) -> "Row | None":
        """The row under the cursor."""
        index = self._table.index
        return None if index is None else self._rows[index]

    @on(LineTable.Moved)
    def _cursor_moved(self, event: LineTable.Moved) -> None:
        self._moved(event.table.index)

    def _moved(self, index: int | None) -> None:
        row = None if index is None else self._rows[index]
        self._cursor_number = None if row is None else row.number
        self.query_one(RowPane).show(row)

    @on(LineTable.Chosen)
    def _chosen(self, event: LineTable.Chosen) -> None:
        from sipbreakout_tui.tui.screens.registrations.details import DetailsDialog

        if self.live is not None:
            self.app.push_screen(DetailsDialog(self.live, self._rows[event.index]))

    # Filter and order

    def action_filter(self) -> None:
        """Go where the filter is typed."""
        self.query_one(FilterBar).start()

    @on(FilterBar.Changed)
    def _filter(self, event: FilterBar.Changed) -> None:
        from sipbreakout_tui.services.filter import Filter
        from sipbreakout_tui.services.registrations.listing import FIELDS

        try:
            chosen = Filter(event.text, FIELDS) if event.text.strip() else None
        except InvalidValue as error:
            self._unread = str(error)
            self._say_count()
            return
        self._unread = None
        self._arranging.filter = chosen
        self._arrange()

    @on(FilterBar.Left)
    def _left(self) -> None:
        self._table.focus()

    @on(LineTable.MarksChanged)
    def _marks_changed(self) -> None:
        self._say_count()

    @on(LineTable.HeaderClicked)
    def _header_clicked(self, event: LineTable.HeaderClicked) -> None:
        column = event.column if event.column in SORTED_BY else "lives"
        if column == self._arranging.column:
            self.action_turn_order()
        else:
            self._sort_by(column)

    def action_sort(self, steps: int) -> None:
        """Sort by the next column, or the one before."""
        at = SORTED_BY.index(self._arranging.column)
        self._sort_by(SORTED_BY[(at + steps) % len(SORTED_BY)])

    def action_turn_order(self) -> None:
        """Sort the other way round."""
        self._arranging.reverse = not self._arranging.reverse
        self._arrange()

    def _sort_by(self, column: str) -> None:
        self._arranging.column, self._arranging.reverse = column, False
        self._arrange()

    # Keys of the row

    def action_turn(self, steps: int) -> None:
        """Show the other picture below."""
        self.query_one(RowPane).turn(steps)

    async def action_explain(self) -> None:
        """Go to Call with the number as caller."""
        if self.row is not None:
            await self.sip_app.go("call", ExplainCall(caller=self.row.number, callee=""))

    def action_copy_grpcurl(self) -> None:
        """Copy the row as a grpcurl command line."""
        from sipbreakout_tui.services.registrations.grpcurl import profile_line

        if self.row is not None and self.live is not None:
            copy(
                self.app,
                profile_line("upsert", self.row.registration(), self.live.profile),
                f"the grpcurl line of {self.row.number}",
            )

    def action_copy_toml(self) -> None:
        """Copy the row as TOML."""
        from sipbreakout_tui.services.registrations.export import as_toml

        if self.row is not None:
            copy(self.app, as_toml(self.row), f"{self.row.number} as TOML")

    # The hint, and the room there is

    def action_dismiss_hint(self) -> None:
        """Hide the hint; then take away the filter; then the marks."""
        hint, bar = self.query_one(DemoHint), self.query_one(FilterBar)
        if hint.display:
            hint.dismiss()
        elif bar.text:
            bar.text = ""
        else:
            self._table.clear_marks()

    def on_screen_suspend(self) -> None:
        """Hide the hint once another place was gone to."""
        if self.app.current_mode != self.NAME:
            self.query_one(DemoHint).dismiss()

    def on_resize(self, event: events.Resize) -> None:
        """Give the room to the table where there is little."""
        self.query_one(RowPane).set_class(event.size.height < _LOWEST, "-gone")


def _count(number: int) -> str:
    return f"{number:,}".replace(",", " ")
