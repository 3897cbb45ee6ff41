"""One direction of a TCP connection put in order by its sequence numbers."""

from typing import NamedTuple

_MOST_SEGMENTS = 64
_MOST_BYTES = 1 << 20
_WRAP = 1 << 32
_HALF = 1 << 31
_PATIENCE = 1.0
"""Seconds; what the receiver has acknowledged and the capture lacks so long will not come any more."""


class Segment(NamedTuple):
    """Bytes of the stream as one packet brought them."""

    frame: int
    at: float
    body: bytes
    place: int | None
    """Where they stand in the file, if they do."""


class Reassembly:
    """Gives segments in order, each byte once: of bytes sent twice the first count."""

    __slots__ = ("_next", "_position", "_since", "_size", "_waiting")

    def __init__(self, sequence: int) -> None:
        """Start with the sequence number of the first byte expected."""
        self._next = sequence
        self._position = 0  # counts on where sequence numbers wrap
        self._waiting: dict[int, Segment] = {}
        self._size = 0
        self._since = 0.0

    @property
    def has_gap(self) -> bool:
        """Whether segments wait for others that come before them."""
        return bool(self._waiting)

    def add(self, sequence: int, segment: Segment) -> list[Segment]:
        """Return what is in order now; a segment that is new only in part is trimmed."""
        ahead = self._ahead(sequence)
        body = segment.body
        if ahead == 0 and not self._waiting:
            self._advance(len(body))
            return [segment]
        if ahead <= -len(body):
            return []
        if ahead > _MOST_BYTES * 64:  # of another connection, or nonsense
            return []
        if not self._waiting:
            self._since = segment.at
        self._wait(self._position + ahead, segment)
        return self._in_order()

    @property
    def waiting(self) -> int:
        """How many bytes wait behind a gap."""
        return self._size

    @property
    def is_crowded(self) -> bool:
        """Whether so much waits that the gap will not be filled."""
        return len(self._waiting) > _MOST_SEGMENTS or self._size > _MOST_BYTES

    def is_hopeless(self, at: float, acknowledged: int | None) -> bool:
        """Return whether the gap will not be filled: too much waits behind it, or its bytes arrived unseen."""
        if self.is_crowded:
            return True
        if acknowledged is None or at - self._since < _PATIENCE:
            return False
        return self._position + self._ahead(acknowledged) >= min(self._waiting)

    def skip_gap(self) -> list[Segment]:
        """Go on behind the gap; return what is in order from there."""
        if self._waiting:
            self._advance(min(self._waiting) - self._position)
            if self._waiting:
                self._since = min(segment.at for segment in self._waiting.values())
        return self._in_order()

    def skip(self, length: int) -> None:
        """Leave out bytes that the capture does not hold."""
        self._advance(length)

    def forget(self) -> None:
        """Let go what waits behind a gap."""
        self._waiting.clear()
        self._size = 0

    def is_old(self, sequence: int) -> bool:
        """Return whether a segment starts shortly before what is expected: it was sent again."""
        return -_MOST_BYTES < self._ahead(sequence) < 0

    def _ahead(self, sequence: int) -> int:
        return (sequence - self._next + _HALF) % _WRAP - _HALF

    def _advance(self, length: int) -> None:
        self._next = (self._next + length) % _WRAP
        self._position += length

    def _in_order(self) -> list[Segment]:
        ready: list[Segment] = []
        for position in sorted(self._waiting):
            if position > self._position:
                break
            segment = self._waiting.pop(position)
            self._size -= len(segment.body)
            if position + len(segment.body) > self._position:
                segment = _part(segment, self._position - position, len(segment.body))
                self._advance(len(segment.body))
                ready.append(segment)
        return ready

    def _wait(self, start: int, segment: Segment) -> None:
        """Keep the parts of a segment that neither were given out nor wait already."""
        end = start + len(segment.body)
        position = max(start, self._position)
        for other, waiting in sorted(self._waiting.items()):
            if other >= end:
                break
            if other > position:
                self._keep(position, _part(segment, position - start, other - start))
            position = max(position, other + len(waiting.body))
        if position < end:
            self._keep(position, _part(segment, position - start, end - start))

    def _keep(self, position: int, segment: Segment) -> None:
        self._waiting[position] = segment
        self._size += len(segment.body)


def _part(segment: Segment, start: int, end: int) -> Segment:
    if start == 0 and end == len(segment.body):
        return segment
    place = None if segment.place is None else segment.place + start
    return segment._replace(body=segment.body[start:end], place=place)
