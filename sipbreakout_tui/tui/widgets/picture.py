"""A picture made of styled lines: leg diagrams and ladders, scrolled where they do not fit."""

from collections.abc import Iterable, Mapping

from textual.app import ComposeResult
from textual.containers import ScrollableContainer
from textual.content import Content, Span
from textual.widgets import Static

from sipbreakout_tui.diagram.lines import Mark, StyledLine

STYLES: Mapping[Mark, str] = {
    "party": "bold",
    "address": "$secondary",
    "leg": "$primary",
    "looped": "bold $error",
    "absent": "$secondary",
    "number": "",
    "prefix": "bold $accent",
    "note": "italic",
    "rule": "$secondary",
    "end": "$warning",
    "time": "$secondary",
    "outcome": "bold",
}
"""How parts of a picture look, in the colours of the theme."""


def picture_content(lines: Iterable[StyledLine], styles: Mapping[Mark, str] = STYLES) -> Content:
    """Return lines as Textual shows them; no markup is read in them."""
    return Content("\n").join(
        Content(
            line.text,
            [Span(span.start, span.stop, styles[span.mark]) for span in line.spans if styles.get(span.mark)],
        )
        for line in lines
    )


class Picture(ScrollableContainer):
    """A picture that can be scrolled with the arrow keys once it has the focus."""

    DEFAULT_CSS = """
    Picture { scrollbar-size: 1 1; & > Static { width: auto; height: auto; } }
    """

    def compose(self) -> ComposeResult:
        """Yield what holds the lines."""
        yield Static("", markup=False)

    def draw(self, lines: Iterable[StyledLine]) -> None:
        """Show these lines."""
        self.query_one(Static).update(picture_content(lines))
