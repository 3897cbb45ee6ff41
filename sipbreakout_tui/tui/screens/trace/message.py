"""One message as it was captured: coloured, searched, with its neighbours a key away."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content, Span
from textual.widget import Widget
from textual.widgets import Input, Static

from sipbreakout_tui.trace.capture.heard import TraceError
from sipbreakout_tui.tui.copying import copy
from sipbreakout_tui.tui.screens.dialog import Dialog
from sipbreakout_tui.tui.screens.trace.raw_text import RawText
from sipbreakout_tui.tui.screens.trace.status import explain_status

if TYPE_CHECKING:
    from sipbreakout_tui.services.traces.call_messages import CallMessages
    from sipbreakout_tui.services.traces.raw_text import Hit

_STYLES = {
    "start": "bold $primary",
    "name": "$primary",
    "number": "bold $accent",
    "session": "bold $success",
    "via": "$secondary",
    "body": "$secondary",
}
_HIT, _PRESENT_HIT = "reverse", "bold $background on $warning"


class MessageDialog(Dialog[int]):
    """A message of a call; gives the index of the last one that was looked at."""

    CSS_PATH = "message.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "turn(-1)", "former", id="message.former", tooltip="Show the call's message before this one."),
        Binding("right", "turn(1)", "next", id="message.next", tooltip="Show the call's message after this one."),
        Binding("slash", "search", "search", id="message.search", tooltip="Search in the message."),
        Binding("n", "hit(1)", "next hit", id="message.next_hit", tooltip="Go to where the searched text stands next."),
        Binding("N", "hit(-1)", "former hit", id="message.former_hit", tooltip="Go to where it stands before."),
        Binding("e", "explain", "explain the status", id="message.explain", tooltip="Say what its SIP status means."),
        Binding("y", "copy", "copy", id="message.copy", tooltip="Copy the message as it is shown."),
    ]

    def __init__(self, messages: "CallMessages", index: int) -> None:
        """Take the call's messages, and which of them is shown first."""
        super().__init__("")
        self._messages = messages
        self._index = index
        self._lines: list[str] = []
        self._plain: list[Content] = []
        self._hits: list[Hit] = []
        self._hit = 0

    def body(self) -> Iterable[Widget]:
        """Yield where it stands, the message, the search and the keys."""
        yield Static("", classes="message-where", markup=False)
        yield RawText()
        yield Input(placeholder="search", compact=True, classes="message-search -gone", select_on_focus=False)
        yield Static("", classes="dialog-keys", markup=False)

    def on_mount(self) -> None:
        """Show the message."""
        self._show()
        self.query_one(RawText).focus()

    def action_leave(self) -> None:
        """Leave the search, or else the dialog."""
        search = self.query_one(Input)
        if search.has_focus:
            search.value = ""
            self._leave_search()
        else:
            self.dismiss(self._index)

    def action_turn(self, steps: int) -> None:
        """Show another message of the call."""
        index = self._index + steps
        if 0 <= index < len(self._messages.rows):
            self._index = index
            self._show()
            self.query_one(RawText).scroll_home(animate=False)

    def action_search(self) -> None:
        """Let a text be typed that is searched."""
        search = self.query_one(Input)
        search.remove_class("-gone")
        search.focus()

    def action_hit(self, steps: int) -> None:
        """Go to the next or former place where the text stands."""
        if self._hits:
            self._hit = (self._hit + steps) % len(self._hits)
            self._mark()
        else:
            self.notify("/ searches; nothing is found yet", markup=False)

    def action_explain(self) -> None:
        """Say what the message's status means."""
        try:
            status = self._messages.status(self._index)
        except TraceError as error:
            self.notify(str(error), severity="error", markup=False)
            return
        if status is None:
            self.notify("a request has no status: look at a response", markup=False)
        else:
            explain_status(self, status)

    def action_copy(self) -> None:
        """Copy the message."""
        copy(self.app, "\n".join(self._lines), "the message")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._search(event.value)

    @on(Input.Submitted)
    def _leave_search(self) -> None:
        search = self.query_one(Input)
        search.set_class(not search.value, "-gone")
        self.query_one(RawText).focus()

    def _show(self) -> None:
        from sipbreakout_tui.services.traces.raw_text import parts_of

        messages = self._messages
        try:
            self._lines = messages.lines(self._index)
        except TraceError as error:
            self._lines = [str(error)]
        self._plain = [
            Content(line, [Span(part.start, part.stop, _STYLES[part.kind]) for part in parts])
            for line, parts in zip(self._lines, parts_of(self._lines), strict=True)
        ]
        line = messages.line(self._index)
        box = self.query_one(".dialog-box")
        box.border_title = Content(f"Message {self._index + 1} of {len(messages.rows)}: {line.what}, {line.way}")
        where = Content.styled(messages.title(self._index), "$secondary")
        if line.noticed:
            where = Content("\n").join(
                [where, Content.styled(line.noticed, "bold $error" if line.kind == "bad" else "")]
            )
        self.query_one(".message-where", Static).update(where)
        self._search(self.query_one(Input).value)

    def _search(self, wanted: str) -> None:
        from sipbreakout_tui.services.traces.raw_text import hits

        self._hits = hits(self._lines, wanted)
        self._hit = 0
        self._mark()

    def _mark(self) -> None:
        """Show the message with all hits marked, the present one in sight."""
        wanted = self.query_one(Input).value
        lines = list(self._plain)
        for number, hit in enumerate(self._hits):
            style = _PRESENT_HIT if number == self._hit else _HIT
            lines[hit.line] = lines[hit.line].add_spans([Span(hit.start, hit.stop, style)])
        sought = self._hits[self._hit] if self._hits else None
        self.query_one(RawText).show(lines, None if sought is None else (sought.line, sought.start))
        keys = "esc leave   ← → neighbours   / search   n N hits   e explain   y copy"
        if wanted:
            keys = (
                f"{self._hit + 1} of {len(self._hits)}   n N   esc leave" if self._hits else f"nothing has {wanted!r}"
            )
        said = self.query_one(".dialog-keys", Static)
        said.update(keys)
        said.set_class(bool(wanted) and not self._hits, "-bad")
