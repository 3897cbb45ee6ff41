"""Link layers: from the bytes of a frame to the network protocol in it."""

import struct

IPV4 = 0x0800
IPV6 = 0x86DD
ARP = 0x0806
NOTHING = 0
"""A network protocol that is not looked into."""

_VLANS = frozenset({0x8100, 0x88A8, 0x9100, 0x9200})
_PPPOE_SESSION = 0x8864
_PPP_PROTOCOLS = {0x0021: IPV4, 0x0057: IPV6}
_FAMILIES = {2: IPV4, 10: IPV6, 24: IPV6, 28: IPV6, 30: IPV6}
_VERSIONS = {4: IPV4, 6: IPV6}


def network_layer(link: int, data: bytes) -> tuple[int, int] | None:
    """Return the network protocol (as an EtherType) and where it starts; None: the link type is not known.

    Raises:
        struct.error: The frame is too short.
        IndexError: The frame is too short.
    """
    match link:
        case 1:
            return ethernet(data, 0)
        case 113:
            return _past_tags(data, int.from_bytes(data[14:16], "big"), 16)
        case 276:
            return _past_tags(data, int.from_bytes(data[0:2], "big"), 20)
        case 0 | 108:
            family = int.from_bytes(data[:4], "big")
            return _FAMILIES.get(family if family < 0x10000 else int.from_bytes(data[:4], "little"), NOTHING), 4
        case 12 | 14 | 101 | 228 | 229:
            return _VERSIONS.get(data[0] >> 4, NOTHING), 0
        case 9 | 50:
            return ppp(data, 0)
        case _:
            return None


def ethernet(data: bytes, start: int) -> tuple[int, int]:
    """Return the network protocol of an Ethernet frame and where it starts."""
    (kind,) = struct.unpack_from("!H", data, start + 12)
    return _past_tags(data, kind, start + 14)


def ppp(data: bytes, start: int) -> tuple[int, int]:
    """Return the network protocol of a PPP frame and where it starts; fields may be compressed away."""
    if data[start] in {0xFF, 0x0F, 0x8F} and data[start + 1] in {0x03, 0x00}:
        start += 2
    if data[start] & 1:
        return _PPP_PROTOCOLS.get(data[start], NOTHING), start + 1
    (kind,) = struct.unpack_from("!H", data, start)
    return _PPP_PROTOCOLS.get(kind, NOTHING), start + 2


def _past_tags(data: bytes, kind: int, start: int) -> tuple[int, int]:
    while kind in _VLANS:
        (kind,) = struct.unpack_from("!H", data, start + 2)
        start += 4
    if kind == _PPPOE_SESSION:
        return ppp(data, start + 6)
    return kind, start
