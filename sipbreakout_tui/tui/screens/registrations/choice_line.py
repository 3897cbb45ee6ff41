"""A choice of a few words on one line."""

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget


class ChoiceLine(Widget, can_focus=True):
    """Words of which one is chosen, with the arrow keys or the mouse; it breaks where it does not fit."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "step(-1)", "the one before", show=False, id="choice.before"),
        Binding("right,space", "step(1)", "the next", show=False, id="choice.next"),
    ]

    DEFAULT_CSS = """
    ChoiceLine { height: auto; width: 1fr; &:focus { background: $primary 20%; } }
    """

    class Changed(Message):
        """Another word was chosen."""

        def __init__(self, choice: "ChoiceLine", value: str) -> None:
            """Take the word."""
            super().__init__()
            self.choice = choice
            self.value = value

        @property
        def control(self) -> "ChoiceLine":
            """The line."""
            return self.choice

    def __init__(self, words: Sequence[str], value: str, *, id: str | None = None) -> None:
        """Take the words, and which is chosen."""
        super().__init__(id=id)
        self._words = tuple(words)
        self.value = value

    def render(self) -> Content:
        """Return the words."""
        return Content.assemble(
            *(
                (f"● {word}  ", "bold $primary") if word == self.value else (f"○ {word}  ", "$secondary")
                for word in self._words
            )
        )

    def choose(self, value: str) -> None:
        """Choose a word."""
        if value != self.value and value in self._words:
            self.value = value
            self.refresh()
            self.post_message(self.Changed(self, value))

    def action_step(self, steps: int) -> None:
        """Choose the next word, or the one before."""
        self.choose(self._words[(self._words.index(self.value) + steps) % len(self._words)])

    def on_click(self, event: events.Click) -> None:
        """Choose the word under the mouse."""
        start = 0
        for word in self._words:
            end = start + len(word) + 4
            if event.y == 0 and start <= event.x < end:
                self.choose(word)
                return
            start = end
