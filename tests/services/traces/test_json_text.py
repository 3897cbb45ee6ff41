"""A trace as JSON."""

import json
from typing import Any

from sipbreakout_tui.ledger import Ledger
from sipbreakout_tui.services.ledger_knowledge import ledger_knowledge
from sipbreakout_tui.services.traces.json_text import trace_json
from sipbreakout_tui.services.traces.opening import OpenedTrace, open_trace
from tests.ledger.making import CORE, Clock, registration, upsert
from tests.services.tracing import lab, scripted
from tests.trace.blackbox.cases import FORK, LOOP
from tests.trace.blackbox.command import DATA
from tests.trace.traffic import loops, others

CALL = {
    *("number", "caller", "callee", "started_at", "legs", "missing", "repeats", "turns", "outcome", "verdict"),
    *("findings", "assumptions", "registration", "registrations_around"),
}
LEG = {
    *("number", "source", "target", "source_address", "target_address", "called", "call_ids", "frames", "status"),
    *("started_at", "session_id", "icid", "match", "agent", "released_by", "reason", "warning", "ring_seconds"),
    *("ended_otherwise", "retransmissions", "mirrored", "retries", "evidence", "confidence", "events"),
}
WHOLE = {
    *("calls", "unread", "parties", "verdicts", "loops", "decoder", "captures", "notes", "frames", "messages"),
    *("strays", "elsewhere", "other"),
}


def document(opened: OpenedTrace) -> dict[str, Any]:
    text = "".join(trace_json(opened, opened.trace.diagnoses))
    assert text.endswith("\n")
    found: dict[str, Any] = json.loads(text)
    return found


def test_a_loop_is_one_call_with_its_turns() -> None:
    with lab("loop_sid_dropped") as opened:
        found = document(opened)
    assert set(found) == WHOLE
    (call,) = found["calls"]
    assert set(call) == CALL
    assert (call["number"], call["caller"], call["callee"]) == (1, "+4711111111", "+4722222222")
    assert call["started_at"] == "2026-11-22T20:45:29.414Z"
    assert (call["turns"], call["outcome"]) == (35, {"kind": "looped", "by": None, "status": 483})
    assert (call["verdict"]["id"], call["verdict"]["how"], call["verdict"]["confidence"]) == (
        "session-id-lost",
        "absent",
        "certain",
    )
    assert [leg["number"] for leg in call["legs"]] == [1, 2, 3]
    assert all(set(leg) == LEG for leg in call["legs"])
    one, two, three = call["legs"]
    assert (one["source"], one["target"], one["source_address"]) == ("caller", "core", "127.0.0.2:5060")
    assert (two["called"], two["frames"], two["status"]) == ("+004722222222", [3, 4, 279, 280], 483)
    assert (two["match"], two["confidence"], two["evidence"][0]) == ("as_predicted", "certain", "Via branch")
    assert (three["session_id"], three["released_by"]) == (None, "core")
    assert call["repeats"][0]["turn"] == 2
    assert call["repeats"][-1]["turn"] == 35
    assert [leg["number"] for leg in call["repeats"][0]["legs"]] == [1, 2]
    assert call["repeats"][0]["legs"][0]["match"] is None
    assert call["findings"][0]["id"] == "session-id-lost"
    assert 5 in call["findings"][0]["frames"]
    assert call["findings"][0]["fix"]["owner"] == "tas_vendor"
    assert call["registration"] == {
        "number": "+4711111111",
        "sip_uri": "sips:tas.lab.test",
        "route_type": "LOOP",
        "mobile_originating_prefix": "00",
        "mobile_terminating_prefix": "11",
        "inferred": False,
    }
    assert found["verdicts"] == {"session-id-lost": 1}
    assert found["loops"] == [{"number": "+4711111111", "tas": "tas.lab.test", "calls": 1, "turns": 35}]
    assert (found["decoder"], found["frames"], found["messages"]) == ("builtin", 283, 283)
    assert found["parties"] == {
        "core": ["127.0.0.1"],
        "core_known": "registrations",
        "tas": ["127.0.0.10"],
        "tas_known": "registrations",
    }


