"""Place 3: the chosen call, its panes and messages, and what puts it right."""

from pathlib import Path

import pytest
from textual.widgets import Input

from sipbreakout_tui.tui.requests import EditRegistration, ExplainCall, OpenCaptures, Request, ShowNumber
from sipbreakout_tui.tui.screens.trace.lists import MessagesPane
from sipbreakout_tui.tui.screens.trace.message import MessageDialog
from sipbreakout_tui.tui.screens.trace.place import TracePlace
from tests.services.tracing import write_scenes
from tests.trace.blackbox.command import DATA
from tests.trace.traffic import loops
from tests.tui.driving import Driver
from tests.tui.tracing import copied, dialog, holder, opened, said, tracing

EVIL = 'X"[red]\x1b[31m[/red]"'


def asked_of(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Request | None]]:
    """Return what is asked of other places from now on; they are not gone to."""
    found: list[tuple[str, Request | None]] = []

    async def go(_: object, place: str, request: Request | None = None) -> None:
        found.append((place, request))

    monkeypatch.setattr("sipbreakout_tui.tui.app.SipBreakoutApp.go", go)
    return found


def message(driver: Driver) -> str:
    screen = driver.app.screen
    assert isinstance(screen, MessageDialog)
    return screen._messages.line(screen._index).frame


def marked(place: TracePlace) -> tuple[int, ...]:
    return place.query_one(MessagesPane).marked


@pytest.mark.key(
    "trace.next_leg", "trace.former_leg", "trace.legs", "trace.messages", "legs.up", "legs.down", "legs.open"
)
async def test_legs_are_stepped_through_and_panes_are_a_key_or_a_click_away() -> None:
    async with tracing() as (driver, place):
        assert "predicted if the TAS returns without Session-ID" in driver.text()
        assert driver.text().count("◂───────┤   +4722222222      483") == 2
        await driver.press("n")
        assert "▸  2 " in driver.text()
        assert "34559af208891c2e88a7c9ed@192.0.2.1" in driver.text()  # its Call-ID
        await driver.press("p", "p")
        assert "▸  3 " in driver.text()
        await driver.press("l", "up")
        assert "▸  2 " in driver.text()
        await driver.press("down", "enter")
        assert message(driver) == "5"
        await driver.press("escape")
        assert holder(driver) == "legs"
        await driver.pilot.click(".legs-picture", offset=(20, 3))
        await driver.settle()
        assert "▸  2 " in driver.text()
        await driver.press("g", "n")  # steps bring the legs back
        assert place.chosen_call.pane == "legs"
        for key, pane, what in (
            ("g", "messages", "100 Trying"),
            ("v", "evidence", "frame 143"),
            ("r", "standing", "Decided by +4711111111 LOOP sips:tas.example.com (MO 00, MT 11) (from the ledger)"),
            ("l", "legs", "observed"),
        ):
            await driver.press(key)
            assert place.chosen_call.pane == pane
            assert what in driver.text()
        await driver.pilot.click("PaneTabs", offset=(14, 0))
        await driver.settle()
        assert place.chosen_call.pane == "messages"
        assert holder(driver) == "messages"


@pytest.mark.key(
    "message.former",
    "message.next",
    "message.search",
    "message.next_hit",
    "message.former_hit",
    "message.explain",
    "message.copy",
)
async def test_a_message_is_read_searched_and_copied() -> None:
    async with tracing() as (driver, _):
        await driver.press("g", "down", "down", "enter")
        assert "Message 3 of 284: INVITE, core → TAS" in driver.text()
        assert "Session-ID: 0796d53e642fddad849579ae5df86095" in driver.text()
        await driver.press("right", "right")
        assert "◂ session-id-lost  leg 3  no Session-ID" in driver.text()
        await driver.press("left", "e")
        assert "a request has no status" not in said(driver)
        assert dialog(driver) == "TextDialog"
        assert "100  Trying" in driver.text()
        await driver.press("escape", "left", "e")
        assert "a request has no status: look at a response" in said(driver)
        await driver.press("slash")
        driver.app.screen.query_one(Input).value = "4722222222"
        await driver.press("enter")
        assert "1 of 2   n N   esc leave" in driver.text()
        await driver.press("n")
        assert "2 of 2" in driver.text()
        await driver.press("n", "N")
        assert "2 of 2" in driver.text()
        await driver.press("right")  # the search stays
        assert "of 2   n N" in driver.text() or "of 1   n N" in driver.text()
        await driver.press("slash")
        driver.app.screen.query_one(Input).value = "[red]"
        await driver.settle()
        assert "nothing has '[red]'" in driver.text()
        await driver.press("escape", "n")
        assert "/ searches; nothing is found yet" in said(driver)
        await driver.press("home", "y")
        assert copied(driver).startswith("SIP/2.0 100 Trying")
        await driver.press("escape")
        assert dialog(driver) == ""


async def test_hostile_headers_are_harmless_everywhere(tmp_path: Path) -> None:
    path = write_scenes(tmp_path / "evil.pcap", loops.loop(), display_name=EVIL, extra=(("X-Evil", "\x1b]0;x\x07"),))
    async with tracing(path) as (driver, _):
        for key in ("g", "v", "r", "l"):
            await driver.press(key)
            assert "\x1b" not in driver.text()
        await driver.press("g", "enter")
        assert r"X\"[red]\x1b[31m[/red]" in driver.text() or r'X"[red]\x1b[31m[/red]"' in driver.text()
        assert r"X-Evil: \x1b]0;x\x07" in driver.text()
        await driver.press("escape", "space", "space")
        assert dialog(driver) == "DifferenceDialog"
        assert "\x1b" not in driver.text()


