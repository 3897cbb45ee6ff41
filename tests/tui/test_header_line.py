"""The first line: what is in force, what is in doubt, and what goes first where there is little room."""

import pytest

from sipbreakout_model import Registration
from sipbreakout_tui.ledger import Verb
from sipbreakout_tui.tui.words import clock_time
from tests.tui.driving import NOW, Driver, running


def header(driver: Driver) -> str:
    return driver.text().splitlines()[0]


@pytest.mark.parametrize(
    ("width", "begins"),
    [
        (120, " sipbreakout  demo ● serving  in force 9  expiring 1  refused 1"),
        (62, " demo ● serving  in force 9  expiring 1  refused 1  "),
        (40, " demo ● serving  in force 9  … "),
    ],
)
async def test_it_says_what_is_in_force_as_far_as_there_is_room(width: int, begins: str) -> None:
    async with running(size=(width, 24)) as driver:
        assert header(driver).startswith(begins)
        assert header(driver).endswith(clock_time(NOW))
        assert len(header(driver)) == width - 1


async def test_it_counts_down_and_says_what_is_in_doubt() -> None:
    async with running() as driver:
        driver.clock.now += 600
        asked = Registration.parse("+4799999999", "sips:tas.example.com", "LOOP")
        target = driver.live.profile.target
        await driver.live.ledger.asked(Verb.UPSERT, asked, target, "demo", "cli", driver.clock.now)
        await driver.until(lambda: "in force 8  refused 1  unknown 1" in header(driver), "one ended, one is in doubt")
