"""Place 2: the answer, its keys, its clock."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from sipbreakout_model import E164, RouteType
from sipbreakout_tui.tui.requests import EditRegistration, ExplainCall, Request
from sipbreakout_tui.tui.screens.call.moment import MomentSlider
from sipbreakout_tui.tui.screens.call.place import CallPlace
from sipbreakout_tui.tui.screens.call.question import QuestionForm
from sipbreakout_tui.tui.screens.call.why import WhyList
from tests.tui.driving import Driver, running

CALLER, CALLEE = "+4711111111", "+4722222222"
LOOPING = ExplainCall("", "", "returns_without_session_id")


@asynccontextmanager
async def on_call(
    *requests: ExplainCall, size: tuple[int, int] = (120, 36), read_only: bool = False
) -> AsyncIterator[Driver]:
    async with running(size=size, read_only=read_only) as driver:
        await driver.press("2")
        for request in requests:
            await driver.app.go("call", request)
        await driver.settle()
        yield driver


def place(driver: Driver) -> CallPlace:
    screen = driver.app.screen
    assert isinstance(screen, CallPlace)
    return screen


def notices(driver: Driver) -> str:
    return "\n".join(notice.message for notice in driver.app._notifications)


def remember_going(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Request | None]]:
    gone: list[tuple[str, Request | None]] = []

    async def go(name: str, request: Request | None = None) -> None:
        gone.append((name, request))

    monkeypatch.setattr(driver.app, "go", go)
    return gone


@pytest.mark.key("call.reverse")
async def test_the_demo_asks_its_question_and_answers_it_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async with on_call() as driver:
        text = driver.text()
        for part in (
            *(f"caller   {CALLER}", f"callee   {CALLEE}", "● LOOP, 57:46 left, kept", "● FALLBACK, 39:29 left"),
            *("├── 1 ───", "R4   leg 2 goes to the TAS", "● answered by the callee", "1 INVITE +4722222222"),
        ):
            assert part in text
        assert "f fix" not in text
        gone = remember_going(driver, monkeypatch)
        await driver.press("f")  # nothing is wrong: nothing to put right
        assert gone == []
        await driver.press("r")
        assert f"caller   {CALLEE}" in driver.text()
        assert "FALLBACK of the caller +4722222222" in driver.text()


async def test_another_place_may_ask_before_the_place_was_ever_seen() -> None:
    async with running() as driver:
        await driver.app.go("call", ExplainCall("anonymous", "+46700000001", "answers"))
        await driver.settle()
        assert "● answered by the TAS" in driver.text()
        assert "withheld: meets nothing" in driver.text()
        await driver.app.go("call", ExplainCall("", "112", "no such word"))  # what is empty or unknown stays
        await driver.settle()
        question = driver.app.screen.query_one(QuestionForm).question
        assert (question.caller, question.callee, question.tas) == ("anonymous", "112", "answers")
        assert "short number: meets nothing" in driver.text()


@pytest.mark.key("call.next", "call.previous", "call.unpoint", "call.copy", "call.copy_command", "call.ladder")
async def test_a_loop_is_explained_stepped_through_and_copied() -> None:
    async with on_call(LOOPING) as driver:
        for part in ("✖ looped (483): legs 2 to 3 repeat, 35 turns", "╔══ ↻ ═══╗", "legs 2 to 3 × 35"):
            assert part in driver.text()
        await driver.press("n")
        assert "Leg 1  caller +4711111111 → core   1 of 5" in driver.text()
        assert "INVITE sip:+4722222222@core  ·  after 0 s" in driver.text()
        await driver.press("n")
        assert "Leg 2  core → TAS sips:tas.example.com   2 of 5" in driver.text()
        pointed = pointed_at(driver)
        assert [text for text in pointed if "2 INVITE" in text]
        assert len([text for text in pointed if text.startswith(("2", "║"))]) > 3
        await driver.press("p", "p")
        assert "No leg 4  core → callee +4722222222   5 of 5" in driver.text()
        await driver.press("n", "escape")
        assert "1 of 5" not in driver.text()
        assert not any("INVITE" in text for text in pointed_at(driver))
        await driver.press("y")
        assert "At once" in driver.app.clipboard
        assert "│ caller" in driver.app.clipboard
        await driver.press("Y")
        assert driver.app.clipboard.startswith("sipbreakout explain +4711111111 +4722222222 --registrations")
        assert driver.app.clipboard.endswith("--tas returns-without-session-id")
        await driver.pilot.resize_terminal(40, 12)
        await driver.press("n", "v", "k", "k", "escape", "l", "l")
        await driver.pilot.resize_terminal(120, 36)
        await driver.until(lambda: "╔══ ↻ ═══╗" in driver.text() and "R9  " in driver.text(), "it looks as before")
        height = driver.app.screen.query_one("#ladder").size.height
        await driver.press("l")
        assert driver.app.screen.query_one("#ladder").size.height > height
        await driver.press("l")
        assert driver.app.screen.query_one("#ladder").size.height == height


def pointed_at(driver: Driver) -> list[str]:
    """Return what is shown in reverse, a text a line."""
    strips = driver.app.screen._compositor.render_strips()
    return ["".join(part.text for part in strip if part.style and part.style.reverse) for strip in strips]


async def test_enter_or_a_click_opens_the_rule_of_a_line() -> None:
    async with on_call() as driver:
        await driver.press("v", "enter")  # the outcome follows no rule
        assert isinstance(driver.app.screen, CallPlace)
        await driver.press("down", "enter")
        assert "Source:" in driver.text()
        await driver.press("escape")
        assert "Source:" not in driver.text()
        await driver.pilot.click(WhyList, offset=(4, 6))
        await driver.settle()
        assert "Source:" in driver.text()


@pytest.mark.key("call.mend")
async def test_f_opens_what_stops_the_loop_and_once_that_is_registered_none_is_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with on_call(LOOPING) as driver:
        await driver.press("v", "end")
        assert "At once, on our side" in driver.text()
        gone = remember_going(driver, monkeypatch)
        await driver.press("f")
        ((name, request),) = gone
        assert name == "registrations"
        assert isinstance(request, EditRegistration)
        lease = driver.live.last(E164(CALLER))
        assert lease is not None
        assert request.registration == replace(lease.registration, route_type=RouteType.INGRESS)
        await driver.live.upsert(request.registration)
        driver.app.look()
        await driver.until(lambda: "● answered by the callee" in driver.text(), "the loop is gone")
        assert "looped" not in driver.text()
        assert "● INGRESS, " in driver.text()


@pytest.mark.key(
    "call.moment", "call.now", "moment.earlier", "moment.later", "moment.much_earlier", "moment.much_later"
)
async def test_the_slider_moves_over_the_end_of_a_lease_and_back() -> None:
    async with on_call() as driver:
        await driver.press("t", *["shift+right"] * 5)
        assert "50 min later" in driver.text()
        assert "● LOOP, 07:46 left, kept" in driver.text()
        assert "○ FALLBACK, expired 10:31 before" in driver.text()
        await driver.press(*["right"] * 8)
        assert "58 min later" in driver.text()
        assert "○ LOOP, expired 00:14 before, kept" in driver.text()
        assert "R3   " in driver.text()
        await driver.press("left")
        assert "R4   leg 2" in driver.text()
        await driver.press("shift+right")
        assert "60 min later" in driver.text()
        await driver.press("0")
        assert "57:46 left" in driver.text()
        await driver.press("shift+left")  # before the last refresh: only the ledger knows
        await driver.until(lambda: "● LOOP, 37:46 left" in driver.text(), "the lease of before is in force")
        assert "10 min ago" in driver.text()
        await driver.pilot.click("#moment", offset=(1, 0))
        await driver.settle()
        assert "60 min ago" in driver.text() or "59 min ago" in driver.text()
        slider = driver.app.screen.query_one(MomentSlider)
        slider.show_ends((), 30)  # as if a longer lease were gone
        await driver.settle()
        assert "30 min ago" in driver.text()
        await driver.press("0")
        driver.clock.now += 3466
        place(driver).ticked(driver.clock.now)
        await driver.settle()
        assert "○ LOOP, expired 00:00 before" in driver.text()
        assert "Upsert LOOP of +4711111111 again" in driver.text()


@pytest.mark.key("call.view")
async def test_where_room_is_short_one_pane_is_shown_at_a_time() -> None:
    async with on_call(LOOPING, size=(80, 24)) as driver:
        assert "╔══ ↻ ═══╗" in driver.text()
        await driver.press("v")
        assert "R2   LOOP of the caller" in driver.text()
        assert "╔══ ↻ ═══╗" not in driver.text()
        await driver.press("v")
        assert "1 INVITE +4722222222" in driver.text()
        await driver.press("l", "v", "n")
        assert "Leg 1" in driver.text()
        assert "╔══ ↻ ═══╗" in driver.text()
        await driver.press("k")
        for word in ("fallback TAS", "placed by", "prefix by", "unmatched", "hops a turn", "Max-Forwards", "resets it"):
            assert word in driver.text()
        assert "? keys" in driver.text().splitlines()[-1]
