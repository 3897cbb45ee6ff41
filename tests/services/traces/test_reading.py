"""Captures read and diagnosed in a thread: progress, stopping, giving up, holding against something else."""

import asyncio
import gc
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from sipbreakout_model.errors import SipBreakoutError
from sipbreakout_tui.ledger import Ledger
from sipbreakout_tui.services.ledger_knowledge import LedgerKnowledge
from sipbreakout_tui.services.traces.call_rows import CallList
from sipbreakout_tui.services.traces.captures import NoCapture
from sipbreakout_tui.services.traces.opening import STOPPED, OpenedTrace, diagnose_again, open_trace
from sipbreakout_tui.services.traces.reading import (
    Against,
    Known,
    Question,
    TraceWork,
    diagnose_calls,
    read_captures,
)
from sipbreakout_tui.trace.capture.heard import CaptureUnreadable
from tests.services.tracing import write_many
from tests.trace.blackbox.command import DATA
from tests.trace.blackbox.lab import registered

LOOP = DATA / "loop_sid_dropped.pcap"
INFERRED = Question(Against.NOTHING)


async def ended(holds: Callable[[], bool]) -> None:
    for _ in range(2000):
        if holds():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it never happened")


async def test_captures_are_read_beside_the_loop() -> None:
    work = read_captures((LOOP,), "loop", INFERRED, None)
    calls = await work.calls()
    assert (work.title, work.reads, work.stopped) == ("loop", False, False)
    assert work.done == work.total == LOOP.stat().st_size
    assert [row.diagnosis.verdict.id for row in calls.rows] == ["session-id-lost"]
    assert calls.opened.known_from.startswith("inferred")
    calls.opened.close()


async def test_the_interpreter_is_as_before_afterwards() -> None:
    usual = sys.getswitchinterval()
    works = [read_captures((LOOP,), "", INFERRED, None) for _ in range(3)]
    for work in works:
        (await work.calls()).opened.close()
    await ended(lambda: sys.getswitchinterval() == usual)
    assert gc.isenabled()


async def test_what_was_read_until_it_is_stopped_is_the_result(tmp_path: Path) -> None:
    path = write_many(tmp_path / "many.pcap", 150)
    work = read_captures((path,), "", INFERRED, None)
    assert work.reads
    work.stop()
    assert work.stopped
    assert not work.reads
    calls = await work.calls()
    assert 0 < len(calls.opened.trace.messages) < 150 * 283
    assert calls.opened.notes == [STOPPED]
    calls.opened.close()


async def test_a_result_that_nobody_wants_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[OpenedTrace] = []
    really_close = OpenedTrace.close

    def close(opened: OpenedTrace) -> None:
        really_close(opened)
        closed.append(opened)

    monkeypatch.setattr(OpenedTrace, "close", close)
    work = read_captures((LOOP,), "", INFERRED, None)
    work.give_up()
    with pytest.raises(asyncio.CancelledError):
        await work.calls()
    await ended(lambda: bool(closed))


async def test_an_error_reaches_whoever_waits(tmp_path: Path) -> None:
    with pytest.raises(SipBreakoutError, match=r"nothing\.pcap cannot be read"):
        await read_captures((tmp_path / "nothing.pcap",), "", INFERRED, None).calls()
    (tmp_path / "text").write_text("no capture\n", encoding="utf-8")
    with pytest.raises(NoCapture, match="is no capture"):
        await read_captures((tmp_path / "text",), "", INFERRED, None).calls()


def test_a_loop_that_ended_meanwhile_is_no_error() -> None:
    release = threading.Event()

    def work(_: TraceWork) -> CallList:
        release.wait(5)
        raise SipBreakoutError("too late")

    async def begin() -> None:
        TraceWork(work, "", reads_files=True)

    asyncio.run(begin())
    release.set()
    for thread in threading.enumerate():
        if thread.name == "trace":
            thread.join(5)
            assert not thread.is_alive()


async def test_calls_are_held_against_the_ledger_of_a_core(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.sqlite3") as ledger:
        calls = await read_captures((LOOP,), "", Question(), Known(ledger, "core.test:50051")).calls()
        assert isinstance(calls.opened.knowledge, LedgerKnowledge)
        assert [row.diagnosis.verdict.id for row in calls.rows] == ["session-id-lost"]
        again = await diagnose_calls(calls.opened, "", Question(), Known(ledger, "core.test:50051")).calls()
        assert again.opened.knowledge is calls.opened.knowledge  # it is not read twice
        calls.opened.close()


async def test_they_are_diagnosed_anew_without_being_read_anew(tmp_path: Path) -> None:
    file = tmp_path / "r.toml"
    file.write_text(registered("loop_sid_dropped"), encoding="utf-8")
    calls = await read_captures((LOOP,), "", INFERRED, None).calls()
    work = diagnose_calls(calls.opened, "", Question(Against.FILE, file), None)
    assert not work.reads
    again = await work.calls()
    assert again.opened.captures is calls.opened.captures
    assert again.opened.known_from == "from r.toml"
    assert again.rows[0].diagnosis.case.inferred is None
    with pytest.raises(SipBreakoutError, match=r"missing\.toml"):
        await diagnose_calls(calls.opened, "", Question(Against.FILE, tmp_path / "missing.toml"), None).calls()
    abandoned = diagnose_calls(calls.opened, "", INFERRED, None)
    abandoned.give_up()
    assert calls.opened.trace.messages.raw(0).startswith(b"INVITE")  # the captures are still open
    calls.opened.close()
    with pytest.raises(CaptureUnreadable):
        calls.opened.trace.messages.raw(0)


def test_who_is_who_can_be_given_anew() -> None:
    with open_trace(DATA / "loop.pcap") as opened:
        parties = opened.trace.parties
        core, tas = sorted(parties.core), sorted(parties.tas)
        given = diagnose_again(opened, core=core, tas=tas)
        assert [found.verdict.id for found in given.trace.diagnoses] == ["intended-loop"]
        assert str(given.trace.parties.core_known) == "given"
        wrong = diagnose_again(opened, core=["192.0.2.99"])
        assert wrong.notes == ["no leg starts or ends at 192.0.2.99, which was given as the core"]
        assert diagnose_again(wrong).notes == []
