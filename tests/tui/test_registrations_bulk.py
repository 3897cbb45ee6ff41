"""Place 1: delete, refresh, keep, undo, import, and bulk actions."""

import asyncio
from pathlib import Path

import pytest

from sipbreakout_model import Lease, Registration
from sipbreakout_tui.changes import Recorder
from sipbreakout_tui.rpc.errors import CannotReachCore
from sipbreakout_tui.services.registrations.plan import Change, ChangeKind
from sipbreakout_tui.store import StoreError
from sipbreakout_tui.tui.requests import ImportFile, ShowNumber
from sipbreakout_tui.tui.screens.dialog import Question
from sipbreakout_tui.tui.screens.registrations.bulk import BulkDialog
from sipbreakout_tui.tui.screens.registrations.import_plan import ImportPlan
from tests.tui.driving import Driver, running
from tests.tui.test_registrations import cursor, filter_by, line_of, place, ready, table, told

FORK = "+46700000001"


async def go_to(driver: Driver, number: str) -> None:
    place(driver).arrive(ShowNumber(number))
    await driver.until(lambda: cursor(driver) == number)


async def mark(driver: Driver, *numbers: str) -> None:
    for number in numbers:
        await go_to(driver, number)
        await driver.press("space")


def state(driver: Driver, number: str) -> str:
    row = driver.live.row(number)
    return "" if row is None else row.state(driver.clock())


@pytest.mark.key("registrations.delete", "registrations.undo")
async def test_d_asks_and_u_puts_back() -> None:
    async with running() as driver:
        await ready(driver)
        await go_to(driver, FORK)
        await driver.press("d")
        assert f"Delete the registration of {FORK}" in driver.text()
        assert "sips:pbx.example.net?" in driver.text()
        await driver.press("n")
        assert state(driver, FORK) == "asserted"
        await driver.press("d", "y")
        await driver.until(lambda: state(driver, FORK) == "deleted")
        assert f"{FORK} deleted" in told(driver)
        await driver.press("u")
        await driver.until(lambda: isinstance(driver.app.screen, Question))
        assert f"Sends an upsert of\n  {FORK} FORK" in driver.app.screen._text  # type: ignore[attr-defined]
        await driver.press("y")
        await driver.until(lambda: state(driver, FORK) == "asserted")
        row = driver.live.row(FORK)
        assert row is not None
        assert (row.route_type, row.mo, row.mt) == ("FORK", "31", "32")


async def test_undo_restores_what_was_replaced() -> None:
    async with running() as driver:
        await ready(driver)
        await driver.live.upsert(Registration.parse(FORK, "sips:else.example", "INGRESS"))
        await driver.press("u")
        await driver.until(lambda: isinstance(driver.app.screen, Question))
        assert "There now" in driver.text()
        assert "sips:else.example" in driver.text()
        await driver.press("y")
        await driver.until(lambda: "put back" in told(driver))
        await driver.until(lambda: "FORK" in line_of(driver, "+46 70 000 00 01"))


async def test_more_than_one_is_deleted_only_with_its_count() -> None:
    async with running() as driver:
        await ready(driver)
        await mark(driver, FORK, "+46701740606", "+12025550142")
        await filter_by(driver, "fork")
        await driver.press("d")
        await driver.until(lambda: isinstance(driver.app.screen, Question))
        text = driver.text()
        assert "Delete 2 registrations?" in text
        assert "1 of the marked have no registration" in text
        assert "1 of them are marked, but not shown by the filter." in text
        await driver.type("3")
        await driver.press("enter")
        assert "Delete 2 registrations?" in driver.text()
        assert state(driver, FORK) == "asserted"
        await driver.press("backspace")
        await driver.type("2")
        await driver.press("enter")
        await driver.until(lambda: "2 of 2" in driver.text())
        await driver.until(lambda: state(driver, FORK) == "deleted")
        await driver.press("escape")
        assert driver.app.screen is place(driver)
        assert driver.app.bulk is None
        assert not table(driver).marks


async def test_nothing_known_is_nothing_to_delete() -> None:
    async with running() as driver:
        await ready(driver)
        await driver.press("d")
        await driver.until(lambda: "nothing to delete" in told(driver))
        assert driver.app.screen is place(driver)
        await driver.press("K")
        await driver.until(lambda: "there is nothing to keep" in told(driver))


