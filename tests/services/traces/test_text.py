"""A trace as lines for people."""

import re
from collections import Counter
from pathlib import Path

import pytest

from sipbreakout_model import InvalidValue
from sipbreakout_tui.report.redaction import Redaction
from sipbreakout_tui.services.traces.legs import leg_details
from sipbreakout_tui.services.traces.messages import export_packets, message_lines
from sipbreakout_tui.services.traces.opening import OpenedTrace, open_trace
from sipbreakout_tui.services.traces.table import trace_lines
from sipbreakout_tui.services.traces.text import call_lines
from sipbreakout_tui.services.traces.words import frame_words, moment, moment_words, source_lines, unmasked
from tests.services.tracing import lab, scripted
from tests.trace.blackbox.cases import FORK, LOOP
from tests.trace.blackbox.command import DATA
from tests.trace.traffic import loops, others


def _only(opened: OpenedTrace) -> list[str]:
    (diagnosis,) = opened.trace.diagnoses
    return call_lines(opened, diagnosis)


def _section(lines: list[str], title: str) -> list[str]:
    start = lines.index(title) + 1
    end = lines.index("", start) if "" in lines[start:] else len(lines)
    return lines[start:end]


def test_the_verdict_comes_first_and_the_legs_stand_beside_the_prediction() -> None:
    with lab("loop_sid_dropped") as opened:
        lines = _only(opened)
    assert lines[0].startswith("The TAS tas.lab.test brought the call back in frame 5 without a Session-ID")
    assert lines[1].startswith("session-id-lost (absent), confidence: certain, proved by frames 3, 5, ")
    assert "Call 1: +4711111111 calls +4722222222 at 2026-11-22T20:45:29.414Z: looped (483)" in lines
    assert "The core called the TAS 35 times" in lines
    assert "Decided by LOOP of +4711111111 at sips:tas.lab.test, prefixes MO 00, MT 11" in lines
    assert _section(lines, "Legs") == [
        "  leg  from → to      INVITE for     ended              frames         is            predicted",
        "  1    caller → core  +4722222222    483 Too Many Hops  1–2, 282–283   as predicted  leg 1, +4722222222, "
        "looped 483",
        "  2    core → TAS     +004722222222  483 Too Many Hops  3–4, 279–280   as predicted  leg 2, +004722222222, "
        "looped 483",
        "  3    TAS → core     +4722222222    483 Too Many Hops  5–6, 278, 281  as predicted  leg 3, +4722222222, "
        "looped 483",
        "  turns 2 to 35: 68 legs, 483 Too Many Hops, frames 7–277",
    ]
    fix = _section(lines, "Fix, for the vendor of the TAS")
    assert "Session-ID" in fix[0]
    handles = _section(lines, "To search the logs with")
    assert handles[0] == "  leg 1  2026-11-22T20:45:29.414Z  caller → core  127.0.0.2:5060 → 127.0.0.1:5060 UDP"
    assert handles[1] == "         Call-ID     1-29308@127.0.0.2"
    assert "         released by core (483 Too Many Hops)" in handles
    assert "         joined by   Via branch, Call-ID, numbers, Max-Forwards (certain)" in handles
    assert "Read:  loop_sid_dropped.pcap (builtin): 283 frames, 283 SIP messages" in lines
    assert lines[-1] == "Registrations:  given"


def test_what_was_predicted_and_not_seen_has_its_row() -> None:
    with scripted(others.direct, registrations=FORK) as opened:
        rows = _section(_only(opened), "Legs")
    assert re.search(r"^  –    core → TAS +– +– +– +(missing|not visible) +leg 3, \+004722222222,", rows[-1])


def test_a_leg_that_ended_otherwise_is_not_called_as_predicted() -> None:
    with scripted(loops.returned_and_refused, registrations=LOOP) as opened:
        (diagnosis,) = opened.trace.diagnoses
        rows = _section(_only(opened), "Legs")
        details = [dict(leg_details(diagnosis, pair)) for pair in diagnosis.case.pairs]
    assert [row.split("  ")[-2].strip() for row in rows[1:4]] == ["ended otherwise"] * 3
    assert rows[1].endswith("leg 1, +4722222222, answered 200")
    assert {each.get("is") for each in details[:3]} == {"as predicted, but ended otherwise than 200"}


