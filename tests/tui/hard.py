"""What tests of hard conditions share: quick keys, pasting, profiles of their own, and what a usable screen is."""

import asyncio
import socket
import time
import unicodedata
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import pytest
from textual import events
from textual.keys import REPLACED_KEYS, _character_to_key, _get_unicode_name_from_key
from textual.pilot import WaitForScreenTimeout
from textual.widgets import Input

from sipbreakout_tui.services.registrations.live import CoreState
from sipbreakout_tui.tui.app import SipBreakoutApp
from sipbreakout_tui.tui.options import Options
from sipbreakout_tui.tui.place import Place
from tests.tui.driving import PATIENCE, Driver, StandingClock

PLACES = {"registrations": "1", "call": "2", "trace": "3", "hazards": "4", "journal": "5"}
"""The keys of the places, by name."""

ENDING = ("quit", "suspend")
"""What stands in the actions that no walk through the keys may take."""


@contextmanager
def nobody() -> Iterator[str]:
    """Yield an address of this machine where nobody listens as long as the block runs."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{taken.getsockname()[1]}"


def configure(folder: Path, monkeypatch: pytest.MonkeyPatch, target: str, more: str = "") -> None:
    """Let the program use a profile `lab` and a state folder of its own, and write files to this folder only."""
    monkeypatch.setenv("SIPBREAKOUT_CONFIG", str(folder / "config.toml"))
    monkeypatch.setenv("SIPBREAKOUT_STATE_DIR", str(folder / "state"))
    monkeypatch.chdir(folder)
    (folder / "config.toml").write_text(
        f'version = 1\ndefault = "lab"\n[profiles.lab]\ntarget = "{target}"\nplaintext = true\n{more}', "utf-8"
    )


@asynccontextmanager
async def lab(*, size: tuple[int, int] = (120, 36), captures: tuple[Path, ...] = ()) -> AsyncIterator[Driver]:
    """Run the app on the profile that was configured, until what the ledger knows is shown."""
    clock = StandingClock()
    app = SipBreakoutApp(Options(clock=clock, captures=captures))
    try:
        async with app.run_test(size=size) as pilot:
            driver = Driver(app, pilot, clock)
            await driver.until(lambda: app.live is not None, "the ledger is read")
            yield driver
    finally:
        await app.close()


async def tap(driver: Driver, *keys: str) -> None:
    """Press keys as `Driver.press` does, and wait only until what they caused at once is done."""
    for key in keys:
        name = _character_to_key(key) if len(key) == 1 and not key.isalnum() else key
        try:
            char: str | None = unicodedata.lookup(_get_unicode_name_from_key(REPLACED_KEYS.get(name, name)))
        except KeyError:
            char = name if len(name) == 1 else None
        await send(driver, events.Key(name, char))
        assert driver.app._exception is None, f"{key}: {driver.app._exception!r}"


async def paste(driver: Driver, text: str) -> None:
    """Paste a text where the focus is."""
    await send(driver, events.Paste(text))
    assert driver.app._exception is None, f"{text[:40]!r}: {driver.app._exception!r}"


async def send(driver: Driver, event: events.Event) -> None:
    """Let the terminal send something, and wait until it has been dealt with."""
    assert driver.app._driver is not None
    event.set_sender(driver.app)
    driver.app._driver.send_message(event)
    end = time.monotonic() + PATIENCE
    while not driver.app._message_queue.empty() and time.monotonic() < end:
        await asyncio.sleep(0)
    await calm(driver)


async def calm(driver: Driver) -> None:
    """Wait until the messages that are under way have been dealt with; who is removed meanwhile tells nothing."""
    with suppress(WaitForScreenTimeout):
        await driver.pilot._wait_for_screen(timeout=1.0)


async def to_place(driver: Driver, name: str = "") -> None:
    """Leave all dialogs and fields by escape, and go to a place if one is named."""
    for _ in range(8):
        if isinstance(driver.app.screen, Place):
            await asyncio.sleep(0.01)  # a dialog may be on its way
            await calm(driver)
            if isinstance(driver.app.screen, Place) and not isinstance(driver.app.focused, Input):
                break
        await tap(driver, "escape")
    else:
        raise AssertionError(f"escape does not lead back from {type(driver.app.screen).__name__}\n{driver.text()}")
    if name and driver.app.current_mode != name:
        await driver.app.go(name)
        await calm(driver)


def keys_here(driver: Driver) -> list[str]:
    """Return the keys that do something on this screen, but for those that end or suspend the program."""
    return sorted(
        key
        for key, active in driver.app.screen.active_bindings.items()
        if active.enabled and not any(word in active.binding.action for word in ENDING)
    )


async def assert_usable(driver: Driver) -> None:
    """Check that keys are answered, that help opens and closes, and that every place can be gone to."""
    await to_place(driver)
    await driver.press("?")
    await driver.until(lambda: "Keys in" in driver.text(), "help opens")
    await driver.press("escape")
    for name in ("trace", "hazards", "journal", "call", "registrations"):
        await driver.press(*(["escape"] if driver.app.current_mode == "call" else []), PLACES[name])
        await driver.until(lambda name=name: driver.app.current_mode == name, f"its key goes to {name}")  # type: ignore[misc]
        await driver.until(
            lambda: driver.app.profile_words in driver.text().partition("\n")[0], "its first line is there"
        )
    await driver.until(lambda: "number" in driver.text(), "the table is there")


def assert_clean(text: str) -> None:
    """Check that nothing on the screen can command a terminal or turn the direction of the text."""
    bad = {char for char in text if char != "\n" and (unicodedata.category(char) in ("Cc", "Cs", "Cf"))}
    assert not bad, f"{bad!r} in\n{text}"


def found(driver: Driver, text: str, line: int | None = None) -> tuple[int, int]:
    """Return where a text stands on the screen: column and line of its first cell."""
    lines = driver.text().splitlines()
    for y, each in enumerate(lines):
        if text in each and line in (None, y):
            return each.index(text), y
    raise AssertionError(f"{text!r} is not on the screen\n{driver.text()}")


def state(driver: Driver) -> CoreState:
    """Return what is known of the core."""
    return driver.live.core
