"""Captures in a notebook: calls, verdicts, messages, and the call after the fix."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from sipbreakout_model import InvalidValue, Registration, RegistrationBook
from sipbreakout_tui.notebook import CaptureView, open_trace
from sipbreakout_tui.notebook import trace as module
from tests.notebook.conftest import ALICE
from tests.notebook.test_formatters import HTML, PLAIN, SVG, Tags, shown
from tests.report.making import ATTACKS, CONTROLS
from tests.trace.traffic import loops
from tests.trace.traffic.pcap import write_pcap
from tests.trace.traffic.script import Lab, fail

ELEMENTS = {"p", "strong", "em", "table", "thead", "tbody", "tr", "th", "td", "img", "pre"}
DATA = Path(__file__).parents[1] / "trace" / "data"


@pytest.fixture
def looping() -> Iterator[CaptureView]:
    with open_trace(DATA / "loop_sid_dropped.pcap") as capture:
        yield capture


def test_a_capture_shows_its_calls(shell: InteractiveShell, looping: CaptureView) -> None:
    bundle = shown(shell, looping)
    assert set(bundle) == {HTML, PLAIN}
    assert len(looping) == len(list(looping)) == 1
    for text in ("loop_sid_dropped.pcap: 1 call, 283 SIP messages", "session-id-lost", "core 127.0.0.1 (inferred)"):
        assert text in bundle[PLAIN]
        assert text in bundle[HTML]
    assert "Went round: +4711111111 at tas.lab.test, 1 call, 35 turns" in bundle[PLAIN]
    assert bundle[PLAIN] == str(looping)
    assert (repr(looping), repr(looping.call(1))) == ("CaptureView(theme='light')", "CapturedCall(theme='light')")


def test_a_call_shows_why(shell: InteractiveShell, looping: CaptureView) -> None:
    call = looping.call(1)
    bundle = shown(shell, call)
    assert set(bundle) == {HTML, PLAIN, SVG}
    assert (call.number, call.verdict, call.frames) == (1, "session-id-lost", [3, 5, 7, 142])
    assert str(call.registration) == "+4711111111 LOOP sips:tas.lab.test (MO 00, MT –)"
    for text in (call.why, "Let the TAS sips:tas.lab.test put the Session-ID", "TAS vendor", "+004722222222"):
        assert text in bundle[HTML]
        assert text in bundle[PLAIN]
    assert bundle[PLAIN] == str(call)


def test_the_call_after_the_fix(looping: CaptureView) -> None:
    fix = looping.calls[0].fix()
    assert fix is not None
    assert str(fix.flow.outcome) == "answered by the callee"
    assert looping.calls[0].predicted is not None
    with open_trace(str(DATA / "loop.pcap")) as capture:
        assert capture.call(1).fix() is None


def test_registrations_make_it_certain() -> None:
    book = RegistrationBook()
    book.upsert(Registration.parse(ALICE, "sips:tas.lab.test", "LOOP", "00", "11"), None)
    with open_trace([DATA / "loop_sid_dropped.pcap"], book) as capture:
        assert str(capture.call(1).diagnosis.confidence) == "certain"


def test_messages_are_read_when_they_are_looked_at(shell: InteractiveShell, looping: CaptureView) -> None:
    messages = looping.call(1).messages
    assert len(messages) == 283
    assert messages[0].frame == 1
    back = messages.frame(5)
    assert back.lines[0] == "INVITE sip:+4722222222@core.lab.test:5061;transport=tls SIP/2.0"
    assert "Session-ID" not in str(back)
    assert "Frame 5" in shown(shell, back)[PLAIN]
    bundle = shown(shell, messages)
    assert "and 183 more messages" in bundle[HTML]
    assert bundle[HTML].count("<tr>") == 101


def test_what_is_not_there_is_said(looping: CaptureView) -> None:
    with pytest.raises(InvalidValue, match="there is no call 2: the capture has 1"):
        looping.call(2)
    with pytest.raises(InvalidValue, match="no message of this call is in frame 999"):
        looping.call(1).messages.frame(999)


def test_a_long_table_is_cut_and_says_so(
    shell: InteractiveShell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab = Lab()
    for index in range(4):
        lab.caller = f"+47111111{index:02}"
        loops.returned(lab)
        lab.wire.wait(90)
    monkeypatch.setattr(module, "SHOWN_CALLS", 3)
    with open_trace(write_pcap(tmp_path / "many.pcap", lab.wire.packets)) as capture:
        assert "and 1 more call" in shown(shell, capture)[HTML]


@pytest.mark.parametrize("attack", ATTACKS)
def test_captured_text_is_harmless(shell: InteractiveShell, tmp_path: Path, attack: str) -> None:
    text = ATTACKS[attack]
    lab = Lab(display_name=f'"{text}"', extra=(("Subject", text),))
    path = loops.out_and_back(lab, session="")
    fail(403, *path, reason=text, headers=[("Reason", f'SIP;cause=403;text="{text}"')])
    with open_trace(write_pcap(tmp_path / "hostile.pcap", lab.wire.packets)) as capture:
        call = capture.call(1)
        for value in (capture, call, call.messages, *call.messages):
            harmless(shown(shell, value))


def harmless(bundle: dict[str, Any]) -> None:
    assert Tags(bundle[HTML].replace("<br/>", "")).seen <= ELEMENTS
    for text in bundle.values():
        assert not CONTROLS.search(text.replace("\n", ""))
    assert not re.search(r"<script|<img src=x", bundle.get(SVG, ""))