@pytest.mark.key("registrations.refresh", "registrations.keep")
async def test_r_refreshes_and_K_keeps() -> None:
    async with running() as driver:
        await ready(driver)
        await go_to(driver, FORK)
        await driver.press("r")
        await driver.until(lambda: "1:00:00" in line_of(driver, "+46 70 000 00 01"))
        driver.live.keeper_runs = False
        await driver.press("K")
        await driver.until(lambda: f"{FORK} kept" in told(driver))
        assert "↻" in line_of(driver, "+46 70 000 00 01")
        await driver.press("K")
        await driver.until(lambda: "not kept any more" in told(driver))
        await mark(driver, FORK, "+46701740606")
        await driver.press("K")
        await driver.until(lambda: "2 registrations kept" in told(driver))
        await driver.press("r")
        await driver.until(lambda: "Refresh 2 registrations?" in driver.text())
        await driver.press("y")
        await driver.until(lambda: "2 of 2" in driver.text())


def hold_upserts(driver: Driver, monkeypatch: pytest.MonkeyPatch, free: int) -> asyncio.Event:
    """Let so many upserts through, and the others wait for the event."""
    let_go, recorder = asyncio.Event(), driver.live._recorder
    assert isinstance(recorder, Recorder)
    upsert, sent = recorder.upsert, []

    async def held(registration: Registration) -> Lease:
        sent.append(registration)
        if len(sent) > free:
            await let_go.wait()
        return await upsert(registration)

    monkeypatch.setattr(recorder, "upsert", held)
    return let_go


def creations(count: int) -> list[Change]:
    made = [Registration.parse(f"+4790{index:06}", "sips:tas.example.com", "FORK") for index in range(count)]
    return [Change(ChangeKind.CREATE, registration, None) for registration in made]


