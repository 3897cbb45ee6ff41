"""Place 5: every request, the newest first."""

from pathlib import Path

import pytest

from sipbreakout_model import Lease, Registration
from sipbreakout_tui.ledger import Answer, Request, Verb
from sipbreakout_tui.tui.requests import ShowNumber
from sipbreakout_tui.tui.screens.journal import place as place_module
from sipbreakout_tui.tui.screens.journal.place import JournalPlace
from sipbreakout_tui.tui.widgets.line_table import LineTable
from tests.tui.driving import NOW, Driver, running
from tests.tui.test_hazards_place import requests_of
from tests.tui.two_cores import two_cores


def rows(driver: Driver) -> int:
    return len(driver.app.screen.query_one(LineTable).shown_rows)


async def ready(driver: Driver) -> None:
    await driver.press("5")
    await driver.until(lambda: isinstance(driver.app.screen, JournalPlace) and rows(driver), "the requests")


@pytest.mark.key("journal.copy", "journal.jump", "table.choose", "text.copy")
async def test_the_newest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running() as driver:
        await ready(driver)
        lines = driver.text().splitlines()[4:]
        assert "delete  +33199001234     ○  ok" in lines[0]
        assert "14 of 14" in driver.text()
        refused = next(line for line in lines if "+12025550142" in line)
        assert "✖  refused: +12025550142 is refused on purpos" in refused
        assert "demo" in refused
        assert " ms" in refused
        assert any("ok, refreshed 3× until" in line for line in lines)
        await driver.press("y")
        await driver.until(lambda: driver.app.clipboard)
        assert driver.app.clipboard.startswith("grpcurl -plaintext -d '")
        assert driver.app.clipboard.endswith("/DeleteRegistration")
        await driver.press("enter")
        await driver.until(lambda: "became      deleted" in driver.text())
        assert "before      +33199001234 LOOP_MT sips:pbx.example.net" in driver.text()
        await driver.press("y")
        assert "became      deleted" in driver.app.clipboard
        await driver.press("escape")
        asked = requests_of(driver, monkeypatch)
        await driver.press("down", "x")
        assert asked == [ShowNumber("+493023125042")]


@pytest.mark.key("journal.filter")
async def test_the_filter() -> None:
    async with running(size=(80, 24)) as driver:
        await ready(driver)
        await driver.press("slash")
        await driver.type("answer:refused")
        await driver.until(lambda: rows(driver) == 1)
        await driver.press("escape", "slash")
        await driver.type("latency:>1s")
        await driver.until(lambda: rows(driver) == 0)
        assert "no request passes the filter" in driver.text()
        await driver.press("enter", "enter", "x", "y")
        await driver.press("slash")
        await driver.type("x")
        await driver.until(lambda: "is not a comparison" in driver.text())


async def test_it_follows_what_happens() -> None:
    async with running() as driver:
        await ready(driver)
        await driver.live.upsert(Registration.parse("+4799999999", "sips:tas.example.com", "FORK"))
        driver.app.look()
        await driver.until(lambda: "+4799999999" in driver.text())
        assert rows(driver) == 15
        driver.clock.now += 1800
        await driver.live.upsert(Registration.parse("+4799999999", "sips:tas.example.com", "FORK"))
        driver.app.look()
        await driver.until(lambda: "ok, refreshed 1× until" in driver.text().splitlines()[4])
        assert rows(driver) == 15


async def test_a_long_ledger_is_read_page_by_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place_module, "ENOUGH", 3)
    async with two_cores(tmp_path, monkeypatch) as driver:
        live = driver.live
        named = [Registration.parse(f"+47{40000000 + index}", "sips:tas.example.com", "LOOP") for index in range(2500)]
        requests = [Request(Verb.UPSERT, each, live.profile.target, "one", "cli") for each in named]
        ids = await live.ledger.asked_many(requests)
        await live.ledger.answered_many(
            Answer.accepted(id_, Lease(each, NOW), 0.01) for id_, each in zip(ids, named, strict=True)
        )
        await ready(driver)
        await driver.until(lambda: rows(driver) == 1000)
        assert "1 000 of 1 000 newest" in driver.text()
        await driver.press("end")
        await driver.until(lambda: rows(driver) == 2000)
        assert "+4740001500" in driver.text()
        await driver.press("slash")
        await driver.type("+4740000001")
        await driver.until(lambda: rows(driver) == 1)
        assert "1 of 2 500" in driver.text()
