"""The app on profiles of a file, with two cores on this machine."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from sipbreakout_tui.core import EmbeddedCore
from sipbreakout_tui.services.registrations.live import CoreState
from sipbreakout_tui.tui.app import SipBreakoutApp
from sipbreakout_tui.tui.options import Options
from tests.tui.driving import Driver, StandingClock, steady


@asynccontextmanager
async def two_cores(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *, size: tuple[int, int] = (120, 36)
) -> AsyncIterator[Driver]:
    """Run the app on the profile `one`; `two` is another core, `broken` names a file that is not there."""
    clock = StandingClock()
    async with EmbeddedCore(clock=clock) as one, EmbeddedCore(clock=clock) as two:
        monkeypatch.setenv("SIPBREAKOUT_CONFIG", str(folder / "config.toml"))
        monkeypatch.setenv("SIPBREAKOUT_STATE_DIR", str(folder / "state"))
        (folder / "config.toml").write_text(
            f"""version = 1
default = "one"
[profiles.one]
target = "{one.address}"
plaintext = true
[profiles.two]
target = "{two.address}"
plaintext = true
read_only = true
token = {{ env = "SECRET_OF_TWO" }}
[profiles.broken]
target = "localhost:1"
ca_file = "missing.pem"
"""
        )
        app = SipBreakoutApp(Options(clock=clock, monotonic=steady()))
        try:
            async with app.run_test(size=size) as pilot:
                driver = Driver(app, pilot, clock)
                await driver.until(serving(driver), "the core serves")
                yield driver
        finally:
            await app.close()


def serving(driver: Driver, profile: str = "one") -> Callable[[], bool]:
    """Return what tells whether the core of a profile is there."""

    def holds() -> bool:
        live = driver.app.live
        return live is not None and live.profile.name == profile and live.core is CoreState.SERVING

    return holds
