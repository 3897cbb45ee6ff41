"""The first line: which core, its state, what needs attention, the time."""

from typing import TYPE_CHECKING, ClassVar, cast

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from sipbreakout_tui.tui.words import clock_time

if TYPE_CHECKING:
    from sipbreakout_tui.tui.app import SipBreakoutApp

_STATES = {
    "connecting": ("◌", "dim"),
    "serving": ("●", "good"),
    "away": ("✖", "bad"),
    "not authorised": ("✖", "bad"),
}
_KINDS = ("name", "profile", "dim", "good", "warn", "bad", "read-only")
_Piece = tuple[str, str]
"""A text and what it is: one of _KINDS, or nothing."""


class HeaderLine(Widget):
    """One line that says where one is; nothing in it can be focused."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"header-line--{kind}" for kind in _KINDS}

    DEFAULT_CSS = """
    HeaderLine {
        height: 1; background: $panel; color: $foreground; padding: 0 1;
        &> .header-line--name { color: $primary; text-style: bold; }
        &> .header-line--profile { text-style: bold; }
        &> .header-line--dim { color: $secondary; }
        &> .header-line--good { color: $success; }
        &> .header-line--warn { color: $warning; }
        &> .header-line--bad { color: $error; }
        &> .header-line--read-only { color: $warning; text-style: bold; }
    }
    """

    def __init__(self) -> None:
        """Start with nothing said."""
        super().__init__()
        self._styles: dict[str, Style] = {}
        self._said: tuple[list[_Piece], int, Strip] | None = None

    def notify_style_update(self) -> None:
        """Forget the colours of the former theme."""
        super().notify_style_update()
        self._styles.clear()
        self._said = None

    def render_line(self, y: int) -> Strip:
        """Return the line, as much as fits: what comes first matters most."""
        time = clock_time(cast("SipBreakoutApp", self.app).clock())
        pieces, room = self._pieces(), self.size.width - len(time)
        if self._said is None or self._said[:2] != (pieces, room):
            # Each second says the same but for the time: only that is made anew.
            self._said = (pieces, room, self._made(pieces, max(room, 0)))
        return Strip.join([self._said[2], Strip([Segment(time, self._style("dim"))], len(time))])

    def _pieces(self) -> list[_Piece]:
        app = cast("SipBreakoutApp", self.app)
        live = app.live
        pieces = [("sipbreakout  ", "name"), (app.profile_words, "profile")]
        if live is None:
            return [*pieces, ("  ", ""), (app.opening_words, "dim")]
        state = live.core.value
        glyph, kind = _STATES[state]
        pieces.append((f" {glyph} {state}", kind))
        if app.read_only:
            pieces.append(("  read-only", "read-only"))
        now = live.clock()
        for word, count, kind in (
            ("in force", live.in_force(now), ""),
            ("expiring", live.expiring(now), "warn"),
            ("refused", live.refused, "bad"),
            ("unknown", live.unknown, "warn"),
        ):
            if count or word == "in force":
                pieces += [(f"  {word} ", "dim"), (f"{count:,}".replace(",", " "), kind)]
        if live.kept and not live.keeper_runs:
            pieces.append((f"  {live.kept} kept, no keeper ✖", "warn"))
        return pieces

    def _made(self, pieces: list[_Piece], room: int) -> Strip:
        """Return the pieces in as much room, a space behind them; the program's own name goes first."""
        if sum(cell_len(text) for text, _ in pieces) >= room:
            pieces = pieces[1:]
        strip = Strip([Segment(text, self._style(kind)) for text, kind in pieces])
        if strip.cell_length >= room:
            strip = Strip([*strip.crop(0, max(room - 2, 0)), Segment("…"[:room], self._style("dim"))])
        return strip.adjust_cell_length(room, self._style(""))

    def _style(self, kind: str) -> Style:
        style = self._styles.get(kind)
        if style is None:
            style = self.rich_style
            if kind:
                own = self.get_component_rich_style(f"header-line--{kind}", partial=True)
                style += Style(color=own.color, bold=own.bold)
            self._styles[kind] = style
        return style
