"""Takes a picture of a place as somebody would see it who goes there."""

import asyncio
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

from textual.widgets import Input

from sipbreakout_model import SipBreakoutError
from sipbreakout_tui.tui.app import SipBreakoutApp
from sipbreakout_tui.tui.options import Options
from sipbreakout_tui.tui.place import Place
from sipbreakout_tui.tui.requests import ExplainCall, OpenCaptures, Request
from sipbreakout_tui.tui.terminal.filters import set_filters
from sipbreakout_tui.tui.widgets.header_line import HeaderLine

if TYPE_CHECKING:
    from textual.pilot import Pilot

DEMO_TIME = 1_789_992_271.0
"""The moment of a picture of the demo: 2026-09-21 12:04:31 UTC."""

PATIENCE = 30.0
"""Seconds after which a place that still has something to do is given up."""

WORK_SECONDS = 5.0
"""After which a core that is not connected and a worker that goes on are no reason to wait."""

_LOOK_SECONDS = 0.05
_STEADY_LOOKS = 4
"""How often in a row a screen has to look the same."""


class NotSettled(SipBreakoutError):
    """A screen that never came to rest."""


async def screenshot(options: Options, place: str, size: tuple[int, int]) -> str:
    """Return a picture of a place as an SVG; in colour whatever `NO_COLOR` says.

    Args:
        options: As the program is started.
        place: Its name.
        size: Columns and lines of the screen.

    Raises:
        SipBreakoutError: The ledger or the core's profile cannot be used, or the screen does not come to rest.
    """
    moment = options.clock()
    # A clock that goes on changes the screen each second, and on a slow machine it would never come to rest.
    app = SipBreakoutApp(replace(options, clock=lambda: moment))
    set_filters(app, ascii_only=options.ascii, no_colour=False)
    app.animation_level = "none"
    taken = _Taken(place)
    try:
        await app.run_async(headless=True, size=size, auto_pilot=taken.take)
    finally:
        await app.close()
    if taken.error is not None:
        raise taken.error
    if app.crash is not None:
        raise app.crash
    return taken.picture


class _Taken:
    """What became of the picture."""

    def __init__(self, place: str) -> None:
        self._place = place
        self.picture = ""
        self.error: SipBreakoutError | None = None

    async def take(self, pilot: "Pilot[object]") -> None:
        """Go to the place, take the picture, and leave."""
        app = pilot.app
        if not isinstance(app, SipBreakoutApp):
            return
        try:
            async with asyncio.timeout(PATIENCE):
                await self._opened(app)
                await app.go(self._place, _request(app, self._place))
                await self._at_rest(app, pilot)
            self.picture = app.export_screenshot(title=f"sipbreakout: {self._place}")
        except TimeoutError:
            self.error = NotSettled(f"{self._place} still has something to do after {PATIENCE:g} s: no picture")
        except SipBreakoutError as error:
            self.error = error
        app.exit()

    async def _opened(self, app: SipBreakoutApp) -> None:
        while app.live is None:
            if error := app.open_error or app.crash:
                raise error
            await asyncio.sleep(_LOOK_SECONDS)

    async def _at_rest(self, app: SipBreakoutApp, pilot: "Pilot[object]") -> None:
        """Wait until the place does nothing any more, and looks the same for a while."""
        steady, before = 0, ""
        at_work_until = time.monotonic() + WORK_SECONDS
        while steady < _STEADY_LOOKS:
            await pilot.pause(_LOOK_SECONDS)
            if app.crash is not None:
                raise app.crash
            app.clear_notifications()
            while not isinstance(app.screen, Place) and len(app.screen_stack) > 1:
                await app.pop_screen()
            for field in app.screen.query(Input):
                field.cursor_blink = False
            for header in app.screen.query(HeaderLine):
                header.refresh()
            if isinstance(app.screen, Place):
                app.screen.ticked(app.clock())  # what shows the keeper's state, too
            await pilot.pause()
            now = app.export_screenshot()
            busy = isinstance(app.screen, Place) and app.screen.busy
            steady = steady + 1 if now == before and not busy else 0
            if time.monotonic() < at_work_until and (_connecting(app) or _at_work(app)):
                steady = 0
            before = now


def _connecting(app: SipBreakoutApp) -> bool:
    """Return whether it is not known yet how core and keeper are."""
    live = app.live
    if live is None:
        return True
    return live.core.value == "connecting" or (app.options.demo and bool(live.kept) and not live.keeper_runs)


def _at_work(app: SipBreakoutApp) -> bool:
    """Return whether a place is still finding out what it shows; workers of the app itself go on all the time."""
    return any(not worker.is_finished and worker.node is not app for worker in app.workers)


def _request(app: SipBreakoutApp, place: str) -> Request | None:
    """Return what the demo has ready for a place."""
    demo = app.bench.demo if app.bench is not None else None
    if demo is None:
        return None
    if place == "call":
        return ExplainCall(demo.caller, demo.callee, "returns_without_session_id")
    if place == "trace":
        return OpenCaptures((demo.capture,))
    return None


def demo_screenshot(place: str, size: tuple[int, int], *, theme: str = "dark", only_ascii: bool = False) -> str:
    """Return a picture of a place of the demo, the same each time and everywhere.

    Raises:
        SipBreakoutError: The demo cannot be opened, or the screen does not come to rest.
    """
    ticks = count()
    options = Options(
        demo=True,
        ascii=only_ascii,
        theme=theme,
        clock=lambda: DEMO_TIME,
        monotonic=lambda: next(ticks) * 0.002,
    )
    with _utc():
        return asyncio.run(screenshot(options, place, size))


@contextmanager
def _utc() -> Iterator[None]:
    """Let local times be in UTC."""
    if not hasattr(time, "tzset"):
        yield
        return
    former = os.environ.get("TZ")
    os.environ["TZ"] = "UTC"
    time.tzset()
    try:
        yield
    finally:
        if former is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = former
        time.tzset()
