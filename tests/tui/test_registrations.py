"""Place 1: the table, its filter and order, and the keys that change nothing."""

from pathlib import Path

import pytest

from sipbreakout_tui.services.registrations.listing import Row
from sipbreakout_tui.services.registrations.live import Changed
from sipbreakout_tui.tui.requests import EditRegistration, ExplainCall, ShowNumber
from sipbreakout_tui.tui.screens.registrations.details import DetailsDialog
from sipbreakout_tui.tui.screens.registrations.place import RegistrationsPlace
from sipbreakout_tui.tui.screens.registrations.row_pane import RowPane
from sipbreakout_tui.tui.widgets.filter_bar import FilterBar
from sipbreakout_tui.tui.widgets.line_table import LineTable
from tests.tui.driving import NOW, Driver, running

EXPIRING = "+46 70 174 06 05"


def place(driver: Driver) -> RegistrationsPlace:
    return next(screen for screen in driver.app.screen_stack if isinstance(screen, RegistrationsPlace))


def table(driver: Driver) -> LineTable:
    return place(driver).query_one(LineTable)


def line_of(driver: Driver, number: str) -> str:
    return next((line for line in driver.text().splitlines() if number in line), "")


def told(driver: Driver) -> str:
    return "\n".join(notice.message for notice in driver.app._notifications)


def numbers(driver: Driver) -> list[str]:
    rows = place(driver)._rows
    return [rows[index].number for index in table(driver).shown_rows]


def cursor(driver: Driver) -> str | None:
    row = place(driver).row
    return None if row is None else row.number


async def ready(driver: Driver) -> None:
    """Wait until numbers are spaced, and hide the hint."""
    await driver.until(lambda: EXPIRING in driver.text(), "numbers are spaced")
    await driver.press("escape")


async def filter_by(driver: Driver, text: str) -> None:
    """Put a filter there at once; one test types."""
    place(driver).query_one(FilterBar).text = text
    await driver.settle()


async def passes(driver: Driver, seconds: float) -> None:
    driver.clock.now += seconds
    driver.app._tick()
    await driver.settle()


async def test_a_row_says_all_that_is_known() -> None:
    async with running() as driver:
        await ready(driver)
        text = driver.text()
        assert "12 of 12" in text
        line = line_of(driver, EXPIRING)
        assert "◐" in line
        assert "LOOP_MT" in line
        assert "sips:tas.example.com" in line
        assert "02:22" in line
        assert "● " in line_of(driver, "+47 22 22 22 22")
        assert "39:29" in line_of(driver, "+47 22 22 22 22")
        assert "✖" in line_of(driver, "+1 202 555 0142")
        assert "refused: " in line_of(driver, "+1 202 555 0142")
        assert "○" in line_of(driver, "+1 202 555 0143")
        assert "01:05 ago" in line_of(driver, "+1 202 555 0143")
        assert "deleted" in line_of(driver, "+33 1 99 00 12 34")
        assert "↻" in line_of(driver, "+47 11111111")


async def test_lives_counts_down_and_turns() -> None:
    async with running() as driver:
        await ready(driver)
        await passes(driver, 2)
        assert "02:20" in line_of(driver, EXPIRING)
        await passes(driver, 150)
        line = line_of(driver, EXPIRING)
        assert "○" in line
        assert "ended" in line
        assert "00:10 ago" in line
        assert "●" in line_of(driver, "+46 70 000 00 01")
        await passes(driver, 15 * 60)
        assert "◐" in line_of(driver, "+46 70 000 00 01")


@pytest.mark.parametrize(
    ("size", "would"), [((120, 36), "What it would do, if it were in force"), ((80, 24), "Would do, if in force")]
)
async def test_what_is_not_in_force_would_do_it(size: tuple[int, int], would: str) -> None:
    async with running(size=size) as driver:
        await ready(driver)
        for _ in ("refused", "expired", "deleted"):
            await driver.until(lambda: f"── {would} " in driver.text())
            await driver.press("down")
        await driver.until(lambda: "── What it does " in driver.text())
        assert "if it were in force" not in driver.text()
        assert "if in force" not in driver.text()
        await passes(driver, 2 * 3600)
        await driver.until(lambda: f"── {would} " in driver.text(), "its life ended")
        await driver.press("enter")
        details = driver.app.screen
        assert isinstance(details, DetailsDialog)
        await driver.until(lambda: "if it were in force" in details._content.plain, "the details say so, too")


@pytest.mark.key("registrations.dismiss")
async def test_the_hint_goes_with_escape_or_another_place() -> None:
    async with running() as driver:
        assert "Press 3 (Trace)" in driver.text()
        await driver.press("escape")
        assert "Press 3 (Trace)" not in driver.text()
        assert "── What it " in driver.text()
    async with running(size=(80, 24)) as driver:
        assert "Press 3 (Trace)" in driver.text()
        assert "esc hides this" in driver.text()
        await driver.press("5", "1")
        assert "Press 3 (Trace)" not in driver.text()


