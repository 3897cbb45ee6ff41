"""The page: what it says, that nothing in it acts, and that nothing masked remains."""

import re
from collections import Counter
from html import unescape

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from sipbreakout_tui.report import trace_page as module
from sipbreakout_tui.report.redaction import Redaction
from sipbreakout_tui.report.trace_page import trace_page
from sipbreakout_tui.trace.capture import ConnectionEvent, ConnectionTrouble, Endpoint
from sipbreakout_tui.trace.trace import Trace, read_trace
from tests.report.making import (
    ATTACKS,
    CONTROLS,
    LAB,
    REGISTERED,
    Page,
    hostile,
    lab_trace,
    many,
    scripted,
    without_leg,
)
from tests.trace.hearing import Memory, knowledge, memory, understood
from tests.trace.traffic import loops, others
from tests.trace.traffic.script import Lab

_ELEMENTS = """
html head meta title style body header main footer section h1 h2 h3 p a b br div span table thead tbody tr th td dl dt
dd ul li details summary pre code figure figcaption svg g path text
"""
ELEMENTS = set(_ELEMENTS.split())
_ALERT = ConnectionTrouble.TLS_ALERT
LAB_SECRETS = ("127.0.0.", "11111111", "22222222", "lab.test", "Alice")


def page_of(trace: Trace, redaction: Redaction | None = None) -> str:
    return trace_page(trace, trace.diagnoses, title="Ticket 7", redaction=redaction)


@pytest.mark.parametrize("name", LAB)
def test_the_page_of_a_capture_says_what_and_why(name: str) -> None:
    trace = lab_trace(name)
    page = Page(page_of(trace))
    diagnosis = trace.diagnoses[0]
    assert page.seen <= ELEMENTS
    for text in (diagnosis.verdict.id, diagnosis.verdict.text, str(diagnosis.confidence), *diagnosis.assumptions):
        assert " ".join(text.split()) in page.text
    if diagnosis.remedy is not None:
        assert f"({diagnosis.remedy.owner}): {diagnosis.remedy.text}" in page.text.replace(" )", ")")
    for row in diagnosis.verdict.rows:
        assert f"Frame {trace.messages.frames[row]}" in page.text
    assert "core 127.0.0.1 (inferred)" in page.text


def test_a_leg_has_its_handle() -> None:
    page = Page(page_of(lab_trace("loop_sippy_b2bua")))
    for fact in (
        "way 127.0.0.10:45431 → 127.0.0.1:5061",
        "Call-ID 623f756148d71a344ae2b6b27129a2d9",
        "Session-ID ab30317f1a784dc48ff824d0d3715d86",
        "programs sippy TAS",
        "released by TAS with BYE",
        "rang for 1 ms",
        "continues leg 2 by Session-ID",
    ):
        assert re.sub(r":\d{5}", "", fact) in re.sub(r":\d{5}", "", page.text), page.text


def test_reason_and_warning_are_told() -> None:
    page = Page(page_of(hostile("no such route")))
    assert "Reason SIP cause 403: no such route" in page.text
    assert "Warning 399 core: no such route" in page.text


def test_later_turns_are_there_on_demand() -> None:
    page = Page(page_of(lab_trace("loop_sid_dropped")))
    assert "34 further turns, 68 legs" in page.text
    assert "Calls that went round" in page.text


def test_a_missing_leg_stands_in_the_table() -> None:
    trace = without_leg(loops.returned, "127.0.0.1", "127.0.0.3")
    page = Page(page_of(trace))
    assert "missing predicted, not seen" in page.text


def test_a_failed_connection_is_a_leg() -> None:
    lab = Lab()
    lab.place()
    refused = ConnectionEvent(3, lab.wire.now / 1e6, Endpoint("127.0.0.1", 41000), Endpoint("127.0.0.10", 5061), _ALERT)
    source = memory(lab.wire.packets)
    source.events.append(refused)
    page = Page(page_of(read_trace([source], knowledge(REGISTERED), core=["127.0.0.1"])))
    assert "no INVITE read" in page.text
    assert "connection TLS alert (frame 3)" in page.text


@pytest.mark.parametrize("redacted", [False, True])
def test_nothing_runs_and_nothing_is_loaded(redacted: bool) -> None:
    text = page_of(lab_trace("loop"), Redaction() if redacted else None)
    page = Page(text)
    assert "script" not in page.seen
    assert text.startswith('<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta http-equiv=')
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'; img-src data:") in page.attributes
    names = {name for name, _ in page.attributes}
    assert not [name for name in names if name.startswith("on") or name in ("src", "srcdoc", "action")]
    assert all(value.startswith("#") for name, value in page.attributes if name == "href")
    assert not re.search(r"https?:|url\(|@import|javascript:", text)
    ids = Counter(value for name, value in page.attributes if name == "id")
    assert set(ids.values()) == {1}
    assert {value[1:] for name, value in page.attributes if name == "href"} <= set(ids)


