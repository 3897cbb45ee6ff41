"""Runs the app on the demo's scene, with a clock that stands, and without sleeping longer than needed."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count

from textual.pilot import Pilot
from textual.widget import Widget

from sipbreakout_tui.services.registrations.live import LiveRegistrations
from sipbreakout_tui.tui.app import SipBreakoutApp
from sipbreakout_tui.tui.options import Options

NOW = 1_790_000_000.0
"""The moment at which the clock stands: 2026-09-21 13:33:20 UTC."""

PATIENCE = 20.0
"""Seconds after which something that was waited for is missing."""


class StandingClock:
    """A clock that moves when it is told to."""

    def __init__(self, now: float = NOW) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def steady() -> Callable[[], float]:
    """Return a monotonic clock by which every request takes two milliseconds."""
    ticks = count()
    return lambda: next(ticks) * 0.002


@dataclass
class Driver:
    """The running app and its pilot."""

    app: SipBreakoutApp
    pilot: Pilot[int]
    clock: StandingClock

    @property
    def live(self) -> LiveRegistrations:
        assert self.app.live is not None
        return self.app.live

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.settle()

    async def type(self, text: str) -> None:
        """Press a key for each character."""
        await self.pilot.press(*(_key(char) for char in text))
        await self.settle()

    async def settle(self) -> None:
        """Wait until workers that end by themselves, and the messages they cause, are done."""
        await self.pilot.pause()

    async def until(self, holds: Callable[[], object], what: str = "") -> None:
        """Wait until something holds; fail with what it is where it does not within PATIENCE."""
        end = time.monotonic() + PATIENCE
        while not holds():
            if time.monotonic() > end:
                raise AssertionError(f"never happened: {what or holds}\n{self.text()}")
            await self.pilot.pause(0.01)

    def text(self) -> str:
        """Return what is on the screen as plain lines, dialogs included."""
        return "\n".join(screen_lines(self.app))


def screen_lines(app: SipBreakoutApp) -> list[str]:
    """Return the characters on the screen, a string a line, without spaces at its end."""
    height = app.size.height
    strips = app.screen._compositor.render_strips()
    lines = ["".join(segment.text for segment in strip) for strip in strips]
    under = list(app._background_screens)
    if under:  # a dialog covers its own region only: what is below shows around it
        below = ["".join(segment.text for segment in strip) for strip in under[-1]._compositor.render_strips()]
        lines = [over if over.strip() else beneath for over, beneath in zip(lines, below, strict=False)]
    return [line.rstrip() for line in lines[:height]]


@asynccontextmanager
async def running(
    *,
    size: tuple[int, int] = (120, 36),
    read_only: bool = False,
    theme: str = "dark",
    core: bool = True,
    **more: object,
) -> AsyncIterator[Driver]:
    """Run the demo until its registrations are shown; with `core=False` nothing is ever opened, which is quicker."""
    clock = StandingClock()
    options = Options(demo=True, read_only=read_only, theme=theme, clock=clock, monotonic=steady(), **more)  # type: ignore[arg-type]
    app = SipBreakoutApp(options)
    if not core:
        app.__dict__["_open"] = lambda: None
    try:
        async with app.run_test(size=size) as pilot:
            driver = Driver(app, pilot, clock)
            await driver.until(lambda: not core or app.live is not None, "the demo is open")
            await driver.settle()
            yield driver
    finally:
        await app.close()


def focused(driver: Driver) -> Widget | None:
    """Return the widget with the focus."""
    return driver.app.focused


def _key(char: str) -> str:
    names = {" ": "space", "/": "slash", "+": "plus", ":": "colon", "!": "exclamation_mark", "<": "less_than_sign"}
    names |= {">": "greater_than_sign", ".": "full_stop", "-": "minus", "_": "underscore", "@": "at", ",": "comma"}
    return names.get(char, char)
