"""A picture made of styled lines: leg diagrams and ladders, scrolled where they do not fit."""

from collections.abc import Iterable, Mapping

from textual.app import ComposeResult
from textual.containers import ScrollableContainer
from textual.content import Content, Span
from textual.geometry import Size
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


POINTED = "bold reverse $accent"
"""How the leg that is pointed at looks."""


def picture_content(
    lines: Iterable[StyledLine], styles: Mapping[Mark, str] = STYLES, leg: int | None = None
) -> Content:
    """Return lines as Textual shows them; no markup is read in them.

    Args:
        lines: The picture.
        styles: How each mark looks.
        leg: The place of the leg that is pointed at, as in `LegSpan`; None: none.
    """
    return Content("\n").join(
        Content(
            line.text,
            [
                *(Span(span.start, span.stop, styles[span.mark]) for span in line.spans if styles.get(span.mark)),
                *(Span(span.start, span.stop, POINTED) for span in line.legs if span.place == leg),
            ],
        )
        for line in lines
    )


class Picture(ScrollableContainer):
    """A picture that can be scrolled with the arrow keys once it has the focus."""

    DEFAULT_CSS = """
    Picture { scrollbar-size: 1 1; & > Static { width: auto; height: auto; } }
    """

    _drawn = Size()

    def compose(self) -> ComposeResult:
        """Yield what holds the lines."""
        yield Static("", markup=False)

    def draw(self, lines: Iterable[StyledLine], leg: int | None = None) -> None:
        """Show these lines, a leg of them pointed at."""
        shown = list(lines)
        size = Size(max((len(line.text) for line in shown), default=0), len(shown))
        # To lay out a whole screen takes longer than to draw: most changes of a picture keep its size.
        self.query_one(Static).update(picture_content(shown, leg=leg), layout=size != self._drawn)
        self._drawn = size
