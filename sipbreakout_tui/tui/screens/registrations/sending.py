"""What is under way: single requests, and one bulk action at a time."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Static

from sipbreakout_model import SipBreakoutError
from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.tui.place import Place
from sipbreakout_tui.tui.widgets.line_table import LineTable

if TYPE_CHECKING:
    from sipbreakout_tui.services.registrations.bulk_run import BulkRun
    from sipbreakout_tui.services.registrations.live import LiveRegistrations
    from sipbreakout_tui.services.registrations.plan import Change


class SendingPlace(Place):
    """A place with a table of numbers that sends changes and says how far they are."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            *("b", "bulk", "bulk action"),
            show=False,
            id="registrations.bulk",
            tooltip="Show the bulk action that runs, or the report of the last one.",
        ),
    ]

    def __init__(self) -> None:
        """Start with nothing under way."""
        super().__init__()
        self._last_bulk: BulkRun | None = None
        self._asking: list[str] = []
        """The single requests under way."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Return whether an action may run now."""
        if action == "bulk" and self._bulk is None:
            return False
        return super().check_action(action, parameters)

    @property
    def _bulk(self) -> "BulkRun | None":
        return self.sip_app.bulk or self._last_bulk

    def _send(self, doing: str, changes: "Sequence[Change]") -> None:
        """Send one change at once, more of them as a bulk action."""
        if len(changes) > 1:
            self.start_bulk(doing, changes)
        elif self.live is not None:
            # The app's own, as all that sends: no other key takes back what is under way.
            self.app.run_worker(self._send_one(self.live, doing, changes[0]), group="send")

    async def _send_one(self, live: "LiveRegistrations", doing: str, change: "Change") -> None:
        number = change.registration.number
        asking = f"{doing} {number}"
        self._asking.append(asking)
        self._show_bulk()
        note = None
        try:
            if change.verb == "delete":
                note = await live.delete(change.registration)
            else:
                await live.upsert(change.registration)
                if change.keep:
                    await live.keep([number.text], True)
        except SipBreakoutError as error:
            self.sip_app.say_error(visible(f"{asking}: {error}", keep="\n"))
        else:
            said = "deleted" if change.verb == "delete" else "refreshed" if doing == "refresh" else "put back"
            self.app.notify(visible(f"{number} {said}{f': {note}' if note else ''}"), markup=False)
            if self.is_attached:
                self.query_one(LineTable).clear_marks()
        finally:
            self._asking.remove(asking)
        self._show_bulk()
        self.sip_app.look()

    # Bulk actions

    def start_bulk(self, doing: str, changes: "Iterable[Change]") -> None:
        """Begin a bulk action, and show it; there is one at a time."""
        from sipbreakout_tui.services.registrations.bulk_run import BulkRun

        if self.sip_app.bulk is not None:
            self.notify(f"wait until it is done: {self.sip_app.bulk}", severity="warning", markup=False)
            return
        live, run = self.live, BulkRun(doing, list(changes))
        if live is None or not run.total:
            self.notify("nothing to send", markup=False)
            return
        self.sip_app.bulk = run
        self.app.run_worker(self._carry_out(live, run), group="bulk")
        self.action_bulk()

    async def _carry_out(self, live: "LiveRegistrations", run: "BulkRun") -> None:
        try:
            await run.run(live)
        finally:
            self.sip_app.bulk, self._last_bulk = None, run
        undone = {number for number, _, _ in run.not_done()}
        if self.is_attached:
            table = self.query_one(LineTable)
            table.marks &= undone
            table.refresh()
        self.app.notify(
            f"{run}{'' if run.report.complete else ': b shows the report'}",
            severity="information" if run.report.complete else "warning",
            markup=False,
        )
        self._show_bulk()
        self.sip_app.look()

    def action_bulk(self) -> None:
        """Show the bulk action that runs, or the report of the last one."""
        from sipbreakout_tui.tui.screens.registrations.bulk import BulkDialog

        if self._bulk is not None:
            self.app.push_screen(BulkDialog(self._bulk))

    def _show_bulk(self) -> None:
        """Show in one line what is under way: a request, a bulk action in the background."""
        if not self.is_attached:
            return
        line = self.query_one(".bulk-line", Static)
        run = self.sip_app.bulk
        words = f"{run}   b shows it" if run is not None else ", ".join(self._asking)
        if line.display is not bool(words):
            self.refresh_bindings()
        line.set_class(not words, "-gone")
        if words:
            line.update(f"◷ {words}", layout=False)
