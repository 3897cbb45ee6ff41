"""Many changes at once: bounded, stoppable, and with a report that names every number."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

from sipbreakout_model import E164, SipBreakoutError
from sipbreakout_tui.rpc.errors import CannotReachCore, Refused
from sipbreakout_tui.services.registrations.plan import Change
from sipbreakout_tui.store import StoreError


@dataclass(slots=True)
class BulkReport:
    """What became of every change; each number stands in exactly one list."""

    done: list[E164] = field(default_factory=list)
    refused: list[tuple[E164, str]] = field(default_factory=list)
    """With the core's words."""
    failed: list[tuple[E164, str]] = field(default_factory=list)
    """With why; whether the core did it is not known where no answer came."""
    not_started: list[E164] = field(default_factory=list)
    """Not sent, because the run was stopped, the core is away or the ledger cannot be written."""
    unreachable: bool = False
    """Whether the run ended early because the core cannot be reached."""
    unwritten: bool = False
    """Whether the run ended early because the ledger cannot be written."""

    @property
    def total(self) -> int:
        """How many changes there were."""
        return len(self.done) + len(self.refused) + len(self.failed) + len(self.not_started)

    @property
    def complete(self) -> bool:
        """Whether everything was done."""
        return not (self.refused or self.failed or self.not_started)

    def __str__(self) -> str:
        """Return the counts, such as `9990 done, 10 refused`."""
        counts = {
            "done": len(self.done),
            "refused": len(self.refused),
            "failed": len(self.failed),
            "not started": len(self.not_started),
        }
        return ", ".join(f"{count} {what}" for what, count in counts.items() if count or what == "done")


async def run_changes(
    changes: Iterable[Change],
    send: Callable[[Change], Awaitable[object]],
    *,
    concurrency: int = 50,
    stop: asyncio.Event | None = None,
    progress: Callable[[BulkReport], None] | None = None,
) -> BulkReport:
    """Send the changes, `concurrency` at a time, and return what became of each.

    Once `stop` is set, the core cannot be reached or the ledger cannot be written, no further change is started; those
    under way are waited for.
    """
    report = BulkReport()
    queue = iter(changes)
    halted = stop or asyncio.Event()

    async def worker() -> None:
        for change in queue:
            number = change.registration.number
            if halted.is_set() or report.unreachable or report.unwritten:
                report.not_started.append(number)
                continue
            try:
                await send(change)
            except Refused as error:
                report.refused.append((number, error.words or str(error)))
            except SipBreakoutError as error:
                report.failed.append((number, str(error)))
                report.unreachable = report.unreachable or isinstance(error, CannotReachCore)
                report.unwritten = report.unwritten or isinstance(error, StoreError)
            else:
                report.done.append(number)
            if progress is not None:
                progress(report)

    async with asyncio.TaskGroup() as group:
        for _ in range(max(1, concurrency)):
            group.create_task(worker())
    return report
