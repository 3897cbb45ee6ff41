"""The chosen call: its verdict first, then legs, messages, evidence and registrations."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import ContentSwitcher, Static

from sipbreakout_tui.tui.screens.trace.legs import LegsPane
from sipbreakout_tui.tui.screens.trace.lists import EvidencePane, MessagesPane, StandingPane

if TYPE_CHECKING:
    from sipbreakout_tui.services.traces.call_messages import CallMessages
    from sipbreakout_tui.services.traces.fix import WayOut
    from sipbreakout_tui.services.traces.opening import OpenedTrace
    from sipbreakout_tui.trace.diagnosis.diagnose import Diagnosis

LOW = 30
"""Lines of the screen below which less is said."""

_COLOURS = {"bad": "$error", "warn": "$warning", "good": "$success"}


class Pane(NamedTuple):
    """One of the panes."""

    name: str
    key: str
    title: str


PANES = (
    Pane("legs", "l", "Legs"),
    Pane("messages", "g", "Messages"),
    Pane("evidence", "v", "Evidence"),
    Pane("standing", "r", "Registrations"),
)


class PaneTabs(Widget):
    """One line with a name for each pane, the present one marked."""

    DEFAULT_CSS = """
    PaneTabs { height: 1; background: $surface; color: $secondary; }
    """

    class Picked(Message):
        """A pane was clicked."""

        def __init__(self, name: str) -> None:
            """Take its name."""
            super().__init__()
            self.name = name

    def __init__(self) -> None:
        """Start at the first pane."""
        super().__init__()
        self._present = PANES[0].name
        self._counts: dict[str, int] = {}

    def show(self, present: str, counts: dict[str, int]) -> None:
        """Show which pane is the present one, and how much is in each."""
        self._present, self._counts = present, counts
        self.refresh()

    def render(self) -> Content:
        """Return the line."""
        parts: list[tuple[str, str]] = []
        for pane in PANES:
            present = pane.name == self._present
            parts.append((f" {pane.key} ", "bold reverse $primary" if present else "bold $accent"))
            parts += [(f"{self._words(pane)} ", "bold reverse $primary" if present else ""), ("│", "$panel")]
        return Content.assemble(*parts[:-1])

    def on_click(self, event: events.Click) -> None:
        """Go to the pane under the mouse."""
        start = 0
        for pane in PANES:
            end = start + len(self._words(pane)) + 5
            if start <= event.x < end:
                self.post_message(self.Picked(pane.name))
                return
            start = end

    def _words(self, pane: Pane) -> str:
        count = self._counts.get(pane.name)
        return pane.title if count is None else f"{pane.title} {count}"


class ChosenCall(Vertical):
    """One call."""

    def __init__(self) -> None:
        """Start without one."""
        super().__init__()
        self.messages: CallMessages | None = None
        """The messages of the call that is shown."""
        self._opened: OpenedTrace | None = None
        self._diagnosis: Diagnosis | None = None
        self._way: WayOut | None = None
        self._stale: set[str] = set()

    def compose(self) -> ComposeResult:
        """Yield what is said first, the names of the panes, and the panes."""
        with VerticalScroll(classes="said", can_focus=False), Horizontal(classes="verdict"):
            yield Static("", classes="sign", markup=False)
            yield Static("", classes="words", markup=False)
        with Horizontal(classes="fix"):
            yield Static(Content.styled("f", "bold $accent"), classes="sign", markup=False)
            yield Static("", classes="words", markup=False)
        yield PaneTabs()
        with ContentSwitcher(initial=PANES[0].name):
            yield LegsPane()
            yield MessagesPane()
            yield EvidencePane()
            yield StandingPane()

    @property
    def pane(self) -> str:
        """The name of the present pane."""
        return self.query_one(ContentSwitcher).current or PANES[0].name

    @property
    def diagnosis(self) -> "Diagnosis | None":
        """The call that is shown."""
        return self._diagnosis

    def show(self, opened: "OpenedTrace | None", diagnosis: "Diagnosis | None", way: "WayOut | None" = None) -> None:
        """Show a call, or none."""
        from sipbreakout_tui.services.traces.call_messages import CallMessages

        if diagnosis is not None and diagnosis is self._diagnosis:
            self._way = way
            self._say()
            return
        self._opened, self._diagnosis = opened, diagnosis
        self.messages = None
        self.display = diagnosis is not None
        if opened is None or diagnosis is None:
            return
        self.messages = CallMessages(opened, diagnosis)
        self._way = way
        self._say()
        self._stale = {pane.name for pane in PANES}
        self._fill()
        self.query_one(".said", VerticalScroll).scroll_home(animate=False)

    def go(self, pane: str, *, focus: bool = True) -> None:
        """Show a pane."""
        self.query_one(ContentSwitcher).current = pane
        self._fill()
        if focus:
            self.focus_pane()

    def focus_pane(self) -> None:
        """Put the focus into the present pane."""
        current = self.query_one(f"#{self.pane}")
        target = (
            current if current.can_focus else next((child for child in current.query("*") if child.can_focus), None)
        )
        if target is not None:
            target.focus()

    def step(self, steps: int) -> None:
        """Go to the next or former leg."""
        if self.pane != "legs":
            self.go("legs", focus=False)
        self.query_one(LegsPane).action_step(steps)

    @on(PaneTabs.Picked)
    def _picked(self, event: PaneTabs.Picked) -> None:
        event.stop()
        self.go(event.name)

    def on_resize(self) -> None:
        """Say more or less, by the room that there is."""
        self._say()

    def _say(self) -> None:
        from sipbreakout_tui.services.traces.call_rows import grade
        from sipbreakout_tui.services.traces.words import frame_words

        diagnosis, way = self._diagnosis, self._way
        if diagnosis is None:
            return
        low = self.app.size.height < LOW
        verdict, case = diagnosis.verdict, diagnosis.case
        look = grade(verdict.id)
        colour = _COLOURS[look.kind]
        how = "" if verdict.how is None else f" ({verdict.how})"
        frames = case.frames_of(verdict)
        facts = [f"{verdict.id}{how}", f"confidence: {diagnosis.confidence}"]
        if frames and not low:
            facts.append(f"proved by frame{'s' if len(frames) > 1 else ''} {frame_words(frames)}")
        first, stop, rest = verdict.text.partition(". ")
        sentence = Content.assemble((f"{first}{stop}", f"bold {colour}"), rest)
        meta = Content.styled("   ".join(facts), "$secondary")
        self.query_one(".verdict > .sign", Static).update(Content.styled(look.glyph, f"bold {colour}"))
        self.query_one(".verdict > .words", Static).update(Content("\n").join([sentence, meta]))
        lines = [] if way is None else _fix_lines(way)
        self.query_one(".fix").display = bool(lines)
        # Where lines are few, what we can do at once counts, and the rest is behind the key.
        said = lines[-1].truncate(max(self.size.width - 5, 10), ellipsis=True) if low and lines else None
        self.query_one(".fix > .words", Static).update(said or Content("\n").join(lines))

    def _fill(self) -> None:
        """Fill the present pane, where it still shows another call; the others wait until they are looked at."""
        opened, diagnosis, messages = self._opened, self._diagnosis, self.messages
        if opened is None or diagnosis is None or messages is None:
            return
        pane = self.pane
        if pane in self._stale:
            self._stale.discard(pane)
            if pane == "legs":
                self.query_one(LegsPane).show(diagnosis)
            elif pane == "messages":
                self.query_one(MessagesPane).show_call(messages)
            elif pane == "evidence":
                self.query_one(EvidencePane).show_call(diagnosis, messages)
            else:
                self.query_one(StandingPane).show_call(opened, diagnosis)
        self.query_one(PaneTabs).show(pane, {"messages": len(messages.rows), "evidence": len(diagnosis.findings)})


def _fix_lines(way: "WayOut") -> Sequence[Content]:
    lines = []
    if way.remedy is not None:
        lines.append(Content.assemble((f"Fix, for {way.owner}: ", "bold"), way.remedy.text))
    if way.changes:
        told = ". ".join(
            f"register {change.registration.number} as {change.registration.route_type}" for change in way.changes
        )
        lines.append(Content.assemble(("At once, by us: ", "bold"), f"{told}; then such a call {way.then}"))
    elif way.remedy is not None and not way.wrong and not way.from_capture:
        lines.append(Content.assemble(("● By now ", "bold $success"), f"such a call {way.now}"))
    return lines
