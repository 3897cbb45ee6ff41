"""A table of any number of rows: only the lines on the screen are ever made."""

from collections.abc import Callable, Hashable, Sequence
from typing import Any, ClassVar

from rich.cells import set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from sipbreakout_tui.tui.widgets.columns import GAP, GUTTER, Cell, Column, fit, fitted

_SPACE = " " * GAP
_MOST_STRIPS = 512


_KINDS = ("good", "warn", "bad", "dim", "key")


class LineTable(ScrollView, can_focus=True):
    """Rows that a function makes when they are looked at; marks, a cursor, and a header that sorts.

    `show` gives it the order of rows to show. Rows are named by their index, which `cells` and the messages take.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "open", show=False, id="table.choose"),
        Binding("space", "mark", "mark", show=False, id="table.mark", tooltip="Mark the row, or take the mark away."),
        Binding("ctrl+a", "mark_all", "mark all", show=False, id="table.mark_all", tooltip="Mark every row shown."),
        Binding("up", "move(-1)", "row up", show=False, id="table.up"),
        Binding("down", "move(1)", "row down", show=False, id="table.down"),
        Binding("pageup", "page(-1)", "page up", show=False, id="table.page_up"),
        Binding("pagedown", "page(1)", "page down", show=False, id="table.page_down"),
        Binding("home", "edge(0)", "first row", show=False, id="table.first"),
        Binding("end", "edge(-1)", "last row", show=False, id="table.last"),
    ]

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *(f"line-table--{kind}" for kind in _KINDS),
        "line-table--header",
        "line-table--cursor",
        "line-table--cursor-blurred",
        "line-table--mark",
    }

    DEFAULT_CSS = """
    LineTable {
        background: $background; color: $foreground; overflow-x: hidden; overflow-y: auto;
        scrollbar-size-vertical: 1;
        &> .line-table--header { color: $secondary; text-style: bold; background: $surface; }
        &> .line-table--cursor { background: $primary 25%; }
        &> .line-table--cursor-blurred { background: $panel; }
        &> .line-table--mark { color: $accent; text-style: bold; }
        &> .line-table--good { color: $success; }
        &> .line-table--warn { color: $warning; }
        &> .line-table--bad { color: $error; }
        &> .line-table--dim { color: $secondary; }
        &> .line-table--key { color: $primary; }
    }
    """

    class Moved(Message):
        """The cursor stands on another row, or its row is another one."""

        def __init__(self, table: "LineTable", index: int | None) -> None:
            """Take the row's index; None: there is no row."""
            super().__init__()
            self.table = table
            self.index = index

        @property
        def control(self) -> "LineTable":
            """The table."""
            return self.table

    class Chosen(Message):
        """Enter was pressed on a row, or it was clicked twice."""

        def __init__(self, table: "LineTable", index: int) -> None:
            """Take the row's index."""
            super().__init__()
            self.table = table
            self.index = index

        @property
        def control(self) -> "LineTable":
            """The table."""
            return self.table

    class HeaderClicked(Message):
        """The title of a column was clicked."""

        def __init__(self, table: "LineTable", column: str) -> None:
            """Take the column's name."""
            super().__init__()
            self.table = table
            self.column = column

        @property
        def control(self) -> "LineTable":
            """The table."""
            return self.table

    class MarksChanged(Message):
        """Other rows are marked than before."""

        def __init__(self, table: "LineTable") -> None:
            """Take the table."""
            super().__init__()
            self.table = table

        @property
        def control(self) -> "LineTable":
            """The table."""
            return self.table

    def __init__(
        self,
        columns: Sequence[Column],
        cells: Callable[[int], Sequence[Cell]],
        identity: Callable[[int], Hashable],
        *,
        empty: str = "",
        id: str | None = None,
    ) -> None:
        """Take what makes the rows.

        Args:
            columns: From left to right.
            cells: Returns the cells of the row with an index, one for each column.
            identity: Returns what names a row over reloads; marks are kept by it.
            empty: What is said where no row is shown.
            id: The widget's id.
        """
        super().__init__(id=id)
        self._columns = tuple(columns)
        self._cells = cells
        self._identity = identity
        self._order: Sequence[int] = ()
        self._position = 0
        self._sorted: tuple[str, bool] | None = None
        self._widths: list[tuple[int, int]] = []  # which columns are shown, and how wide
        self._fitted_width = -1
        self._styles: dict[tuple[str, str], Style] = {}
        self._strips: dict[tuple[int, str, bool, int], tuple[Sequence[Cell], Strip]] = {}
        self._lines: dict[int, Strip] = {}  # what is on the screen, but for lines that are to be drawn anew
        self._made: dict[int, Sequence[Cell]] = {}  # by position, the cells of rows in sight since the last tick
        self._thumb = 0  # where that of the scrollbar begins, in eighths of a line
        self.empty = empty
        self.marks: set[Hashable] = set()
        """The identities of the marked rows."""

    # What is shown

    def show(self, order: Sequence[int], *, sorted_by: tuple[str, bool] | None = None) -> None:
        """Show these rows; the cursor stays on its row where that is still there.

        Args:
            order: The indices of the rows, from the top.
            sorted_by: The column by whose title a sign stands, and whether its greatest is on top.
        """
        former = self.index
        self._order, self._sorted = order, sorted_by
        self._made.clear()
        if former is not None and (self._position >= len(order) or order[self._position] != former):
            try:
                self._position = order.index(former)
            except ValueError:
                self._position = min(self._position, max(len(order) - 1, 0))
        self._make_room(len(order))
        self._scroll_to_cursor()
        self.refresh()
        if self.index != former:
            self.post_message(self.Moved(self, self.index))

    @property
    def index(self) -> int | None:
        """The index of the row under the cursor; None where no row is shown."""
        return self._order[self._position] if self._position < len(self._order) else None

    @property
    def shown_rows(self) -> Sequence[int]:
        """The indices of all rows, from the top."""
        return self._order

    def go_to(self, index: int) -> bool:
        """Put the cursor on a row; return whether it is shown."""
        try:
            self._move_to(self._order.index(index))
        except ValueError:
            return False
        return True

    def clear_marks(self) -> None:
        """Mark no row."""
        if self.marks:
            self.marks.clear()
            self._marks_changed()

    def tick(self, column: str) -> None:
        """Draw one column of the rows in sight anew, and of each row all of it where more than that changed."""
        top = int(self.scroll_y)
        place = [number for number, (index, _) in enumerate(self._widths) if self._columns[index].name == column]
        if not place:
            self.refresh()
            return
        shown = self._widths[place[0]][0]
        left = GUTTER + sum(room + GAP for _, room in self._widths[: place[0]])
        former, self._made = self._made, {}
        for line in range(1, self.size.height):
            position = top + line - 1
            if position >= len(self._order):
                break
            cells, was = self._made_cells(position), former.get(position)
            if was is None or was[:shown] != cells[:shown] or was[shown + 1 :] != cells[shown + 1 :]:
                self.refresh(Region(0, line, self.size.width, 1))
        self.refresh(Region(left, 1, self._widths[place[0]][1], self.size.height - 1))

    # Keys and mouse

    def action_choose(self) -> None:
        """Tell that the row under the cursor was chosen."""
        if self.index is not None:
            self.post_message(self.Chosen(self, self.index))

    def action_mark(self) -> None:
        """Mark the row under the cursor, or take its mark away, and go down."""
        if self.index is not None:
            self.marks ^= {self._identity(self.index)}
            self._marks_changed()
            self.action_move(1)

    def action_mark_all(self) -> None:
        """Mark every row shown; where all are marked, none."""
        every = set(map(self._identity, self._order))
        self.marks = self.marks - every if every <= self.marks else self.marks | every
        self._marks_changed()

    def action_move(self, rows: int) -> None:
        """Move the cursor by some rows."""
        self._move_to(self._position + rows)

    def action_page(self, pages: int) -> None:
        """Move the cursor by some screens."""
        self._move_to(self._position + pages * max(self.size.height - 2, 1))

    def action_edge(self, position: int) -> None:
        """Move the cursor to the first row (0) or the last one (-1)."""
        self._move_to(position % max(len(self._order), 1))

    def on_click(self, event: events.Click) -> None:
        """Move the cursor, mark, choose or sort, by where the click was."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        if offset.y == 0:
            column = self._column_at(offset.x)
            if column is not None:
                self.post_message(self.HeaderClicked(self, column.name))
            return
        position = offset.y - 1 + int(self.scroll_y)
        if position >= len(self._order):
            return
        self._move_to(position)
        if offset.x < GUTTER:
            self.marks ^= {self._identity(self._order[position])}
            self._marks_changed()
        elif event.chain == 2:
            self.action_choose()

    # Inside

    def _marks_changed(self) -> None:
        self.refresh()
        self.post_message(self.MarksChanged(self))

    def _make_room(self, rows: int) -> None:
        """Take so many rows; the screen is laid out anew only where the scrollbar comes or goes."""
        size = Size(self.size.width, rows + 1)
        if (size.height > self.container_size.height) is self.show_vertical_scrollbar:
            self.set_reactive(LineTable.virtual_size, size)
            self._scroll_update(size)
        else:
            self.virtual_size = size

    def _move_to(self, position: int) -> None:
        position = max(0, min(position, len(self._order) - 1))
        if position == self._position:
            return
        former, self._position = self._position, position
        if not self._scroll_to_cursor():
            top = int(self.scroll_y) - 1
            for line in (former - top, position - top):
                self.refresh(Region(0, line, self.size.width, 1))
        self.post_message(self.Moved(self, self.index))

    def _scroll_to_cursor(self) -> bool:
        """Bring the cursor's row into sight; return whether the rows moved."""
        visible = max(self.size.height - 1, 1)
        top = int(self.scroll_y)
        wanted = min(max(top, self._position - visible + 1), self._position)
        if wanted == top:
            return False
        self.scroll_to(y=wanted, animate=False, immediate=True)
        return True

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Draw the rows anew, and the scrollbar only where its thumb moves: it costs more than all rows."""
        height = self.size.height
        thumb = round(new_value * height * 8 / max(self.virtual_size.height, 1))
        at_an_end = new_value in (0, self.max_scroll_y)
        if self.show_vertical_scrollbar and (thumb != self._thumb or at_an_end):
            self._thumb = thumb
            self.vertical_scrollbar.position = new_value
        if round(old_value) != round(new_value):
            self.refresh(self.size.region)

    def watch_has_focus(self, focused: bool) -> None:
        """Draw the cursor as what it is now."""
        super().watch_has_focus(focused)
        self.refresh()

    def on_resize(self) -> None:
        """Keep the cursor in sight."""
        self._make_room(len(self._order))
        self._scroll_to_cursor()

    def notify_style_update(self) -> None:
        """Forget the colours of the former theme."""
        super().notify_style_update()
        self._styles.clear()
        self._strips.clear()
        self._lines.clear()

    def _set_dirty(self, *regions: Region) -> None:
        """Forget the lines that are to be drawn anew; Textual calls it for every reason there is."""
        super()._set_dirty(*regions)
        if not regions:
            self._lines.clear()
            self._made.clear()
        for region in regions:
            for y in region.line_range:
                self._lines.pop(y, None)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return lines of the screen, without what Textual does for borders, padding and tints: there are none.

        Textual asks for all lines whenever a part of any is to be drawn; those that are not are the former ones.
        """
        width = self.scrollable_content_region.width
        if self._fitted_width != width:  # a scrollbar that comes or goes changes it, too
            self._widths, self._fitted_width = fitted(self._columns, width), width
            self._lines.clear()
        missing = [y for y in crop.line_range if y not in self._lines]
        if missing:
            filters, background = self.get_line_filters(), self.background_colors[1]
            for y in missing:
                strip = self.render_line(y)
                for each in filters:
                    strip = strip.apply_filter(each, background)
                self._lines[y] = strip
        if crop.x == 0 and crop.right >= width:
            return [self._lines[y] for y in crop.line_range]
        return [self._lines[y].crop(crop.x, crop.right) for y in crop.line_range]

    def render_line(self, y: int) -> Strip:
        """Return one line of the screen."""
        width = self._fitted_width
        if y == 0:
            return self._header(width)
        position = y - 1 + int(self.scroll_y)
        if position < len(self._order):
            return self._row(position, width)
        if y == 2 and not self._order:
            return Strip([Segment(set_cell_size(f"   {self.empty}", width), self._style("dim", ""))], width)
        return Strip([Segment(" " * width, self._style("", ""))], width)

    def _header(self, width: int) -> Strip:
        style = self._style("header", "")
        parts = [" " * GUTTER]
        for index, room in self._widths:
            column = self._columns[index]
            title = column.title
            if self._sorted is not None and self._sorted[0] == column.name:
                title += " " * (len(title) + 2 <= room) + ("▼" if self._sorted[1] else "▲")
            spilt = 0 if column.right else GAP - 1  # a narrow column's arrow may stand in the gap
            parts.append(fit(title, room + spilt, column.right) + " " * (GAP - spilt))
        return Strip([Segment(set_cell_size("".join(parts), width), style)], width)

    def _row(self, position: int, width: int) -> Strip:
        index = self._order[position]
        at_cursor = position == self._position
        base = ("cursor" if self.has_focus else "cursor-blurred") if at_cursor else ""
        marked = self._identity(index) in self.marks
        cells = self._made_cells(position)
        key = (index, base, marked, width)
        made = self._strips.get(key)
        # Textual keeps with a strip what it makes of it: the same one again is several times cheaper.
        if made is None or made[0] != cells:
            if len(self._strips) > _MOST_STRIPS:
                self._strips.clear()
            made = self._strips[key] = (cells, self._made_row(cells, base, marked, width))
        return made[1]

    def _made_cells(self, position: int) -> Sequence[Cell]:
        cells = self._made.get(position)
        if cells is None:
            cells = self._made[position] = self._cells(self._order[position])
        return cells

    def _made_row(self, cells: Sequence[Cell], base: str, marked: bool, width: int) -> Strip:
        plain = self._style("", base)
        runs: list[tuple[Style, list[str]]] = [
            (self._style("key", base), ["▸" if base else " "]),
            (self._style("mark", base), ["◆"]) if marked else (plain, [" "]),
        ]
        used, gap = GUTTER, ""
        for shown, room in self._widths:
            text, kind = cells[shown]
            style = self._style(kind, base) if kind else plain
            runs[-1][1].append(gap)  # it has no look of its own
            # Few long segments: each costs Textual several times what it costs to make.
            if style is not runs[-1][0]:
                runs.append((style, []))
            runs[-1][1].append(fit(text, room, self._columns[shown].right))
            used += len(gap) + room
            gap = _SPACE
        runs[-1][1].append(" " * (width - used))
        strip = Strip([Segment("".join(texts), style) for style, texts in runs], max(used, width))
        return strip if used <= width else strip.crop(0, width)

    def _style(self, kind: str, base: str) -> Style:
        """Return how text of a kind looks on a row that is under the cursor or not."""
        style = self._styles.get((kind, base))
        if style is None:
            style = self.get_component_rich_style(f"line-table--{base}") if base else self.rich_style
            if kind:
                own = self.get_component_rich_style(f"line-table--{kind}", partial=True)
                style += own if kind == "header" else Style(color=own.color, bold=own.bold)
            self._styles[kind, base] = style
        return style

    def _column_at(self, x: int) -> Column | None:
        start = GUTTER
        for index, room in self._widths:
            if start <= x < start + room + GAP:
                return self._columns[index]
            start += room + GAP
        return None


def identity_of_index(index: int) -> Any:
    """Return the index: the identity of rows that are never reloaded."""
    return index
