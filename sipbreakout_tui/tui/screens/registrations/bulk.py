"""A bulk action: how far it is, a way to stop it, and at its end the report."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Static

from sipbreakout_tui.tui.copying import copy
from sipbreakout_tui.tui.screens.dialog import Dialog
from sipbreakout_tui.tui.widgets.columns import Cell, Column
from sipbreakout_tui.tui.widgets.line_table import LineTable
from sipbreakout_tui.tui.words import bar

if TYPE_CHECKING:
    from sipbreakout_tui.services.registrations.bulk_run import BulkRun

_LOOK_SECONDS = 0.1
_BAR = 40
_COLUMNS = (Column("number", "not done", 16), Column("what", "", 8), Column("why", "why", 30, grows=1))
_KINDS = {"refused": "bad", "failed": "bad", "not sent": "dim"}


class BulkDialog(Dialog[None]):
    """Watches a run; escape stops it, and leaves once it has ended."""

    CSS_PATH = "bulk.tcss"
    VERTICAL_BREAKPOINTS = [(0, "-low"), (22, "-high")]  # noqa: RUF012 - as Screen declares it
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+c", "stop", "stop", id="bulk.stop", tooltip="Stop it; once it has ended, leave."),
        Binding("b", "background", "background", id="bulk.background", tooltip="Let it go on in the background."),
        Binding("y", "copy", "copy", id="bulk.copy", tooltip="Copy the report with every number that was not done."),
    ]

    def __init__(self, run: "BulkRun") -> None:
        """Take the run."""
        super().__init__(f"{run.doing[:1].upper()}{run.doing[1:]} {run.total}")
        self._run = run
        self._undone: list[tuple[str, str, str]] = []
        self._was_ended = False

    def body(self) -> Iterable[Widget]:
        """Yield progress, report and buttons."""
        yield Static("", classes="bulk-bar", markup=False)
        yield Static("", classes="bulk-counts", markup=False)
        yield LineTable(_COLUMNS, self._cells, lambda index: index)
        with Horizontal(classes="dialog-buttons"):
            yield Button("Stop", compact=True, id="stop", variant="warning")
            yield Button("In the background", compact=True, id="background")
            yield Button("Copy", compact=True, id="copy")

    def on_mount(self) -> None:
        """Follow the run."""
        self.query_one(LineTable).focus()
        self._look()
        self.set_interval(_LOOK_SECONDS, self._look)

    def _look(self) -> None:
        run, report = self._run, self._run.report
        if self._was_ended or self.was_left:
            return
        part = report.total / max(run.total, 1)
        self.query_one(".bulk-bar", Static).update(
            Content.assemble((bar(part, _BAR), "$primary on $panel"), f"  {report.total} of {run.total}")
        )
        counts = [
            (f"● {len(report.done)} done", "$success" if report.done else "$secondary"),
            (f"   ✖ {len(report.refused)} refused", "$error" if report.refused else "$secondary"),
            (f"   ✖ {len(report.failed)} failed", "$error" if report.failed else "$secondary"),
        ]
        if report.not_started:
            counts.append((f"   ○ {len(report.not_started)} not sent", "$warning"))
        if not run.ended:
            waits = "   stopping: what is under way is waited for" if run.stop.is_set() else ""
            counts.append((f"   ◷ {run.left} left{waits}", "$secondary"))
        self.query_one(".bulk-counts", Static).update(Content.assemble(*counts))
        undone = len(report.refused) + len(report.failed) + len(report.not_started)
        if undone != len(self._undone):
            self._undone = run.not_done()
            table = self.query_one(LineTable)
            table.add_class("-there")
            table.show(range(len(self._undone)))
        if run.ended:
            self._was_ended = True
            self.query_one("#stop", Button).label = "Close"
            self.query_one("#background", Button).display = False
            self.query_one("#stop", Button).variant = "primary"

    def _cells(self, index: int) -> list[Cell]:
        number, what, why = self._undone[index]
        return [Cell(number, "key"), Cell(what, _KINDS[what]), Cell(why)]

    @on(Button.Pressed, "#stop")
    def action_stop(self) -> None:
        """Stop the run; once it has ended, leave."""
        if self._run.ended:
            self.dismiss(None)
        else:
            self._run.stop.set()

    @on(Button.Pressed, "#background")
    def action_background(self) -> None:
        """Leave the run to itself."""
        self.dismiss(None)

    @on(Button.Pressed, "#copy")
    def action_copy(self) -> None:
        """Copy the report."""
        copy(self.app, self._run.text(), "the report")
