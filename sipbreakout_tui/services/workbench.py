"""All that the terminal UI works with, opened together: profiles, ledger, core, or the scene of the demo."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sipbreakout_tui.config import Profile
from sipbreakout_tui.ledger import Ledger
from sipbreakout_tui.services.core_session import open_recorder
from sipbreakout_tui.services.demo import Demo, open_demo
from sipbreakout_tui.services.keeping import keep
from sipbreakout_tui.services.registrations import LiveRegistrations

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Workbench:
    """What is open."""

    live: LiveRegistrations
    demo: Demo | None = None
    """The scene, where it is the demo's."""


@asynccontextmanager
async def open_workbench(
    profile: Profile, *, read_only: bool = False, clock: Callable[[], float] = time.time
) -> AsyncIterator[Workbench]:
    """Open the ledger of this user and a profile's core, and read what is known of it.

    Raises:
        ConfigError: A file that the profile names cannot be used.
        StoreError: The ledger cannot be used.
    """
    ledger = Ledger(clock=clock)
    try:
        async with _live(profile, ledger, read_only, clock) as live:
            yield Workbench(live)
    finally:
        ledger.close()


@asynccontextmanager
async def open_demo_workbench(
    *,
    read_only: bool = False,
    clock: Callable[[], float] = time.time,
    monotonic: Callable[[], float] = time.monotonic,
) -> AsyncIterator[Workbench]:
    """Open the demo: a core in this process and a ledger that are gone afterwards."""
    async with (
        open_demo(clock=clock, monotonic=monotonic) as demo,
        _kept(demo.profile, demo.ledger),
        _live(demo.profile, demo.ledger, read_only, clock) as live,
    ):
        yield Workbench(live, demo)


@asynccontextmanager
async def _kept(profile: Profile, ledger: Ledger) -> AsyncIterator[None]:
    """Refresh what is kept: of the demo's core no other process knows."""
    stop = asyncio.Event()
    keeping = asyncio.create_task(keep(ledger, [profile], stop, _log.info))
    try:
        yield
    finally:
        stop.set()
        await keeping


@asynccontextmanager
async def _live(
    profile: Profile, ledger: Ledger, read_only: bool, clock: Callable[[], float]
) -> AsyncIterator[LiveRegistrations]:
    async with open_recorder(profile, ledger, "tui", clock=clock) as recorder:
        live = LiveRegistrations(profile, ledger, recorder, clock=clock, read_only=read_only)
        try:
            await live.load()
            yield live
        finally:
            live.close()
