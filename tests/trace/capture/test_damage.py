"""Captures with flipped bytes, cut off, with packets dropped and doubled: read without error, hang or much memory."""

import random
import tracemalloc
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sipbreakout_tui.trace.capture import PacketFile, TraceError
from tests.trace.capture.packets import Read, Talk, ether, ipv4, ipv6, pcap, pcapng, sip, udp, usual
from tests.trace.capture.test_layers import TUNNELS, fragments, pppoe
from tests.trace.capture.test_trouble import CIPHER, FLIGHT_12, FLIGHT_13, KEYS_12, client_hello, data, icmp, tls
from tests.trace.capture.test_upper_pdu import pdu


@cache
def packets() -> list[bytes]:
    talk = Talk().shake()
    for size in (40, 200):
        message = sip(str(size), b"x" * 300)
        for at in range(0, len(message), size):
            talk.say(0, message[at : at + size])
    return [
        usual(sip("a")),
        usual(b"SIP/2.0 200 OK\r\nCall-ID: b\r\n\r\n"),
        ether(ipv6(udp(sip("c"))), 0x86DD),
        ether(ipv4(udp(sip("d"))), vlans=[(0x88A8, 1), (0x8100, 2)]),
        ether(pppoe(0x21, ipv4(udp(sip("e")))), 0x8864),
        *fragments(),
        *fragments(version=6),
        *talk.frames,
        *tls((0, client_hello(b"sip")), (1, FLIGHT_13), (0, CIPHER + data(19))).frames,
        *tls((0, client_hello(b"sip")), (1, FLIGHT_12), (0, KEYS_12), (1, data(40))).frames,
        *(ether(tunnel) for tunnel in TUNNELS.values()),
        ether(ipv4(icmp(3, 3, ipv4(udp(sip()))), proto=1)),
    ]


def read_all(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with suppress(TraceError), PacketFile(path) as source:
        for number, message in enumerate(source.messages()):
            assert number < 10_000
            assert source.raw(message[6], len(message[5])) == message[5]
        frames = source.frames
        if frames:
            out = path.with_name("exported")
            assert source.export(range(1, frames + 1), out) == frames


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_damage(tmp_path: Path, data: st.DataObject) -> None:
    chosen = data.draw(st.lists(st.sampled_from(packets()), min_size=1, max_size=12))
    link = data.draw(st.sampled_from([1, 1, 1, 0, 9, 12, 101, 113, 252, 276, 999]))
    if link == 252:
        chosen = [pdu(frame[42:]) for frame in chosen]
    form = data.draw(st.sampled_from([pcap, pcapng]))
    content = bytearray(form(chosen, link, data.draw(st.sampled_from(["<", ">"]))))
    for _ in range(data.draw(st.integers(0, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    start = data.draw(st.integers(0, len(content)))
    stop = data.draw(st.integers(start, len(content)))
    del content[start : data.draw(st.sampled_from([start, stop]))]
    read_all(tmp_path / "capture", bytes(content[: data.draw(st.sampled_from([None, stop]))]))


@pytest.mark.parametrize("form", [pcap, pcapng])
@pytest.mark.parametrize("seed", range(20))
def test_many_flipped_bytes(tmp_path: Path, form: object, seed: int) -> None:
    chance = random.Random(seed)
    content = bytearray((pcap if form is pcap else pcapng)(packets() * 10))
    for _ in range(300):
        content[chance.randrange(len(content))] = chance.randrange(256)
    read_all(tmp_path / "capture", bytes(content))


def test_dropped_and_doubled_packets(tmp_path: Path) -> None:
    chance = random.Random(1)
    message = sip("a", b"x" * 500)
    talk = Talk().shake()
    for _ in range(300):
        talk.say(0, message[:400])
        talk.say(0, message[400:])
    kept = [frame for frame in talk.frames for _ in range(chance.choice([0, 1, 1, 1, 1, 1, 1, 1, 2]))]
    read = Read(tmp_path, pcap(kept))
    assert set(read.bodies) == {message}
    assert len(read.bodies) > 200
    assert read.unread["lost TCP segments"] > 5


@pytest.mark.parametrize("form", [pcap, pcapng])
def test_memory_does_not_grow_with_the_file(tmp_path: Path, form: object) -> None:
    path = tmp_path / "capture"
    peaks = []
    for times in (1000, 4000):
        path.write_bytes((pcap if form is pcap else pcapng)([usual(sip("a", b"x" * 900))] * times))
        tracemalloc.start()
        try:
            with PacketFile(path) as source:
                assert sum(1 for _ in source.messages()) == times
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.5
    assert peaks[1] < 6 << 20
