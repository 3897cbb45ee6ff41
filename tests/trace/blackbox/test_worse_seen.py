"""The lab captures under other names, and seen worse: the verdict stays, or at least claims no health."""

from pathlib import Path
from typing import Any

import pytest

from tests.trace.blackbox.command import diagnose_packets, only_call, verdicts
from tests.trace.blackbox.lab import CALLEE, CALLER, KNOWN, packets_of, registered
from tests.trace.traffic import rewriting
from tests.trace.traffic.pcap import Packet
from tests.trace.traffic.rewriting import Names

LATER = 86_400 * 40

NAMES = Names(
    texts={
        "4711111111": "491511234567",
        "4722222222": "447700900123",
        "tas.lab.test": "pbx.voice.example",
        "core.lab.test": "sbc.operator.example",
        "127.0.0.1": "10.9.8.7",
        "127.0.0.2": "192.0.2.200",
        "127.0.0.3": "192.0.2.30",
        "127.0.0.8": "198.51.100.8",
        "127.0.0.10": "203.0.113.5",
        "127.0.0.11": "203.0.113.66",
    },
    ports={5060: 5070, 5061: 6061},
    call_ids="new",
    later=LATER * 1_000_000,
)

NUMBERS = {CALLER: "+491511234567", CALLEE: "+447700900123"}


def _same(name: str, call: dict[str, Any]) -> None:
    known = KNOWN[name]
    assert call["verdict"]["id"] == known.verdict
    assert call["turns"] == known.turns
    kind, by, status = known.outcome
    assert call["outcome"] == {"kind": kind, "by": by, "status": status}


@pytest.mark.parametrize("name", KNOWN)
def test_other_names_change_nothing(name: str, tmp_path: Path) -> None:
    packets = rewriting.rewritten(packets_of(name), NAMES)
    number = NUMBERS[KNOWN[name].registered[0]]
    text = registered(name, number, host="pbx.voice.example", later=LATER)
    call = only_call(diagnose_packets(tmp_path, packets, text))
    _same(name, call)
    assert (call["caller"], call["callee"]) == (NUMBERS[CALLER], NUMBERS[CALLEE])
    assert [set(leg["frames"]) for leg in call["legs"]] == [leg.frames for leg in KNOWN[name].legs]


@pytest.mark.parametrize("name", KNOWN)
def test_a_call_id_for_each_leg_changes_nothing(name: str, tmp_path: Path) -> None:
    packets = rewriting.with_call_id_for_each_leg(packets_of(name))
    call = only_call(diagnose_packets(tmp_path, packets, registered(name)))
    _same(name, call)
    assert [set(leg["frames"]) for leg in call["legs"]] == [leg.frames for leg in KNOWN[name].legs]


@pytest.mark.parametrize("name", KNOWN)
def test_b2buas_on_every_hop_change_nothing(name: str, tmp_path: Path) -> None:
    """Call-IDs, tags and Vias all differ from leg to leg; numbers, Session-IDs and times are what is left."""
    packets = rewriting.with_call_id_for_each_leg(packets_of(name), b2bua=True)
    call = only_call(diagnose_packets(tmp_path, packets, registered(name)))
    _same(name, call)
    assert [set(leg["frames"]) for leg in call["legs"]] == [leg.frames for leg in KNOWN[name].legs]


def test_the_loop_of_b2buas_is_one_call_also_without_registrations(tmp_path: Path) -> None:
    packets = rewriting.with_call_id_for_each_leg(packets_of("loop_sid_dropped"), b2bua=True)
    call = only_call(diagnose_packets(tmp_path, packets, None))
    assert (call["verdict"]["id"], call["turns"]) == ("session-id-lost", 35)


@pytest.mark.parametrize(
    ("how", "seed"),
    [
        (rewriting.retransmitted, 1),
        (rewriting.shuffled, 1),
        (rewriting.jittered, 1),
        (rewriting.jittered, 4),
        (rewriting.jittered, 13),
    ],
    ids=["retransmitted", "shuffled", "jittered", "jittered 4", "jittered 13"],
)
@pytest.mark.parametrize("name", KNOWN)
def test_retransmissions_and_disorder_change_no_verdict(name: str, how: Any, seed: int, tmp_path: Path) -> None:
    call = only_call(diagnose_packets(tmp_path, how(packets_of(name), seed), registered(name)))
    assert call["verdict"]["id"] == KNOWN[name].verdict
    assert call["turns"] == KNOWN[name].turns


@pytest.mark.parametrize("name", KNOWN)
def test_packets_seen_twice_change_nothing(name: str, tmp_path: Path) -> None:
    call = only_call(diagnose_packets(tmp_path, rewriting.mirrored(packets_of(name)), registered(name)))
    _same(name, call)
    assert len(call["legs"]) == len(KNOWN[name].legs)


def _cuts(name: str) -> list[int]:
    """Return which legs to remove: all of them, of the long loop a sample."""
    count = len(rewriting.legs(packets_of(name)))
    return list(range(count)) if count < 10 else [0, 1, 2, 3, 4, 20, 35, 36, count - 2, count - 1]


@pytest.mark.parametrize(("name", "leg"), [(name, leg) for name in KNOWN for leg in _cuts(name)])
def test_without_one_leg_nothing_is_called_healthy(name: str, leg: int, tmp_path: Path) -> None:
    packets = packets_of(name)
    left: list[Packet] = rewriting.without(packets, rewriting.legs(packets)[leg])
    found = diagnose_packets(tmp_path, left, registered(name))
    assert not {"as-predicted", "intended-loop"} & set(verdicts(found))


@pytest.mark.parametrize("leg", _cuts("loop_sid_dropped"))
def test_a_loop_stays_one_without_one_of_its_legs(leg: int, tmp_path: Path) -> None:
    packets = packets_of("loop_sid_dropped")
    left = rewriting.without(packets, rewriting.legs(packets)[leg])
    assert verdicts(diagnose_packets(tmp_path, left, registered("loop_sid_dropped"))) == ["session-id-lost"]
