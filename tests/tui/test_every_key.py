"""Every key of every place and dialog: none raises, and escape leads back."""

import asyncio
import random
from pathlib import Path

import pytest

from sipbreakout_tui.tui.place import Place
from tests.tui.driving import Driver, running
from tests.tui.hard import PLACES, assert_clean, assert_usable, configure, keys_here, lab, nobody, tap, to_place

KEYS_OF_A_MONKEY = 300
CHARACTERS = "123450aeduirKfgvlmbxswyckntVL/?!<.+ "
EDITING = ("enter", "escape", "tab", "shift+tab", "up", "down", "left", "right", "home", "end", "backspace", "space")
AWAY = ("P", "ctrl+p", "q", "ctrl+q", "ctrl+c", "ctrl+z")
"""Keys that a monkey does not get: they lead to cores elsewhere, or end the program."""


async def walk(driver: Driver, *, into_dialogs: bool) -> list[str]:
    """Press every key of every place once, and of every dialog that one of them opens; return the kinds of dialogs."""
    dialogs: dict[str, None] = {}
    pressed_everywhere: set[str] = set()
    for place in PLACES:
        await to_place(driver, place)
        for key in [each for each in keys_here(driver) if each not in pressed_everywhere]:
            await to_place(driver, place)
            await tap(driver, key)
            await soon(driver)
            kind = type(driver.app.screen).__name__
            if isinstance(driver.app.screen, Place) or kind in dialogs:
                continue
            dialogs[kind] = None
            assert_clean(driver.text())
            for inside in keys_here(driver) if into_dialogs else ():
                await tap(driver, inside)
                if type(driver.app.screen).__name__ != kind:
                    await to_place(driver, place)
                    await tap(driver, key)
                    await soon(driver)
        pressed_everywhere = {
            key for key, active in driver.app.screen.active_bindings.items() if active.node is driver.app
        }
    await to_place(driver)
    return list(dialogs)


async def soon(driver: Driver) -> None:
    """Wait a moment for a dialog that a worker opens."""
    for _ in range(5):
        if not isinstance(driver.app.screen, Place):
            return
        await asyncio.sleep(0.002)


async def test_of_the_demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(tmp_path, monkeypatch, "127.0.0.1:1")
    async with running() as driver:
        await driver.press("3")
        await driver.until(lambda: "session-id-lost" in driver.text(), "the capture is read")
        dialogs = await walk(driver, into_dialogs=True)
        assert len(dialogs) > 8, dialogs
        await assert_usable(driver)


async def test_without_any_registration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with nobody() as target:
        configure(tmp_path, monkeypatch, target)
        async with lab() as driver:
            await walk(driver, into_dialogs=False)
            for place in PLACES:
                await to_place(driver, place)
                assert len([line for line in driver.text().splitlines() if line.strip()]) > 4, driver.text()
            await assert_usable(driver)


@pytest.mark.parametrize("seed", [6])
async def test_of_a_monkey(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(tmp_path, monkeypatch, "127.0.0.1:1")
    chosen = random.Random(seed)
    async with running(size=(100, 30)) as driver:
        pressed: list[str] = []
        for _ in range(KEYS_OF_A_MONKEY):
            keys = [*CHARACTERS, *EDITING, *EDITING, *(key for key in keys_here(driver) if key not in AWAY)]
            pressed.append(chosen.choice(keys))
            await tap(driver, pressed[-1])
            assert_clean(driver.text())
        await driver.settle()
        assert driver.app._exception is None, pressed
        await assert_usable(driver)
