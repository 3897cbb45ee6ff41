"""Place 2: the fields of the question."""

import pytest
from textual.widgets import Input, Select

from sipbreakout_tui.services.registrations.listing import Row
from sipbreakout_tui.tui.screens.call.question import NumberSuggester, QuestionForm
from tests.tui.driving import Driver, focused, running
from tests.tui.test_call import CALLEE, CALLER, LOOPING, on_call

WRONG = (
    ("caller", "bob", "✖ expected +4711111111, 112 or anonymous"),
    ("callee", "anonymous", "✖ expected +4722222222 or 112"),
    ("placed_by", "sip:x", "✖ placed by: "),
    ("max_forwards", "256", "✖ Max-Forwards: expected a whole number from 1 to 255"),
)


async def put(driver: Driver, field: str, text: str) -> None:
    driver.app.screen.query_one(f"#{field}", Input).value = text
    await driver.settle()


async def choose(driver: Driver, field: str, value: str | bool) -> None:
    driver.app.screen.query_one(f"#{field}", Select).value = value
    await driver.settle()


async def test_what_is_wrong_is_said_and_the_last_picture_stays_dimmed() -> None:
    async with on_call() as driver:
        answer = driver.app.screen.query_one("#answer")
        for field, text, said in WRONG:
            right = driver.app.screen.query_one(f"#{field}", Input).value
            await put(driver, field, text)
            assert said in driver.text()
            assert "R4" in driver.text()
            assert answer.has_class("-stale")
            await put(driver, field, right)
            assert said not in driver.text()
            assert not answer.has_class("-stale")
        await put(driver, "callee", "4722222222")
        assert "▲ no plus: meets nothing; +4722222222?" in driver.text()
        assert not answer.has_class("-stale")
        for field in ("caller", "callee", "placed_by", "max_forwards"):
            await put(driver, field, "\x1b]0;x\x07[bold red]$(rm)\u202e\n")
        assert "]0;x[bold red]" in driver.text()
        assert not set("\x1b\x07\u202e") & set(driver.text())
        await driver.press("n", "v", "y")
        assert driver.app.is_running


async def test_what_the_tas_does_has_to_fit_the_call() -> None:
    async with on_call() as driver:
        assert "forwards to" not in driver.text()
        await choose(driver, "tas", "forwards")
        assert "✖ a TAS forwards: to which number?" in driver.text()
        await put(driver, "forwards_to", "+46700000001")
        assert "R12" in driver.text()
        await choose(driver, "tas", "redirects")
        assert "forwards to" not in driver.text()
        await put(driver, "caller", "anonymous")
        await put(driver, "callee", "+46700000001")
        assert "✖ TAS does: REDIRECTS is nothing that a TAS rung by FORK does" in driver.text()


@pytest.mark.key("call.caller", "call.callee", "call.knobs", "question.leave")
async def test_everything_can_be_asked_with_keys() -> None:
    async with on_call(LOOPING) as driver:
        diagram, caller = driver.app.screen.query_one("#diagram"), driver.app.screen.query_one("#caller", Input)
        await driver.press("c")
        assert focused(driver) is caller
        await driver.press("ctrl+u")
        await driver.type("n0")
        assert caller.value == "n0"
        await driver.press("ctrl+u")
        await driver.type("an")
        await driver.until(lambda: caller._suggestion == "anonymous", "anonymous is suggested")
        await driver.press("ctrl+u")
        await driver.type("+44")
        await driver.until(lambda: caller._suggestion.startswith("+4420"), "a number is suggested")
        await driver.press("right", "enter")
        assert caller.value == "+442079460123"
        assert focused(driver) is diagram
        await driver.press("C")
        assert focused(driver) is driver.app.screen.query_one("#callee")
        await driver.press("tab", "enter", "down", "enter")
        assert driver.app.screen.query_one(QuestionForm).question.callee_does == "busy"
        await driver.press("escape", "k")
        assert "unmatched" in driver.text()
        await put(driver, "max_forwards", "20")
        await choose(driver, "resets_max_forwards", True)
        assert "without end" in driver.text()
        await driver.press("escape", "k")
        assert driver.app.screen.query_one(QuestionForm).folded
        assert focused(driver) is diagram
        assert "◆ Max-Forwards 20 · TAS resets it yes" in driver.text()


async def test_without_a_question_there_is_a_hint() -> None:
    async with running() as driver:
        driver.app.bench = None
        await driver.press("2")
        assert "Who calls whom?" in driver.text()
        assert focused(driver) is driver.app.screen.query_one("#caller")
        await put(driver, "caller", CALLER)
        assert "✖" not in driver.text()
        await put(driver, "callee", "112")
        assert "R16" in driver.text()
        assert "Who calls whom?" not in driver.text()
        await put(driver, "callee", "")
        assert "R16" in driver.text()
        await put(driver, "callee", CALLEE)


async def test_a_hundred_thousand_numbers_are_put_in_order_once() -> None:
    nothing = Row("", "", "", "", "", "", "", None, None, 0, None, 0.0, None, None)
    rows = [nothing._replace(number=f"+47{number:08}") for number in range(100_000)]
    suggester = NumberSuggester()
    await suggester.learn(rows)
    index = suggester._index
    await suggester.learn(rows)
    assert suggester._index is index
    assert await suggester.get_suggestion("+470009999") == "+4700099990"