def test_a_connection_that_failed_says_how() -> None:
    with scripted(loops.tls_fails, registrations=LOOP) as opened:
        rows = _section(_only(opened), "Legs")
    assert "no number" in rows[2]
    assert "connection tls alert" in rows[2]


def test_what_else_was_found_stands_with_its_fix() -> None:
    with scripted(loops.returned_with_hops_anew, registrations=LOOP) as opened:
        lines = _section(_only(opened), "Also found")
    assert lines[0].startswith("  max-forwards-reset: ")
    assert lines[1].startswith("    proved by frame")
    assert lines[2].startswith("    for the vendor of the TAS: ")


def test_a_fix_of_a_registration_has_its_command() -> None:
    with lab("expired") as opened:
        lines = _only(opened)
    fix = _section(lines, "Fix, for whoever makes the registration")
    assert fix[1].startswith("  sipbreakout upsert +4711111111 --sip-uri sips:tas.lab.test")


def test_retransmissions_are_told() -> None:
    with scripted(loops.returned_with_retransmissions, registrations=LOOP) as opened:
        lines = _only(opened)
    assert any(re.match(r"         also        \d retransmission", line) for line in lines)


def test_many_calls_are_a_table() -> None:
    scenes = loops.returned, loops.loop(), others.direct_callee_busy
    with scripted(*scenes, registrations=LOOP) as opened:
        lines = trace_lines(opened, opened.trace.diagnoses)
    assert lines[0].split() == ["call", "time", "caller", "callee", "legs", "turns", "outcome", "verdict"]
    assert [line.split()[0] for line in lines[1:4]] == ["1", "2", "3"]
    assert [line.split()[-1] for line in lines[1:3]] == ["intended-loop", "session-id-lost"]
    counts = Counter(diagnosis.verdict.id for diagnosis in opened.trace.diagnoses)
    start = lines.index("calls  verdict")
    assert {line.split()[1]: int(line.split()[0]) for line in lines[start + 1 : start + 1 + len(counts)]} == counts
    assert "turns  calls  number       TAS that its calls loop through" in lines
    assert "3      1      +4711111111  tas.lab.test" in lines
    assert lines[-1] == "One call with what proves its verdict:  --call 2"


def test_loops_are_told_the_worst_first_and_not_without_end() -> None:
    with lab("loop_sid_dropped") as opened:
        opened.trace.loops[:] = [(f"+471111111{n}", "tas", 1, 20 - n) for n in range(12)]
        lines = trace_lines(opened, opened.trace.diagnoses)
    start = lines.index("turns  calls  number       TAS that its calls loop through")
    assert [line.split()[0] for line in lines[start + 1 : start + 11]] == [str(20 - n) for n in range(10)]
    assert lines[start + 11] == "and 2 more"


def test_no_call_at_all_says_what_there_was(tmp_path: Path) -> None:
    with scripted(others.direct) as opened:
        assert trace_lines(opened, [])[0] == "none of 1 call passes the filter"
    log = tmp_path / "log.txt"
    log.write_text(
        "2026/11/22 21:11:04.470000 127.0.0.2:5060 -> 127.0.0.1:5060\n"
        "OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP c;branch=z9hG4bK1\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n"
        "From: <sip:a>;tag=1\r\nTo: <sip:b>\r\nContent-Length: 0\r\n\r\n\n",
        encoding="utf-8",
    )
    with open_trace(log) as opened:
        lines = trace_lines(opened, opened.trace.diagnoses)
    assert lines[0] == "no call"
    assert "Read:  log.txt (text): 1 frame, 1 SIP message" in lines
    assert "Left out:  1 OPTIONS" in lines


def test_what_could_not_be_read_is_told(tmp_path: Path) -> None:
    cut = tmp_path / "cut.pcap"
    cut.write_bytes((DATA / "loop.pcap").read_bytes()[:-40])
    with open_trace(cut) as opened:
        lines = source_lines(opened, unmasked)
    assert [line for line in lines if line.startswith("Not read:  1 packet: 1 ")]