@pytest.mark.key("bulk.stop", "bulk.copy")
async def test_a_run_that_is_stopped_reports_every_number(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running() as driver:
        await ready(driver)
        let_go = hold_upserts(driver, monkeypatch, 4)
        place(driver).start_bulk("import", creations(30))
        await driver.until(lambda: "4 done" in driver.text())
        assert driver.app.bulk is not None
        assert str(driver.app.bulk) == "import: 4 done, 26 left of 30"
        await driver.press("ctrl+c")
        await driver.until(lambda: "stopping" in driver.text())
        let_go.set()
        await driver.until(lambda: "22 not sent" in driver.text() and "8 done" in driver.text())
        await driver.until(lambda: "stopped before" in driver.text())
        assert driver.app.bulk is None
        await driver.press("y")
        report = driver.app.clipboard.splitlines()
        assert report[0] == "import: 8 done, 22 not started"
        assert len(report) == 23
        await driver.until(lambda: "20 of 20" in driver.text())
        done = {row.number for row in driver.live.rows if row.number.startswith("+4790")}
        assert done | {line.split()[0] for line in report[1:]} == {f"+4790{index:06}" for index in range(30)}
        await driver.press("escape")
        assert driver.app.screen is place(driver)
        await driver.press("b")
        assert isinstance(driver.app.screen, BulkDialog)


@pytest.mark.key("bulk.background", "registrations.bulk")
async def test_a_run_goes_on_in_the_background_and_is_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running() as driver:
        await ready(driver)
        let_go = hold_upserts(driver, monkeypatch, 1)
        place(driver).start_bulk("import", creations(20))
        await driver.press("b")
        assert driver.app.screen is place(driver)
        driver.app._tick()
        await driver.settle()
        assert "◷ import: 1 done, 19 left of 20" in driver.text()
        place(driver).start_bulk("delete", creations(2))
        await driver.settle()
        assert "wait until it is done" in told(driver)
        assert driver.app.screen is place(driver)
        await driver.press("b")
        assert isinstance(driver.app.screen, BulkDialog)
        await driver.press("b")
        let_go.set()
        await driver.until(lambda: "import: 20 done" in told(driver))
        await driver.until(lambda: "32 of 32" in driver.text())
        assert "◷" not in driver.text()


async def test_a_core_that_goes_away_leaves_a_usable_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running() as driver:
        await ready(driver)
        demo = driver.app.bench.demo  # type: ignore[union-attr]
        assert demo is not None
        await demo.core.stop()
        recorder, answer = driver.live._recorder, asyncio.get_running_loop().create_future()
        assert isinstance(recorder, Recorder)

        async def upsert(registration: Registration) -> Lease:
            raise await answer

        monkeypatch.setattr(recorder, "upsert", upsert)  # as the client does, but without its patience
        await go_to(driver, FORK)
        await driver.press("r")
        await driver.until(lambda: f"◷ refresh {FORK}" in driver.text())
        answer.set_result(CannotReachCore("nothing answers"))
        await driver.until(lambda: f"refresh {FORK}: nothing answers" in told(driver))
        driver.app._tick()
        await driver.settle()
        assert "✖ away" in driver.text().splitlines()[0]
        assert "◷" not in driver.text()
        await filter_by(driver, "ingress")
        assert "2 of 12" in driver.text()


async def test_refusals_in_a_run_stand_in_the_report() -> None:
    async with running() as driver:
        await ready(driver)
        refused = Change(ChangeKind.CREATE, Registration.parse("+12025550142", "sips:a.example", "LOOP"), None)
        place(driver).start_bulk("import", [*creations(2), refused])
        await driver.until(lambda: "1 refused" in driver.text() and "3 of 3" in driver.text())
        await driver.until(lambda: "+12025550142      refused" in driver.text())


async def test_a_full_disk_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running() as driver:
        await ready(driver)

        def broken(*_: object, **__: object) -> object:
            raise StoreError("the ledger cannot be written: disk full")

        monkeypatch.setattr(driver.live, "undo_plan", broken)
        monkeypatch.setattr(driver.live.ledger, "events", broken)
        await driver.press("u", "down")
        await driver.until(lambda: told(driver).count("disk full") >= 2)
        assert driver.app.screen is place(driver)


FILE = """number,sip_uri,route_type
+4799887766,sips:tas.example.com,LOOP
+46700000001,sips:tas.example.com,LOOP
"""


@pytest.mark.key("registrations.import")
async def test_i_imports_after_showing_the_plan(tmp_path: Path) -> None:
    path = tmp_path / "wanted.csv"
    path.write_text(FILE)
    async with running() as driver:
        await ready(driver)
        await driver.press("i")
        driver.app.focused.value = str(path)  # type: ignore[union-attr]
        await driver.press("enter")
        await driver.until(lambda: "1 create, 1 replace" in driver.text())
        assert "FORK sips:pbx.example.net" in driver.text()
        assert "Send 2 requests" in driver.text()
        await driver.press("shift+tab", "right")
        await driver.until(lambda: "delete" in driver.text())
        await driver.press("enter")
        await driver.until(lambda: isinstance(driver.app.screen, Question))
        assert "that the file does not name are deleted" in driver.text()
        await driver.press("escape")
        place(driver).arrive(ImportFile(path))
        await driver.until(lambda: "1 create, 1 replace" in driver.text())
        await driver.press("enter")
        await driver.until(lambda: "2 of 2" in driver.text())
        await driver.until(lambda: state(driver, "+4799887766") == "asserted")


async def test_a_faulty_file_is_not_imported(tmp_path: Path) -> None:
    path = tmp_path / "wanted.csv"
    path.write_text(FILE.replace("sips:", "sip:"))
    async with running() as driver:
        await ready(driver)
        place(driver).arrive(ImportFile(path))
        await driver.until(lambda: "reaches a TAS over TLS only" in driver.text())
        await driver.press("enter")
        assert not isinstance(driver.app.screen, ImportPlan)


async def test_a_bulk_of_many_keeps_the_table_current() -> None:
    async with running() as driver:
        await ready(driver)
        await driver.press("z")
        place(driver).start_bulk("import", creations(60))
        await driver.until(lambda: "60 of 60" in driver.text())
        await driver.press("escape")
        await driver.until(lambda: driver.live.row("+4790000059") is not None)
        driver.app._tick()
        await driver.until(lambda: "72 of 72" in driver.text())