@pytest.mark.key("registrations.filter")
async def test_slash_filters_while_one_types() -> None:
    async with running() as driver:
        await ready(driver)
        await driver.press("slash")
        await driver.type("loop !pbx")
        assert "4 of 12" in driver.text()
        await driver.press("enter")
        assert driver.app.focused is table(driver)
        await driver.press("escape")
        assert "12 of 12" in driver.text()
        await filter_by(driver, "nofield:x")
        assert "'nofield' is no field" in driver.text()
        assert len(numbers(driver)) == 12
        await driver.press("escape")
        for text, count in (("state:refused", 1), ("ttl:<10m", 2), ("/^.4[49]/", 3), ("mt:22", 2), ("kept:yes", 2)):
            await filter_by(driver, text)
            assert len(numbers(driver)) == count, text


async def test_a_filter_by_life_follows_the_time() -> None:
    async with running() as driver:
        await ready(driver)
        await filter_by(driver, "ttl:<2m ttl:>0")
        assert numbers(driver) == []
        await passes(driver, 60)
        assert numbers(driver) == ["+46701740605"]


@pytest.mark.key("registrations.sort_before", "registrations.sort_next", "registrations.turn_order")
async def test_the_order_follows_keys_and_clicks() -> None:
    async with running() as driver:
        await ready(driver)
        assert numbers(driver) == sorted(numbers(driver))
        await driver.press("z")
        assert numbers(driver) == sorted(numbers(driver), reverse=True)
        assert "number ▼" in driver.text()
        await driver.press("greater_than_sign")
        rows = driver.live.rows
        types = [rows[index].route_type for index in table(driver).shown_rows]
        assert types == sorted(types)
        assert "type ▲" in driver.text()
        await driver.press("less_than_sign", "less_than_sign")
        assert numbers(driver)[-1] not in ("+12025550142", "+33199001234")
        header = driver.text().splitlines()[3]
        await driver.pilot.click(LineTable, offset=(header.index("lives") + 1, 0))
        await driver.settle()
        lives = [rows[index].expires_at or 0 for index in table(driver).shown_rows]
        assert lives == sorted(lives)
        assert "lives ▲" in driver.text()
        await driver.pilot.click(LineTable, offset=(header.index("lives") + 12, 0))
        await driver.settle()
        assert [rows[index].expires_at or 0 for index in table(driver).shown_rows] == sorted(lives, reverse=True)


async def test_news_keep_cursor_and_marks() -> None:
    async with running() as driver:
        await ready(driver)
        await driver.press("down", "down", "space")
        marks, former = set(table(driver).marks), cursor(driver)
        assert len(marks) == 1
        assert "1 marked" in driver.text()
        from sipbreakout_model import Registration

        await driver.live.upsert(Registration.parse("+12025550100", "sips:a.example", "FORK"))
        driver.app.look()
        await driver.until(lambda: "13 of 13" in driver.text())
        assert cursor(driver) == former
        assert table(driver).marks == marks
        await driver.press("escape")
        assert not table(driver).marks


@pytest.mark.key("registrations.turn", "registrations.turn_back")
async def test_what_it_does_and_its_history() -> None:
    async with running() as driver:
        await ready(driver)
        place(driver).arrive(ShowNumber("+46700000001"))
        await driver.until(lambda: "2 upserts" in driver.text())
        text = driver.text()
        assert "It calls (MO)" in text
        assert "It is called (MT)" in text
        assert "╰─3──▸ TAS" in text
        assert "the TAS is asked for +31 4722222222" in text
        assert "known from  asserted by us, " in text
        await driver.press("right_square_bracket")
        assert "It is called (MT)" not in driver.text()
        assert " upsert " in driver.text()
        await driver.press("left_square_bracket", "left_square_bracket")
        assert "It calls (MO)" not in driver.text()
        assert "It is called (MT)" in driver.text()


async def test_small_screens_show_one_picture_or_none() -> None:
    async with running(size=(80, 24)) as driver:
        await driver.until(lambda: "It calls (MO)" in driver.text())
        assert "It is called" not in driver.text()
        await driver.press("right_square_bracket")
        assert "It is called (MT)" in driver.text()
        assert "kept" in driver.text()
        await driver.pilot.resize_terminal(40, 12)
        await driver.settle()
        assert not place(driver).query_one(RowPane).display
        await driver.press("escape", "down")
        assert cursor(driver) == "+12025550143"
        await driver.pilot.resize_terminal(120, 36)
        await driver.settle()
        assert "── Would do, if in force  [ ] MO MT ──" in driver.text()
        assert "last answer" in driver.text()


