"""Connections that fail: refused, reset, unanswered, TLS alerts, ICMP."""

import struct
from pathlib import Path

import pytest

from sipbreakout_tui.trace.capture import ConnectionTrouble
from tests.trace.capture.packets import (
    A6,
    ACK,
    B6,
    FIN,
    RST,
    SYN,
    A,
    B,
    Frame,
    Read,
    Talk,
    ether,
    ipv4,
    ipv6,
    pcap,
    sip,
    tcp,
    udp,
)

CLIENT, SERVER = "10.0.0.1:40000", "10.0.0.2:5061"
PROBABLY = "probably: closed during the handshake"
UNREAD = "TLS without its keys"


def told(read: Read) -> list[tuple[int, str, str, str, str]]:
    return [(e.frame, str(e.source), str(e.target), e.trouble.name, e.detail) for e in read.events]


def record(kind: int, body: bytes) -> bytes:
    return struct.pack("!BHH", kind, 0x0303, len(body)) + body


def extension(kind: int, body: bytes) -> bytes:
    return struct.pack("!HH", kind, len(body)) + body


def client_hello(*protocols: bytes) -> bytes:
    names = b"".join(bytes([len(name)]) + name for name in protocols)
    extensions = extension(16, struct.pack("!H", len(names)) + names) if names else b""
    extensions += extension(21, bytes(100))
    body = b"\3\3" + bytes(32) + b"\x20" + bytes(32) + b"\0\2\x13\1" + b"\1\0" + struct.pack("!H", len(extensions))
    body += extensions
    return record(22, b"\1" + len(body).to_bytes(3, "big") + body)


def server_hello(tls_1_3: bool) -> bytes:
    extensions = extension(43, b"\3\4") if tls_1_3 else b""
    body = b"\3\3" + bytes(32) + b"\0" + b"\x13\1" + b"\0" + struct.pack("!H", len(extensions)) + extensions
    return record(22, b"\2" + len(body).to_bytes(3, "big") + body)


def data(length: int) -> bytes:
    return record(23, bytes(length))


CIPHER = record(20, b"\1")
FLIGHT_13 = server_hello(True) + CIPHER + data(30) + data(1200) + data(69)
FLIGHT_12 = server_hello(False) + record(22, b"\x0b" + bytes(1200)) + record(22, b"\x0e\0\0\0")
KEYS_12 = record(22, b"\x10" + bytes(60)) + CIPHER + record(22, bytes(40))


def alert(level: int, code: int) -> bytes:
    return record(21, bytes([level, code]))


def tls(*said: tuple[int, bytes], dport: int = 5061, end: int | None = 0) -> Talk:
    talk = Talk(dport=dport).shake()
    for side, payload in said:
        talk.say(side, payload)
    if end is not None:
        talk.say(end, flags=FIN | ACK)
        talk.say(1 - end, flags=FIN | ACK)
    return talk


def test_syn_without_answer(tmp_path: Path) -> None:
    talk = Talk(dport=5061)
    first = talk.say(0, flags=SYN)
    frames: list[Frame] = [(0, first), (1, first), (3, first), (10, ether(bytes(28), 0x0806))]
    assert told(Read(tmp_path, pcap(frames))) == [(1, CLIENT, SERVER, "UNANSWERED", "")]
    again = Talk(dport=5061, seq=77).say(0, flags=SYN)
    assert [event[0] for event in told(Read(tmp_path, pcap([*frames, again])))] == [1, 5]


def test_an_answered_syn_is_nothing_special(tmp_path: Path) -> None:
    asked_only = Talk()
    asked_only.say(0, flags=SYN)
    asked_only.next[1] += 1
    asked_only.say(0)
    assert Read(tmp_path, pcap(asked_only.frames)).events == []
    assert Read(tmp_path, pcap(Talk().shake().frames)).events == []


def test_refused(tmp_path: Path) -> None:
    talk = Talk(dport=5061)
    talk.say(0, flags=SYN)
    refusal = talk.say(1, flags=RST | ACK)
    assert told(Read(tmp_path, pcap([*talk.frames, refusal]))) == [(2, CLIENT, SERVER, "REFUSED", "")]


def test_a_connect_given_up_was_not_answered(tmp_path: Path) -> None:
    talk = Talk(dport=5061)
    talk.say(0, flags=SYN)
    talk.say(0, flags=RST)
    assert told(Read(tmp_path, pcap(talk.frames))) == [(1, CLIENT, SERVER, "UNANSWERED", "")]


