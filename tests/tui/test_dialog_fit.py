"""Nothing in a dialog is cut at its edge: measured in every dialog that shows text, at three sizes of screen."""

import pytest
from textual.containers import VerticalScroll
from textual.widget import Widget

from sipbreakout_tui.tui.requests import OpenCaptures
from sipbreakout_tui.tui.screens.dialog import Dialog, Question, TextDialog
from tests.tui.driving import Driver, running
from tests.tui.hard import to_place

SIZES = ((120, 36), (100, 30), (80, 24))

DIALOGS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("hazards", ("f",)),
    ("journal", ("enter",)),
    ("registrations", ("?",)),
    ("registrations", ("enter",)),
    ("registrations", ("end", "d")),
    ("registrations", ("ctrl+a", "d")),
    ("registrations", ("u",)),
    ("registrations", ("ctrl+s",)),
    ("trace", ("f",)),
    ("trace", ("m",)),
    ("trace", ("b",)),
    ("trace", ("s",)),
    ("call", ("s",)),
    ("call", ("?",)),
)
"""Places, and keys that open a dialog there."""


def astray(driver: Driver) -> list[str]:
    """Return what of the dialog reaches beyond its frame, or is wider than what scrolls it."""
    dialog = driver.app.screen
    assert isinstance(dialog, Dialog), driver.text()
    inner = dialog.query_one(".dialog-box").content_region
    shown = [
        each for each in dialog.query_one(".dialog-box").walk_children(Widget) if each.display and each.region.width
    ]
    beyond = [each for each in shown if each.region.x < inner.x or each.region.right > inner.right]
    across = [each for each in dialog.query(VerticalScroll) if each.virtual_size.width > each.size.width]
    return [f"{each!r}: {each.region} in {inner}" for each in [*beyond, *across]]


@pytest.mark.parametrize("size", SIZES)
async def test_dialogs_keep_their_text_inside_their_frame(size: tuple[int, int]) -> None:
    async with running(size=size) as driver:
        demo = driver.app.bench and driver.app.bench.demo
        assert demo
        await driver.app.go("trace", OpenCaptures((demo.capture,)))  # its style sheets act on every place's dialogs
        await driver.until(lambda: "session-id-lost" in driver.text(), "the trace is read")
        found = {}
        for place, keys in DIALOGS:
            await to_place(driver, place)
            await driver.settle()
            await driver.press(*keys)
            await driver.until(lambda: isinstance(driver.app.screen, Dialog), f"{keys} in {place}")
            await driver.settle()
            if wrong := astray(driver):
                found[place, keys] = wrong
        assert found == {}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("text", ["word " * 60, "x" * 150, f"{'word ' * 2000}end", "short"], ids=len)
async def test_long_text_wraps(text: str, size: tuple[int, int]) -> None:
    async with running(size=size, core=False) as driver:
        for dialog in (TextDialog("Told", text), Question("Asked?", text, count=3)):
            await driver.app.push_screen(dialog)
            await driver.settle()
            assert astray(driver) == []
            assert driver.app.screen.query_one(".dialog-text > Static").size.height == 1 or len(text) > 40
            await driver.press("escape")