@pytest.mark.key("trace.difference", "difference.copy")
async def test_two_marked_messages_are_compared() -> None:
    async with tracing() as (driver, place):
        await driver.press("D")
        assert "mark two messages with space: then they are compared" in said(driver)
        assert holder(driver) == "messages"
        await driver.press("down", "down", "space", "down", "space")
        assert dialog(driver) == "DifferenceDialog"
        text = driver.text()
        assert "- INVITE sip:+004722222222@tas.example.com;transport=tls SIP/2.0" in text
        assert "+ INVITE sip:+4722222222@core.example.com:5061;transport=tls SIP/2.0" in text
        assert "- Session-ID: 0796d53e642fddad849579ae5df86095" in text
        await driver.press("y")
        assert copied(driver).startswith("- frame 3 ")
        await driver.press("escape", "D")
        assert dialog(driver) == "DifferenceDialog"
        await driver.press("escape", "down", "space")  # the oldest mark makes room
        assert marked(place) == (4, 6)
        await driver.press("escape", "up", "space")
        assert dialog(driver) == ""
        assert marked(place) == (4,)


async def test_evidence_without_a_message_says_so_and_other_findings_are_told(tmp_path: Path) -> None:
    path = write_scenes(tmp_path / "refused.pcap", loops.tas_takes_no_connection)
    stacked = write_scenes(tmp_path / "stacked.pcap", loops.loop_with_prefixes_stacked)
    async with tracing(path) as (driver, place):
        await driver.press("v", "end", "enter")
        assert "this frame holds no SIP message" in said(driver)
        await driver.press("l", "n", "enter")
        assert "no INVITE of this leg could be read" in said(driver)
        place.arrive(OpenCaptures((stacked,)))
        await driver.until(lambda: "stacked.pcap" in driver.text(), "the other capture")
        await driver.press("v", "end")
        diagnosis = place.chosen_call.diagnosis
        assert diagnosis is not None
        assert diagnosis.findings[-1].text[:40] in driver.text()


@pytest.mark.key("trace.fix", "fix.copy")
async def test_the_fix_opens_the_form_and_afterwards_says_that_it_helped(monkeypatch: pytest.MonkeyPatch) -> None:
    async with tracing() as (driver, place):
        await driver.press("f")
        text = driver.text()
        assert "With the registrations of now, such a call goes round 35 times, then 483 Too Many Hops." in text
        assert "Register +4711111111 as INGRESS instead of LOOP, at sips:tas.example.com" in text
        await driver.press("y")
        assert "Let the TAS sips:tas.example.com put the Session-ID" in copied(driver)
        asked = asked_of(monkeypatch)
        await driver.press("enter")
        ((name, request),) = asked
        assert name == "registrations"
        assert isinstance(request, EditRegistration)
        assert str(request.registration.route_type) == "INGRESS"
        await driver.live.upsert(request.registration)
        await driver.live.look()
        place.opened(driver.live)
        await driver.settle()
        assert "At once, by us" not in driver.text()
        assert "● By now such a call is answered by the callee" in driver.text()
        await driver.press("f")
        assert "● With the registrations of now, such a call is answered by the callee." in driver.text()
        assert "enter open the form" not in driver.text()


async def test_nothing_is_changed_where_nothing_may_be() -> None:
    async with tracing(read_only=True) as (driver, _):
        await driver.press("f")
        assert "◐ read-only: nothing can be changed here" in driver.text()
        assert "Register +4711111111 as INGRESS" in driver.text()
        await driver.press("enter")
        assert dialog(driver) == "FixDialog"


async def test_a_dialog_over_a_trace_that_is_replaced_stays_usable() -> None:
    async with tracing() as (driver, place):
        former = place.calls
        await driver.press("g", "enter")
        place.arrive(OpenCaptures((DATA / "loop.pcap",)))
        await driver.until(lambda: place.calls is not former, "it is read")
        await driver.press("right", "right")
        assert message(driver) == "3"
        assert "Session-ID: 0796d53e642fddad849579ae5df86095" in driver.text()
        await driver.press("escape")
        await opened(driver, place)
        assert former is not None
        with pytest.raises(Exception, match="cannot read"):
            former.opened.trace.messages.raw(0)


@pytest.mark.key("trace.evidence", "trace.standing", "trace.explain", "trace.status")
async def test_evidence_leads_to_messages_registrations_to_rows_and_the_call_to_its_explanation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with tracing() as (driver, _):
        await driver.press("v", "enter")
        assert message(driver) == "3"
        await driver.press("escape", "down", "down", "enter")
        assert message(driver) == "5"
        await driver.press("escape")
        asked = asked_of(monkeypatch)
        await driver.press("r", "enter", "x")
        assert asked == [
            ("registrations", ShowNumber("+4711111111")),
            ("call", ExplainCall("+4711111111", "+4722222222", "returns_without_session_id")),
        ]
        await driver.press("e")
        assert "483  Too Many Hops" in driver.text()
        await driver.press("escape", "g", "down", "e")
        assert "100  Trying" in driver.text()
