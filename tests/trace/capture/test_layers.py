"""Link types, IP, tunnels, fragments, UDP."""

import itertools
import struct
from pathlib import Path

import pytest

from sipbreakout_tui.trace.capture import Endpoint
from tests.trace.capture.packets import (
    A6,
    B6,
    A,
    B,
    Frame,
    Read,
    ether,
    ipv4,
    ipv6,
    pcap,
    sip,
    udp,
    usual,
)

V4, V6 = ipv4(udp(sip())), ipv6(udp(sip()))
CUT = "cut short by the capture (snaplen)"
LONELY = "IP fragment without the rest"


def sll(kind: int, body: bytes) -> bytes:
    return struct.pack("!HHH8sH", 0, 1, 6, bytes(8), kind) + body


def sll2(kind: int, body: bytes) -> bytes:
    return struct.pack("!HHIHBB8s", kind, 0, 1, 1, 0, 6, bytes(8)) + body


def pppoe(kind: int, body: bytes) -> bytes:
    return b"\x11\x00\x00\x01" + struct.pack("!HH", len(body) + 2, kind) + body


LINKS = {
    "ethernet": (1, ether(V4)),
    "ethernet, IPv6": (1, ether(V6, 0x86DD)),
    "VLAN": (1, ether(V4, vlans=[(0x8100, 5)])),
    "VLAN in VLAN": (1, ether(V4, vlans=[(0x88A8, 5), (0x8100, 6)])),
    "VLAN, IPv6": (1, ether(V6, 0x86DD, vlans=[(0x8100, 5)])),
    "PPPoE": (1, ether(pppoe(0x21, V4), 0x8864)),
    "PPPoE, IPv6": (1, ether(pppoe(0x57, V6), 0x8864)),
    "padded": (1, ether(V4) + b"\x55" * 9),
    "SLL": (113, sll(0x0800, V4)),
    "SLL, IPv6": (113, sll(0x86DD, V6)),
    "SLL, VLAN": (113, sll(0x8100, b"\0\5\x08\0" + V4)),
    "SLL2": (276, sll2(0x0800, V4)),
    "SLL2, IPv6": (276, sll2(0x86DD, V6)),
    "NULL": (0, struct.pack("<I", 2) + V4),
    "NULL, other byte order": (0, struct.pack(">I", 2) + V4),
    "NULL, IPv6": (0, struct.pack("<I", 30) + V6),
    "LOOP": (108, struct.pack(">I", 2) + V4),
    "PPP": (9, b"\xff\x03\x00\x21" + V4),
    "PPP, compressed": (9, b"\x21" + V4),
    "PPP, IPv6": (50, b"\xff\x03\x00\x57" + V6),
    **{f"raw {link}": (link, V4) for link in (12, 14, 101, 228)},
    **{f"raw {link}, IPv6": (link, V6) for link in (12, 14, 101, 229)},
}


@pytest.mark.parametrize("name", LINKS)
def test_every_link_type(tmp_path: Path, name: str) -> None:
    link, frame = LINKS[name]
    content = pcap([frame] * 3, link)
    read = Read(tmp_path, content)
    ends = (Endpoint(A6, 5060), Endpoint(B6, 5060)) if "IPv6" in name else (Endpoint(A, 5060), Endpoint(B, 5060))
    assert [message[:1] + message[2:6] for message in read.heard] == [(n, *ends, "UDP", sip()) for n in (1, 2, 3)]
    assert all(content[message[6] :].startswith(sip()) for message in read.heard)
    assert (read.unread, read.other) == ({}, {})


def test_vlans_come_and_go(tmp_path: Path) -> None:
    tagged = ether(V4, vlans=[(0x8100, 5)])
    assert len(Read(tmp_path, pcap([usual(sip()), tagged, usual(sip()), tagged])).heard) == 4
    assert len(Read(tmp_path, pcap([tagged, usual(sip()), tagged])).heard) == 3


def test_what_is_not_read_is_counted(tmp_path: Path) -> None:
    assert Read(tmp_path, pcap([b"x", b"y"], 147)).unread == {"link type 147": 2}
    frames = [
        ether(bytes(28), 0x0806),
        ether(bytes(28), 0x88CC),
        ether(ipv4(bytes(20), proto=132)),
        ether(ipv4(udp(b"\x80\0rtp"))),
        ether(ipv4(udp(b"hello"))),
        ether(ipv4(udp(b"\r\n\r\n"))),
        ether(ipv4(udp(b""))),
        ether(ipv4(udp(b"\x30\xff\0\4\0\0\0\1" + V4, 2152, 2152))),
        b"short",
        ether(b"\x45\0\0"),
        ether(b"\x65" + V4[1:]),
    ]
    read = Read(tmp_path, pcap(frames))
    assert read.heard == []
    assert read.other == {"arp": 1, "not IP": 1, "ip protocol 132": 1, "udp": 2, "keep-alive": 2}
    assert read.unread == {"GTP": 1, "malformed packet": 3}


