"""A bulk action while it goes on."""

import asyncio
from collections.abc import Callable, Sequence
from typing import cast

from sipbreakout_model import SipBreakoutError
from sipbreakout_tui.rpc.errors import Refused
from sipbreakout_tui.services.registrations.bulk import BulkReport, run_changes
from sipbreakout_tui.services.registrations.bulk_run import BulkRun
from sipbreakout_tui.services.registrations.live import LiveRegistrations
from sipbreakout_tui.services.registrations.plan import Change, ChangeKind
from tests.services.live import A, B


class Live:
    """Refuses one number, fails for the other."""

    async def carry_out(
        self, changes: Sequence[Change], stop: asyncio.Event, progress: Callable[[BulkReport], None]
    ) -> BulkReport:
        return await run_changes(changes, self.send, concurrency=1, stop=stop, progress=progress)

    async def send(self, change: Change) -> None:
        if change.registration == A:
            raise Refused("not\x1b acceptable")
        raise SipBreakoutError("no answer")


def changes() -> list[Change]:
    return [Change(ChangeKind.UNCHANGED, A, A), Change(ChangeKind.REFRESH, A, A), Change(ChangeKind.DELETE, B, B)]


async def test_every_number_is_told() -> None:
    run = BulkRun("refresh", changes())
    assert (run.total, str(run)) == (2, "refresh: 0 done, 2 left of 2")
    await run.run(cast("LiveRegistrations", Live()))
    assert run.ended
    assert str(run) == "refresh: 0 done, 1 refused, 1 failed"
    assert run.not_done() == [
        (A.number.text, "refused", "not\\x1b acceptable"),
        (B.number.text, "failed", "no answer"),
    ]
    assert run.text().count("\n") == 2


async def test_what_is_stopped_is_not_sent() -> None:
    run = BulkRun("refresh", changes())
    run.stop.set()
    assert str(run).endswith("stopping")
    await run.run(cast("LiveRegistrations", Live()))
    assert {what for _, what, _ in run.not_done()} == {"not sent"}
    assert run.not_done()[0][2] == "stopped before"
