"""A line to filter a list with: acts at each letter, and says what it cannot read."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

_DIGITS = 8
"""By how many columns a count may be shorter than the one before without giving room back."""


class FilterBar(Horizontal):
    """An input with a slash before it, and a count or a complaint behind it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "clear", "clear the filter", show=False, id="filter.clear"),
        Binding("down,enter", "leave", "to the list", show=False, id="filter.leave"),
    ]

    DEFAULT_CSS = """
    FilterBar {
        height: 1; background: $surface;
        & > .filter-sign { width: 3; color: $accent; text-style: bold; }
        & > Input { width: 1fr; background: $surface; }
        & > .filter-said { width: auto; color: $secondary; padding: 0 1; max-width: 60%; }
        & > .filter-said.-bad { color: $error; }
    }
    """

    class Changed(Message):
        """Another filter was typed."""

        def __init__(self, bar: "FilterBar", text: str) -> None:
            """Take the text."""
            super().__init__()
            self.bar = bar
            self.text = text

        @property
        def control(self) -> "FilterBar":
            """The bar."""
            return self.bar

    class Left(Message):
        """The list shall have the focus."""

    def __init__(self, hint: str, *, id: str | None = None) -> None:
        """Take what stands there while nothing is typed."""
        super().__init__(id=id)
        self._hint = hint
        self._said = self._room = 0

    def compose(self) -> ComposeResult:
        """Yield the sign, the input and what is said."""
        yield Static(" / ", classes="filter-sign", markup=False)
        yield Input(placeholder=self._hint, compact=True, select_on_focus=False)
        yield Static("", classes="filter-said", markup=False)

    @property
    def text(self) -> str:
        """What is typed."""
        return self.query_one(Input).value

    @text.setter
    def text(self, value: str) -> None:
        self.query_one(Input).value = value

    def say(self, words: str, *, bad: bool = False) -> None:
        """Say how many rows pass, or what is wrong with the filter."""
        said = self.query_one(".filter-said", Static)
        if self._room - len(words) < _DIGITS:  # a count of another length makes the whole screen be laid out
            words = words.rjust(self._room)
        said.update(words, layout=len(words) != self._said)
        said.set_class(bad, "-bad")
        self._said = len(words)
        self._room = 0 if bad else self._said

    def action_clear(self) -> None:
        """Take the filter away and go to the list."""
        self.text = ""
        self.post_message(self.Left())

    def action_leave(self) -> None:
        """Go to the list."""
        self.post_message(self.Left())

    def start(self) -> None:
        """Put the focus where one types."""
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_leave()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(self, event.value))
