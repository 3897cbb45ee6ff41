"""What puts a call right: for whoever has to mend it, and for us at once."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from sipbreakout_tui.tui.copying import copy
from sipbreakout_tui.tui.requests import EditRegistration, ShowNumber
from sipbreakout_tui.tui.screens.dialog import Dialog

if TYPE_CHECKING:
    from sipbreakout_tui.services.registrations.plan import Change
    from sipbreakout_tui.services.traces.fix import WayOut

_Part = tuple[str, str]


class FixDialog(Dialog["EditRegistration | ShowNumber"]):
    """Tells what to do, and gives what Registrations shall open."""

    CSS_PATH = "choices.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("y", "copy", "copy", id="fix.copy", tooltip="Copy the text.")]

    def __init__(self, way: "WayOut", *, read_only: bool) -> None:
        """Take what can be done, and whether nothing may be changed here."""
        super().__init__("What puts it right")
        self._way = way
        self._read_only = read_only
        self._text = Content("\n").join(Content.assemble(*parts) for parts in self._lines())

    def body(self) -> Iterable[Widget]:
        """Yield the text, the changes that can be made, and the keys."""
        with VerticalScroll(classes="fix-text"):
            yield Static(self._text, markup=False)
        keys = "y copy   esc leave"
        if self._offered:
            yield OptionList(
                *(Option(_change_content(change)) for change in self._way.changes), markup=False, compact=True
            )
            keys = f"enter open the form with it   {keys}"
        yield Static(keys, classes="dialog-keys", markup=False)

    def on_mount(self) -> None:
        """Put the focus on the change, so that enter takes it."""
        if self._offered:
            listed = self.query_one(OptionList)
            listed.highlighted = 0
            listed.focus()

    @property
    def _offered(self) -> bool:
        return bool(self._way.changes) and not self._read_only

    def action_copy(self) -> None:
        """Copy what to do."""
        changes = [_change_content(change).plain for change in self._way.changes]
        copy(self.app, "\n".join([self._text.plain, *changes]), "what to do")

    @on(OptionList.OptionSelected)
    def _picked(self, event: OptionList.OptionSelected) -> None:
        change = self._way.changes[event.option_index]
        if change.verb == "delete":
            self.dismiss(ShowNumber(str(change.registration.number)))
        else:
            self.dismiss(EditRegistration(change.registration))

    def _lines(self) -> Iterator[list[_Part]]:
        way = self._way
        if way.remedy is None:
            yield [("● Nothing is wrong with this call", "bold $success")]
        else:
            yield [(f"For {way.owner}", "bold $primary")]
            yield [(f"{way.remedy.text}.", "")]
            if way.remedy.command is not None:
                yield [(way.remedy.command, "$secondary")]
        yield [("", "")]
        held = "the registrations that it is held against" if way.from_capture else "the registrations of now"
        bad = way.wrong
        yield [("For us, at once", "bold $primary")]
        yield [
            (f"{'✖' if bad else '●'} ", "$error" if bad else "$success"),
            (f"With {held}, such a call {way.now}.", ""),
        ]
        if way.changes:
            several = "these changes" if len(way.changes) > 1 else "this change"
            yield [("● ", "$success"), (f"With {several}, it {way.then}:", "")]
        elif bad:
            yield [
                ("◐ ", "$warning"),
                ("Our registration is not what is wrong: another one would only keep the TAS out of the call.", ""),
            ]
        if way.changes and self._read_only:
            yield from ([(f"  {_change_content(change).plain}", "")] for change in way.changes)
            yield [("◐ read-only: nothing can be changed here", "$warning")]


def _change_content(change: "Change") -> Content:
    wanted, before = change.registration, change.before
    if change.verb == "delete":
        return Content(f"Delete {wanted.number} at {wanted.sip_uri}")
    instead = "" if before is None or before.route_type is wanted.route_type else f" instead of {before.route_type}"
    return Content.assemble(
        "Register ",
        (str(wanted.number), "bold"),
        " as ",
        (str(wanted.route_type), "bold"),
        f"{instead}, at {wanted.sip_uri}",
    )