@pytest.mark.key("details.copy")
async def test_enter_shows_the_details() -> None:
    async with running() as driver:
        await ready(driver)
        await driver.press("enter")
        await driver.until(lambda: "1 refusal" in driver.text())
        text = driver.text()
        assert "+12025550142 at 127.0.0.1:" in text
        assert "route type  LOOP" in text
        assert "Newest" not in text
        await driver.press("y")
        assert "INVITE +00 4722222222" in driver.app.clipboard
        await driver.press("escape")
        assert driver.app.screen is place(driver)


@pytest.mark.key("registrations.copy_grpcurl", "registrations.copy_toml")
async def test_copies() -> None:
    async with running() as driver:
        await ready(driver)
        await driver.press("y")
        assert driver.app.clipboard.startswith("grpcurl -plaintext -d ")
        assert "+12025550142" in driver.app.clipboard
        assert "copied the grpcurl line" in told(driver)
        await driver.press("Y")
        assert driver.app.clipboard.startswith("[[registration]]\nnumber = ")


@pytest.mark.key("registrations.explain")
async def test_x_asks_call_about_the_number(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running() as driver:
        await ready(driver)
        asked: list[object] = []

        async def go(name: str, request: object = None) -> None:
            asked.append((name, request))

        monkeypatch.setattr(driver.app, "go", go)
        await driver.press("x")
        assert asked == [("call", ExplainCall("+12025550142", ""))]


async def test_arrive_shows_a_number_that_the_filter_hides() -> None:
    async with running() as driver:
        await ready(driver)
        await filter_by(driver, "fork")
        place(driver).arrive(ShowNumber("+61491570156"))
        await driver.until(lambda: cursor(driver) == "+61491570156")
        assert "12 of 12" in driver.text()
        place(driver).arrive(ShowNumber("+4700000009"))
        await driver.settle()
        assert "nothing is known of +4700000009" in told(driver)


@pytest.mark.key("registrations.export")
async def test_export_writes_what_is_shown_or_marked(tmp_path: Path) -> None:
    async with running() as driver:
        await ready(driver)
        await driver.press("ctrl+s")
        assert "Export 12 rows" in driver.text()
        driver.app.focused.value = str(tmp_path / "all.csv")  # type: ignore[union-attr]
        await driver.press("enter")
        await driver.until(lambda: "written to" in told(driver))
        assert "10 registrations written" in told(driver)
        assert "2 without" in told(driver)
        assert len((tmp_path / "all.csv").read_text().splitlines()) == 11
        await driver.press("end", "space", "ctrl+s")
        driver.app.focused.value = str(tmp_path / "no" / "one.toml")  # type: ignore[union-attr]
        await driver.press("enter")
        assert driver.app.screen is not place(driver)
        driver.app.focused.value = str(tmp_path / "one.toml")  # type: ignore[union-attr]
        await driver.press("enter")
        await driver.until((tmp_path / "one.toml").exists)
        assert "+61491570156" in (tmp_path / "one.toml").read_text()


async def test_a_read_only_place_has_no_keys_that_change() -> None:
    async with running(read_only=True) as driver:
        await ready(driver)
        text = driver.text()
        assert "read-only" in text
        assert "delete" not in text.splitlines()[-1]
        await driver.press("a", "e", "d", "r", "K", "u", "i")
        assert driver.app.screen is place(driver)
        assert not told(driver)
        place(driver).arrive(EditRegistration(driver.live.rows[0].registration()))
        await driver.settle()
        assert driver.app.screen is place(driver)
        assert "read-only" in told(driver)


def many(count: int) -> list[Row]:
    uris = [f"sips:tas-{letter}.example.com" for letter in "abcdefgh"]
    return [
        Row(
            *(
                f"+4790{index:06}",
                "core.example:443",
                uris[index % 8],
                "LOOP",
                "00",
                "11",
                "asserted",
                NOW - index % 3600,
            ),
            *(NOW - index % 3600 + 3600, 0, None, NOW - index % 3600, None, 3600.0),
        )
        for index in range(count)
    ]


async def nothing_changed() -> Changed:
    return Changed(())


async def test_a_hundred_thousand_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running() as driver:
        await ready(driver)
        rows = many(100_000)
        driver.live.rows = rows
        driver.live._index = {row.number: index for index, row in enumerate(rows)}
        driver.live.revision += 1
        monkeypatch.setattr(driver.live, "look", nothing_changed)
        place(driver).opened(driver.live)
        await driver.until(lambda: "100 000 of 100 000" in driver.text())
        await driver.press("end")
        assert "+47 90 09 99 99" in driver.text()
        await filter_by(driver, "tas-c")
        await driver.until(lambda: "12 500 of 100 000" in driver.text())
        await driver.press("home", "pagedown", "greater_than_sign")
        await driver.until(lambda: "type ▲" in driver.text())
        await passes(driver, 1)
        assert "12 500 of 100 000" in driver.text()
