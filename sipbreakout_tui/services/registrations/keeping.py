"""Keeping registrations alive, at every core that has kept ones."""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AsyncExitStack

from sipbreakout_model import InvalidValue
from sipbreakout_tui.config import Profile, Profiles
from sipbreakout_tui.keeper import Keeper, KeeperLock
from sipbreakout_tui.ledger import Ledger
from sipbreakout_tui.services.core_session import open_recorder
from sipbreakout_tui.services.registrations.listing import Row

LOCK_NAME = "keeper.lock"
"""The lock file beside the ledger."""


def profiles_to_keep(ledger: Ledger, profiles: Profiles) -> list[Profile]:
    """Return the profiles of the cores that have kept registrations, one for each core.

    Raises:
        InvalidValue: A core has kept registrations and no profile: how it is reached is not known.
    """
    by_target: dict[str, Profile] = {}
    for profile in profiles:
        former = by_target.get(profile.target)
        if former is None or (former.read_only and not profile.read_only):  # with that nothing can be refreshed
            by_target[profile.target] = profile
    targets = sorted({row[1] for row in ledger.current_rows(kept=True)})
    unknown = [target for target in targets if target not in by_target]
    if unknown:
        raise InvalidValue(
            f"{', '.join(unknown)} has kept registrations, but no profile says how it is reached: "
            "name it with --target, or write a profile for it (sipbreakout config path)"
        )
    return [by_target[target] for target in targets]


async def keep(
    ledger: Ledger,
    profiles: Sequence[Profile],
    stop: asyncio.Event,
    say: Callable[[str], None],
    *,
    started: Callable[[], None] = lambda: None,
    clock: Callable[[], float] = time.time,
) -> list[Keeper]:
    """Refresh what is kept at these cores until `stop` is set; return the keepers, for their reports.

    Args:
        ledger: Knows what is kept.
        profiles: How the cores are reached, one for each.
        stop: Ends it.
        say: Called with what is worth telling.
        started: Called when it is certain that nobody else keeps them.
        clock: Unix time in seconds.

    Raises:
        KeeperRuns: Another process keeps the registrations of this ledger.
        StoreError: The ledger cannot be read.
    """
    with KeeperLock(ledger.path.with_name(LOCK_NAME)):
        started()
        async with AsyncExitStack() as opened:
            keepers = [
                Keeper(
                    await opened.enter_async_context(open_recorder(profile, ledger, "keeper", clock=clock)),
                    say=say,
                    clock=clock,
                )
                for profile in profiles
            ]
            try:
                async with asyncio.TaskGroup() as group:
                    for keeper in keepers:
                        group.create_task(keeper.run(stop))
            except ExceptionGroup as errors:
                raise errors.exceptions[0] from None
    return keepers


def status(rows: Iterable[Row], at: float, keeper_runs: bool) -> dict[str, object]:
    """Return the counts that `sipbreakout status` shows.

    `due` are kept and past half their life, `late` kept with less than a quarter of it left or none.
    """
    counts = dict.fromkeys(("known", "in_force", "kept", "due", "late", "expired", "refused", "failed", "unknown"), 0)
    for row in rows:
        state = row.state(at)
        remaining = row.remaining(at)
        if state != "deleted":
            counts["known"] += 1
        if state in counts:
            counts[state] += 1
        if remaining is None or row.ttl is None:
            continue
        counts["in_force"] += remaining > 0
        counts["kept"] += row.kept
        counts["due"] += bool(row.kept) and remaining < row.ttl / 2
        counts["late"] += bool(row.kept) and remaining < row.ttl / 4
    return {**counts, "keeper": keeper_runs}
