"""The lab captures: verdict, legs, turns and frames as they are known."""

from functools import cache
from typing import Any

import pytest

from tests.trace.blackbox.command import DATA, diagnose, evidence, finding_ids, only_call, told_how
from tests.trace.blackbox.lab import CALLEE, CALLER, KNOWN, packets_of, registered
from tests.trace.traffic.rewriting import legs


@cache
def _found(name: str) -> dict[str, Any]:
    return diagnose(DATA / f"{name}.pcap", registered(name))


@pytest.mark.parametrize("name", KNOWN)
def test_a_lab_capture_gets_its_verdict(name: str) -> None:
    found = _found(name)
    call = only_call(found)
    known = KNOWN[name]
    assert call["verdict"]["id"] == known.verdict
    assert (call["caller"], call["callee"]) == (CALLER, CALLEE)
    assert call["turns"] == known.turns
    kind, by, status = known.outcome
    assert call["outcome"] == {"kind": kind, "by": by, "status": status}
    assert not any(found["unread"].values())


@pytest.mark.parametrize("name", KNOWN)
def test_a_lab_capture_shows_its_legs(name: str) -> None:
    call = only_call(_found(name))
    shown = [
        (leg["source"], leg["target"], leg["called"], leg["status"], frozenset(leg["frames"])) for leg in call["legs"]
    ]
    assert shown == list(KNOWN[name].legs)
    assert [leg["number"] for leg in call["legs"]] == list(range(1, len(shown) + 1))
    assert all(len(leg["call_ids"]) == 1 for leg in call["legs"])
    assert call["missing"] == []


def test_the_legs_known_by_hand_are_those_of_the_makers() -> None:
    """The witness that rewriting and removing legs rests on."""
    for name, known in KNOWN.items():
        cut = [frozenset(place + 1 for place in places) for places in legs(packets_of(name))]
        assert cut[: len(known.legs)] == [leg.frames for leg in known.legs], name


def test_the_lost_session_id_is_proved_by_the_frame_that_lost_it() -> None:
    call = only_call(_found("loop_sid_dropped"))
    assert told_how(call, "absent")
    assert 5 in evidence(call, "session-id-lost") or 5 in call["verdict"].get("frames", ())
    assert CALLER in str([call["verdict"], call["findings"]])  # whose registration was met again
    assert any(finding["fix"] for finding in call["findings"])


def test_each_later_turn_is_one_repeat() -> None:
    call = only_call(_found("loop_sid_dropped"))
    assert len(call["repeats"]) == 34
    assert only_call(_found("loop"))["repeats"] == []


@pytest.mark.parametrize("name", ["loop", "loop_sid_dropped"])
def test_without_registrations_the_registration_is_inferred(name: str) -> None:
    call = only_call(diagnose(DATA / f"{name}.pcap", None))
    assert call["verdict"]["id"] == KNOWN[name].verdict
    assert call["turns"] == KNOWN[name].turns
    assert any("infer" in str(assumption) for assumption in call["assumptions"])


@pytest.mark.parametrize("name", ["loop", "loop_sid_dropped"])
def test_what_its_via_sent_by_tls_is_no_large_datagram(name: str) -> None:
    """These captures hold TLS messages as if by UDP: over 1300 bytes is no fault there."""
    call = only_call(_found(name))
    assert "large-udp" not in finding_ids(call)


def test_times_are_those_of_the_first_invite() -> None:
    call = only_call(_found("loop"))
    assert "2026-11-22T21:11:04.470" in str(call["started_at"]) or call["started_at"] == pytest.approx(
        packets_of("loop")[0].at / 1e6
    )
