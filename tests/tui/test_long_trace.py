"""A capture of 200,000 messages is read beside the keys, and can be left in its middle."""

import re
import struct
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.tui.driving import Driver, running
from tests.tui.hard import assert_usable, tap
from tests.tui.test_hostile_text import frames
from tests.tui.tracing import opened, place_of, said

MESSAGES = 200_000
SHORT = Path(__file__).parents[1] / "trace" / "data" / "expired.pcap"
CAPTURE = Path(__file__).parents[1] / "trace" / "data" / "loop_tas_rejects.pcap"


@pytest.fixture(scope="module")
def long_capture(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A lab capture again and again, each time later and with other Call-IDs, tags, branches and Session-IDs."""
    path = tmp_path_factory.mktemp("long") / "long.pcap"
    data = CAPTURE.read_bytes()
    records = list(frames(data))
    body = bytearray(data[24:])
    seconds = []
    at = 0
    for header, frame in records:
        seconds.append((at, struct.unpack_from("<I", header)[0]))
        at += len(header) + len(frame)
    names = set(re.findall(rb"(?:Call-ID: |Session-ID: |;tag=|;branch=z9hG4bK)([^\r\n;@]{6,})", data))
    places = [found.start() for name in names for found in re.finditer(re.escape(name), body)]
    with path.open("wb") as file:
        file.write(data[:24])
        for turn in range(-(-MESSAGES // len(records))):
            mark = b"%05x" % turn
            for start in places:
                body[start : start + 5] = mark
            for start, second in seconds:
                struct.pack_into("<I", body, start, second + turn)
            file.write(body)
    yield path
    path.unlink()


def is_shown(driver: Driver, text: str) -> bool:
    return text in driver.text()


async def press(driver: Driver, *answers: tuple[str, str]) -> None:
    """Press keys, each once a text tells that the one before was answered."""
    for key, shown in answers:
        await tap(driver, key)
        await driver.until(partial(is_shown, driver, shown), f"{key}: {shown}")


async def test_a_long_trace_is_left_in_its_middle(long_capture: Path) -> None:
    from sipbreakout_tui.tui.requests import OpenCaptures

    async with running() as driver:
        await driver.app.go("trace", OpenCaptures((long_capture,)))
        place = place_of(driver)
        await driver.until(lambda: re.search(r"\d ?%|reading|messages", driver.text()), "how far it is, is shown")
        keys = (("1", "last answer"), ("end", "▸ ●  +61"), ("4", "hazard "), ("5", "latency"), ("?", "Keys in Journal"))
        await press(driver, *keys, ("escape", "x to the number"), ("3", "esc stop"))
        assert place.busy, "the keys were answered while it read"
        await driver.press("escape")
        await driver.until(lambda: not place.busy, "it ends")
        await driver.until(lambda: any("reading was stopped" in words for words in said(driver)), "it is a part")
        await press(driver, ("g", "noticed"), ("l", "observed"), ("1", "last answer"))
        await driver.press("3")

        await driver.app.go("trace", OpenCaptures((SHORT,)))
        await opened(driver, place)
        await driver.until(lambda: "expired.pcap" in driver.text() and "1 call" in driver.text(), "another is opened")
        await assert_usable(driver)
