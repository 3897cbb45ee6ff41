"""Place 1: the form that adds and changes a registration."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual import events
from textual.widget import Widget
from textual.widgets import Input, Static

from sipbreakout_model import E164, Lease, Registration
from sipbreakout_tui.config import Profile
from sipbreakout_tui.rpc.errors import CannotReachCore
from sipbreakout_tui.services.numbering import number_problem
from sipbreakout_tui.tui.requests import EditRegistration
from sipbreakout_tui.tui.screens.registrations.form import EXAMPLE_NUMBER, RegistrationForm
from tests.tui.driving import Driver, running
from tests.tui.test_registrations import cursor, line_of, place, ready, told

NEW = "+4799887766"


def form(driver: Driver) -> RegistrationForm:
    assert isinstance(driver.app.screen, RegistrationForm), driver.text()
    return driver.app.screen


async def fill(driver: Driver, **values: str) -> None:
    for name, value in values.items():
        form(driver).query_one(f"#{name}", Input).value = value
    await driver.settle()
    await driver.until(lambda: not form(driver)._behind)


def words(driver: Driver) -> str:
    """Return what is on the screen as one line, without frames."""
    return " ".join(driver.text().replace("│", " ").replace("─", " ").split())


def said_by(widget: Widget) -> str:
    assert isinstance(widget, Static)
    return str(widget.render())


def test_the_example_can_be_typed_without_a_warning() -> None:
    assert number_problem(E164(EXAMPLE_NUMBER)) is None


@pytest.mark.key("registrations.add", "form.send", "choice.next", "choice.before")
async def test_a_adds_and_the_cursor_goes_there() -> None:
    async with running() as driver:
        await ready(driver)
        await driver.press("a")
        await driver.type("+4")
        assert form(driver).query_one("#number", Input).value == "+4"
        await fill(driver, number=NEW, sip_uri="sips:tas.example.com", mo="00", mt="01")
        await driver.press("tab", "tab", "right", "right", "right", "right", "left")
        text = driver.text()
        assert "● FORK" in text
        assert "rung at the same time" in text
        assert "╰─3──▸ TAS" in text
        assert f"the TAS is asked for +01 {NEW[1:]}" in text
        await driver.press("tab", "tab", "tab", "right", "ctrl+s")
        await driver.until(lambda: cursor(driver) == NEW)
        row = driver.live.row(NEW)
        assert row is not None
        assert (row.route_type, row.mo, row.mt, row.kept) == ("FORK", "00", "01", 1)
        assert f"{NEW} registered" in told(driver)


@asynccontextmanager
async def adding() -> AsyncIterator[Driver]:
    """Run the app with the form open."""
    async with running() as driver:
        await ready(driver)
        await driver.press("a")
        yield driver


async def test_what_comes_after_it_was_left_does_nothing() -> None:
    async with adding() as driver:
        await fill(driver, number=NEW, sip_uri="sips:tas.example.com")
        left = form(driver)
        await left.dismiss(None)
        left._warn(Registration.parse(NEW, "sips:tas.example.com", "LOOP"))  # as its timer does
        left._typed()
        left._catch_up()
        await driver.settle()
        assert driver.app._exception is None


WRONG = (
    ("number", "112", "short and emergency numbers cannot be registered"),
    ("number", "4711111111", "the plus and the country code are missing"),
    ("sip_uri", "sip:tas.example.com", "reaches a TAS over TLS only"),
    ("sip_uri", "sips:user@tas.example.com", "it has a user part"),
    ("mo", "0a", "MO '0a' is not a prefix"),
    ("mt", "1" * 17, "is not a prefix: expected 0 to 16 digits"),
)


async def test_each_field_says_what_is_wrong() -> None:
    async with adding() as driver:
        assert "missing" not in driver.text()
        await driver.press("enter")
        assert driver.text().count("✖ missing") == 2
        for field, value, said in WRONG:
            await fill(driver, number=NEW, sip_uri="sips:tas.example.com", mo="", mt="")
            assert not driver.app.screen.query(".form-said.-there")
            await fill(driver, **{field: value})
            (complaint,) = driver.app.screen.query(".form-said.-there")
            assert complaint.id == f"said-{field}"
            assert said in said_by(complaint)
            form(driver).action_send()
            await driver.settle()
            assert driver.app.focused is form(driver).query_one(f"#{field}")


async def test_garbage_that_is_pasted_does_no_harm() -> None:
    async with adding() as driver:
        field = form(driver).query_one("#number", Input)
        for text in ("\x1b[31m+47 998\n87\r\n 766\x00", "x" * 100_000, "\n", ""):
            field.value = ""
            field.post_message(events.Paste(text))
            await driver.settle()
            assert field.value.isprintable()
            assert len(field.value) <= 300
        field.value = ""
        field.post_message(events.Paste(" +47 998 87-766 "))
        await fill(driver, sip_uri="sips:tas.example.com")
        await driver.press("enter")
        await driver.until(lambda: cursor(driver) == NEW)


async def test_a_refusal_stands_in_the_form_and_nothing_is_lost() -> None:
    async with adding() as driver:
        await fill(driver, number="+12025550142", sip_uri="sips:other.example.com")
        await driver.press("enter")
        await driver.until(lambda: "the core refuses" in driver.text())
        assert form(driver).query_one("#sip_uri", Input).value == "sips:other.example.com"
        await fill(driver, number=NEW)
        assert "the core refuses" not in driver.text()
        await driver.press("enter")
        await driver.until(lambda: cursor(driver) == NEW)


async def test_what_is_dangerous_is_said_beside_it() -> None:
    async with adding() as driver:
        await fill(driver, number="+4722222222", sip_uri="sips:10.0.0.1")
        assert "Replaces FALLBACK sips:voicemail.example.com:5061" in driver.text()
        await driver.until(lambda: "names its TAS by address" in driver.text())


@pytest.mark.key("registrations.edit")
async def test_e_edits_and_says_when_it_adds() -> None:
    async with running(size=(80, 24)) as driver:
        await driver.press("escape", "end", "e")
        fields = {name: form(driver).query_one(f"#{name}", Input).value for name in ("number", "sip_uri", "mo", "mt")}
        assert fields == {"number": "+61491570156", "sip_uri": "sips:tas.example.com", "mo": "", "mt": ""}
        assert "● INGRESS" in driver.text()
        assert "The TAS calls it" in driver.text()
        await fill(driver, number=NEW)
        await driver.until(lambda: "this adds a registration, that of +61491570156 stays as it is" in words(driver))
        await fill(driver, number="+61491570156", sip_uri="sips:pbx.example.net")
        await driver.press("enter")
        await driver.until(lambda: "sips:pbx" in line_of(driver, "+61"))
        assert driver.app.screen is place(driver)


async def test_another_place_asks_for_the_form() -> None:
    async with running() as driver:
        await ready(driver)
        place(driver).arrive(EditRegistration(Registration.parse(NEW, "sips:a.example", "LOOP_MT", "", "9")))
        await driver.settle()
        assert form(driver).query_one("#mt", Input).value == "9"
        assert "● LOOP_MT" in driver.text()
        await driver.press("escape")
        assert driver.app.screen is place(driver)


async def test_a_core_elsewhere_is_named_and_one_that_is_away_too(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running() as driver:
        await ready(driver)
        monkeypatch.setattr(driver.live, "profile", Profile("lab", "core.example:443"))
        await driver.press("a")
        assert "Changes core.example:443 (profile lab)." in driver.text()
        answer: asyncio.Future[Lease] = asyncio.get_running_loop().create_future()

        async def upsert(registration: Registration) -> Lease:
            return await answer

        monkeypatch.setattr(driver.live, "upsert", upsert)
        await fill(driver, number=NEW, sip_uri="sips:tas.example.com")
        await driver.press("enter")
        assert "sending to core.example:443" in driver.text()
        await driver.press("escape")
        assert driver.app.screen is place(driver)
        answer.set_exception(CannotReachCore("nothing answers at core.example:443"))
        await driver.until(lambda: "nothing answers" in told(driver))


async def test_the_form_can_be_used_on_a_tiny_screen() -> None:
    async with running(size=(40, 12)) as driver:
        await driver.press("escape", "a")
        await fill(driver, number=NEW, sip_uri="sips:tas.example.com")
        assert "Send" in driver.text()
        await driver.press(*["tab"] * 4)
        assert driver.app.focused is form(driver).query_one("#mt")
        await driver.press("enter")
        await driver.until(lambda: cursor(driver) == NEW)