@pytest.mark.parametrize(
    ("count", "said"), [(1, "1 call that never touches the core"), (2, "2 calls that never touch the core")]
)
def test_calls_beside_the_core_are_counted(monkeypatch: pytest.MonkeyPatch, count: int, said: str) -> None:
    with lab("loop") as opened:
        monkeypatch.setattr(opened.trace, "elsewhere", count)
        assert f"Left out:  {said}" in source_lines(opened, unmasked)


def test_masks_hide_numbers_and_keep_frames_and_columns() -> None:
    with lab("loop_sid_dropped") as opened:
        redaction = Redaction()
        redaction.expect(opened.trace.diagnoses)
        lines = call_lines(opened, opened.trace.diagnoses[0], redaction.text)
        table = trace_lines(opened, opened.trace.diagnoses, redaction.text)
        messages = list(message_lines(opened, opened.trace.diagnoses[0], redaction.text))
    for shown in (lines, table, messages):
        text = "\n".join(shown)
        assert not re.search("4711111111|4722222222|127\\.0\\.0\\.|lab\\.test", text)
    rows = _section(lines, "Legs")
    assert "  turns 2 to 35: 68 legs, 483 Too Many Hops, frames 7–277" in rows
    assert len({row.index("483") for row in rows[1:4]}) == 1


def test_messages_stand_in_order_with_their_place() -> None:
    with lab("loop") as opened:
        lines = list(message_lines(opened, opened.trace.diagnoses[0]))
    assert lines[0] == "frame 1  2026-11-22T21:11:04.470Z  127.0.0.2:5060 → 127.0.0.1:5060 UDP"
    assert lines[1].startswith("  INVITE sip:+4722222222@")
    places = [int(line.split()[1]) for line in lines if line.startswith("frame ")]
    assert places == list(range(1, 28))


def test_messages_of_several_captures_name_theirs() -> None:
    with open_trace([DATA / "expired.pcap", DATA / "loop.pcap"]) as opened:
        lines = list(message_lines(opened, opened.trace.diagnoses[1]))
        with pytest.raises(InvalidValue, match=r"call 1 is in expired\.pcap and loop\.pcap: --export-pcap takes"):
            _export_of_both(opened)
    assert lines[0].startswith("frame 1 of loop.pcap  2026")


def _export_of_both(opened: OpenedTrace) -> None:
    one, two = opened.trace.diagnoses
    one.case.seen.elsewhere = (two.case.seen.legs[0].leg,)
    export_packets(opened, one, Path("never"))


def test_the_packets_of_a_call_are_a_capture_of_their_own(tmp_path: Path) -> None:
    out = tmp_path / "call.pcap"
    with scripted(others.direct, others.direct_callee_busy) as opened:
        second = opened.trace.diagnoses[1]
        count = export_packets(opened, second, out)
        verdict = second.verdict.id
    with open_trace(out) as opened:
        assert opened.frames == count > 0
        assert [diagnosis.verdict.id for diagnosis in opened.trace.diagnoses] == [verdict]


def test_a_text_log_has_no_packets(tmp_path: Path) -> None:
    with lab("loop") as opened:
        text = "".join(
            f"2026/11/22 21:11:{row.at % 60:09.6f} {row.source} -> {row.target}\n"
            f"{opened.trace.messages.raw(index).decode()}\n\n"
            for index, row in enumerate(opened.trace.messages)
        )
    log = tmp_path / "log.txt"
    log.write_bytes(text.encode())
    with open_trace(log) as opened:
        assert len(opened.trace.calls) == 1
        with pytest.raises(InvalidValue, match=r"log\.txt is a text log: it has no packets to export"):
            export_packets(opened, opened.trace.diagnoses[0], tmp_path / "out.pcap")


@pytest.mark.parametrize(
    ("frames", "words"),
    [
        ([], ""),
        ([4], "4"),
        ([3, 1, 2, 2], "1–3"),
        ([1, 3, 4, 9], "1, 3–4, 9"),
        (range(1, 99, 2), "1, 3, 5, 7, 9, 11, 13, 15, … 97"),
    ],
)
def test_frames_in_words(frames: list[int], words: str) -> None:
    assert frame_words(frames) == words


def test_a_time_that_does_not_exist_is_no_error() -> None:
    assert moment(1e15) is None
    assert moment_words(1e300) == "a time that does not exist"
