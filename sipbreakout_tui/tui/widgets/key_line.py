"""The last line: the keys of the place, by mouse too."""

from textual import events
from textual.content import Content
from textual.widget import Widget

from sipbreakout_tui.tui.keys import KeyEntry, keys_of


class KeyLine(Widget):
    """One line with the keys that act now; what does not fit is behind `?`."""

    DEFAULT_CSS = """
    KeyLine { height: 1; background: $panel; color: $foreground; }
    """

    def __init__(self) -> None:
        """Start with nothing shown."""
        super().__init__()
        self._shown: list[tuple[int, int, KeyEntry]] = []

    def on_mount(self) -> None:
        """Follow what has the focus: other keys act then."""
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self.refresh())

    def render(self) -> Content:
        """Return the keys that fit, the help last."""
        entries = [entry for entry in keys_of(self.screen) if entry.shown]
        rest = [entry for entry in entries if entry.action in ("keys", "quit")]
        entries = [entry for entry in entries if entry not in rest]
        room = self.size.width - sum(len(entry.key) + len(entry.words) + 3 for entry in rest)
        parts: list[tuple[str, str]] = []
        self._shown = []
        column = 0
        for entry in [*entries, *rest]:
            width = len(entry.key) + len(entry.words) + 3
            if entry not in rest and column + width > room:
                continue
            parts += [(f" {entry.key}", "bold $accent"), (f" {entry.words} ", "")]
            self._shown.append((column, column + width, entry))
            column += width
        return Content.assemble(*parts)

    async def on_click(self, event: events.Click) -> None:
        """Do what the key under the mouse does."""
        for start, end, entry in self._shown:
            if start <= event.x < end:
                self.app.simulate_key(entry.raw_key)
                return
