"""What importing a file would change, before it does."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on, work
from textual.containers import Horizontal, VerticalScroll
from textual.widget import Widget
from textual.widgets import Button, Static

from sipbreakout_model import SipBreakoutError
from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.tui.screens.dialog import Dialog
from sipbreakout_tui.tui.screens.registrations.choice_line import ChoiceLine
from sipbreakout_tui.tui.widgets.columns import Cell, Column
from sipbreakout_tui.tui.widgets.line_table import LineTable

if TYPE_CHECKING:
    from sipbreakout_tui.services.registrations.live import LiveRegistrations
    from sipbreakout_tui.services.registrations.plan import Change

_COLUMNS = (
    Column("kind", "", 9),
    Column("number", "number", 16),
    Column("what", "registration", 34, grows=1),
    Column("before", "was", 18, grows=2, drops=1),
)
_KINDS = {"create": "good", "replace": "warn", "refresh": "key", "delete": "bad", "unchanged": "dim"}
_MOST_PROBLEMS = 50
_PRUNE = ("leave what the file does not name", "prune: delete it")


class ImportPlan(Dialog["list[Change]"]):
    """Shows what a file changes; gives the changes back where they shall be sent."""

    CSS_PATH = "bulk.tcss"
    VERTICAL_BREAKPOINTS = [(0, "-low"), (22, "-high")]  # noqa: RUF012 - as Screen declares it

    def __init__(self, live: "LiveRegistrations", path: Path) -> None:
        """Take the registrations and the file."""
        super().__init__(visible(f"Import {path.name}"))
        self._live = live
        self._path = path
        self._changes: list[Change] = []

    def body(self) -> Iterable[Widget]:
        """Yield the plan and the buttons."""
        with VerticalScroll(can_focus=False):
            yield Static("reading…", classes="plan-said", markup=False)
        yield LineTable(_COLUMNS, self._cells, lambda index: index)
        yield ChoiceLine(_PRUNE, _PRUNE[0], id="prune")
        with Horizontal(classes="dialog-buttons"):
            yield Button("Send", compact=True, id="send", variant="primary", disabled=True)
            yield Button("Cancel", compact=True, id="cancel")

    def on_mount(self) -> None:
        """Make the plan."""
        self.query_one("#cancel").focus()
        self._plan()

    @on(ChoiceLine.Changed)
    @work(exclusive=True, group="plan")
    async def _plan(self) -> None:
        from sipbreakout_tui.services.registrations.plan import ChangeKind, summary

        said, send, table = self.query_one(".plan-said", Static), self.query_one("#send", Button), LineTable
        send.disabled = True
        try:
            changes = await self._live.import_plan(self._path, prune=self.query_one(ChoiceLine).value == _PRUNE[1])
        except SipBreakoutError as error:
            lines = str(error).splitlines()
            more = [f"… and {len(lines) - _MOST_PROBLEMS} more"] if len(lines) > _MOST_PROBLEMS else []
            said.update("\n".join([*map(visible, lines[:_MOST_PROBLEMS]), *more]))
            said.add_class("-bad")
            self.query_one(table).display = False
            self.query_one(ChoiceLine).display = False
            return
        order = list(ChangeKind)
        self._changes = sorted(changes, key=lambda change: change.kind is ChangeKind.UNCHANGED)
        self._changes.sort(key=lambda change: order.index(change.kind) if change.kind is ChangeKind.DELETE else 0)
        said.update(f"{summary(changes)}, at {self._live.profile.target}")
        self.query_one(table).show(range(len(self._changes)))
        requests = sum(change.verb is not None for change in changes)
        send.label = f"Send {requests} request{'' if requests == 1 else 's'}"
        send.refresh(layout=True)  # the words got longer
        send.disabled = not requests
        if requests:
            send.focus()

    def _cells(self, index: int) -> list[Cell]:
        change = self._changes[index]
        kind, registration, before = change.kind.value, change.registration, change.before
        return [
            Cell(kind, _KINDS[kind]),
            Cell(registration.number.text, "key"),
            Cell(str(registration).partition(" ")[2]),
            Cell(str(before).partition(" ")[2] if kind == "replace" else "", "dim"),
        ]

    @on(Button.Pressed, "#send")
    def _agreed(self) -> None:
        self.dismiss(self._changes)

    @on(Button.Pressed, "#cancel")
    def _declined(self) -> None:
        self.dismiss(None)
