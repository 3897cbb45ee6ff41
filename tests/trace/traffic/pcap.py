"""Captures written and read byte by byte: Ethernet, IPv4, UDP, TCP and ICMP; the standard library only."""

import struct
from collections.abc import Iterable
from enum import IntFlag
from ipaddress import IPv4Address
from pathlib import Path
from typing import NamedTuple

_ETHERNET = bytes(12) + b"\x08\x00"
_FILE_HEADER = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
_RECORD = struct.Struct("<IIII")
_LINK = len(_ETHERNET)
_ICMP, _TCP, _UDP = 1, 6, 17


class Endpoint(NamedTuple):
    """An IPv4 address and a port."""

    host: str
    port: int


class Packet(NamedTuple):
    """One frame of a capture."""

    at: int
    """Unix time in µs."""
    data: bytes


class Tcp(IntFlag):
    """Flags of a segment."""

    FIN = 1
    SYN = 2
    RST = 4
    PSH = 8
    ACK = 16


class Datagram(NamedTuple):
    """A frame that holds UDP, taken apart."""

    source: Endpoint
    target: Endpoint
    payload: bytes


def udp(at: int, source: Endpoint, target: Endpoint, payload: bytes) -> Packet:
    header = struct.pack("!HHHH", source.port, target.port, 8 + len(payload), 0)
    return Packet(at, _ETHERNET + _ipv4(_UDP, source.host, target.host, header + payload))


def tcp(
    at: int, source: Endpoint, target: Endpoint, flags: Tcp, sequence: int, acknowledged: int, payload: bytes = b""
) -> Packet:
    window = 0 if flags & Tcp.RST else 65535
    words = (source.port, target.port, sequence & 0xFFFFFFFF, acknowledged & 0xFFFFFFFF, 5 << 4, flags, window)
    pseudo = IPv4Address(source.host).packed + IPv4Address(target.host).packed
    pseudo += struct.pack("!BBH", 0, _TCP, 20 + len(payload))
    checksum = _checksum(pseudo + struct.pack("!HHIIBBHHH", *words, 0, 0) + payload)
    segment = struct.pack("!HHIIBBHHH", *words, checksum, 0) + payload
    return Packet(at, _ETHERNET + _ipv4(_TCP, source.host, target.host, segment))


def port_unreachable(at: int, about: Packet) -> Packet:
    """Return the ICMP error of the host that a datagram was meant for, which quotes it."""
    quoted = about.data[_LINK:]
    sender, receiver = str(IPv4Address(quoted[12:16])), str(IPv4Address(quoted[16:20]))
    body = bytes(4) + quoted
    checksum = _checksum(b"\x03\x03\x00\x00" + body)
    return Packet(at, _ETHERNET + _ipv4(_ICMP, receiver, sender, b"\x03\x03" + struct.pack("!H", checksum) + body))


def datagram(packet: Packet) -> Datagram | None:
    """Return what a frame of plain Ethernet, IPv4 and UDP holds; None for any other frame."""
    data = packet.data
    if data[12:14] != b"\x08\x00" or data[_LINK + 9] != _UDP:
        return None
    start = _LINK + (data[_LINK] & 15) * 4
    source_port, target_port, length, _ = struct.unpack_from("!HHHH", data, start)
    return Datagram(
        Endpoint(str(IPv4Address(data[_LINK + 12 : _LINK + 16])), source_port),
        Endpoint(str(IPv4Address(data[_LINK + 16 : _LINK + 20])), target_port),
        data[start + 8 : start + length],
    )


def pcap_bytes(packets: Iterable[Packet]) -> bytes:
    parts = [_FILE_HEADER]
    for at, data in packets:
        parts += (_RECORD.pack(*divmod(at, 1_000_000), len(data), len(data)), data)
    return b"".join(parts)


def write_pcap(path: Path, packets: Iterable[Packet]) -> Path:
    path.write_bytes(pcap_bytes(packets))
    return path


def read_pcap(path: Path) -> list[Packet]:
    """Return the frames of a little-endian pcap with times in µs."""
    data = path.read_bytes()
    assert data[:4] == _FILE_HEADER[:4]
    packets = []
    offset = len(_FILE_HEADER)
    while offset < len(data):
        seconds, micros, kept, whole = _RECORD.unpack_from(data, offset)
        offset += _RECORD.size
        assert kept == whole
        packets.append(Packet(seconds * 1_000_000 + micros, data[offset : offset + kept]))
        offset += kept
    return packets


def _ipv4(protocol: int, source: str, target: str, payload: bytes) -> bytes:
    addresses = IPv4Address(source).packed + IPv4Address(target).packed
    start = struct.pack("!BBHHHBB", 0x45, 0, 20 + len(payload), 0, 0, 64, protocol)
    checksum = _checksum(start + b"\x00\x00" + addresses)
    return start + struct.pack("!H", checksum) + addresses + payload


def _checksum(data: bytes) -> int:
    padded = data + b"\x00" * (len(data) % 2)
    total: int = sum(struct.unpack(f"!{len(padded) // 2}H", padded))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF
