"""The usual packet, IPv4 without options or fragments and UDP in it, taken apart by one `unpack_from`."""

import struct
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from sipbreakout_tui.trace.capture.batch import Batch, Layout

_FIELDS = "B5xHxB2x12sBB"
"""IPv4: version and header length, flags and fragment offset, protocol; both ends; the UDP length."""
_IPV4 = b"\x08\x00"
_VLANS = frozenset({b"\x81\x00", b"\x88\xa8"})


class Shape(NamedTuple):
    """How to take a packet apart, and what makes it a usual one."""

    unpack: Callable[[bytes, int], tuple[int, int, int, bytes, bytes, int, int, int, bytes, int, int]]
    """Gives time (high, low), bytes captured, VLAN tag, network protocol, and what `_FIELDS` says."""
    tag: bytes
    """The VLAN tag's type; empty: no tag."""
    network: bytes
    """What announces IPv4; empty: nothing does."""
    fragment: int
    """Bits of the flags and fragment offset that must be 0."""
    udp: int
    """Bytes from the start of the four numbers to the UDP header."""


def shape_of(batch: Batch) -> Shape | None:
    """Return the shape that the first packet suggests for its batch, or None where the link has no usual one."""
    layout = batch.layout
    tag = b""
    if layout.link == 1:
        at = batch.starts[0] + layout.head + 12
        kind = batch.data[at : at + 2]
        tag = kind if kind in _VLANS else b""
    return _shape(layout, tag)


@lru_cache(maxsize=64)
def _shape(layout: Layout, tag: bytes) -> Shape | None:
    order, head, link, *_ = layout
    beginnings = {
        1: ("12x2s2x2s", tag, _IPV4, 18) if tag else ("0s12x2s", b"", _IPV4, 14),
        113: ("0s14x2s", b"", _IPV4, 16),
        276: ("0s2s18x", b"", _IPV4, 20),
        **dict.fromkeys((12, 14, 101, 228), ("0s0s", b"", b"", 0)),
    }
    if link not in beginnings:
        return None
    fields, tag, network, length = beginnings[link]
    unpack = struct.Struct(f"{order}III{head - 12}x{fields}{_FIELDS}").unpack_from
    return Shape(unpack, tag, network, 0x3FFF if order == ">" else 0xFF3F, head + length + 20)
