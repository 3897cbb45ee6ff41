"""A slider over the life of a lease: when the call is placed, minutes from now."""

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

MINUTES = 60
"""How far it reaches to both sides unless a lease lives longer."""


class MomentSlider(Widget, can_focus=True):
    """One line from a TTL ago to a TTL ahead; ends of leases are marked on it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move(-1)", "earlier", id="moment.earlier", tooltip="Place the call a minute earlier."),
        Binding("right", "move(1)", "later", id="moment.later", tooltip="Place the call a minute later."),
        Binding("shift+left", "move(-10)", "10 min earlier", show=False, id="moment.much_earlier"),
        Binding("shift+right", "move(10)", "10 min later", show=False, id="moment.much_later"),
    ]

    DEFAULT_CSS = """
    MomentSlider { height: 1; width: 1fr; color: $secondary; }
    MomentSlider:focus { background: $panel; }
    """

    minutes: reactive[int] = reactive(0)
    """From now; below 0 in the past."""

    class Moved(Message):
        """The call is placed at another moment."""

    def __init__(self, *, id: str | None = None) -> None:
        """Start at now."""
        super().__init__(id=id)
        self._ends: tuple[float, ...] = ()
        self._reach = MINUTES

    def show_ends(self, ends: tuple[float, ...], reach: int) -> None:
        """Mark where leases end.

        Args:
            ends: Minutes from now.
            reach: How many minutes the slider covers on either side.
        """
        if (ends, reach) != (self._ends, self._reach):
            self._ends, self._reach = ends, reach
            self.minutes = self.validate_minutes(self.minutes)
            self.refresh()

    def validate_minutes(self, minutes: int) -> int:
        """Return the minutes, kept within reach."""
        return max(-self._reach, min(self._reach, minutes))

    def watch_minutes(self) -> None:
        """Tell that it moved."""
        self.post_message(self.Moved())

    def action_move(self, minutes: int) -> None:
        """Move by some minutes."""
        self.minutes += minutes

    def on_click(self, event: events.Click) -> None:
        """Move to where the mouse is."""
        span = max(self.size.width - 1, 1)
        self.minutes = round((event.x / span * 2 - 1) * self._reach)

    def render(self) -> Content:
        """Return the line: now, ends of leases, and the moment chosen."""
        width = max(self.size.width, 3)
        line = ["─"] * width
        line[0], line[-1], line[self._column(0, width)] = "├", "┤", "┼"
        marks = [column for end in self._ends if abs(end) <= self._reach for column in (self._column(end, width),)]
        for column in marks:
            line[column] = "╳"
        chosen = self._column(self.minutes, width)
        line[chosen] = "●"
        content = Content("".join(line))
        for column in marks:
            content = content.stylize("$warning", column, column + 1)
        return content.stylize("bold $accent", chosen, chosen + 1)

    def _column(self, minutes: float, width: int) -> int:
        return round((minutes / self._reach + 1) / 2 * (width - 1))
