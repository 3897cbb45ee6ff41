"""Packets of a capture file as both formats give them: many at a time, with one layout."""

from typing import NamedTuple

MOST_CAPTURED = 262_144
"""Bytes; no capture program keeps more of a packet, so a greater length is damage."""
CHUNK = 1 << 19
"""Bytes read from the file at once."""


class Layout(NamedTuple):
    """How the packets of one interface stand in the file.

    A packet starts with four numbers of 4 bytes: time (high, low), bytes captured, bytes on the wire.
    """

    order: str
    """`<` or `>`: the byte order of the four numbers."""
    head: int
    """Bytes from the first of the four numbers to the packet's own bytes."""
    link: int
    """The link type."""
    high: int
    """What one in the high part of the time is worth in units."""
    units: int
    """Units in a second."""
    shift: int
    """Seconds to add."""


class Batch(NamedTuple):
    """Some packets of one layout that stand in one piece of the file."""

    data: bytes
    base: int
    """The offset of `data` in the file."""
    starts: list[int]
    """The offsets in `data` at which packets start."""
    layout: Layout
    back: int
    """Bytes from the start of a packet's record or block in the file to the packet's entry in `starts`."""
