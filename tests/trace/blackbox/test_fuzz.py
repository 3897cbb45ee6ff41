"""Broken captures: an answer or a clear error, never a traceback."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.trace.blackbox.cases import LOOP
from tests.trace.blackbox.command import Answer, trace
from tests.trace.blackbox.lab import packets_of
from tests.trace.traffic import loops, others
from tests.trace.traffic.loops import Scene
from tests.trace.traffic.pcap import Packet, pcap_bytes
from tests.trace.traffic.script import Lab

FILE_HEADER = 24
SCENES: tuple[Scene, ...] = (loops.returned, loops.loop(turns=3), loops.tls_fails, others.fallback_callee_silent)


def _scripted(scene: Scene) -> list[Packet]:
    lab = Lab()
    scene(lab)
    return lab.wire.packets


CAPTURES = [*map(_scripted, SCENES), packets_of("loop_sippy_b2bua"), packets_of("fork_bob_answers")]


def _run(data: bytes, *, header_whole: bool = True) -> Answer:
    with TemporaryDirectory() as folder:
        pcap, registrations = Path(folder, "broken.pcap"), Path(folder, "registrations.toml")
        pcap.write_bytes(data)
        registrations.write_text(LOOP, encoding="utf-8")
        answer = trace(pcap, "--registrations", registrations, "--format", "json")
    assert "Traceback" not in answer.err
    assert "unexpected" not in answer.err.lower(), answer.err
    assert answer.code in ((0, 1) if header_whole else (0, 1, 2)), answer.err
    if answer.code != 2:
        found = json.loads(answer.out)
        for call in found["calls"]:
            assert call["verdict"]["id"]
            assert all(frame >= 1 for leg in call["legs"] for frame in leg["frames"])
    return answer


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(range(len(CAPTURES))),
    st.lists(st.tuples(st.floats(0, 0.9999), st.integers(1, 255)), min_size=1, max_size=12),
)
def test_flipped_bytes(capture: int, flips: list[tuple[float, int]]) -> None:
    data = bytearray(pcap_bytes(CAPTURES[capture]))
    places = {int(share * len(data)) for share, _ in flips}
    for share, bits in flips:
        data[int(share * len(data))] ^= bits
    _run(bytes(data), header_whole=min(places) >= FILE_HEADER)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(range(len(CAPTURES))), st.data())
def test_packets_dropped_doubled_and_out_of_order(capture: int, data: st.DataObject) -> None:
    packets = CAPTURES[capture]
    chosen = data.draw(st.lists(st.sampled_from(range(len(packets))), min_size=1, max_size=len(packets) + 5))
    assert _run(pcap_bytes(packets[place] for place in chosen)).code == 0


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(range(len(CAPTURES))), st.floats(0.05, 0.999))
def test_cut_off(capture: int, share: float) -> None:
    data = pcap_bytes(CAPTURES[capture])
    _run(data[: max(FILE_HEADER, int(share * len(data)))])


@settings(max_examples=25, deadline=None)
@given(st.binary(max_size=200))
def test_no_capture_at_all(data: bytes) -> None:
    _run(data, header_whole=False)


def test_a_cut_packet_is_said_and_exits_1() -> None:
    answer = _run(pcap_bytes(CAPTURES[0])[:-40])
    assert answer.code == 1
    assert any(json.loads(answer.out)["unread"].values())


@pytest.mark.parametrize("data", [b"", b"\x00" * 64, b"not a capture\n" * 20])
def test_what_is_no_capture_exits_2(data: bytes) -> None:
    answer = _run(data, header_whole=False)
    assert answer.code == 2
    assert answer.err.startswith("sipbreakout: error: ")
