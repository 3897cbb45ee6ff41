"""Dialogs over a place: a frame, and the two that ask and tell."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Button, Input, Static
from textual.worker import Worker, WorkType, active_worker

from sipbreakout_tui.tui.copying import copy

T = TypeVar("T")
R = TypeVar("R")


class Dialog(ModalScreen[T | None], Generic[T]):
    """A box over the place, with a title; escape leaves it and gives None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "leave", id="dialog.leave")]
    HORIZONTAL_BREAKPOINTS = [(0, "-slim"), (116, "-broad")]  # noqa: RUF012 - as Screen declares it

    def __init__(self, title: str) -> None:
        """Take the title."""
        super().__init__()
        # Not as CSS_PATH: a dialog with a file of its own would lose this one, and it is sought beside the subclass.
        self.css_path = [Path(__file__).with_name("dialog.tcss"), *self.css_path]
        self._title = title
        self.was_left = False
        """Whether it was left: timers may still fire then, but widgets may be gone."""

    def compose(self) -> ComposeResult:
        """Yield the frame and, within it, the dialog."""
        with Vertical(classes="dialog-box") as box:
            box.border_title = Content(self._title)
            yield from self.body()

    def body(self) -> Iterable[Widget]:
        """Yield the widgets of the dialog."""
        raise NotImplementedError

    def dismiss(self, result: T | None = None) -> AwaitComplete:
        """Leave with an answer; a key that came before the dialog was gone, but after that, does nothing."""
        if self not in self.app.screen_stack:
            return AwaitComplete()
        present = active_worker.get(None)
        for worker in list(self.workers):  # they would look for widgets that are gone by then
            if worker.node is self and worker is not present:
                worker.cancel()
        self.was_left = True
        self.pop_until_active()
        return super().dismiss(result)

    def run_worker(self, work: WorkType[R], *arguments: Any, **options: Any) -> Worker[R]:
        """Begin work, as every `@work` does; what a key or a timer asks for after the dialog was left does nothing."""
        worker: Worker[R] = super().run_worker(work, *arguments, **options)
        if self.was_left:
            worker.cancel()
        return worker

    def action_leave(self) -> None:
        """Leave without an answer."""
        self.dismiss(None)


class DialogText(VerticalScroll):
    """Scrolls the text of a dialog; as wide as its longest line where the screen is, and the text wraps where not."""

    def __init__(self, *, can_focus: bool = True) -> None:
        """Start empty: the text is put in where the dialog is composed."""
        super().__init__(classes="dialog-text", can_focus=can_focus)

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """Return the width of the text and of the scrollbar beside it, which Textual leaves out."""
        return super().get_content_width(container, viewport) + self.styles.scrollbar_size_vertical


class Question(Dialog[bool]):
    """Asks before something is done; where much is done, its count has to be typed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer", "yes", id="question.yes"),
        Binding("n", "leave", "no", id="question.no"),
    ]

    def __init__(self, title: str, text: str, *, yes: str = "Yes", count: int | None = None) -> None:
        """Take what is asked.

        Args:
            title: The title.
            text: What will be done, safe to show.
            yes: The word on the button.
            count: The number that has to be typed first; None: none.
        """
        super().__init__(title)
        self._text = text
        self._yes = yes
        self._count = count

    def body(self) -> Iterable[Widget]:
        """Yield the text, the input for the count and the buttons."""
        with DialogText(can_focus=False):
            yield Static(self._text, markup=False)
        if self._count is not None:
            yield Static(f"Type {self._count} to go on:", classes="dialog-ask", markup=False)
            yield Input(compact=True, restrict=r"[0-9]*", classes="dialog-input", id="count")
        with Horizontal(classes="dialog-buttons"):
            yield Button(f"{self._yes}", compact=True, id="yes", variant="primary", disabled=self._count is not None)
            yield Button("Cancel", compact=True, id="no")
            key = "y" if self._count is None else "enter"
            yield Static(f"{key} {self._yes.lower()}   esc leave", classes="dialog-hint", markup=False)

    def on_mount(self) -> None:
        """Put the focus where the answer is given."""
        self.query_one("#no" if self._count is None else "#count").focus()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self.query_one("#yes", Button).disabled = event.value != str(self._count)

    @on(Input.Submitted)
    def action_answer(self) -> None:
        """Answer yes, where that is allowed yet."""
        if not self.query_one("#yes", Button).disabled:
            self.dismiss(True)

    @on(Button.Pressed, "#yes")
    def _agreed(self) -> None:
        self.dismiss(True)

    @on(Button.Pressed, "#no")
    def _declined(self) -> None:
        self.dismiss(None)


class TextDialog(Dialog[None]):
    """Shows a text, that can be scrolled and copied."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("y", "copy", "copy", id="text.copy", tooltip="Copy the text.")]

    def __init__(self, title: str, text: str | Content) -> None:
        """Take the text, safe to show."""
        super().__init__(title)
        self._text = text

    def body(self) -> Iterable[Widget]:
        """Yield the text and how to leave it."""
        with DialogText():
            yield Static(self._text, markup=False)
        yield Static("esc close   y copy", classes="dialog-keys", markup=False)

    def action_copy(self) -> None:
        """Copy the text."""
        copy(self.app, self._text if isinstance(self._text, str) else self._text.plain, "the text")
