"""Dialogs that let one choose: what calls are held against, what is saved."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from sipbreakout_tui.tui.screens.dialog import Dialog


class Choice(NamedTuple):
    """One of several."""

    name: str
    words: str
    """Safe to show."""


class ChoiceDialog(Dialog[str]):
    """Lets one of several be chosen, and gives its name."""

    CSS_PATH = "choices.tcss"

    def __init__(self, title: str, choices: Sequence[Choice], present: str, hint: str = "") -> None:
        """Take the choices.

        Args:
            title: The title.
            choices: From the top.
            present: The name of the one that holds now.
            hint: A line below them.
        """
        super().__init__(title)
        self._choices = choices
        self._present = present
        self._hint = hint

    def body(self) -> Iterable[Widget]:
        """Yield the choices and how to leave."""
        yield OptionList(
            *(
                Option(Content(f"{'●' if choice.name == self._present else '○'} {choice.words}"))
                for choice in self._choices
            ),
            markup=False,
            compact=True,
        )
        hint = f"{self._hint}\n" if self._hint else ""
        yield Static(f"{hint}↑ ↓ enter choose   esc leave", classes="dialog-keys", markup=False)

    def on_mount(self) -> None:
        """Begin at the present one."""
        listed = self.query_one(OptionList)
        names = [choice.name for choice in self._choices]
        listed.highlighted = names.index(self._present) if self._present in names else 0
        listed.focus()

    @on(OptionList.OptionSelected)
    def _picked(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._choices[event.option_index].name)


@dataclass(frozen=True, slots=True)
class ReportWanted:
    """What is to be saved."""

    form: str
    """A name of `trace_report.FORMS`."""
    suffix: str
    every: bool
    """Whether of all calls that are shown."""
    redact: bool


class Switched(Static):
    """A line that is on or off, by its key or by mouse; a sign tells which."""

    def __init__(self, words: str, *, id: str) -> None:
        """Take its words; it is off."""
        super().__init__("", markup=False, id=id)
        self._words = words
        self.on = False

    def on_mount(self) -> None:
        """Show it."""
        self._present()

    def turn(self) -> None:
        """Turn it on or off."""
        self.on = not self.on
        self._present()

    def on_click(self) -> None:
        """Turn it on or off."""
        self.turn()

    def _present(self) -> None:
        sign = Content.styled("● ", "$success") if self.on else Content.styled("○ ", "$secondary")
        self.update(sign.append(self._words))


class ReportDialog(Dialog[ReportWanted]):
    """Asks what is to be saved, and of which calls."""

    CSS_PATH = "choices.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "turn('redact')", "redact", id="report.redact", tooltip="Mask numbers, addresses and names."),
        Binding("a", "turn('every')", "all calls", id="report.all", tooltip="Save all calls that are shown."),
    ]

    def __init__(self, number: int, count: int) -> None:
        """Take the number of the chosen call, and how many are shown."""
        from sipbreakout_tui.services.traces.report import FORMS

        super().__init__(f"Save call {number}")
        self._forms = FORMS
        self._count = count

    def body(self) -> Iterable[Widget]:
        """Yield the forms and the choices beside them."""
        yield OptionList(*(Option(form.words) for form in self._forms), markup=False, compact=True)
        yield Switched("r  mask numbers, addresses and names", id="redact")
        yield Switched(f"a  all {self._count:,} calls that are shown".replace(",", " "), id="every")
        yield Static("↑ ↓ enter choose   r a turn on or off   esc leave", classes="dialog-keys", markup=False)

    def on_mount(self) -> None:
        """Begin at the first form."""
        self.query_one("#every").display = self._count > 1
        listed = self.query_one(OptionList)
        listed.highlighted = 0
        listed.focus()

    def action_turn(self, which: str) -> None:
        """Turn a choice on or off."""
        switched = self.query_one(f"#{which}", Switched)
        if switched.display:
            switched.turn()

    @on(OptionList.OptionSelected)
    def _picked(self, event: OptionList.OptionSelected) -> None:
        form = self._forms[event.option_index]
        every = self.query_one("#every", Switched).on
        if form.one_call and every:
            keys = self.query_one(".dialog-keys", Static)
            keys.update("this shows one call: turn a off first")
            keys.add_class("-bad")
            return
        self.dismiss(ReportWanted(form.name, form.suffix, every, self.query_one("#redact", Switched).on))
