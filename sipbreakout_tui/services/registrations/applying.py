"""Making a core hold what a file says: the plan from the ledger, and the doing through a recorder."""

import asyncio
from collections.abc import Callable, Iterable, Sequence

from sipbreakout_model import Lease, Registration
from sipbreakout_tui.changes import Recorder
from sipbreakout_tui.ledger import Ledger
from sipbreakout_tui.services.registrations.bulk import BulkReport, run_changes
from sipbreakout_tui.services.registrations.listing import Row
from sipbreakout_tui.services.registrations.plan import Change, Held, plan_changes


def plan_for(
    ledger: Ledger, target: str, wanted: Iterable[Registration], at: float, *, prune: bool = False
) -> list[Change]:
    """Return what every number of the file needs at a core; see `plan_changes`."""
    held: dict[str, Held] = {}
    for row in map(Row._make, ledger.current_rows(target)):
        if row.accepted_at is not None and row.ttl is not None:
            lease = Lease(row.registration(), row.accepted_at, row.ttl)
            held[row.number] = Held(lease, row.state(at) == "asserted")
    return plan_changes(wanted, held, at, prune=prune)


async def carry_out(
    recorder: Recorder,
    changes: Sequence[Change],
    *,
    concurrency: int = 50,
    keep: bool = False,
    stop: asyncio.Event | None = None,
    progress: Callable[[BulkReport], None] | None = None,
) -> BulkReport:
    """Send the changes that need sending, and mark what was accepted as kept where `keep` or the change asks for it.

    Unchanged numbers are no part of the report; with `keep` they are kept, too. Where the ledger could not be written
    nothing is marked.
    """

    async def send(change: Change) -> None:
        if change.verb == "delete":
            await recorder.delete(change.registration)
        else:
            await recorder.upsert(change.registration)

    to_send = [change for change in changes if change.verb is not None]
    report = await run_changes(to_send, send, concurrency=concurrency, stop=stop, progress=progress)
    if not report.unwritten:
        done = set(report.done)
        pairs = [
            (change.registration.number, recorder.target)
            for change in changes
            if (keep or change.keep)
            and change.verb != "delete"
            and (change.verb is None or change.registration.number in done)
        ]
        if pairs:
            await recorder.ledger.keep_many(pairs, True)
    return report
