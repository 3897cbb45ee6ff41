"""Small builders of packets and capture files, from the message outwards."""

import struct
from collections.abc import Iterable, Sequence
from ipaddress import ip_address
from pathlib import Path

from sipbreakout_tui.trace.capture import Heard, PacketFile

A, B = "10.0.0.1", "10.0.0.2"
A6, B6 = "2001:db8::1", "2001:db8::2"
SYN, ACK, FIN, RST, PSH = 2, 16, 1, 4, 8
T0 = 1_700_000_000.0


def sip(call_id: str = "c1", body: bytes = b"", method: str = "INVITE", length: str | None = "Content-Length") -> bytes:
    lines = [
        f"{method} sip:+4722222222@core.example SIP/2.0",
        "Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK1",
        f"Call-ID: {call_id}",
        f"CSeq: 1 {method}",
    ]
    if length is not None:
        lines.append(f"{length}: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def address(text: str) -> bytes:
    return ip_address(text).packed


def udp(payload: bytes, sport: int = 5060, dport: int = 5060) -> bytes:
    return struct.pack("!HHHH", sport, dport, 8 + len(payload), 0) + payload


def tcp(
    payload: bytes, sport: int, dport: int, seq: int, ack: int = 0, flags: int = ACK, options: bytes = b""
) -> bytes:
    offset = (20 + len(options)) // 4 << 12
    seq, ack = seq % 2**32, ack % 2**32
    return struct.pack("!HHIIHHHH", sport, dport, seq, ack, offset | flags, 65535, 0, 0) + options + payload


def ipv4(
    body: bytes,
    src: str = A,
    dst: str = B,
    proto: int = 17,
    *,
    ident: int = 7,
    fragment: int = 0,
    options: bytes = b"",
) -> bytes:
    first = 0x40 | (20 + len(options)) // 4
    total = 20 + len(options) + len(body)
    head = struct.pack("!BBHHHBBH", first, 0, total, ident, fragment, 64, proto, 0)
    return head + address(src) + address(dst) + options + body


def ipv6(body: bytes, src: str = A6, dst: str = B6, proto: int = 17) -> bytes:
    return struct.pack("!IHBB", 6 << 28, len(body), proto, 64) + address(src) + address(dst) + body


def ether(body: bytes, kind: int = 0x0800, vlans: Sequence[tuple[int, int]] = ()) -> bytes:
    tags = b"".join(struct.pack("!HH", tpid, tag) for tpid, tag in vlans)
    return b"\x02" * 12 + tags + struct.pack("!H", kind) + body


def usual(message: bytes, sport: int = 5060, dport: int = 5060) -> bytes:
    """An Ethernet frame with one SIP message in UDP."""
    return ether(ipv4(udp(message, sport, dport)))


Frame = bytes | tuple[float, bytes] | tuple[float, bytes, int]
"""The packet's bytes; its time in seconds after T0; its length on the wire."""


def _frame(frame: Frame, index: int) -> tuple[int, bytes, int]:
    """Return time in ns, bytes, length on the wire."""
    if isinstance(frame, bytes):
        frame = (index * 0.01, frame)
    after, data = frame[0], frame[1]
    length = frame[2] if len(frame) == 3 else len(data)
    return round(T0) * 10**9 + round(after * 10**9), data, length


def pcap(frames: Iterable[Frame], link: int = 1, order: str = "<", magic: int = 0xA1B2C3D4, extra: int = 0) -> bytes:
    units = 10**9 if magic == 0xA1B23C4D else 10**6
    out = bytearray(struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 262144, link))
    for index, frame in enumerate(frames):
        when, data, length = _frame(frame, index)
        seconds, rest = divmod(when, 10**9)
        out += struct.pack(order + "IIII", seconds, rest * units // 10**9, len(data), length) + bytes(extra) + data
    return bytes(out)


def block(kind: int, body: bytes, order: str = "<") -> bytes:
    body += bytes(-len(body) % 4)
    length = struct.pack(order + "I", 12 + len(body))
    return struct.pack(order + "I", kind) + length + body + length


def section(order: str = "<") -> bytes:
    return block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1), order)


