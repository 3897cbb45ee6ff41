"""The messages of a call, the evidence in them, who is who, and which registrations stood around it."""

import pytest

from sipbreakout_model import Party
from sipbreakout_tui.services.traces.call_messages import CallMessages
from sipbreakout_tui.services.traces.evidence import evidence_of, finding_paragraphs
from sipbreakout_tui.services.traces.parties import seen_addresses
from sipbreakout_tui.services.traces.standing import deciding, leases_around
from sipbreakout_tui.trace.capture.heard import CaptureUnreadable
from tests.services.tracing import lab, scripted
from tests.trace.blackbox.cases import LOOP
from tests.trace.traffic import loops


def test_a_list_says_what_each_message_is() -> None:
    with lab("loop_sid_dropped") as opened:
        diagnosis = opened.trace.diagnoses[0]
        messages = CallMessages(opened, diagnosis)
        assert len(messages.rows) == 283
        first, third = messages.line(0), messages.line(4)
        assert (first.frame, first.delta, first.way, first.what) == ("1", "+0.000", "caller → core", "INVITE")
        assert first.noticed.startswith("leg 1  Max-Forwards ") or "Session-ID" in first.noticed
        assert third.noticed.startswith("◂ session-id-lost  leg 3  no Session-ID")
        assert third.kind == "bad"
        assert {"100 Trying", "483 Too Many Hops", "ACK"} <= {messages.line(index).what for index in range(283)}
        assert messages.line(1).way == "core → caller"
        assert messages.status(1) == 100
        assert messages.status(0) is None
        assert messages.title(0).startswith("frame 1   ")
        assert messages.lines(0)[0].startswith("INVITE sip:+4722222222@")
        assert messages.index_of(messages.rows[7]) == 7
        assert messages.index_of(10_000) is None


def test_a_closed_capture_is_said_in_the_row() -> None:
    with lab("loop") as opened:
        messages = CallMessages(opened, opened.trace.diagnoses[0])
        opened.close()
        assert messages.line(0).kind == "bad"
        assert "cannot read" in messages.line(0).what
        with pytest.raises(CaptureUnreadable):
            messages.lines(0)


def test_hostile_headers_are_shown_harmless() -> None:
    with scripted(
        loops.returned, display_name='"[red]\x1b[31mX"', extra=(("X-Evil", "[/bold]\x1b]0;owned\x07"),)
    ) as opened:
        messages = CallMessages(opened, opened.trace.diagnoses[0])
        shown = "\n".join(messages.lines(0))
        assert "\x1b" not in shown
        assert r"[red]\x1b[31mX" in shown


def test_evidence_leads_to_messages() -> None:
    with lab("loop_sid_dropped") as opened:
        diagnosis = opened.trace.diagnoses[0]
        lines = evidence_of(diagnosis)
        assert [line.frame for line in lines[:4]] == [None, 3, 5, 7]
        assert lines[0].row == lines[1].row
        assert diagnosis.case.messages.frames[lines[2].row or 0] == 5
        assert list(finding_paragraphs(diagnosis, diagnosis.verdict)) == []  # it stands above already


def test_evidence_may_be_no_message() -> None:
    with scripted(loops.tas_takes_no_connection) as opened:
        lines = evidence_of(opened.trace.diagnoses[0])
        assert any(line.frame is not None and line.row is None for line in lines)


def test_other_findings_are_told_in_full() -> None:
    with scripted(loops.loop_with_prefixes_stacked, registrations=LOOP) as opened:
        diagnosis = opened.trace.diagnoses[0]
        others = [finding for finding in diagnosis.findings if finding is not diagnosis.verdict]
        assert others
        assert next(finding_paragraphs(diagnosis, others[0])) == others[0].text


def test_every_address_is_taken_for_somebody() -> None:
    with lab("loop_sid_dropped") as opened:
        found = seen_addresses(opened)
        assert found[0].party is Party.CORE
        assert {seen.party for seen in found} == {Party.CORE, Party.TAS, None}
        assert sum(seen.calls for seen in found) == sum(seen.called for seen in found) == 71
        tas = next(seen for seen in found if seen.party is Party.TAS)
        assert tas.hosts


def test_what_decided_is_told_with_what_was_assumed() -> None:
    with lab("loop_sid_dropped") as opened:
        diagnosis = opened.trace.diagnoses[0]
        told = list(deciding(opened, diagnosis))
        assert told[0].startswith("Decided by +4711111111 LOOP ")
        assert told[0].endswith("(given)")
        assert leases_around(opened, diagnosis) == []
    with lab("expired", known=False) as opened:
        told = list(deciding(opened, opened.trace.diagnoses[0]))
        assert told[0].startswith("No registration applies")