@pytest.mark.parametrize(
    "payload",
    [
        sip(),
        b"SIP/2.0 200 OK\r\nCall-ID: a\r\n\r\n",
        sip().replace(b"\r\n", b"\n"),
        sip().replace(b" SIP/2.0\r", b" SIP/2.0  \r", 1),
        sip().replace(b" SIP/2.0\r", b" SIP/7.0\r", 1),
        b"SIP/1.0 200 OK\r\n\r\n",
        b"OPTIONS sip:a SIP/2.0",
        b"!interesting-Method0123456789_*+`.%indeed'~ sip:a SIP/2.0\r\n\r\n",
    ],
)
def test_what_is_sip(tmp_path: Path, payload: bytes) -> None:
    assert Read(tmp_path, pcap([usual(payload), usual(b"\r\n\r\n" + payload)])).bodies == [payload] * 2


@pytest.mark.parametrize(
    "payload",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"SIP/2.0",
        b"INVITE SIP/3.0\r\n\r\n",
        b" SIP/2.0\r\n",
        b"SIP/7.0 hello\r\n",
        b"\x16\x03\x01 SIP/2.0\r\n",
        b"a" * 100 + b" sip:b SIP/2.0\r\n",
        b"A" + b" " * 50_000,
    ],
)
def test_what_is_no_sip(tmp_path: Path, payload: bytes) -> None:
    read = Read(tmp_path, pcap([usual(payload)]))
    assert (read.heard, read.other) == ([], {"udp": 1})


def test_torture_messages(tmp_path: Path) -> None:
    folder = Path(__file__).resolve().parents[4] / "shared/data/torture"
    if not folder.is_dir():
        pytest.skip("the torture messages of RFC 4475 are not beside the checkout")
    messages = [path.read_bytes() for path in sorted(folder.glob("*.dat"))]
    assert Read(tmp_path, pcap([usual(message) for message in messages])).bodies == messages


def test_a_packet_cut_by_the_capture(tmp_path: Path) -> None:
    whole = usual(sip())
    frames: list[Frame] = [(0, whole[:-20], len(whole)), (1, whole[:60], len(whole)), (2, whole[:30], len(whole))]
    read = Read(tmp_path, pcap(frames))
    assert read.bodies == [sip()[:-20], sip()[:18]]
    assert read.unread == {CUT: 3}


@pytest.mark.parametrize("at", [0.0, 12.5])
def test_options_zero_lengths_and_trailers(tmp_path: Path, at: float) -> None:
    offloaded = bytearray(usual(sip()))
    offloaded[16:18] = bytes(2)
    frames: list[Frame] = [
        (at, ether(ipv4(udp(sip()), options=b"\x94\x04\0\0"))),
        (at, bytes(offloaded)),
        (at, usual(sip()) + b"FCS!"),
    ]
    assert Read(tmp_path, pcap(frames)).bodies == [sip()] * 3


EXTENSIONS = {
    "hop-by-hop": (0, bytes([17, 0]) + bytes(6)),
    "routing": (43, bytes([17, 1]) + bytes(14)),
    "destination": (60, bytes([17, 0]) + bytes(6)),
    "two": (0, bytes([60, 0]) + bytes(6) + bytes([17, 0]) + bytes(6)),
    "atomic fragment": (44, struct.pack("!BBHI", 17, 0, 0, 1)),
    "AH": (51, bytes([17, 4]) + bytes(22)),
}


@pytest.mark.parametrize("name", EXTENSIONS)
def test_ipv6_extension_headers(tmp_path: Path, name: str) -> None:
    proto, header = EXTENSIONS[name]
    frame = ether(ipv6(header + udp(sip()), proto=proto), 0x86DD)
    assert Read(tmp_path, pcap([frame])).bodies == [sip()]


def gre(kind: int, body: bytes, flags: int = 0, fields: int = 0) -> bytes:
    return struct.pack("!HH", flags, kind) + bytes(4 * fields) + body


