"""Place 3: why captured calls took the way they took."""

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import events, on, work
from textual.binding import Binding, BindingType
from textual.widget import Widget

from sipbreakout_model import InvalidValue
from sipbreakout_tui.tui.screens.dialog import TextDialog
from sipbreakout_tui.tui.screens.trace.about import AboutTrace
from sipbreakout_tui.tui.screens.trace.call_view import LOW, ChosenCall
from sipbreakout_tui.tui.screens.trace.cells import COLUMNS, row_cells
from sipbreakout_tui.tui.screens.trace.chosen import ChosenCallPlace
from sipbreakout_tui.tui.widgets.columns import Cell
from sipbreakout_tui.tui.widgets.filter_bar import FilterBar
from sipbreakout_tui.tui.widgets.line_table import LineTable, identity_of_index

if TYPE_CHECKING:
    from sipbreakout_tui.services.traces.call_rows import CallList


_AT_ONCE = 1000
"""Up to so many calls are filtered within a millisecond or two; more of them in a thread."""

_HINT = "words  field:value  !not  turns:>3  status:>=400  /regex/"


class TracePlace(ChosenCallPlace):
    """Calls on top, below them the chosen one."""

    NAME = "trace"
    CSS_PATH = "place.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            *("b", "against", "hold against"),
            id="trace.against",
            tooltip="Choose the registrations that calls are held against: the ledger's, a file's, or inferred ones.",
        ),
        Binding(
            *("m", "parties", "who is who"), id="trace.parties", tooltip="Say which address is the core's or a TAS's."
        ),
        Binding(
            *("escape", "back", "stop, back"),
            show=False,
            id="trace.back",
            tooltip="Stop what is being read and show it as far as it is; else go to the list of calls.",
        ),
        Binding("slash", "filter", "filter", show=False, id="trace.filter", tooltip="Filter the calls."),
        Binding("t", "by_time", "by time", show=False, id="trace.by_time", tooltip="Sort by time, or the worst first."),
        Binding(
            *("less_than_sign", "sort(-1)", "sort by the column before"),
            show=False,
            id="trace.sort_before",
            tooltip="Sort by the column left of the present one.",
        ),
        Binding(
            *("greater_than_sign", "sort(1)", "sort by the next column"),
            show=False,
            id="trace.sort_next",
            tooltip="Sort by the column right of the present one.",
        ),
        Binding(
            *("z", "turn_order", "turn the order"),
            show=False,
            id="trace.turn_order",
            tooltip="Sort the other way round.",
        ),
        Binding("i", "about", "about", show=False, id="trace.about", tooltip="Tell what was read, and what was not."),
    ]

    def __init__(self) -> None:
        """Start without calls."""
        super().__init__()
        self._lock = asyncio.Lock()
        self._will_choose = False

    def body(self) -> Iterable[Widget]:
        """Yield what is open, the filter, the calls and the chosen one."""
        yield AboutTrace()
        yield FilterBar(_HINT)
        yield LineTable(COLUMNS, self._cells, identity_of_index, empty="no capture is open: o opens one", id="calls")
        yield ChosenCall()

    def on_mount(self) -> None:
        """Put the focus on the calls."""
        self._table.focus()

    @property
    def _table(self) -> LineTable:
        return self.query_one("#calls", LineTable)

    # What is shown

    def show_calls(self, former: "CallList | None") -> None:
        """Show the calls of a trace, the cursor on the worst; if it was diagnosed anew, on the same call as before."""
        calls, text = self.calls, self.query_one(FilterBar).text
        if calls is None:
            return
        self._table.empty = "the capture holds no call" if not calls.rows else "no call passes the filter"
        chosen = self._table.index
        self._show_order()
        same = former is not None and former.opened.captures is calls.opened.captures
        if chosen is None or not same or not self._table.go_to(chosen):
            self._table.action_edge(0)
        self._choose(self._table.index)
        if former is not None:
            self._arrange(former.sorted_by, former.reverse, text)
        elif text.strip():
            self._arrange(text=text)

    def focus_calls(self) -> None:
        """Put the focus on the calls."""
        self._table.focus()

    def on_resize(self, event: events.Resize) -> None:
        """Give the calls a third of the screen."""
        self._share_height()

    def _share_height(self) -> None:
        height = self.app.size.height
        self.set_class(height < LOW, "-low")
        rows = len(self.calls.rows) if self.calls is not None and self.calls.order else 0
        self._table.styles.height = min(rows + 1, max(height // 3 - 1, 4)) if rows else "1fr"

    def _show_order(self) -> None:
        calls = self.calls
        if calls is not None:
            self._share_height()
            self._table.show(calls.order, sorted_by=(calls.sorted_by, calls.reverse))
            shown, every = len(calls.order), len(calls.rows)
            self.query_one(FilterBar).say(f"{shown:,} of {every:,}".replace(",", " "))

    @work(group="arrange")
    async def _arrange(
        self, sorted_by: str | None = None, reverse: bool | None = None, text: str | None = None
    ) -> None:
        """Filter and sort; what is asked for meanwhile is done after it."""
        calls = self.calls
        if calls is None:
            return
        bar = self.query_one(FilterBar)
        async with self._lock:
            try:
                if len(calls.rows) <= _AT_ONCE:
                    calls.arrange(sorted_by, reverse, text)
                else:
                    await asyncio.to_thread(calls.arrange, sorted_by, reverse, text)
            except InvalidValue as error:
                bar.say(str(error), bad=True)
                return
        if calls is self.calls:
            self._show_order()

    @on(FilterBar.Changed)
    def _filter(self, event: FilterBar.Changed) -> None:
        self._arrange(text=event.text)

    @on(FilterBar.Left)
    def _left(self) -> None:
        self._table.focus()

    @on(LineTable.HeaderClicked, "#calls")
    def _header_clicked(self, event: LineTable.HeaderClicked) -> None:
        from sipbreakout_tui.services.traces.call_rows import SORTS

        calls = self.calls
        if calls is not None and event.column in SORTS:
            self._arrange(event.column, not calls.reverse if calls.sorted_by == event.column else False)

    @on(LineTable.Moved, "#calls")
    def _moved(self) -> None:
        # The cursor is painted first; of many moves in one go only the last one's call is shown.
        if not self._will_choose:
            self._will_choose = True
            self.call_after_refresh(self.choose_present)

    def choose_present(self) -> None:
        """Show the call under the cursor, where it is not shown yet."""
        if self._will_choose:
            self._will_choose = False
            self._choose(self._table.index)

    @on(LineTable.Chosen, "#calls")
    def _taken(self) -> None:
        self.chosen_call.focus_pane()

    def _cells(self, index: int) -> list[Cell]:
        return [Cell("")] * len(COLUMNS) if self.calls is None else row_cells(self.calls.diagnosis(index))

    # Keys: the list

    def action_filter(self) -> None:
        """Filter."""
        self.query_one(FilterBar).start()

    def action_sort(self, steps: int) -> None:
        """Sort by another column."""
        from sipbreakout_tui.services.traces.call_rows import sort_after

        if self.calls is not None:
            self._arrange(sort_after(self.calls.sorted_by, steps), False)

    def action_turn_order(self) -> None:
        """Sort the other way round."""
        if self.calls is not None:
            self._arrange(reverse=not self.calls.reverse)

    def action_by_time(self) -> None:
        """Sort by time; where it is, the worst first."""
        from sipbreakout_tui.services.traces.call_rows import WORST

        if self.calls is not None:
            self._arrange(WORST if self.calls.sorted_by == "time" else "time", False)

    def action_about(self) -> None:
        """Tell what was read."""
        from sipbreakout_tui.services.traces.words import source_lines, unmasked

        if self.calls is not None:
            lines = source_lines(self.calls.opened, unmasked)
            self.app.push_screen(TextDialog("What was read", "\n".join(lines)))
