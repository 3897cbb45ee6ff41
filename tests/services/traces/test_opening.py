"""Traces from captures: who reads them, and what is known of registrations."""

from pathlib import Path

import pytest

from sipbreakout_model import E164, InvalidValue
from sipbreakout_tui.ledger import Ledger
from sipbreakout_tui.services.ledger_knowledge import LedgerKnowledge, from_ledger, ledger_knowledge
from sipbreakout_tui.services.traces.captures import Decoder, NoCapture, Reader
from sipbreakout_tui.services.traces.opening import open_trace, party_address
from sipbreakout_tui.trace.capture.findings import TLS_UNREAD
from sipbreakout_tui.trace.capture.tshark import tshark_path
from sipbreakout_tui.trace.diagnosis.knowledge import Standing
from tests.ledger.making import AT, CORE, NUMBER, OTHER, Clock, ask, delete, registration, upsert
from tests.services.tracing import lab
from tests.trace.blackbox.command import DATA
from tests.trace.blackbox.lab import registered

WIRE = DATA / "loop-on-the-wire-tls.pcapng"
needs_tshark = pytest.mark.skipif(tshark_path() is None, reason="tshark is not installed")


def test_a_trace_knows_what_it_was_made_from() -> None:
    with lab("loop") as opened:
        assert (opened.decoder, opened.frames, len(opened.trace.messages)) == ("builtin", 27, 27)
        assert [diagnosis.verdict.id for diagnosis in opened.trace.diagnoses] == ["intended-loop"]
        assert opened.known_from == "given"
        assert opened.notes == []
        assert opened.diagnosis(1) is opened.trace.diagnoses[0]
        assert opened.diagnosis(0) is None
        assert opened.diagnosis(2) is None
        assert opened.registrations_around(opened.trace.diagnoses[0]) == []


def test_registrations_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "r.toml"
    file.write_text(registered("loop_mt"), encoding="utf-8")
    with open_trace(str(DATA / "loop_mt.pcap"), registrations=file) as opened:
        assert opened.known_from == "from r.toml"
        assert "LOOP_MT of +4722222222" in opened.trace.diagnoses[0].verdict.text


def test_several_captures_are_one_trace() -> None:
    with open_trace([DATA / "loop.pcap", DATA / "expired.pcap"]) as opened:
        assert len(opened.trace.calls) == 2
        assert opened.known_from.startswith("inferred")


@needs_tshark
def test_secrets_within_a_capture_are_used_unasked() -> None:
    with open_trace(WIRE) as opened:
        assert opened.decoder == "tshark"
        assert not opened.trace.unread
        assert len(opened.trace.diagnoses[0].case.seen.legs) == 4
        assert opened.notes[0].startswith("loop-on-the-wire-tls.pcapng: tshark read ")


@needs_tshark
def test_only_what_needs_tshark_is_read_by_it() -> None:
    with open_trace([DATA / "expired.pcap", WIRE]) as opened:
        assert [capture.decoder for capture in opened.captures] == ["builtin", "tshark"]
        assert opened.decoder == "builtin, tshark"


@needs_tshark
def test_the_builtin_reader_alone_says_what_would_help() -> None:
    with open_trace(WIRE, reader=Reader(Decoder.BUILTIN)) as opened:
        assert opened.decoder == "builtin"
        lost = opened.trace.unread[TLS_UNREAD]
        assert lost > 0
        assert opened.notes == [
            f"{WIRE.name}: {lost} packets may hold SIP; leave --decoder builtin out and give the TLS secrets with "
            "--keylog FILE"
        ]


def test_without_tshark_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with open_trace(WIRE, reader=Reader(keylog=WIRE)) as opened:
        assert opened.decoder == "builtin"
        assert opened.notes[0] == "the TLS keys that were given need tshark, which is not installed"
        assert opened.notes[1].endswith("packets may hold SIP; install tshark")


@needs_tshark
def test_what_tshark_does_not_read_better_the_builtin_reader_keeps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sipbreakout_tui.services.traces.opening._may_hide_sip", lambda *_: True)
    with open_trace([DATA / "loop.pcap", WIRE]) as opened:
        assert [capture.decoder for capture in opened.captures] == ["builtin", "tshark"]
        assert len(opened.trace.messages) == 54
    with open_trace(DATA / "loop.pcap") as opened:
        assert opened.decoder == "builtin"
        assert len(opened.trace.calls) == 1
        assert opened.trace.messages.raw(0).startswith(b"INVITE ")


