"""Every place as it looked when somebody last looked at it; UPDATE_SNAPSHOTS=1 writes the files anew.

Look at `make screenshots` before that: these files tell of a change, not whether it is pretty.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sipbreakout_tui.tui.places import PLACES
from sipbreakout_tui.tui.screenshots.taking import _request, _Taken
from tests.tui.driving import running
from tests.tui.snapshot import snapshot

FOLDER = Path(__file__).with_name("snapshots")
SIZES = ((80, 24), (120, 36))


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("place", [place.name for place in PLACES])
async def test_a_place_looks_as_it_did(place: str) -> None:
    parts = []
    for size in SIZES:
        for theme in ("dark", "light"):
            async with running(size=size, theme=theme) as driver:
                taken = _Taken(place)
                await driver.app.go(place, _request(driver.app, place))
                await taken._at_rest(driver.app, driver.pilot)  # type: ignore[arg-type]
                parts.append(f"## {size[0]}×{size[1]} {theme}\n\n{snapshot(driver.app)}\n")
    text = "\n".join(parts)
    file = FOLDER / f"{place}.txt"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        FOLDER.mkdir(exist_ok=True)
        file.write_text(text, "utf-8")
    assert text == file.read_text("utf-8"), f"look at it; if it is meant: UPDATE_SNAPSHOTS=1 pytest {__file__}"
