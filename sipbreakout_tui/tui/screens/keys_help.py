"""What the keys do, made from the keys themselves."""

from collections.abc import Iterable, Sequence

from textual.app import App
from textual.content import Content
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from sipbreakout_tui.tui.keys import KeyEntry
from sipbreakout_tui.tui.place import Place
from sipbreakout_tui.tui.places import PLACES
from sipbreakout_tui.tui.screens.dialog import Dialog, DialogText

_KEY_WIDTH = 10
_WIDGETS = {"LineTable": "In the list", "FilterBar": "In the filter"}


class KeysHelp(Dialog[None]):
    """Every key that acted where it was asked for: of the place, of what had the focus, of the whole program."""

    def __init__(self, entries: Sequence[KeyEntry]) -> None:
        """Take the keys."""
        place = next((entry.source for entry in entries if isinstance(entry.source, Place)), None)
        super().__init__("Keys" if place is None else f"Keys in {_title(place)}")
        self._entries = entries

    def body(self) -> Iterable[Widget]:
        """Yield the keys."""
        groups: dict[DOMNode, list[KeyEntry]] = {}
        for entry in self._entries:
            groups.setdefault(entry.source, []).append(entry)
        lines: list[Content] = []
        for source in sorted(groups, key=_rank):
            lines += [Content("")] * bool(lines)
            lines.append(Content.styled(_title(source), "bold $primary"))
            lines += [_line(entry) for entry in groups[source]]
        with DialogText():
            yield Static(Content("\n").join(lines), markup=False)
        yield Static("↑↓ scroll   esc close   ctrl+p everything by its name", classes="dialog-keys", markup=False)


def _line(entry: KeyEntry) -> Content:
    words = entry.tooltip or f"{entry.words[:1].upper()}{entry.words[1:]}."
    return Content.assemble((f"{entry.key:<{_KEY_WIDTH}} ", "bold $accent"), words)


def _rank(source: DOMNode) -> int:
    return 0 if isinstance(source, Screen) else 2 if isinstance(source, App) else 1


def _title(source: DOMNode) -> str:
    if isinstance(source, Place):
        return next(place.title for place in PLACES if place.name == source.NAME)
    if isinstance(source, App):
        return "Everywhere"
    return _WIDGETS.get(type(source).__name__, "Where the focus is")