@needs_tshark
def test_where_tshark_fails_what_the_builtin_reader_read_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "tshark"
    program.write_text("#!/bin/sh\necho 'tshark: out of luck' >&2\nexit 2\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with open_trace(WIRE) as opened:
        assert opened.decoder == "builtin"
        assert opened.notes[0].endswith("out of luck: what the built-in reader read is shown")
        assert opened.trace.messages.raw(0)


@needs_tshark
def test_what_even_tshark_does_not_know_is_no_capture(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"hello\n" * 99)
    with pytest.raises(NoCapture, match="isn't a capture file"):
        open_trace(path, reader=Reader(Decoder.TSHARK))


def test_a_party_that_takes_part_in_nothing_is_noted() -> None:
    path = DATA / "loop.pcap"
    with open_trace(path, core=["192.0.2.9"], tas=["tas.lab.test", "pbx.lab.test"]) as opened:
        assert opened.notes == [
            "no leg starts or ends at 192.0.2.9, which was given as the core",
            "no leg has to do with pbx.lab.test, which was given as a TAS",
        ]


def test_addresses_are_read() -> None:
    assert party_address(" 127.0.0.1 ") == "127.0.0.1"
    assert party_address("[2001:DB8::0:1]") == "2001:db8::1"
    with pytest.raises(InvalidValue, match="'core' is no IPv4 or IPv6 address"):
        party_address("core")


def test_reading_that_is_cancelled_is_diagnosed_as_far_as_it_came() -> None:
    with open_trace(DATA / "loop.pcap", cancelled=lambda: True) as opened:
        assert len(opened.trace.messages) <= 27


async def test_the_ledger_knows_what_was_in_force_when(tmp_path: Path) -> None:
    clock = Clock()
    with Ledger(tmp_path / "ledger.sqlite3", clock=clock) as ledger:
        loop = registration(uri="sips:TAS.example", mo="00")
        await upsert(ledger, clock, loop)
        clock.now += 100
        await delete(ledger, loop)
        clock.now += 100
        await upsert(ledger, clock, registration(uri="sips:other.example", mo="07"), ttl=60.0)
        clock.now += 3000
        await ask(ledger, registration(OTHER, "sips:never.example"))
        known = ledger_knowledge(ledger)
        elsewhere = ledger_knowledge(ledger, "another.example:443")

    def standing(after: float, number: E164 = NUMBER) -> tuple[Standing, float | None]:
        state = known.state(number, AT + after)
        return state.standing, None if state.seconds is None else round(state.seconds)

    assert standing(-10) == (Standing.NOT_YET, 10)
    assert standing(50) == (Standing.ACTIVE, None)
    assert standing(150) == (Standing.DELETED, 50)
    assert standing(210) == (Standing.ACTIVE, None)
    assert standing(300) == (Standing.EXPIRED, 40)
    assert standing(3300, OTHER) == (Standing.UNKNOWN, None)
    assert standing(50, OTHER) == (Standing.NEVER, None)
    assert known.hosts() == {"tas.example", "other.example", "never.example"}
    assert known.prefixes() == {"00", "07"}
    assert known.at(AT + 50).active(NUMBER, AT + 50) is not None
    assert known.at(AT + 50).last(NUMBER) is not None
    assert [span.end.value for span in known.around(NUMBER, AT + 200)] == ["deleted", "expired"]
    assert known.around(NUMBER, AT + 99_999) == []
    assert elsewhere.state(NUMBER, AT + 50).standing is Standing.NEVER
    assert elsewhere.hosts() == set()


async def test_a_trace_asks_the_ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIPBREAKOUT_STATE_DIR", str(tmp_path))
    with lab("loop") as opened:
        at = opened.trace.calls[0].at
    clock = Clock(at - 1800)
    with Ledger(clock=clock) as ledger:
        await upsert(ledger, clock, registration(uri="sips:tas.lab.test", mo="00"))
    known = from_ledger(CORE)
    assert isinstance(known, LedgerKnowledge)
    with open_trace(DATA / "loop.pcap", registrations=known) as opened:
        (diagnosis,) = opened.trace.diagnoses
        assert diagnosis.verdict.id == "intended-loop"
        assert diagnosis.case.inferred is None
        assert opened.known_from == "from the ledger"
        assert [span.target for span in opened.registrations_around(diagnosis)] == [CORE]
        assert opened.notes == []


async def test_what_a_pruned_ledger_does_not_know_is_noted(tmp_path: Path) -> None:
    with lab("loop") as opened:
        at = opened.trace.calls[0].at
    clock = Clock(at + 10_000)
    with Ledger(tmp_path / "ledger.sqlite3", clock=clock) as ledger:
        await upsert(ledger, clock, registration())
        clock.now += 10_000
        ledger.prune(at + 15_000)
        known = ledger_knowledge(ledger)
    with open_trace(DATA / "loop.pcap", registrations=known) as opened:
        assert [note for note in opened.notes if note.startswith("the ledger was pruned: of calls before 2026-11-2")]