TUNNELS = {
    "IP in IP": ipv4(V4, proto=4),
    "IPv6 in IP": ipv4(V6, proto=41),
    "AH": ipv4(bytes([17, 4]) + bytes(22) + udp(sip()), proto=51),
    "GRE": ipv4(gre(0x0800, V4), proto=47),
    "GRE, checksum, key and sequence": ipv4(gre(0x0800, V4, 0xB000, 3), proto=47),
    "GRE, IPv6": ipv4(gre(0x86DD, V6), proto=47),
    "GRE, Ethernet": ipv4(gre(0x6558, usual(sip())), proto=47),
    "GRE 1": ipv4(gre(0x880B, b"\xff\x03\x00\x21" + V4, 0x3081, 3), proto=47),
    "GRE 1, compressed": ipv4(gre(0x880B, b"\x21" + V4, 0x2001, 1), proto=47),
    "tunnel in tunnel": ipv4(ipv4(gre(0x0800, ipv4(V4, proto=4)), proto=47), proto=4),
}


@pytest.mark.parametrize("name", TUNNELS)
def test_tunnels(tmp_path: Path, name: str) -> None:
    assert Read(tmp_path, pcap([ether(TUNNELS[name])])).bodies == [sip()]


def test_too_many_tunnels(tmp_path: Path) -> None:
    packet = V4
    for _ in range(20):
        packet = ipv4(packet, proto=4)
    assert Read(tmp_path, pcap([ether(packet)])).unread == {"too many tunnels in one another": 1}


BIG = sip(body=b"v=0\r\n" + b"x" * 3000)


def fragments(ident: int = 7, version: int = 4, size: int = 1000) -> list[bytes]:
    whole = udp(BIG)
    parts = []
    for offset in range(0, len(whole), size):
        part, more = whole[offset : offset + size], offset + size < len(whole)
        if version == 4:
            parts.append(ether(ipv4(part, ident=ident, fragment=offset // 8 | (0x2000 if more else 0))))
        else:
            header = struct.pack("!BBHI", 17, 0, offset | more, ident)
            parts.append(ether(ipv6(header + part, proto=44), 0x86DD))
    return parts


@pytest.mark.parametrize("version", [4, 6])
def test_fragments_in_any_order(tmp_path: Path, version: int) -> None:
    parts = fragments(version=version)
    assert len(parts) == 4
    for order in itertools.permutations(range(4)):
        read = Read(tmp_path, pcap([parts[index] for index in order]))
        assert [message[:2] for message in read.heard] == [(4, 1_700_000_000.03)]
        assert read.bodies == [BIG]
        assert read.heard[0][6] < 0
        assert read.unread == {}


def test_fragments_twice_and_overlapping(tmp_path: Path) -> None:
    parts = fragments()
    overlapping = ether(ipv4(bytes(2000), fragment=(1000 // 8) | 0x2000))
    read = Read(tmp_path, pcap([parts[0], parts[0], parts[1], overlapping, parts[2], parts[3]]))
    assert read.bodies == [BIG]


def test_fragments_of_a_tunnel(tmp_path: Path) -> None:
    inside = ipv4(udp(BIG))
    first, second = inside[:1600], inside[1600:]
    frames = [ether(ipv4(first, proto=4, fragment=0x2000)), ether(ipv4(second, proto=4, fragment=200))]
    assert Read(tmp_path, pcap(frames)).bodies == [BIG]


def test_fragments_without_the_rest(tmp_path: Path) -> None:
    parts = fragments()
    assert Read(tmp_path, pcap(parts[:2])).unread == {LONELY: 2}
    short: list[Frame] = [(0, parts[0][:500], len(parts[0]))]
    assert Read(tmp_path, pcap(short)).unread == {CUT: 1}
    reused: list[Frame] = [(0, parts[0]), (1, parts[1]), *((100 + n, part) for n, part in enumerate(fragments()))]
    read = Read(tmp_path, pcap(reused))
    assert (read.bodies, read.unread) == ([BIG], {LONELY: 2})


def test_too_many_fragments(tmp_path: Path) -> None:
    many = [ether(ipv4(bytes(8), ident=number, fragment=0x2000)) for number in range(5000)]
    read = Read(tmp_path, pcap([*many, *fragments(ident=6000)]))
    assert (read.bodies, read.unread) == ([BIG], {LONELY: 5000})
    tiny = [ether(ipv4(bytes(8), ident=1, fragment=0x2000 | number)) for number in range(5000)]
    assert Read(tmp_path, pcap(tiny)).unread == {LONELY: 5000}


def test_the_quoted_address_is_text(tmp_path: Path) -> None:
    frame = ether(ipv6(udp(sip(), 1, 2), "::1", "::ffff:10.0.0.1"), 0x86DD)
    message = Read(tmp_path, pcap([frame])).heard[0]
    assert (str(message[2]), str(message[3])) == ("[::1]:1", "[::ffff:10.0.0.1]:2")
