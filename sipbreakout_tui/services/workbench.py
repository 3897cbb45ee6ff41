"""All that the terminal UI works with, opened together: ledger and core of a profile, or the scene of the demo."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sipbreakout_model import SipBreakoutError
from sipbreakout_tui.config import Profile
from sipbreakout_tui.ledger import Ledger
from sipbreakout_tui.services.registrations.live import LiveRegistrations

if TYPE_CHECKING:
    from sipbreakout_tui.changes import Recorder
    from sipbreakout_tui.services.demo import Demo

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Workbench:
    """What is open: at first the registrations that the ledger knows, after `connect` the core, too."""

    live: LiveRegistrations
    connect: Callable[[], Awaitable[None]]
    """Opens the client of the core; raises ConfigError where a file that the profile names cannot be used."""
    demo: "Demo | None" = None
    """The scene, where it is the demo's."""


@asynccontextmanager
async def open_workbench(
    profile: Profile, *, read_only: bool = False, clock: Callable[[], float] = time.time
) -> AsyncIterator[Workbench]:
    """Open the ledger of this user, and read what it knows of a profile's core.

    Raises:
        StoreError: The ledger cannot be used.
    """
    ledger = await asyncio.to_thread(Ledger, clock=clock)
    try:
        async with AsyncExitStack() as opened:
            yield await _bench(opened, profile, ledger, read_only, clock)
    finally:
        ledger.close()


@asynccontextmanager
async def open_demo_workbench(
    *,
    read_only: bool = False,
    clock: Callable[[], float] = time.time,
    monotonic: Callable[[], float] = time.monotonic,
) -> AsyncIterator[Workbench]:
    """Open the demo: a core in this process and a ledger that are gone afterwards; what is kept is refreshed."""
    from sipbreakout_tui.services.demo import open_demo

    async with open_demo(clock=clock, monotonic=monotonic) as demo, AsyncExitStack() as opened:
        await opened.enter_async_context(_kept(demo.profile, demo.ledger, clock))
        yield await _bench(opened, demo.profile, demo.ledger, read_only, clock, demo)


async def _bench(
    opened: AsyncExitStack,
    profile: Profile,
    ledger: Ledger,
    read_only: bool,
    clock: Callable[[], float],
    demo: "Demo | None" = None,
) -> Workbench:
    live = LiveRegistrations(profile, ledger, clock=clock, read_only=read_only)
    opened.callback(live.close)
    await live.load()

    async def connect() -> None:
        open_recorder = await asyncio.to_thread(_recorder_opener)  # importing gRPC takes a while
        try:
            live.connect(await opened.enter_async_context(open_recorder(profile, ledger, "tui", clock=clock)))
        except SipBreakoutError as error:
            live.cannot_connect(error)
            raise

    return Workbench(live, connect, demo)


def _recorder_opener() -> Callable[..., AbstractAsyncContextManager["Recorder"]]:
    from sipbreakout_tui.services.core_session import open_recorder

    return open_recorder


@asynccontextmanager
async def _kept(profile: Profile, ledger: Ledger, clock: Callable[[], float]) -> AsyncIterator[None]:
    """Refresh what is kept: of the demo's core no other process knows."""
    from sipbreakout_tui.services.registrations.keeping import keep

    stop = asyncio.Event()
    keeping = asyncio.create_task(keep(ledger, [profile], stop, _log.info, clock=clock))
    try:
        yield
    finally:
        stop.set()
        await keeping
