"""What the keys do, made from the keys themselves."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from sipbreakout_tui.tui.keys import KeyEntry
from sipbreakout_tui.tui.screens.dialog import Dialog

_KEY_WIDTH = 12


class KeysHelp(Dialog[None]):
    """Every key that acted where it was asked for, by what it belongs to."""

    def __init__(self, entries: Sequence[KeyEntry]) -> None:
        """Take the keys."""
        super().__init__("Keys")
        self._entries = entries

    def body(self) -> Iterable[Widget]:
        """Yield the keys."""
        lines: list[Content] = []
        for title, entries in groupby(self._entries, key=lambda entry: _title(entry.source)):
            lines += (
                [Content(""), Content.styled(title, "bold $primary")]
                if lines
                else [Content.styled(title, "bold $primary")]
            )
            for entry in entries:
                words = entry.tooltip or entry.words[:1].upper() + entry.words[1:]
                lines.append(Content.assemble((f"{entry.key:<{_KEY_WIDTH}} ", "bold $accent"), words))
        with VerticalScroll(classes="dialog-text"):
            yield Static(Content("\n").join(lines), markup=False)


def _title(source: object) -> str:
    name = type(source).__name__
    return {"SipBreakoutApp": "Everywhere", "LineTable": "In the table"}.get(name, name.removesuffix("Place"))
