"""Place 2: what-if and saving."""

from pathlib import Path

import pytest
from textual.widgets import Input, OptionList, Select

from sipbreakout_model import RouteType
from sipbreakout_tui.services.calls import files as call_files
from sipbreakout_tui.services.calls.files import FORMS
from sipbreakout_tui.services.result_files import NotWritten
from sipbreakout_tui.tui.requests import EditRegistration, ShowNumber
from sipbreakout_tui.tui.screens.call.place import CallPlace
from sipbreakout_tui.tui.screens.call.question import QuestionForm
from sipbreakout_tui.tui.screens.call.save import ChooseForm
from sipbreakout_tui.tui.screens.call.what_if import WhatIfDialog
from sipbreakout_tui.tui.screens.open_file import SaveFile
from tests.tui.driving import Driver, focused
from tests.tui.test_call import LOOPING, notices, on_call, remember_going


async def open_what_if(driver: Driver) -> WhatIfDialog:
    await driver.press("w")
    await driver.until(lambda: isinstance(driver.app.screen, WhatIfDialog), "what-if is open")
    await driver.settle()
    screen = driver.app.screen
    assert isinstance(screen, WhatIfDialog)
    return screen


async def take_over(driver: Driver, text: str) -> None:
    dialog = await open_what_if(driver)
    dialog.query_one("#what-if-list", OptionList).highlighted = [each.text for each in dialog._variants].index(text)
    await driver.press("enter")


@pytest.mark.key("call.what_if")
async def test_w_shows_every_change_and_one_side_by_side() -> None:
    async with on_call(LOOPING) as driver:
        await open_what_if(driver)
        for part in (
            *("caller as LOOP_MT", "+1 −2   ● answered by the callee", "− 2 core→TAS", "+ 2 core→callee"),
            *("looped (483) after 35 turns", "because"),
        ):
            assert part in driver.text()
        await driver.press("end")
        assert "no difference" in driver.text()
        await driver.press("escape")
        assert isinstance(driver.app.screen, CallPlace)


async def test_a_change_is_taken_over(monkeypatch: pytest.MonkeyPatch) -> None:
    async with on_call(LOOPING) as driver:
        gone = remember_going(driver, monkeypatch)
        await take_over(driver, "caller as LOOP_MT")
        request = gone[0][1]
        assert isinstance(request, EditRegistration)
        assert request.registration.route_type is RouteType.LOOP_MT
        await take_over(driver, "caller without its LOOP")
        assert gone[1] == ("registrations", ShowNumber("+4711111111"))
        await take_over(driver, "TAS answers")
        assert driver.app.screen.query_one(QuestionForm).question.tas == "answers"
        assert "● answered by the TAS" in driver.text()
        await take_over(driver, "after the caller's LOOP")
        assert "58 min later" in driver.text()
        assert "○ LOOP, expired" in driver.text()


@pytest.mark.key("what_if.type")
async def test_a_value_can_be_typed() -> None:
    async with on_call(LOOPING) as driver:
        dialog = await open_what_if(driver)
        await driver.press("t")
        value = dialog.query_one("#what-if-value", Input)
        assert focused(driver) is value
        value.value = "sip:other"
        await driver.settle()
        assert "'sip:other'" in driver.text()
        value.value = "sips:other.example"
        await driver.settle()
        assert "TAS of the caller: sips:other.example" in driver.text()
        dialog.query_one("#what-if-slot", Select).value = len(dialog._slots) - 1
        await driver.settle()
        assert "placed at +50m" in driver.text()
        await driver.press("enter", "enter")
        assert "50 min later" in driver.text()


async def test_where_nothing_may_be_changed_no_registration_is_taken_over(monkeypatch: pytest.MonkeyPatch) -> None:
    async with on_call(LOOPING, read_only=True, size=(80, 24)) as driver:
        gone = remember_going(driver, monkeypatch)
        await driver.press("f")
        assert gone == []
        assert "f fix" not in driver.text()
        await take_over(driver, "caller as LOOP_MT")
        assert gone == []
        assert isinstance(driver.app.screen, WhatIfDialog)
        for part in ("caller as LOOP_MT", "as it is", "− 2 core→TAS", "+ 2 core→callee", "esc leave"):
            assert part in driver.text()


async def choose_form(driver: Driver, place: int) -> Input:
    await driver.press("s")
    await driver.until(lambda: isinstance(driver.app.screen, ChooseForm))
    await driver.press(*["down"] * place, "enter")
    await driver.until(lambda: isinstance(driver.app.screen, SaveFile))
    return driver.app.screen.query_one(Input)


@pytest.mark.key("call.save")
async def test_s_saves_each_form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with on_call(LOOPING) as driver:
        for place, form in ((0, FORMS[0]), (4, FORMS[4])):  # the others differ in the service only
            path = await choose_form(driver, place)
            assert path.value == f"call-4711111111-4722222222{form.suffix}"
            target = tmp_path / path.value
            path.value = str(target)
            await driver.press("enter")
            said = f"saved {target}"
            await driver.until(lambda said=said: said in notices(driver), said)  # type: ignore[misc]
            assert target.stat().st_size > 100
        await driver.press("s")
        await driver.until(lambda: isinstance(driver.app.screen, ChooseForm))
        await driver.press("escape")
        assert isinstance(driver.app.screen, CallPlace)

        def full(path: Path, content: bytes) -> None:
            raise NotWritten(f"cannot write {path.name}: No space left on device")

        monkeypatch.setattr(call_files, "write_whole", full)
        path = await choose_form(driver, len(FORMS) - 1)
        path.value = str(tmp_path / "other.txt")
        await driver.press("enter")
        await driver.until(lambda: "No space left on device" in notices(driver))
        await driver.press("n")
        assert "Leg 1" in driver.text()
