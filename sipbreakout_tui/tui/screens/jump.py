"""Jump mode: a letter on everything that can have the focus, and on each place; the letter goes there."""

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Offset
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Static

from sipbreakout_tui.tui.places import PLACES
from sipbreakout_tui.tui.widgets.place_tabs import PlaceTabs

_LETTERS = "asdfghjklqwertyuiopzxcvbnmASDFGHJKLQWERTYUIOPZXCVBNM"


class Jump(ModalScreen[str | Widget | None]):
    """Shows the letters over a screen; gives the name of a place, or the widget."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "stay", id="jump.leave", tooltip="Stay where the focus is.")
    ]
    CSS_PATH = "jump.tcss"

    def __init__(self, targets: dict[str, tuple[Offset, str | Widget]]) -> None:
        """Take by letter where it is shown and what it leads to."""
        super().__init__()
        self._targets = targets

    def compose(self) -> ComposeResult:
        """Yield the letters."""
        for letter, (offset, _) in self._targets.items():
            shown = Static(f" {letter} ", markup=False, classes="jump-letter")
            shown.styles.offset = (offset.x, offset.y)
            yield shown

    def on_key(self, event: events.Key) -> None:
        """Go where the letter is, or stay where nothing has it."""
        if event.character in self._targets:
            event.stop()
            self.dismiss(self._targets[event.character][1])

    def on_click(self) -> None:
        """Stay."""
        self.dismiss(None)

    def action_leave(self) -> None:
        """Stay."""
        self.dismiss(None)


def jump_targets(screen: Screen[object]) -> dict[str, tuple[Offset, str | Widget]]:
    """Return what can be gone to on a screen, each with a letter: the places first."""
    found: list[tuple[Offset, str | Widget]] = []
    for tabs in screen.query(PlaceTabs):
        found += [
            (Offset(tabs.region.x + start, tabs.region.y), place.name)
            for start, place in zip(tabs.starts(), PLACES, strict=True)
        ]
    found += [(widget.region.offset, widget) for widget in screen.focus_chain if widget.region]
    return dict(zip(_LETTERS, found, strict=False))