def test_what_was_predicted_and_not_seen_is_missing() -> None:
    with scripted(others.direct, registrations=FORK) as opened:
        (call,) = document(opened)["calls"]
    (missing,) = call["missing"]
    assert (missing["source"], missing["target"], missing["called"]) == ("core", "tas", "+004722222222")
    assert missing["visible"] in (True, False)


def test_a_connection_that_failed_is_a_leg_without_number() -> None:
    with scripted(loops.tls_fails, registrations=LOOP) as opened:
        (call,) = document(opened)["calls"]
    leg = call["legs"][1]
    assert (leg["called"], leg["call_ids"], leg["status"], leg["session_id"]) == (None, [], None, None)
    assert leg["frames"] == [event["frame"] for event in leg["events"]]
    assert leg["events"][0]["trouble"] == "tls_alert"


def test_what_is_inferred_says_so() -> None:
    with lab("loop", known=False) as opened:
        (call,) = document(opened)["calls"]
    assert call["registration"]["inferred"] is True
    assert any("inferred" in text for text in call["assumptions"])


def test_several_captures_name_that_of_each_leg() -> None:
    with open_trace([DATA / "expired.pcap", DATA / "loop.pcap"]) as opened:
        found = document(opened)
    assert found["captures"] == ["expired.pcap", "loop.pcap"]
    assert [call["legs"][0]["capture"] for call in found["calls"]] == ["expired.pcap", "loop.pcap"]


def test_only_chosen_calls_are_told_but_all_are_counted() -> None:
    with scripted(others.direct, others.direct_callee_busy) as opened:
        found = json.loads("".join(trace_json(opened, opened.trace.diagnoses[1:])))
        none = json.loads("".join(trace_json(opened, [])))
    assert [call["number"] for call in found["calls"]] == [2]
    assert sum(found["verdicts"].values()) == 2
    assert none["calls"] == []


def test_every_text_goes_through_the_mask_and_nothing_else() -> None:
    with lab("loop") as opened:
        found = json.loads("".join(trace_json(opened, opened.trace.diagnoses, lambda text: text.replace("47", "XX"))))
    (call,) = found["calls"]
    assert (call["caller"], call["legs"][1]["called"]) == ("+XX11111111", "+00XX22222222")
    assert "47" not in json.dumps(call["findings"])
    assert set(call) == CALL
    assert call["legs"][0]["frames"][0] == 1


def test_what_does_not_print_stands_as_its_escape() -> None:
    with scripted(others.direct, extra=(("P-Charging-Vector", "icid-value=\u202eevil\x9b"),)) as opened:
        text = "".join(trace_json(opened, opened.trace.diagnoses))
    assert text.replace("\n", "").isprintable()
    assert json.loads(text)["calls"][0]["legs"][0]["icid"] == r"\u202eevil\x9b"


async def test_registrations_around_the_call_are_those_of_the_ledger(tmp_path: Any) -> None:
    with lab("loop") as opened:
        at = opened.trace.calls[0].at
    clock = Clock(at - 3000)
    with Ledger(tmp_path / "ledger.sqlite3", clock=clock) as ledger:
        await upsert(ledger, clock, registration(uri="sips:tas.lab.test", mo="00"))
        clock.now = at - 10
        await upsert(ledger, clock, registration(uri="sips:tas.lab.test", mo="00"))
        known = ledger_knowledge(ledger)
    with open_trace(DATA / "loop.pcap", registrations=known) as opened:
        (call,) = document(opened)["calls"]
    first, second = call["registrations_around"]
    assert (first["end"], second["end"], first["target"]) == ("replaced", "expired", CORE)
    assert first["until"] == second["accepted_at"]
    assert first["route_type"] == "LOOP"
