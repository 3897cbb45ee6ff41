"""Lines of any length, folded to the width that there is, in which something can be marked and brought into sight."""

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

MOST_ROWS = 3000
"""How many folded lines are shown; a message may have a body of megabytes."""


class RawText(VerticalScroll, can_focus=True):
    """A text to read."""

    DEFAULT_CSS = """
    RawText {
        height: 1fr; scrollbar-size-vertical: 1; scrollbar-gutter: stable; background: $surface;
        & > Static { width: 1fr; height: auto; }
    }
    """

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self._lines: Sequence[Content] = ()
        self._tops: list[int] = []
        self._sought: tuple[int, int] | None = None

    def compose(self) -> ComposeResult:
        """Yield what holds the text."""
        yield Static("", markup=False)

    def show(self, lines: Sequence[Content], sought: tuple[int, int] | None = None) -> None:
        """Show lines, and bring one into sight.

        Args:
            lines: As they are to look; folded here.
            sought: The index of a line and of a character in it; None: stay where one is.
        """
        self._lines, self._sought = lines, sought
        self._fold()

    def on_resize(self, event: events.Resize) -> None:
        """Fold anew."""
        self._fold()

    def _fold(self) -> None:
        width = max(self.scrollable_content_region.width, 10)
        rows: list[Content] = []
        self._tops = []
        for line in self._lines:
            self._tops.append(len(rows))
            rows += line.fold(width) if line.plain else [line]
            if len(rows) > MOST_ROWS:
                rows = [
                    *rows[:MOST_ROWS],
                    Content.styled("… there is more: save it, or see it in the capture", "$warning"),
                ]
                break
        self.query_one(Static).update(Content("\n").join(rows))
        if self._sought is not None:
            index, column = self._sought
            if index < len(self._tops):
                row = self._tops[index] + column // width
                self.call_after_refresh(self._bring, row)

    def _bring(self, row: int) -> None:
        top, height = int(self.scroll_y), max(self.size.height, 1)
        if not top <= row < top + height:
            self.scroll_to(y=max(row - height // 3, 0), animate=False)
