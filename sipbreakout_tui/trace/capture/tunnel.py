"""Generic Routing Encapsulation: version 0 (RFC 2784, RFC 2890) and version 1 (RFC 2637, PPP inside)."""

import struct

from sipbreakout_tui.trace.capture.link import ethernet, ppp

_CHECKSUM, _ROUTING, _KEY, _SEQUENCE, _ACKNOWLEDGE = 0x8000, 0x4000, 0x2000, 0x1000, 0x0080
_PPP = 0x880B
_ETHERNET = 0x6558


def gre(data: bytes, start: int) -> tuple[int, int]:
    """Return the network protocol inside (as an EtherType) and where it starts.

    Raises:
        struct.error: The packet is too short.
        IndexError: The packet is too short.
    """
    flags, kind = struct.unpack_from("!HH", data, start)
    start += 4
    present = (flags & (_CHECKSUM | _ROUTING) != 0) + (flags & _KEY != 0) + (flags & _SEQUENCE != 0)
    if flags & 7 == 1:
        present += flags & _ACKNOWLEDGE != 0
    start += 4 * present
    if kind == _PPP:
        return ppp(data, start)
    if kind == _ETHERNET:
        return ethernet(data, start)
    return kind, start
