"""One bulk action while it goes on: what was asked, how far it is, and what it left undone."""

import asyncio
from collections.abc import Sequence

from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.services.registrations.bulk import BulkReport
from sipbreakout_tui.services.registrations.live import LiveRegistrations
from sipbreakout_tui.services.registrations.plan import Change


class BulkRun:
    """Many changes that are sent while somebody watches, or not."""

    def __init__(self, doing: str, changes: Sequence[Change]) -> None:
        """Take what is done, such as `delete`, and the changes; those that send nothing are left out."""
        self.doing = doing
        self.changes = [change for change in changes if change.verb is not None]
        self.stop = asyncio.Event()
        """Set it, and no further request is started."""
        self.report = BulkReport()
        """As far as it is."""
        self.ended = False

    @property
    def total(self) -> int:
        """How many requests there are."""
        return len(self.changes)

    @property
    def left(self) -> int:
        """How many have no end yet."""
        return self.total - self.report.total

    def __str__(self) -> str:
        """Return what is done and how far it is, such as `delete: 312 done, 2 refused, 9686 left of 10000`."""
        if self.ended:
            return f"{self.doing}: {self.report}"
        stopping = ", stopping" if self.stop.is_set() else ""
        return f"{self.doing}: {self.report}, {self.left} left of {self.total}{stopping}"

    async def run(self, live: LiveRegistrations) -> None:
        """Send all, until `stop` is set; what became of each is in the report."""
        try:
            self.report = await live.carry_out(self.changes, self.stop, self._noted)
        finally:
            self.ended = True

    def not_done(self) -> list[tuple[str, str, str]]:
        """Return every number that was not done, with what became of it and why; safe to show."""
        report = self.report
        why = "the core is away" if report.unreachable else "stopped before"
        if report.unwritten:
            why = "the ledger cannot be written"
        return [
            *((number.text, "refused", visible(words)) for number, words in report.refused),
            *((number.text, "failed", visible(words)) for number, words in report.failed),
            *((number.text, "not sent", why) for number in report.not_started),
        ]

    def text(self) -> str:
        """Return the whole report as lines."""
        return "\n".join([str(self), *("  ".join(parts) for parts in self.not_done())])

    def _noted(self, report: BulkReport) -> None:
        self.report = report
