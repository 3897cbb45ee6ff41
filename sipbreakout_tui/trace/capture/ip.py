"""IPv4 and IPv6 headers, with extension headers and AH."""

import struct
from typing import NamedTuple

UDP, TCP = 17, 6
GRE = 47
ICMP, ICMPV6 = 1, 58
IPV4_INSIDE, IPV6_INSIDE = 4, 41
_FRAGMENT = 44
_AH = 51
EXTENSIONS = frozenset({0, 43, _AH, 60})
"""Headers between IP and what it carries: options, routing, AH."""

_IPV4_HEADER = struct.Struct("!BxHHHxB2x4s4s")
_IPV6_HEADER = struct.Struct("!IHBx16s16s")


class Piece(NamedTuple):
    """What says to which datagram a fragment belongs, and where in it."""

    key: bytes
    offset: int
    """In bytes."""
    more: bool


class Datagram(NamedTuple):
    """An IP packet; `start` and `stop` bound what it carries."""

    protocol: int
    source: bytes
    target: bytes
    start: int
    stop: int
    missing: int
    """Bytes that the header tells of and the frame does not hold."""
    piece: Piece | None
    """None: it is no fragment."""


def ipv4(data: bytes, at: int, stop: int) -> Datagram | None:
    """Return the packet at an offset; None: its header is nonsense.

    Raises:
        struct.error: It is too short.
    """
    first, total, ident, flags, protocol, source, target = _IPV4_HEADER.unpack_from(data, at)
    header = (first & 15) * 4
    if first >> 4 != 4 or header < 20:
        return None
    if not total:  # filled in by the network card, behind the capture's back
        total = stop - at
    if total < header or at + header > stop:
        return None
    piece = None
    if flags & 0x3FFF:
        key = source + target + struct.pack("!HB", ident, protocol)
        piece = Piece(key, (flags & 0x1FFF) * 8, bool(flags & 0x2000))
    end = at + total
    return Datagram(protocol, source, target, at + header, min(end, stop), max(end - stop, 0), piece)


def ipv6(data: bytes, at: int, stop: int) -> Datagram | None:
    """Return the packet at an offset, past its extension headers; None: its header is nonsense.

    Raises:
        struct.error: It is too short.
    """
    first, length, protocol, source, target = _IPV6_HEADER.unpack_from(data, at)
    if first >> 28 != 6:
        return None
    start = at + 40
    end = start + length if length else stop
    protocol, start = past_extensions(protocol, data, start, min(end, stop))
    piece = None
    if protocol == _FRAGMENT:
        protocol, place, ident = struct.unpack_from("!BxHI", data, start)
        start += 8
        if place & 0xFFF9:
            piece = Piece(source + target + ident.to_bytes(4, "big"), place & 0xFFF8, bool(place & 1))
        else:
            protocol, start = past_extensions(protocol, data, start, min(end, stop))
    if start > min(end, stop):
        return None
    return Datagram(protocol, source, target, start, min(end, stop), max(end - stop, 0), piece)


def past_extensions(protocol: int, data: bytes, start: int, stop: int) -> tuple[int, int]:
    """Return the protocol behind extension headers and AH, and where it starts."""
    while protocol in EXTENSIONS and start + 8 <= stop:
        unit = 4 if protocol == _AH else 8
        protocol, start = data[start], start + data[start + 1] * unit + 8
    return protocol, start