@pytest.mark.parametrize("redacted", [False, True])
@pytest.mark.parametrize("attack", ATTACKS)
def test_captured_text_is_harmless(attack: str, redacted: bool) -> None:
    trace = hostile(ATTACKS[attack])
    around = {1: [ATTACKS[attack]]}
    text = trace_page(
        trace, trace.diagnoses, title=ATTACKS[attack], redaction=Redaction() if redacted else None, around=around
    )
    page = Page(text)
    assert page.seen <= ELEMENTS
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert not CONTROLS.search(text.replace("\n", ""))
    assert not CONTROLS.search(unescape(text).replace("\n", ""))
    text.encode()


def test_credentials_and_media_keys_are_hidden() -> None:
    lab = Lab(extra=(("Authorization", 'Digest username="alice", response="5ec2e7"'),))
    page = page_of(scripted(loops.loop(turns=2), lab))
    assert "5ec2e7" not in page
    assert "(hidden)" in page


@pytest.mark.parametrize("name", LAB)
def test_nothing_of_the_lab_remains_in_a_redacted_page(name: str) -> None:
    trace = lab_trace(name)
    page = page_of(trace, Redaction())
    plain = page_of(trace)
    for secret in LAB_SECRETS:
        assert secret in plain
        assert secret not in page, page[max(0, page.index(secret) - 200) :][:400]
    shown = Page(page).text
    assert "+XX…001 calls +XX…002" in shown
    if diagnosed_prefix(trace):
        assert "+00XX…002" in shown
    uuid = trace.calls[0].legs[0].leg.invite.local_uuid
    assert uuid is not None
    assert uuid in page


def diagnosed_prefix(trace: Trace) -> bool:
    return any(leg.to_tas and (leg.called or "").startswith("+00") for leg in trace.calls[0].legs)


def _varied(found: list[str]) -> bool:
    return all(len(set(digits[-8:])) > 3 for digits in found)


@settings(max_examples=10, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(
    st.lists(
        st.from_regex(r"[1-9][0-9]{9,11}", fullmatch=True), min_size=2, max_size=2, unique_by=lambda n: n[-7:]
    ).filter(_varied),
    st.sampled_from((loops.returned, loops.loop(turns=2), others.fallback_callee_busy, loops.forwarded)),
)
def test_no_number_remains_and_legs_stay_comparable(found: list[str], scene: object) -> None:
    lab = Lab(caller=f"+{found[0]}", callee=f"+{found[1]}")
    trace = scripted(scene, lab, registered=False)  # type: ignore[arg-type]
    page = page_of(trace, Redaction())
    for digits in found:
        assert digits[-8:] not in page
    shown = Page(page).text
    assert re.search(r"Call 1 \+XX…00(1 calls \+XX…002|2 calls \+XX…001) ", shown)
    callee = re.search(r" calls \+(XX…\d+)", shown)
    assert callee is not None
    assert f"INVITE +00{callee[1]}" in shown


def test_bodies_that_hold_unknown_names_are_left_out_of_a_redacted_page() -> None:
    lab = Lab()
    loops.returned(lab)
    packets = lab.wire.packets
    trace = understood(
        packet._replace(data=packet.data.replace(b"application/sdp", b"application/pid")) for packet in packets
    )
    assert "v=0" in page_of(trace)
    page = page_of(trace, Redaction())
    assert "v=0" not in page
    assert "left out, as names in it are not known" in page


def test_many_calls_are_cut_with_a_word_about_it(monkeypatch: pytest.MonkeyPatch) -> None:
    trace = many(9)
    assert "This page tells all about" not in page_of(trace)
    monkeypatch.setattr(module, "MOST_DETAILS", 2)
    monkeypatch.setattr(module, "MOST_ROWS", 5)
    page = Page(page_of(trace))
    assert "This page tells all about the worst 2 of 9 calls. The table names the worst 5" in page.text
    assert "the others are: 4 intended-loop." in page.text
    assert sum(name == "id" and value.startswith("call-") for name, value in page.attributes) == 2


def test_the_worst_stand_first() -> None:
    text = Page(page_of(many(4))).text
    assert text.index("Call 4") < text.index("Call 2")
    assert "4 calls" in text


def test_some_of_the_calls() -> None:
    trace = many(4)
    text = Page(trace_page(trace, trace.diagnoses[:1], title="one")).text
    assert "1 of 4 calls" in text
    assert "Call 2" not in text


def test_registrations_around_and_what_was_not_read() -> None:
    trace = scripted(loops.returned)
    trace.unread["TLS without its secrets: give --keylog"] = 1234
    text = Page(trace_page(trace, trace.diagnoses, title="", around={1: ["+4711111111 LOOP until 20:00"]})).text
    assert "+4711111111 LOOP until 20:00" in text
    assert "TLS without its secrets: give --keylog 1,234" in text


def test_a_capture_without_calls_is_a_page() -> None:
    text = Page(page_of(understood([]))).text
    assert "0 calls · 0 SIP messages" in text
    assert "none seen" in text


def test_frames_of_several_captures_say_of_which() -> None:
    lab = Lab()
    loops.loop(turns=2)(lab)
    packets = lab.wire.packets
    trace = read_trace([memory(packets[:5]), memory(packets[5:]), Memory([])])
    assert "of capture 2" in Page(page_of(trace)).text
