"""What happens to each line between the widgets and the terminal: no colours, ASCII only."""

from functools import lru_cache
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import ANSIToTruecolor, LineFilter

if TYPE_CHECKING:
    from textual.app import App

NO_COLOUR_CSS = """
App:nocolor .line-table--cursor, App:nocolor .line-table--cursor-blurred,
App:nocolor .datatable--cursor, App:nocolor .option-list--option-highlighted,
App:nocolor .selection-list--button-highlighted { text-style: reverse; }
App:nocolor Button:focus, App:nocolor SelectCurrent:focus, App:nocolor ToggleButton:focus > .toggle--label,
App:nocolor Select:focus SelectCurrent { text-style: reverse; }
App:nocolor .line-table--header { text-style: bold; }
"""
"""Shows by reversed text what only a background colour tells apart elsewhere."""


class WithoutColour(LineFilter):
    """Takes every colour away, also shades of grey; Textual's own leaves sequences for these, or for the default."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments without colours."""
        return [Segment(text, style and _colourless(style), control) for text, style, control in segments]


@lru_cache(4096)
def _colourless(style: Style) -> Style:
    return Style(
        bold=style.bold,
        dim=style.dim,
        italic=style.italic,
        underline=style.underline,
        reverse=style.reverse,
        strike=style.strike,
        link=style.link,
        meta=style.meta,
    )


def set_filters(app: "App[int]", *, ascii_only: bool, no_colour: bool) -> None:
    """Let an app show ASCII only, or no colour; again replaces what was set before."""
    filters: list[LineFilter] = []
    if no_colour:
        filters.append(WithoutColour())
    else:  # it makes a colour of faint text, too
        filters.append(ANSIToTruecolor(app.ansi_theme, enabled=not app.native_ansi_color))
    if ascii_only:
        from sipbreakout_tui.tui.terminal.ascii import AsciiOnly

        filters.append(AsciiOnly())
    app._filters = filters
    app.no_color = no_colour
