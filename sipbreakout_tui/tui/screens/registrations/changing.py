"""The keys of the place that change registrations."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType

from sipbreakout_model import SipBreakoutError
from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.tui.screens.dialog import Question
from sipbreakout_tui.tui.screens.registrations.sending import SendingPlace
from sipbreakout_tui.tui.widgets.line_table import LineTable

if TYPE_CHECKING:
    from sipbreakout_model import Registration
    from sipbreakout_tui.services.registrations.listing import Row
    from sipbreakout_tui.services.registrations.plan import Change, ChangeKind

_KEPT_TOGETHER = 500
"""Numbers that are marked as kept in one go: between two goes the keys get their turn."""

_FILES = (".toml", ".json", ".csv")


class ChangingPlace(SendingPlace):
    """What the place of the registrations can change; which rows there are, its subclass knows."""

    MUTATING = frozenset({"add", "edit", "delete", "refresh", "keep", "undo", "import"})
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "add", "add", id="registrations.add", tooltip="Add a registration."),
        Binding("e", "edit", "edit", id="registrations.edit", tooltip="Change the registration of the row."),
        Binding("d", "delete", "delete", id="registrations.delete", tooltip="Delete what is marked, or the row; asks."),
        Binding("r", "refresh", "refresh", id="registrations.refresh", tooltip="Refresh what is marked, or the row."),
        Binding("K", "keep", "keep", id="registrations.keep", tooltip="Have the keeper refresh it, or not any more."),
        Binding("u", "undo", "undo", id="registrations.undo", tooltip="Put back the last change; shows it first."),
        Binding("i", "import", "import", id="registrations.import", tooltip="Import a file; shows the plan first."),
        Binding(
            *("ctrl+s", "export", "export"),
            id="registrations.export",
            tooltip="Write what is marked, or all rows shown, into a file.",
        ),
    ]

    def __init__(self) -> None:
        """Start without rows."""
        super().__init__()
        self._rows: Sequence[Row] = ()
        """The rows that indices of the table speak of."""
        self._live_rows: Sequence[Row] | None = None
        self._wanted: str | None = None
        """The number that the cursor shall be put on."""
        self._unread: str | None = None
        """Why the filter that is typed cannot be read."""

    @property
    def row(self) -> "Row | None":
        """The row under the cursor."""
        raise NotImplementedError

    def _targets(self) -> list[str]:
        """Return the marked numbers, or the one under the cursor."""
        marks = self.query_one(LineTable).marks
        if marks:
            return sorted(str(number) for number in marks)
        return [] if self.row is None else [self.row.number]

    # One registration

    def action_add(self) -> None:
        """Open an empty form."""
        self._open_form(None)

    def action_edit(self) -> None:
        """Open the form with the row."""
        if self.row is not None:
            self.edit(self.row.registration())

    def edit(self, registration: "Registration") -> None:
        """Open the form with a registration."""
        if self.sip_app.read_only:
            self.sip_app.say_error("read-only: nothing is changed")
        else:
            self._open_form(registration)

    def _open_form(self, registration: "Registration | None") -> None:
        from sipbreakout_tui.tui.screens.registrations.form import RegistrationForm

        if self.live is not None:
            self.app.push_screen(RegistrationForm(self.live, registration), self._formed)

    def _formed(self, registration: "Registration | None") -> None:
        if registration is not None:
            self._wanted = registration.number.text
            self.sip_app.look()

    # Delete, refresh, keep

    @work(exclusive=True, group="change")
    async def action_delete(self) -> None:
        """Delete what is marked, or the row, after a question."""
        from sipbreakout_tui.services.registrations.plan import ChangeKind

        changes = await self._changes(ChangeKind.DELETE)
        if not changes:
            return
        if len(changes) == 1:
            registration = changes[0].registration
            text = f"Delete the registration of {registration.number}\nat {registration.sip_uri}?"
            agreed = await self.app.push_screen_wait(Question("Delete", text, yes="Delete"))
        else:
            text = f"Delete {len(changes)} registrations?{self._first_of(changes)}"
            agreed = await self.app.push_screen_wait(Question("Delete", text, yes="Delete", count=len(changes)))
        if agreed:
            self._send("delete", changes)

    @work(exclusive=True, group="change")
    async def action_refresh(self) -> None:
        """Refresh what is marked, or the row."""
        from sipbreakout_tui.services.registrations.plan import ChangeKind

        changes = await self._changes(ChangeKind.REFRESH)
        if not changes:
            return
        if len(changes) > 1:
            text = (
                f"Refresh {len(changes)} registrations? Those that have ended are registered again."
                f"{self._first_of(changes)}"
            )
            if not await self.app.push_screen_wait(Question("Refresh", text, yes="Refresh")):
                return
        self._send("refresh", changes)

    async def _changes(self, kind: "ChangeKind") -> "list[Change]":
        """Return what the targets need; says what cannot be done."""
        from sipbreakout_tui.services.registrations.plan import Change

        live, numbers = self.live, self._targets()
        if live is None or not numbers:
            return []
        changes = await asyncio.to_thread(live.changes_for, kind, numbers)
        row = self.row
        if not changes and row is not None and [row.number] == numbers and row.state(live.clock()) == "unknown":
            # Asked, and no answer came: it may be there, so it may be deleted or asked for again.
            changes = [Change(kind, row.registration(), row.registration())]
        without = len(numbers) - len(changes)
        if without and not changes:
            which = numbers[0] if without == 1 else f"any of the {without}"
            self.notify(
                f"no registration of {which} is known to be there: nothing to {kind}", severity="warning", markup=False
            )
        return changes

    def _first_of(self, changes: "Sequence[Change]") -> str:
        """Return the first lines of a list, and how many of it the filter hides."""
        table = self.query_one(LineTable)
        shown = {self._rows[index].number for index in table.shown_rows}
        hidden = sum(change.registration.number.text not in shown for change in changes)
        lines = [f"  {change.registration}" for change in changes[:5]]
        if len(changes) > len(lines):
            lines.append(f"  … and {len(changes) - len(lines)} more")
        left_out = len(self._targets()) - len(changes)
        if left_out:
            lines.append(f"{left_out} of the marked have no registration that is known: left out.")
        if hidden:
            lines.append(f"{hidden} of them are marked, but not shown by the filter.")
        return "\n\n" + "\n".join(lines)

    @work(group="keep")
    async def action_keep(self) -> None:
        """Mark what is marked, or the row, as kept; where all are, as not kept any more."""
        live = self.live
        numbers = self._targets()
        if live is None or not numbers:
            return
        rows = [row for row in map(live.row, numbers) if row is not None]
        kept = not all(row.kept for row in rows)
        able = [row.number for row in rows if row.accepted_at is not None or not kept]
        if not able:
            self.notify(
                "no registration that is known: there is nothing to keep; e sends it first",
                severity="warning",
                markup=False,
            )
            return
        done = 0
        try:
            for start in range(0, len(able), _KEPT_TOGETHER):
                part = able[start : start + _KEPT_TOGETHER]
                await live.keep(part, kept)
                done += len(part)
        except SipBreakoutError as error:
            self.sip_app.say_error(visible(f"{done} of {len(able)} marked as kept: {error}", keep="\n"))
        else:
            what = able[0] if len(able) == 1 else f"{len(able)} registrations"
            left_out = f"; {len(rows) - len(able)} have none that is known" if len(able) < len(rows) else ""
            keeper = "" if live.keeper_runs or not kept else ": no keeper runs, start one with: sipbreakout keep"
            self.notify(f"{what} {'kept' if kept else 'not kept any more'}{left_out}{keeper}", markup=False)
        self.query_one(LineTable).refresh()

    # Undo

    @work(exclusive=True, group="change")
    async def action_undo(self) -> None:
        """Put back what the last change changed, after showing it."""
        from sipbreakout_tui.services.registrations.undo import NothingToUndo

        live = self.live
        if live is None:
            return
        try:
            change = await asyncio.to_thread(live.undo_plan)
        except NothingToUndo as error:
            self.notify(str(error), severity="warning", markup=False)
            return
        except SipBreakoutError as error:
            self.sip_app.say_error(error)
            return
        kept = ", kept as before" if change.keep else ""
        lines = [f"Sends a{'n' if change.verb == 'upsert' else ''} {change.verb} of", f"  {change.registration}{kept}"]
        if change.verb == "upsert":
            held = "nothing that we know of" if change.before is None else str(change.before)
            lines += ["", "There now", f"  {held}"]
        if await self.app.push_screen_wait(Question("Undo the last change", "\n".join(lines), yes="Send")):
            self._send("undo", [change])

    # Files

    @work(exclusive=True, group="change")
    async def action_import(self) -> None:
        """Ask for a file, show what it would change, and send that."""
        from sipbreakout_tui.tui.screens.open_file import OpenFile

        path = await self.app.push_screen_wait(OpenFile("Import registrations", _FILES))
        if path is not None:
            await self._import(path)

    @work(exclusive=True, group="change")
    async def import_file(self, path: Path) -> None:
        """Show what a file would change, and send that."""
        if self.sip_app.read_only:
            self.sip_app.say_error("read-only: nothing is changed")
        else:
            await self._import(path)

    async def _import(self, path: Path) -> None:
        from sipbreakout_tui.tui.screens.registrations.import_plan import ImportPlan

        if self.live is None:
            return
        changes = await self.app.push_screen_wait(ImportPlan(self.live, path))
        if not changes:
            return
        deleted = sum(change.verb == "delete" for change in changes)
        if deleted > 1:
            text = f"{deleted} registrations that the file does not name are deleted."
            if not await self.app.push_screen_wait(Question("Import", text, yes="Send", count=deleted)):
                return
        self.start_bulk("import", changes)

    @work(exclusive=True, group="change")
    async def action_export(self) -> None:
        """Ask for a file name, and write what is marked, or else all rows shown."""
        from sipbreakout_tui.services.registrations.export import export_rows
        from sipbreakout_tui.tui.screens.open_file import SaveFile

        table, live = self.query_one(LineTable), self.live
        if live is None:
            return
        if table.marks:
            rows = [row for row in map(live.row, self._targets()) if row is not None]
        else:
            rows = [self._rows[index] for index in table.shown_rows]
        asked = SaveFile(f"Export {len(rows)} rows", "registrations.toml", _FILES)
        path: Path | None = await self.app.push_screen_wait(asked)
        if path is None:
            return
        try:
            written = await asyncio.to_thread(export_rows, path, rows)
        except SipBreakoutError as error:
            self.sip_app.say_error(error)
            return
        left_out = f"; {len(rows) - written} without a known registration left out" if written < len(rows) else ""
        self.notify(f"{written} registrations written to {visible(str(path))}{left_out}", markup=False)
