"""What to look at first in the demo."""

from collections.abc import Sequence

from textual import events
from textual.widgets import Static

_LOW = 30
"""Lines of the screen below which only what matters most is said."""


class DemoHint(Static):
    """Lines above the table, until they are dismissed."""

    DEFAULT_CSS = """
    DemoHint { height: auto; padding: 0 2; background: $panel; color: $foreground; display: none; }
    """

    def __init__(self) -> None:
        """Start hidden."""
        super().__init__("", markup=False)
        self._lines: Sequence[str] = ()

    def show(self, lines: Sequence[str]) -> None:
        """Show the lines, as many as there is room for."""
        self._lines = lines
        self.display = True
        self._say()

    def dismiss(self) -> None:
        """Hide them for good."""
        self._lines = ()
        self.display = False

    def on_resize(self, event: events.Resize) -> None:
        """Say more or less."""
        if self._lines:
            self._say()

    def _say(self) -> None:
        lines = self._lines if self.app.size.height >= _LOW else self._lines[1:3]
        self.update("\n".join([*lines[:-1], f"{lines[-1]}   esc hides this"]))