@pytest.mark.parametrize("by", [0, 1])
def test_reset(tmp_path: Path, by: int) -> None:
    talk = Talk(dport=5061).shake()
    talk.say(0, sip("a"))
    talk.say(by, flags=RST)
    talk.say(by, flags=RST)
    read = Read(tmp_path, pcap(talk.frames))
    assert told(read) == [(5, CLIENT, SERVER, "RESET", f"by {(CLIENT, SERVER)[by]}")]


def test_a_reset_after_a_fin_is_no_trouble(tmp_path: Path) -> None:
    talk = Talk().shake()
    talk.say(0, sip("a"))
    talk.say(0, flags=FIN | ACK)
    talk.say(1, flags=RST | ACK)
    assert Read(tmp_path, pcap(talk.frames)).events == []


def test_a_reset_of_a_connection_never_seen_is_no_event(tmp_path: Path) -> None:
    read = Read(tmp_path, pcap([ether(ipv4(tcp(b"", 1, 2, 3, flags=RST), A, B, 6))]))
    assert (read.events, read.other) == ([], {"tcp": 1})


@pytest.mark.parametrize("last", [0, 1])
@pytest.mark.parametrize(
    "said",
    [
        [(0, client_hello()), (1, FLIGHT_13), (0, CIPHER + data(53) + data(400)), (1, data(300)), (0, data(19))],
        [(0, client_hello()), (1, FLIGHT_13), (0, CIPHER + data(69)), (0, data(19))],
        [(0, client_hello()), (1, FLIGHT_13), (0, CIPHER + data(53)), (1, data(250)), (0, data(19))],
        [(0, client_hello()), (1, FLIGHT_12), (0, KEYS_12), (1, CIPHER + record(22, bytes(40))), (0, data(500))],
        [(0, client_hello()), (1, FLIGHT_12), (0, KEYS_12), (1, CIPHER + record(22, bytes(40))), (0, alert(1, 0))],
        [(0, client_hello()), (1, alert(1, 112) + FLIGHT_12), (0, KEYS_12), (1, CIPHER + record(22, bytes(40)))],
        [(0, data(500)), (1, data(500)), (0, data(31))],
    ],
)
def test_handshakes_that_go_well(tmp_path: Path, said: list[tuple[int, bytes]], last: int) -> None:
    assert told(Read(tmp_path, pcap(tls(*said, end=last).frames))) == []


@pytest.mark.parametrize("end", [0, 1, None])
@pytest.mark.parametrize(
    ("said", "detail"),
    [
        ([(0, client_hello()), (1, FLIGHT_12), (0, alert(2, 48))], "unknown CA"),
        ([(0, client_hello()), (1, alert(2, 40))], "handshake failure"),
        ([(0, client_hello()), (1, alert(2, 120))], "no application protocol"),
        ([(0, client_hello()), (1, alert(1, 90))], "user canceled"),
        ([(0, client_hello()), (1, alert(2, 200))], "alert 200"),
        ([(0, client_hello()), (1, FLIGHT_13), (0, alert(2, 48)), (0, alert(2, 48))], "unknown CA"),
    ],
)
def test_plaintext_alerts(tmp_path: Path, said: list[tuple[int, bytes]], detail: str, end: int | None) -> None:
    read = Read(tmp_path, pcap(tls(*said, end=end).frames))
    frame = 3 + next(index for index, (_, payload) in enumerate(said, 1) if payload[0] == 21)
    assert told(read) == [(frame, CLIENT, SERVER, "TLS_ALERT", detail)]


def test_an_alert_over_two_segments(tmp_path: Path) -> None:
    said = [(0, client_hello()[:100]), (0, client_hello()[100:]), (1, alert(2, 40)[:6]), (1, alert(2, 40)[6:])]
    assert [event[3:] for event in told(Read(tmp_path, pcap(tls(*said).frames)))] == [
        ("TLS_ALERT", "handshake failure")
    ]


@pytest.mark.parametrize(
    "said",
    [
        [(0, client_hello()), (1, FLIGHT_13), (0, CIPHER + data(19))],
        [(0, client_hello()), (1, FLIGHT_13)],
        [(0, client_hello()), (1, FLIGHT_12)],
        [(0, client_hello())],
    ],
)
def test_handshakes_that_break_off(tmp_path: Path, said: list[tuple[int, bytes]]) -> None:
    read = Read(tmp_path, pcap(tls(*said).frames))
    assert told(read) == [(len(said) + 4, CLIENT, SERVER, "TLS_ALERT", PROBABLY)]


