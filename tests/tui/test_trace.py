"""Place 3: opening captures, and the list of their calls."""

from pathlib import Path

import pytest
from textual.widgets import Input

from sipbreakout_tui.services.traces.opening import STOPPED
from sipbreakout_tui.tui.requests import OpenCaptures
from sipbreakout_tui.tui.screens.trace.place import TracePlace
from sipbreakout_tui.tui.widgets.line_table import LineTable
from tests.services.tracing import write_many, write_scenes
from tests.trace.blackbox.command import DATA
from tests.trace.blackbox.lab import registered
from tests.trace.traffic import loops, others
from tests.tui.driving import Driver, running
from tests.tui.tracing import Gate, copied, dialog, holder, number, opened, place_of, said, tracing


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four calls: returned, looped three times, busy, looped five times."""
    path = tmp_path_factory.mktemp("trace") / "several.pcap"
    return write_scenes(path, loops.returned, loops.loop(), others.direct_callee_busy, loops.loop(turns=5))


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """More than twenty thousand messages."""
    return write_many(tmp_path_factory.mktemp("trace") / "many.pcap", 75)


def shown(place: TracePlace) -> list[int]:
    assert place.calls is not None
    return [place.calls.rows[index].number for index in place.query_one("#calls", LineTable).shown_rows]


async def arranged(driver: Driver, place: TracePlace, expected: list[int]) -> None:
    await driver.until(lambda: shown(place) == expected, f"the calls are {expected}")


@pytest.mark.key("trace.about", "trace.copy")
async def test_the_demo_opens_its_capture_and_the_verdict_is_read_first() -> None:
    async with tracing() as (driver, place):
        lines = driver.text().splitlines()
        verdict = next(index for index, line in enumerate(lines) if "✖ The TAS tas.example.com brought" in line)
        assert verdict <= 9
        text = driver.text()
        assert "looping-call.pcap   1 call: 1 ✖ session-id-lost" in text
        assert "f Fix, for the vendor of the TAS: Let the TAS" in text
        assert "At once, by us: register +4711111111 as INGRESS; then such a call is answered by the callee" in text
        assert "held against registrations from the ledger" in text
        assert lines[-1].startswith(" f fix it")
        await driver.press("i")
        assert "Read:  looping-call.pcap (builtin): 284 frames, 284 SIP messages" in driver.text()
        await driver.press("escape", "y")
        await driver.until(lambda: "session-id-lost (absent)" in copied(driver), "it is copied")
        assert copied(driver).startswith("The TAS tas.example.com brought the call back in frame 5")
        calls = place.calls
    assert calls is not None  # what was open is closed with the program
    with pytest.raises(Exception, match="cannot read"):
        calls.opened.trace.messages.raw(0)


async def test_everything_is_there_at_80_times_24() -> None:
    async with tracing(size=(80, 24)) as (driver, _):
        text = driver.text()
        assert "✖ The TAS tas.example.com brought the call back in frame 5 without a" in text
        assert "f At once, by us: register +4711111111 as INGRESS" in text
        assert "3 TAS → core     +4722222222" in text
        assert " f fix it" in text.splitlines()[-1]
        for key, what in (("g", "100 Trying"), ("v", "frame 3"), ("r", "Decided by +4711111111 LOOP")):
            await driver.press(key)
            assert what in driver.text()
        await driver.pilot.resize_terminal(40, 12)
        await driver.settle()
        await driver.pilot.resize_terminal(80, 24)
        await driver.press("l", "n")
        assert "▸  2 core → TAS" in driver.text()


async def test_captures_are_opened_and_the_former_ones_closed(several: Path) -> None:
    async with tracing() as (driver, place):
        former = place.calls
        assert former is not None
        place.arrive(OpenCaptures((several, DATA / "loop.pcap")))
        await driver.until(lambda: place.calls is not former, "they are read")
        await driver.settle()
        assert "several.pcap, loop.pcap   5 calls: 2 ✖ session-id-lost" in driver.text()
        with pytest.raises(Exception, match="cannot read"):
            former.opened.trace.messages.raw(0)


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"no capture at all\n", "is no capture: expected pcap"), (None, "cannot be read: No such file or directory")],
)
async def test_what_cannot_be_opened_is_said_and_the_former_trace_stays(
    content: bytes | None, words: str, tmp_path: Path
) -> None:
    path = tmp_path / "a[red]\x1b.pcap"
    if content is not None:
        path.write_bytes(content)
    async with tracing() as (driver, place):
        place.arrive(OpenCaptures((path,)))
        await driver.until(lambda: place._work is None and bool(said(driver)), "an error")
        (told,) = said(driver)
        assert words in told
        assert r"a[red]\x1b.pcap" in told
        assert "looping-call.pcap   1 call" in driver.text()
        await driver.press("f")
        assert dialog(driver) == "FixDialog"


async def test_an_empty_capture_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "empty.pcap"
    path.write_bytes((DATA / "loop.pcap").read_bytes()[:24])
    async with tracing(path) as (driver, place):
        assert "the capture holds no call" in driver.text()
        assert not place.chosen_call.display
        for key in "fglvrnpxyse":
            await driver.press(key)
            assert dialog(driver) == ""
        assert "no call is chosen: o opens a capture" in said(driver)


@pytest.mark.key("trace.back")
async def test_keys_are_answered_while_it_is_read_and_escape_stops_it(
    many: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with tracing() as (driver, place):
        gate = Gate(monkeypatch)
        place.arrive(OpenCaptures((many,)))
        await driver.until(gate.reached.is_set, "it is read half")
        await driver.until(lambda: "MB   esc stops and shows what was read" in driver.text(), "progress")
        assert "reading many.pcap  █" in driver.text()
        await driver.press("v")  # of the former trace, which is still there
        assert "frame 143" in driver.text()
        await driver.press("escape")
        assert "diagnosing many.pcap" in driver.text()
        gate.release()
        await driver.until(lambda: place._work is None, "it is stopped")
        assert place.calls is not None
        assert len(place.calls.opened.trace.messages) == 20_000
        await driver.until(lambda: STOPPED in said(driver), "the notice")
        await driver.until(lambda: "◐ 1 note: i" in driver.text(), "the note")
        await driver.press("i")
        assert f"Note:  {STOPPED}" in driver.text()


async def test_diagnosing_can_be_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async with tracing() as (driver, place):
        former, gate = place.calls, Gate(monkeypatch, at_end=True)
        place.arrive(OpenCaptures((DATA / "loop.pcap",)))
        await driver.until(lambda: "diagnosing loop.pcap   esc leaves it" in driver.text(), "it is read")
        await driver.press("escape")
        assert place._work is None
        assert place.calls is former
        assert "given up: what was there before is shown" in said(driver)
        gate.release()


async def test_another_capture_takes_the_place_of_one_that_is_being_read(monkeypatch: pytest.MonkeyPatch) -> None:
    async with tracing() as (driver, place):
        gate = Gate(monkeypatch, at_end=True)
        place.arrive(OpenCaptures((DATA / "expired.pcap",)))
        await driver.until(gate.reached.is_set, "the first one is read")
        place.arrive(OpenCaptures((DATA / "loop.pcap",)))
        gate.release()
        await driver.until(lambda: "loop.pcap   1 call" in driver.text(), "the later one is shown")


async def test_nothing_is_asked_again_while_something_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    async with tracing() as (driver, place):
        gate = Gate(monkeypatch, at_end=True)
        place.arrive(OpenCaptures((DATA / "loop.pcap",)))
        await driver.until(gate.reached.is_set, "it is read")
        going = place._work
        await driver.press("b", "end", "enter")
        assert place._work is going
        assert "wait until it is read, or press esc" in said(driver)
        gate.release()
        await opened(driver, place)


async def test_captures_wait_for_the_ledger() -> None:
    async with running() as driver:
        place = TracePlace()
        live, driver.app.live = driver.app.live, None
        await driver.app.push_screen(place)
        place.arrive(OpenCaptures((DATA / "loop.pcap",)))
        place.ticked(0.0)
        assert place._work is None
        driver.app.opening_words = "not opened"
        place.ticked(0.0)
        await opened(driver, place)
        assert place.calls is not None
        assert place.calls.opened.known_from.startswith("inferred")
        driver.app.live = live


@pytest.mark.key("trace.against")
async def test_calls_are_held_against_a_file_or_nothing(tmp_path: Path) -> None:
    file = tmp_path / "r.toml"
    file.write_text(registered("loop_sid_dropped"), encoding="utf-8")
    async with tracing(DATA / "loop_sid_dropped.pcap") as (driver, place):
        await driver.press("b", "down", "down", "enter")
        await driver.until(lambda: "registrations inferred: none were given" in driver.text(), "inferred")
        assert place.calls is not None
        first = place.calls.opened.captures
        await driver.press("b")
        assert "● nothing: infer" in driver.text()
        await driver.press("up", "enter")
        driver.app.screen.query_one(Input).value = str(file)
        await driver.press("enter")
        await driver.until(lambda: "held against registrations from r.toml" in driver.text(), "the file")
        assert place.calls.opened.captures is first  # not read again
        await driver.press("b", "escape")
        assert dialog(driver) == ""
        await driver.press("b", "up", "enter")
        await driver.until(lambda: "held against registrations from the ledger" in driver.text(), "the ledger")
        file.write_text("broken", encoding="utf-8")
        await driver.press("b", "down", "enter")
        driver.app.screen.query_one(Input).value = str(file)
        await driver.press("enter")
        await driver.until(lambda: any("r.toml" in words for words in said(driver)), "an error")
        assert place.question.file != file or place.question.against.value == "ledger"
        assert "held against registrations from the ledger" in driver.text()


@pytest.mark.key("trace.parties", "parties.change", "parties.core", "parties.tas", "parties.other", "parties.find")
async def test_who_is_who_can_be_said() -> None:
    async with tracing() as (driver, place):
        await driver.press("m")
        assert "● core     192.0.2.1 " in driver.text()
        await driver.press("escape", "m", "enter")
        assert dialog(driver) == ""
        assert place.question.core == ()
        await driver.press("m", "space")
        assert "◆ TAS *" in driver.text()
        await driver.press("minus")
        assert "○ other *" in driver.text()
        await driver.press("c", "down", "t", "down", "t", "enter")
        await driver.until(lambda: "192.0.2.10, 192.0.2.2 (given)" in driver.text(), "the answer")
        assert "192.0.2.1" in place.question.core
        await driver.press("m", "a")
        await driver.until(lambda: "TAS 192.0.2.10 (from the registrations' hosts)" in driver.text(), "found again")
        assert place.question.core == ()


@pytest.mark.key("trace.save", "report.redact", "report.all")
async def test_reports_are_saved(several: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with tracing(several) as (driver, _):
        await driver.press("s", "escape", "s", "down", "r", "enter")
        assert "call-4.txt" in driver.text()
        await driver.press("enter")
        await driver.until((tmp_path / "call-4.txt").exists, "it is saved")
        text = (tmp_path / "call-4.txt").read_text(encoding="utf-8")
        assert text.startswith("The TAS ")
        assert "+4711111111" not in text
        await driver.until(lambda: dialog(driver) == "", "the dialog is gone")
        await driver.press("s", "a", "down", "down", "down", "enter")
        assert "this shows one call: turn a off first" in driver.text()
        await driver.press("up", "enter")
        assert "calls.json" in driver.text()
        await driver.press("enter")
        await driver.until((tmp_path / "calls.json").exists, "all are saved")


@pytest.mark.key("trace.by_time", "trace.turn_order", "trace.sort_next", "trace.sort_before")
async def test_the_worst_calls_are_on_top_and_the_cursor_chooses_one(several: Path) -> None:
    async with tracing(several) as (driver, place):
        assert shown(place) == [4, 2, 3, 1]
        assert number(place) == 4
        await driver.press("t")
        await arranged(driver, place, [1, 2, 3, 4])
        await driver.press("z")
        await arranged(driver, place, [4, 3, 2, 1])
        await driver.press("t")
        await arranged(driver, place, [4, 2, 3, 1])
        await driver.press("greater_than_sign")
        await arranged(driver, place, [1, 2, 3, 4])
        assert "time ▲" in driver.text()
        await driver.press("less_than_sign")
        await arranged(driver, place, [4, 2, 3, 1])
        table = place.query_one("#calls", LineTable)
        column = driver.text().splitlines()[5].index("turns")
        await driver.pilot.click(table, offset=(column, 0))
        await driver.pilot.click(table, offset=(column, 0))
        await driver.until(lambda: "turns ▼" in driver.text(), "sorted by turns")
        assert shown(place)[0] == 4
        await driver.press("t", "t", "home")
        await arranged(driver, place, [4, 2, 3, 1])
        await driver.press("down")
        assert number(place) == 2
        await driver.press("end")
        assert number(place) == 1
        assert "answered by the callee" in driver.text()
        await driver.press("home", "enter")
        assert holder(driver) == "legs"
        await driver.press("escape")
        assert holder(driver) == "calls"
        await driver.press("down", "g", "1", "3")
        assert place_of(driver) is place  # as it was left
        assert number(place) == 2
        assert place.chosen_call.pane == "messages"


@pytest.mark.key("trace.filter")
async def test_calls_are_filtered_while_one_types(several: Path) -> None:
    async with tracing(several) as (driver, place):
        await driver.press("slash")
        await driver.type("turns:>3")
        await arranged(driver, place, [4])
        assert "1 of 4" in driver.text()
        await driver.press("enter")
        assert holder(driver) == "calls"
        await driver.press("slash")
        driver.app.screen.query_one(Input).value = "turns:>3 turns:x"
        await driver.until(lambda: "turns:x is not a comparison" in driver.text(), "the complaint")
        assert shown(place) == [4]
        await driver.press("escape")
        await arranged(driver, place, [4, 2, 3, 1])
        await driver.press("slash")
        driver.app.screen.query_one(Input).value = "nothing"
        await arranged(driver, place, [])
        assert "no call passes the filter" in driver.text()
        await driver.until(lambda: not place.chosen_call.display, "no call is shown")
