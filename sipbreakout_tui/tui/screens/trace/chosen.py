"""What the place can do with the chosen call."""

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType

from sipbreakout_model import SipBreakoutError
from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.tui.copying import copy
from sipbreakout_tui.tui.requests import ExplainCall, ShowNumber
from sipbreakout_tui.tui.screens.trace.call_view import PANES, ChosenCall
from sipbreakout_tui.tui.screens.trace.choices import ReportDialog
from sipbreakout_tui.tui.screens.trace.legs import LegsPane
from sipbreakout_tui.tui.screens.trace.lists import EvidencePane, MessagesPane, StandingPane
from sipbreakout_tui.tui.screens.trace.reading import ReadingPlace
from sipbreakout_tui.tui.widgets.line_table import LineTable

if TYPE_CHECKING:
    from sipbreakout_tui.services.registrations.live import Changed, LiveRegistrations
    from sipbreakout_tui.services.traces.fix import WayOut
    from sipbreakout_tui.trace.diagnosis.diagnose import Diagnosis


class ChosenCallPlace(ReadingPlace):
    """A place with a chosen call; which one, the subclass knows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "fix", "fix it", id="trace.fix", tooltip="Show what puts the call right, for them and for us."),
        *(
            Binding(
                *(pane.key, f"pane('{pane.name}')", pane.title.lower()),
                show=False,
                id=f"trace.{pane.name}",
                tooltip=f"Show the call's {pane.title.lower()}.",
            )
            for pane in PANES
        ),
        Binding("n", "step(1)", "next leg", id="trace.next_leg", tooltip="Go to the next leg."),
        Binding("p", "step(-1)", "former leg", show=False, id="trace.former_leg", tooltip="Go to the leg before."),
        Binding("x", "explain", "explain", id="trace.explain", tooltip="Explain the same call in Call."),
        Binding("s", "save", "save", id="trace.save", tooltip="Save a report of the call, or of all calls."),
        Binding("y", "copy", "copy", id="trace.copy", tooltip="Copy the diagnosis as text."),
        Binding(
            *("e", "explain_status", "explain the status"),
            show=False,
            id="trace.status",
            tooltip="Say what the message's SIP status means, or the one the call ended with.",
        ),
        Binding(
            "D", "difference", "compare", show=False, id="trace.difference", tooltip="Compare two marked messages."
        ),
    ]

    def choose_present(self) -> None:
        """Called before the chosen call is asked for: keys may come faster than it is shown."""
        raise NotImplementedError

    @property
    def chosen_call(self) -> ChosenCall:
        """The lower part of the place."""
        return self.query_one(ChosenCall)

    def opened(self, live: "LiveRegistrations") -> None:
        """Show with the registrations of now what can be done."""
        super().opened(live)
        self._say_again()

    def changed(self, live: "LiveRegistrations", changed: "Changed") -> None:
        """Show what the call would do with them."""
        self._say_again()

    def _choose(self, index: int | None) -> None:
        calls = self.calls
        diagnosis = None if calls is None or index is None else calls.diagnosis(index)
        way = None if diagnosis is None else self._way_out(diagnosis)
        self.chosen_call.show(None if calls is None else calls.opened, diagnosis, way)
        self.refresh_bindings()

    def _say_again(self) -> None:
        diagnosis = self.chosen_call.diagnosis
        if diagnosis is not None and self.calls is not None:
            self.chosen_call.show(self.calls.opened, diagnosis, self._way_out(diagnosis))

    def _way_out(self, diagnosis: "Diagnosis") -> "WayOut":
        from sipbreakout_model import RegistrationBook
        from sipbreakout_tui.services.traces.fix import way_out

        return way_out(diagnosis, RegistrationBook() if self.live is None else self.live, self.sip_app.clock())

    @property
    def _diagnosis(self) -> "Diagnosis | None":
        """The chosen call; says so where there is none."""
        self.choose_present()
        diagnosis = self.chosen_call.diagnosis
        if diagnosis is None:
            self.notify("no call is chosen: o opens a capture", markup=False)
        return diagnosis

    # Keys

    def action_pane(self, pane: str) -> None:
        """Show a pane of the call."""
        if self._diagnosis is not None:
            self.chosen_call.go(pane)

    def action_step(self, steps: int) -> None:
        """Go to another leg."""
        if self._diagnosis is not None:
            self.chosen_call.step(steps)

    @on(MessagesPane.Chosen, "#messages")
    def _message_chosen(self, event: LineTable.Chosen) -> None:
        self._open_message(event.index)

    @on(LegsPane.Opened)
    @on(EvidencePane.Opened)
    def _row_wanted(self, event: LegsPane.Opened | EvidencePane.Opened) -> None:
        messages = self.chosen_call.messages
        index = None if messages is None else messages.index_of(event.row)
        if index is None:
            self.notify("this message belongs to another call", markup=False)
        else:
            self._open_message(index)

    @work(group="dialog", exclusive=True)
    async def _open_message(self, index: int) -> None:
        from sipbreakout_tui.tui.screens.trace.message import MessageDialog

        messages = self.chosen_call.messages
        if messages is not None:
            last = await self.app.push_screen_wait(MessageDialog(messages, index))
            if last is not None and messages is self.chosen_call.messages and self.chosen_call.pane == "messages":
                self.query_one(MessagesPane).go_to(last)

    @on(MessagesPane.Compare)
    def _compare(self, event: MessagesPane.Compare) -> None:
        self._show_difference(event.one, event.two)

    def action_difference(self) -> None:
        """Compare the two messages that are marked."""
        marked = self.query_one(MessagesPane).marked
        if self._diagnosis is None:
            return
        if len(marked) == 2:
            self._show_difference(*marked)
        else:
            self.chosen_call.go("messages")
            self.notify("mark two messages with space: then they are compared", markup=False)

    def _show_difference(self, one: int, two: int) -> None:
        from sipbreakout_tui.trace.capture.heard import TraceError
        from sipbreakout_tui.tui.screens.trace.difference import DifferenceDialog

        messages = self.chosen_call.messages
        if messages is None:
            return
        first, second = sorted((one, two))
        try:
            sides = [(messages.title(index), messages.lines(index)) for index in (first, second)]
        except TraceError as error:
            self.sip_app.say_error(error)
            return
        self.app.push_screen(DifferenceDialog(*sides))

    def action_explain_status(self) -> None:
        """Say what a status means: of the message under the cursor, else of the call's end."""
        from sipbreakout_tui.trace.capture.heard import TraceError
        from sipbreakout_tui.tui.screens.trace.status import explain_status

        diagnosis, messages = self._diagnosis, self.chosen_call.messages
        if diagnosis is None or messages is None:
            return
        status = diagnosis.case.seen.outcome.status
        index = self.query_one(MessagesPane).index
        if self.chosen_call.pane == "messages" and index is not None:
            try:
                status = messages.status(index) or status
            except TraceError as error:
                self.sip_app.say_error(error)
                return
        if status is None:
            self.notify("no final status of this call was seen", markup=False)
        else:
            explain_status(self, status)

    async def action_explain(self) -> None:
        """Explain the same call in Call."""
        diagnosis = self._diagnosis
        if diagnosis is None:
            return
        call = diagnosis.case.call
        if call is None:
            self.notify("a number of this call cannot be read", severity="warning", markup=False)
            return
        caller = "anonymous" if call.caller is None else str(call.caller)
        tas = str(diagnosis.case.prediction.scenario.tas)
        await self.sip_app.go("call", ExplainCall(caller, str(call.callee), tas))

    @work(group="dialog", exclusive=True)
    async def action_fix(self) -> None:
        """Show what puts the call right, and open the form with it."""
        from sipbreakout_tui.tui.screens.trace.fix import FixDialog

        diagnosis = self._diagnosis
        if diagnosis is None:
            return
        dialog = FixDialog(self._way_out(diagnosis), read_only=self.sip_app.read_only)
        wanted = await self.app.push_screen_wait(dialog)
        if wanted is not None:
            await self.sip_app.go("registrations", wanted)

    @on(StandingPane.Wanted)
    async def _number_wanted(self, event: StandingPane.Wanted) -> None:
        await self.sip_app.go("registrations", ShowNumber(event.number))

    @work(group="copy", exclusive=True)
    async def action_copy(self) -> None:
        """Copy the diagnosis as text."""
        from sipbreakout_tui.services.traces.text import call_lines

        diagnosis, calls = self._diagnosis, self.calls
        if diagnosis is None or calls is None:
            return
        try:
            with self.using():
                lines = await asyncio.to_thread(call_lines, calls.opened, diagnosis)
        except SipBreakoutError as error:
            self.sip_app.say_error(error)
            return
        copy(self.app, "\n".join(lines), f"the diagnosis of call {diagnosis.case.seen.number}")

    @work(group="dialog", exclusive=True)
    async def action_save(self) -> None:
        """Save a report."""
        from sipbreakout_tui.services.traces.report import write_report
        from sipbreakout_tui.tui.screens.open_file import SaveFile

        diagnosis, calls = self._diagnosis, self.calls
        if diagnosis is None or calls is None:
            return
        number = diagnosis.case.seen.number
        wanted = await self.app.push_screen_wait(ReportDialog(number, len(calls.order)))
        if wanted is None:
            return
        name = f"calls{wanted.suffix}" if wanted.every else f"call-{number}{wanted.suffix}"
        path = await self.app.push_screen_wait(SaveFile("Save the report", name, (wanted.suffix,)))
        if path is None:
            return
        told = calls.shown() if wanted.every else [diagnosis]
        self.notify("writing…", markup=False, timeout=2)
        try:
            with self.using():
                await asyncio.to_thread(write_report, calls.opened, told, wanted.form, path, redact=wanted.redact)
        except SipBreakoutError as error:
            self.sip_app.say_error(error)
            return
        self.notify(f"saved {visible(str(path))}", markup=False)
