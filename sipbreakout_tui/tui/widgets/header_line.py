"""The first line: which core, its state, what needs attention, the time."""

from typing import TYPE_CHECKING, cast

from textual.content import Content
from textual.widget import Widget

from sipbreakout_tui.tui.words import clock_time

if TYPE_CHECKING:
    from sipbreakout_tui.tui.app import SipBreakoutApp

_STATES = {
    "connecting": ("◌", "$secondary"),
    "serving": ("●", "$success"),
    "away": ("✖", "$error"),
    "not authorised": ("✖", "$error"),
}


class HeaderLine(Widget):
    """One line that says where one is; nothing in it can be focused."""

    DEFAULT_CSS = """
    HeaderLine { height: 1; background: $panel; color: $foreground; padding: 0 1; }
    """

    def render(self) -> Content:
        """Return the line, as much as fits: what comes first matters most."""
        app = cast("SipBreakoutApp", self.app)
        live = app.live
        profile = app.profile_words
        left: list[Content | tuple[str, str]] = [("sipbreakout", "bold $primary"), ("  ", ""), (profile, "bold")]
        if live is not None:
            state = live.core.value
            glyph, colour = _STATES[state]
            left.append((f" {glyph} {state}", colour))
        if app.read_only:
            left.append(("  read-only", "bold $warning"))
        if live is not None:
            counts = [("registrations", len(live.rows), "")]
            counts.append(("expiring", live.expiring(live.clock()), "$warning"))
            counts.append(("refused", live.refused, "$error"))
            for word, count, colour in counts:
                left += [("   " if word == "registrations" else "  ", ""), (f"{word} ", "$secondary")]
                left.append((f"{count:,}".replace(",", " "), colour if count else ""))
            if live.kept and not live.keeper_runs:
                left.append((f"  {live.kept} kept, no keeper ✖", "$warning"))
        else:
            left.append((f"  {app.opening_words}", "$secondary"))
        line = Content.assemble(*left)
        time = clock_time(app.clock())
        room = self.size.width - len(time) - 2
        if line.cell_length > room:
            line = line.truncate(max(room, 0), ellipsis=True)
        gap = max(1, self.size.width - line.cell_length - len(time))
        return Content.assemble(line, " " * gap, (time, "$secondary"))
