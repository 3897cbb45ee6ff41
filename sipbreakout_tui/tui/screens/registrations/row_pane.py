"""Below the table: what the registration under the cursor does, and what became of it."""

import asyncio
from textwrap import wrap
from typing import TYPE_CHECKING, cast

from textual import work
from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget

from sipbreakout_model import SipBreakoutError
from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.tui.screens.registrations.cells import moment
from sipbreakout_tui.tui.widgets.picture import picture_content

if TYPE_CHECKING:
    from sipbreakout_tui.services.registrations.listing import Row
    from sipbreakout_tui.services.registrations.number_history import NumberHistory
    from sipbreakout_tui.services.registrations.what_it_does import Doing
    from sipbreakout_tui.tui.app import SipBreakoutApp

SKETCH_WIDTH = 37
"""Columns of one picture."""

_WIDE = 112
"""From so many columns on both pictures stand side by side."""

_EVENT_WIDTH = 60
"""Columns below which a request does not fit."""

_LABEL = 12
_HISTORY_SECONDS = 0.15
"""How long the cursor stands on a row before its history is read."""

_DRAWING_SECONDS = 0.05
"""How long the cursor stands on a row before it is drawn here: it costs more than the cursor."""

_CHOICES = ("both", "mo", "mt")


class RowPane(Widget):
    """A line with titles, and five lines below it."""

    DEFAULT_CSS = """
    RowPane { height: 6; color: $foreground; }
    """

    def __init__(self) -> None:
        """Start with nothing shown."""
        super().__init__()
        self._row: Row | None = None
        self._history: NumberHistory | None = None
        self._chosen = "both"
        self._timer: Timer | None = None
        self._drawing: Timer | None = None
        self._unread = False
        self._known = ""

    def show(self, row: "Row | None") -> None:
        """Show a registration at once, and its history when it has been looked at for a moment."""
        former, self._row = self._row, row
        if row is None or former is None or row.number != former.number:
            self._history = None
        if row is not None and (former is None or row[:3] != former[:3] or row.last_event_at != former.last_event_at):
            if self._timer is not None:
                self._timer.stop()
            self._unread = False
            self._timer = self.set_timer(_HISTORY_SECONDS, self._read_history)
        if self._drawing is not None:
            self._drawing.stop()
        self._drawing = self.set_timer(_DRAWING_SECONDS, self._draw)

    def _draw(self) -> None:
        self._drawing = None
        self.refresh()

    def tick(self, now: float) -> None:
        """Follow the time: what is known may have ended."""
        if self._row is not None and self._row.known_from(now) != self._known:
            self.refresh()

    @property
    def busy(self) -> bool:
        """Whether the history is still to come, or to be drawn."""
        return self._drawing is not None or (self._row is not None and self._history is None and not self._unread)

    def turn(self, steps: int) -> None:
        """Show the next (1) or former (-1) choice of pictures: both, outgoing, incoming."""
        choices = _CHOICES if self.size.width >= _WIDE else _CHOICES[1:]
        at = choices.index(self._chosen) if self._chosen in choices else 0
        self._chosen = choices[(at + steps) % len(choices)]
        self.refresh()

    def render(self) -> Content:
        """Return the lines."""
        width = self.size.width
        doings = self._doings(width)
        used = 1 + len(doings) * (SKETCH_WIDTH + 1)
        right = width - used - 1
        lines = [Content.styled(self._title(used, right, len(doings) < 2).ljust(width, "─")[:width], "$secondary")]
        columns = [
            [Content.styled(doing.title, "$secondary"), *(picture_content([line]) for line in doing.lines)]
            for doing in doings
        ]
        told = self._told(right) if right > _LABEL else []
        for line in range(self.size.height - 1):
            parts: list[Content] = [Content(" ")]
            for column in columns:
                parts.append(_fitted(column[line] if line < len(column) else Content(""), SKETCH_WIDTH))
                parts.append(Content(" "))
            if line < len(told):
                parts += [Content(" "), told[line].truncate(right, ellipsis=True)]
            lines.append(Content.assemble(*parts))
        return Content("\n").join(lines)

    def _title(self, used: int, right: int, one: bool) -> str:
        """Return what stands in the line above: of the pictures, their keys where there is `one`, of the history."""
        from sipbreakout_tui.services.registrations.what_it_does import heading

        keys = "  [ ] MO MT " if right >= 0 and one else " "
        in_force = self._row is None or self._row.in_force(cast("SipBreakoutApp", self.app).clock())
        title = f"── {heading(in_force, short=one)}{keys}"
        return f"{title}{'─' * (used - len(title))} History " if right > _LABEL else title

    @work(exclusive=True, group="history")
    async def _read_history(self) -> None:
        from sipbreakout_tui.services.registrations.number_history import number_history

        app, row = cast("SipBreakoutApp", self.app), self._row
        if app.live is None or row is None:
            return
        try:
            history = await asyncio.to_thread(number_history, app.live.ledger, row.number, row.target)
        except SipBreakoutError as error:
            self._unread = True
            app.say_error(error)
            return
        if self._row is not None and self._row.number == row.number:
            self._history = history
            self.refresh()

    def _doings(self, width: int) -> "list[Doing]":
        from sipbreakout_tui.services.registrations.what_it_does import what_it_does

        if self._row is None or not self._row.route_type:
            return []
        outgoing, incoming = what_it_does(self._row.registration())
        if self._chosen == "both" and width >= _WIDE:
            return [outgoing, incoming]
        return [incoming] if self._chosen == "mt" else [outgoing]

    def _told(self, width: int) -> list[Content]:
        """Return history and origin as lines."""
        row, history = self._row, self._history
        if row is None:
            return []
        now = cast("SipBreakoutApp", self.app).clock()
        counted = "…" if history is None else str(history)
        self._known = row.known_from(now)
        known = f"{visible(self._known)}, {moment(row.last_event_at, now)}"
        lines = [*_labelled("requests", counted, width), *_labelled("known from", known, width)]
        if history is not None and width >= _EVENT_WIDTH:
            from sipbreakout_tui.services.event_text import event_line

            lines += [Content.styled(visible(event_line(event)), "$secondary") for event in history.events[:4]]
        return lines


def _labelled(label: str, text: str, width: int) -> list[Content]:
    """Return a label with its text beside it, on two lines at most."""
    texts = wrap(text, max(width - _LABEL, 1), max_lines=2, placeholder="…")
    labels = [f"{label:<{_LABEL}}", " " * _LABEL]
    return [Content.assemble((labels[at], "$secondary"), line) for at, line in enumerate(texts)]


def _fitted(content: Content, width: int) -> Content:
    return content.truncate(width, ellipsis=True, pad=True)