def test_a_reset_in_the_handshake(tmp_path: Path) -> None:
    talk = tls((0, client_hello()), (1, FLIGHT_13), (0, CIPHER + data(19)), end=None)
    talk.say(0, flags=RST)
    assert told(Read(tmp_path, pcap(talk.frames))) == [(7, CLIENT, SERVER, "TLS_ALERT", PROBABLY)]
    talk = tls((0, client_hello()), end=None)
    talk.say(1, flags=RST)
    assert told(Read(tmp_path, pcap(talk.frames))) == [(5, CLIENT, SERVER, "RESET", f"by {SERVER}")]


def test_encrypted_packets_are_counted(tmp_path: Path) -> None:
    said = [(0, client_hello()), (1, FLIGHT_13), (0, CIPHER + data(69)), (0, data(500)), (1, data(400))]
    read = Read(tmp_path, pcap(tls(*said).frames))
    assert read.unread == {UNREAD: 4}
    assert read.other == {"tcp": 5, "tls": 1}
    assert read.tls_servers == {SERVER: 4}
    read = Read(tmp_path, pcap(tls(*said, dport=443).frames))
    assert (read.unread, read.other, read.tls_servers) == ({}, {"tcp": 5, "tls": 5}, {"10.0.0.2:443": 4})
    said[0] = (0, client_hello(b"h2", b"sip/2"))
    read = Read(tmp_path, pcap(tls(*said, dport=9999).frames))
    assert read.unread == {UNREAD: 4}


def test_encrypted_packets_of_a_connection_that_stood_before(tmp_path: Path) -> None:
    talk = Talk(dport=5061)
    for length in (100, 200, 300):
        talk.say(1, data(length))
    read = Read(tmp_path, pcap(talk.frames))
    assert (read.unread, read.tls_servers, read.events) == ({UNREAD: 3}, {SERVER: 3}, [])
    talk = Talk(sport=5061, dport=4000)
    talk.say(1, data(100))
    assert Read(tmp_path, pcap(talk.frames)).tls_servers == {"10.0.0.1:5061": 1}


def icmp(kind: int, code: int, quoted: bytes) -> bytes:
    return struct.pack("!BBHI", kind, code, 0, 0) + quoted


def test_icmp_unreachable(tmp_path: Path) -> None:
    quoted = ipv4(udp(sip(), 5062, 5060))
    frames = [
        ether(ipv4(icmp(3, 3, quoted), B, A, 1)),
        ether(ipv4(icmp(3, 1, quoted[:28]), "10.9.9.9", A, 1)),
        ether(ipv4(icmp(3, 4, quoted), B, A, 1)),
        ether(ipv4(icmp(8, 0, quoted), B, A, 1)),
        ether(ipv4(icmp(3, 3, ipv4(bytes(20), proto=132)), B, A, 1)),
        ether(ipv6(icmp(1, 4, ipv6(udp(sip(), 5062, 5060))), B6, A6, 58), 0x86DD),
        ether(ipv6(icmp(128, 0, b""), B6, A6, 58), 0x86DD),
        ether(ipv4(icmp(3, 3, quoted[:10]), B, A, 1)),
    ]
    read = Read(tmp_path, pcap(frames))
    assert told(read) == [
        (1, "10.0.0.1:5062", "10.0.0.2:5060", "ICMP_UNREACHABLE", "port unreachable"),
        (2, "10.0.0.1:5062", "10.0.0.2:5060", "ICMP_UNREACHABLE", "host unreachable"),
        (6, f"[{A6}]:5062", f"[{B6}]:5060", "ICMP_UNREACHABLE", "port unreachable"),
    ]
    assert (read.heard, read.other, read.unread) == ([], {"icmp": 4}, {"malformed packet": 1})


def test_icmp_answers_a_connect(tmp_path: Path) -> None:
    talk = Talk(dport=5061)
    asked = talk.say(0, flags=SYN)
    answer = ether(ipv4(icmp(3, 1, asked[14:42]), "10.9.9.9", A, 1))
    assert told(Read(tmp_path, pcap([asked, answer]))) == [
        (2, CLIENT, SERVER, ConnectionTrouble.ICMP_UNREACHABLE.name, "host unreachable")
    ]


def test_a_port_scan_does_not_fill_the_memory(tmp_path: Path) -> None:
    frames = [
        ether(ipv4(tcp(b"", 1 + number // 60_000, number % 60_000, 1, 0, SYN), A, B, 6)) for number in range(22_000)
    ]
    read = Read(tmp_path, pcap(frames))
    assert len(read.events) == 20_000
    assert read.other == {"tcp": 22_000, "connection events beyond the first 20,000": 2_000}
