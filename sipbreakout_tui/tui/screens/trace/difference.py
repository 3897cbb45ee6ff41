"""How two messages differ, header by header."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content, Span
from textual.widget import Widget
from textual.widgets import Static

from sipbreakout_tui.tui.copying import copy
from sipbreakout_tui.tui.screens.dialog import Dialog
from sipbreakout_tui.tui.screens.trace.raw_text import RawText

if TYPE_CHECKING:
    from sipbreakout_tui.services.traces.raw_text import DifferenceLine

_STYLES = {"-": "$error", "+": "$success", " ": "$secondary"}


class DifferenceDialog(Dialog[None]):
    """Two messages, the lines of each with its sign."""

    CSS_PATH = "message.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "copy", "copy", id="difference.copy", tooltip="Copy the difference."),
    ]

    def __init__(self, one: tuple[str, list[str]], two: tuple[str, list[str]]) -> None:
        """Take both messages: a title, and lines that are safe to show."""
        from sipbreakout_tui.services.traces.raw_text import difference

        super().__init__("What differs")
        self._titles = one[0], two[0]
        self._lines = list(difference(one[1], two[1]))

    def body(self) -> Iterable[Widget]:
        """Yield which messages, the lines and the keys."""
        first, second = self._titles
        yield Static(
            Content.assemble(
                ("- ", "bold $error"), (first, "$error"), "\n", ("+ ", "bold $success"), (second, "$success")
            ),
            classes="message-where",
            markup=False,
        )
        yield RawText()
        yield Static("esc leave   y copy", classes="dialog-keys", markup=False)

    def on_mount(self) -> None:
        """Show the lines."""
        text = self.query_one(RawText)
        text.show([_content(line) for line in self._lines])
        text.focus()

    def action_copy(self) -> None:
        """Copy the lines with their signs."""
        lines = [f"- {self._titles[0]}", f"+ {self._titles[1]}", *(f"{line.sign} {line.text}" for line in self._lines)]
        copy(self.app, "\n".join(lines), "the difference")


def _content(line: "DifferenceLine") -> Content:
    text = f"{line.sign} {line.text}"
    spans = [Span(0, len(text), _STYLES[line.sign])]
    if line.changed is not None and line.changed[0] < line.changed[1]:
        spans.append(Span(line.changed[0] + 2, line.changed[1] + 2, "bold reverse"))
    return Content(text, spans)
