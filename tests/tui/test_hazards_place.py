"""Place 4: what can go wrong, and its fix as a dry run."""

import pytest
from textual.widgets import Static

from sipbreakout_model import E164
from sipbreakout_tui.tui.requests import EditRegistration, Request, ShowNumber
from sipbreakout_tui.tui.screens.hazards.fix import HazardFix
from sipbreakout_tui.tui.screens.hazards.place import HazardsPlace
from sipbreakout_tui.tui.widgets.line_table import LineTable
from tests.tui.driving import Driver, running


def place(driver: Driver) -> HazardsPlace:
    return next(screen for screen in driver.app.screen_stack if isinstance(screen, HazardsPlace))


def ids(driver: Driver) -> list[str]:
    shown = place(driver)
    return [shown._rows[index].hazard.id for index in shown.query_one(LineTable).shown_rows]


async def ready(driver: Driver) -> None:
    await driver.press("4")
    await driver.until(lambda: isinstance(driver.app.screen, HazardsPlace) and ids(driver), "the hazards")


def requests_of(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> list[Request]:
    """Note what other places are asked for instead of going there."""
    asked: list[Request] = []

    async def go(name: str, request: Request) -> None:
        assert name == "registrations"
        asked.append(request)

    monkeypatch.setattr(driver.app, "go", go)
    return asked


@pytest.mark.key("hazards.copy")
async def test_worst_first_with_the_chosen_one_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running() as driver:
        await ready(driver)
        assert ids(driver)[:2] == ["expired", "same-prefix"]
        text = driver.text()
        assert "✖  expired" in text
        assert "21 of 21" in text
        assert "✖ error  expired" in text
        assert "Fix      Upsert it again: sipbreakout upsert +12025550143" in text
        await driver.press("down")
        assert "◐ warning  same-prefix" in driver.text()
        await driver.press("up", "y")
        assert driver.app.clipboard.startswith("error: expired\nFALLBACK of +12025550143 expired")
        asked = requests_of(driver, monkeypatch)
        await driver.press("enter")
        assert asked == [ShowNumber("+12025550143")]


async def test_small() -> None:
    async with running(size=(40, 12)) as driver:
        await ready(driver)
        assert "expired" in driver.text()
        await driver.press("down", "f", "escape", "end")
        assert "prefix-is-dial" in driver.text()


@pytest.mark.key("hazards.filter")
async def test_the_filter_acts_at_each_letter() -> None:
    async with running() as driver:
        await ready(driver)
        await driver.press("slash")
        await driver.type("severity:warning !expiring")
        await driver.until(lambda: set(ids(driver)) == {"same-prefix", "unseen-prefix", "number-invalid"})
        assert "3 of 21" in driver.text()
        await driver.type(" tas:x")
        await driver.until(lambda: "'tas' is no field" in driver.text())
        await driver.press("escape")
        await driver.until(lambda: "21 of 21" in driver.text())
        await driver.press("slash")
        await driver.type("nix")
        await driver.until(lambda: "no hazards" in driver.text())
        await driver.press("f", "y")


@pytest.mark.key("hazards.fix", "hazard_fix.copy", "hazard_fix.edit")
async def test_the_fix_is_shown_before_the_form_opens_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running() as driver:
        await ready(driver)
        asked = requests_of(driver, monkeypatch)
        await driver.press("f")
        await driver.until(lambda: isinstance(driver.app.screen, HazardFix))
        text = driver.text()
        assert "Nothing is sent yet. One upsert would be:" in text
        assert "grpcurl -plaintext -d" in text
        await driver.press("y")
        assert "Nothing is sent yet" in driver.app.clipboard
        await driver.press("e")
        await driver.until(lambda: asked)
        lease = driver.live.last(E164("+12025550143"))
        assert lease is not None
        assert asked == [EditRegistration(lease.registration)]
        await driver.press("down", "f")  # here somebody has to choose
        await driver.until(lambda: isinstance(driver.app.screen, HazardFix))
        assert "nothing is prepared" in driver.text()
        assert "open the form" not in driver.text()
        await driver.press("e")
        assert isinstance(driver.app.screen, HazardFix)


@pytest.mark.key("hazard_fix.edit")
async def test_read_only_shows_the_fix_and_opens_no_form() -> None:
    async with running(read_only=True) as driver:
        await ready(driver)
        await driver.press("f")
        await driver.until(lambda: isinstance(driver.app.screen, HazardFix))
        assert "Nothing is sent yet" in driver.text()
        await driver.press("e")
        assert isinstance(driver.app.screen, HazardFix)


@pytest.mark.key("hazards.again")
async def test_it_looks_again_when_told_and_by_itself_but_not_all_the_time() -> None:
    async with running() as driver:
        await ready(driver)
        await driver.press("down", "down")
        chosen = place(driver)._chosen()
        assert chosen is not None
        looked = place(driver)._looked_at
        driver.clock.now += 3
        place(driver)._changed = True
        driver.app._tick()
        await driver.settle()
        assert place(driver)._looked_at == looked
        driver.clock.now += 3
        driver.app._tick()
        await driver.until(lambda: place(driver)._looked_at == driver.clock.now)
        again = place(driver)._chosen()
        assert again is not None
        assert (again.key, again is chosen) == (chosen.key, False)
        driver.clock.now += 3 * 3600
        await driver.press("r")
        await driver.until(lambda: set(ids(driver)) == {"expired"})
        assert str(place(driver).query_one(".hazard-detail > Static", Static).content)
