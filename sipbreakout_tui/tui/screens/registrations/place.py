"""Place 1: one row a registration."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from sipbreakout_model import InvalidValue
from sipbreakout_tui.tui.place import Place
from sipbreakout_tui.tui.widgets.filter_bar import FilterBar
from sipbreakout_tui.tui.widgets.line_table import Cell, Column, LineTable
from sipbreakout_tui.tui.words import bar, life

if TYPE_CHECKING:
    from sipbreakout_tui.services.registrations import Changed, LiveRegistrations
    from sipbreakout_tui.services.row_order import RowOrder

COLUMNS = (
    Column("state", "", 1),
    Column("number", "number", 15),
    Column("type", "type", 8),
    Column("tas", "TAS", 22, grows=2),
    Column("mo", "MO", 4, drops=3),
    Column("mt", "MT", 4, drops=3),
    Column("lives", "lives", 14),
    Column("kept", "kept", 4, drops=2),
    Column("answer", "last answer", 14, grows=3, drops=1),
)


class RegistrationsPlace(Place):
    """The registrations of the core, live."""

    NAME = "registrations"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "filter", id="registrations.filter"),
    ]

    def __init__(self) -> None:
        """Start without rows."""
        super().__init__()
        self._order: RowOrder | None = None

    def body(self) -> Iterable[Widget]:
        """Yield filter and table."""
        yield FilterBar("words  field:value  !not  ttl:<10m  /regex/")
        yield LineTable(COLUMNS, self._cells, lambda index: self.live.rows[index].number, empty="no registrations")

    def opened(self, live: "LiveRegistrations") -> None:
        """Show all rows."""
        from sipbreakout_tui.services.row_order import RowOrder

        if self._order is None:
            self._order = RowOrder(live.rows, lambda row: row.number)
            self.query_one(LineTable).show(self._order.order)
            self.query_one(LineTable).focus()

    def changed(self, live: "LiveRegistrations", changed: "Changed") -> None:
        """Show what changed."""
        self._order.take(changed.indices, live.clock())
        self.query_one(LineTable).show(self._order.order)

    def ticked(self, now: float) -> None:
        """Count down."""
        self.query_one(LineTable).refresh()

    def action_filter(self) -> None:
        """Filter."""
        self.query_one(FilterBar).start()

    @on(FilterBar.Changed)
    def _filter(self, event: FilterBar.Changed) -> None:
        from sipbreakout_tui.services.filter import Filter
        from sipbreakout_tui.services.listing import FIELDS

        try:
            chosen = Filter(event.text, FIELDS)
        except InvalidValue as error:
            event.bar.say(str(error), bad=True)
            return
        self._order.arrange(chosen if event.text.strip() else None, None, False, self.live.clock())
        self.query_one(LineTable).show(self._order.order)
        event.bar.say(f"{len(self._order.order)} of {len(self.live.rows)}")

    @on(FilterBar.Left)
    def _left(self) -> None:
        self.query_one(LineTable).focus()

    def _cells(self, index: int) -> list[Cell]:
        live = self.live
        row = live.rows[index]
        now = live.clock()
        state = row.state(now)
        left = row.remaining(now)
        glyph = {"asserted": Cell("●", "good"), "refused": Cell("✖", "bad"), "failed": Cell("✖", "bad")}.get(
            state, Cell("○", "dim")
        )
        if left is None:
            lives = Cell("–", "dim")
        elif left <= 0:
            lives = Cell(f"ended {life(-left)} ago", "dim")
        else:
            lives = Cell(f"{bar(left / (row.ttl or 3600), 8)} {life(left)}", "")
        return [
            glyph,
            Cell(row.number, "key"),
            Cell(row.route_type),
            Cell(row.sip_uri),
            Cell(row.mo or "–"),
            Cell(row.mt or "–"),
            lives,
            Cell("↻" if row.kept else ""),
            Cell(row.known_from(now)),
        ]