def option(code: int, value: bytes, order: str = "<") -> bytes:
    return struct.pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4)


def interface(
    link: int = 1, *, snaplen: int = 0, resolution: int | None = None, offset: int | None = None, order: str = "<"
) -> bytes:
    options = b""
    if resolution is not None:
        options += option(9, bytes([resolution]), order)
    if offset is not None:
        options += option(14, struct.pack(order + "q", offset), order)
    if options:
        options += option(0, b"", order)
    return block(1, struct.pack(order + "HHI", link, 0, snaplen) + options, order)


def enhanced(data: bytes, when: int, number: int = 0, order: str = "<", length: int | None = None) -> bytes:
    """An Enhanced Packet Block; `when` in the units of its interface."""
    head = struct.pack(order + "IIIII", number, when >> 32, when & 0xFFFFFFFF, len(data), length or len(data))
    return block(6, head + data + bytes(-len(data) % 4) + option(1, b"a comment", order) + option(0, b"", order), order)


def simple(data: bytes, length: int, order: str = "<") -> bytes:
    return block(3, struct.pack(order + "I", length) + data, order)


def old(data: bytes, when: int, number: int = 0, order: str = "<") -> bytes:
    head = struct.pack(order + "HHIIII", number, 0, when >> 32, when & 0xFFFFFFFF, len(data), len(data))
    return block(2, head + data, order)


def pcapng(frames: Iterable[Frame], link: int = 1, order: str = "<") -> bytes:
    out = section(order) + interface(link, order=order)
    for index, frame in enumerate(frames):
        when, data, length = _frame(frame, index)
        out += enhanced(data, when // 1000, 0, order, length)
    return out


class Read:
    """What reading a capture from front to back gave; the messages are compared with `raw`."""

    def __init__(self, folder: Path, content: bytes) -> None:
        path = folder / "capture"
        path.write_bytes(content)
        with PacketFile(path) as source:
            self.heard: list[Heard] = list(source.messages())
            for message in self.heard:
                assert source.raw(message[6], len(message[5])) == message[5]
            self.unread = dict(source.unread)
            self.other = dict(source.other)
            self.events = source.events
            self.frames = source.frames
            self.has_secrets = source.has_secrets
            self.tls_servers = {str(end): count for end, count in source.tls_servers.items()}

    @property
    def bodies(self) -> list[bytes]:
        return [message[5] for message in self.heard]

    @property
    def numbers(self) -> list[int]:
        return [message[0] for message in self.heard]


class Talk:
    """A TCP conversation, packet by packet, that keeps the sequence numbers."""

    def __init__(self, sport: int = 40000, dport: int = 5060, seq: int = 1000, ack: int = 9000) -> None:
        self.ports = (sport, dport)
        self.next = [seq, ack]
        self.frames: list[bytes] = []

    def packet(self, side: int, payload: bytes = b"", flags: int = ACK, seq: int | None = None) -> bytes:
        """Return a packet of side 0 (A, the client) or 1 without taking note of it."""
        ports = self.ports if side == 0 else self.ports[::-1]
        number = self.next[side] if seq is None else seq
        body = tcp(payload, *ports, number, self.next[1 - side], flags)
        return ether(ipv4(body, *((A, B) if side == 0 else (B, A)), 6))

    def say(self, side: int, payload: bytes = b"", flags: int = ACK) -> bytes:
        packet = self.packet(side, payload, flags)
        self.next[side] += len(payload) + (flags & (SYN | FIN) != 0)
        self.frames.append(packet)
        return packet

    def shake(self) -> "Talk":
        self.say(0, flags=SYN)
        self.say(1, flags=SYN | ACK)
        self.say(0)
        return self
