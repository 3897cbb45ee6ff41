"""The place Trace, driven: with the demo's capture or with others."""

import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.widget import Widget

from sipbreakout_tui.services.traces.opening import OpenedTrace, open_trace
from sipbreakout_tui.tui.requests import OpenCaptures
from sipbreakout_tui.tui.screens.trace.place import TracePlace
from tests.tui.driving import PATIENCE, Driver, running


@asynccontextmanager
async def tracing(
    *paths: Path, size: tuple[int, int] = (120, 36), read_only: bool = False
) -> AsyncIterator[tuple[Driver, TracePlace]]:
    """Go to the place with captures open; without any with that of the demo."""
    async with running(size=size, read_only=read_only) as driver:
        if paths:
            await driver.app.go("trace", OpenCaptures(paths))
        else:
            await driver.press("3")
        place = place_of(driver)
        await opened(driver, place)
        yield driver, place


class Gate:
    """Holds the reading of captures where a test wants it, so that nothing depends on how fast it is."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, at_end: bool = False) -> None:
        """Hold it in its middle, after 20,000 messages; or at its end, before anything is shown."""
        self.reached, self._release = threading.Event(), threading.Event()
        self._at_end = at_end
        monkeypatch.setattr("sipbreakout_tui.services.traces.reading.open_trace", self._open_trace)

    def release(self) -> None:
        self._release.set()

    def _hold(self) -> None:
        self.reached.set()
        assert self._release.wait(PATIENCE)

    def _open_trace(self, *arguments: Any, cancelled: Callable[[], bool], **more: Any) -> OpenedTrace:
        def held() -> bool:
            if not self._at_end:
                self._hold()
            return cancelled()

        opened = open_trace(*arguments, cancelled=held, **more)
        if self._at_end:
            self._hold()
        return opened


def place_of(driver: Driver) -> TracePlace:
    found = next(screen for screen in driver.app.screen_stack if isinstance(screen, TracePlace))
    assert isinstance(found, TracePlace)
    return found


async def opened(driver: Driver, place: TracePlace) -> None:
    """Wait until what is read is shown."""
    await driver.until(lambda: place.calls is not None and place._work is None, "the capture is read")
    await driver.settle()


def holder(driver: Driver) -> str:
    """Return what has the focus: its id, or the name of its kind."""
    widget: Widget | None = driver.app.focused
    return "" if widget is None else widget.id or type(widget).__name__


def dialog(driver: Driver) -> str:
    """Return the kind of the dialog that is open; empty: none."""
    screen = driver.app.screen
    return "" if isinstance(screen, TracePlace) else type(screen).__name__


def number(place: TracePlace) -> int:
    """Return the number of the chosen call."""
    assert place.chosen_call.diagnosis is not None
    return place.chosen_call.diagnosis.case.seen.number


def said(driver: Driver) -> list[str]:
    """Return what was told at the edge of the screen."""
    return [note.message for note in driver.app._notifications]


def copied(driver: Driver) -> str:
    return driver.app.clipboard
