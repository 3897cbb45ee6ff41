"""Pictures of a call that follow the width of their pane."""

from collections.abc import Callable, Iterable

from textual.geometry import Region

from sipbreakout_tui.diagram.lines import StyledLine
from sipbreakout_tui.tui.widgets.picture import Picture


class FlowPicture(Picture):
    """A picture that is drawn again where its width changes, with one leg pointed at."""

    BORDER_COLUMNS = 1
    """Left free beside the picture."""

    def __init__(self, *, id: str | None = None) -> None:
        """Start empty."""
        super().__init__(id=id)
        self._make: Callable[[int], Iterable[StyledLine]] | None = None
        self._width = 0
        self._lines: tuple[StyledLine, ...] = ()
        self._leg: int | None = None

    def show(self, make: Callable[[int], Iterable[StyledLine]], leg: int | None) -> None:
        """Show what a function makes for a width in columns.

        Args:
            make: Returns the lines.
            leg: The place of the leg that is pointed at, as in `LegSpan`; None: none.
        """
        self._make = make
        self._redraw(leg)

    def point_at(self, leg: int | None) -> None:
        """Point at another leg, and scroll to it."""
        self._redraw(leg)
        if leg is not None:
            rows = [(row, span) for row, line in enumerate(self._lines) for span in line.legs if span.place == leg]
            if rows:
                top, first = min((row for row, _ in rows)), rows[0][1]
                tall = min(max(row for row, _ in rows) - top + 1, max(self.size.height - 1, 1))
                self.scroll_to_region(Region(first.start, top, 1, tall), animate=False, force=True)

    def on_resize(self) -> None:
        """Draw for the new width."""
        if self._make is not None and self._room != self._width:
            self._redraw(self._leg)

    @property
    def _room(self) -> int:
        return self.scrollable_content_region.width - self.BORDER_COLUMNS

    def _redraw(self, leg: int | None) -> None:
        if self._make is None:
            return
        if self._room <= 0:
            self._width = 0  # hidden: drawn as soon as it has room
            return
        width, self._width = self._width, self._room
        lines = tuple(self._make(self._room))
        # Each second the same is asked again: what looks the same is not laid out again.
        if (lines, leg, self._room) != (self._lines, self._leg, width):
            self._lines, self._leg = lines, leg
            self.draw(lines, leg)
