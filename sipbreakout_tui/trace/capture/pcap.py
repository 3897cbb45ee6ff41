"""The records of a pcap file."""

import struct
from collections import Counter
from collections.abc import Iterator

from sipbreakout_tui.trace.capture.batch import CHUNK, MOST_CAPTURED, Batch, Layout
from sipbreakout_tui.trace.capture.file_bytes import FileBytes
from sipbreakout_tui.trace.capture.findings import ENDS_EARLY

HEADER = 24
"""Bytes before the first record."""
DAMAGED = "damaged packet record"

_RECORD = 16
_MOST_CANDIDATES = 100_000
_AN_HOUR = 3600

_KINDS = {0xA1B2C3D4: (_RECORD, 10**6), 0xA1B23C4D: (_RECORD, 10**9), 0xA1B2CD34: (_RECORD + 8, 10**6)}
_MAGIC = {
    magic.to_bytes(4, "little" if order == "<" else "big"): (order, head, units)
    for magic, (head, units) in _KINDS.items()
    for order in "<>"
}


def is_pcap(head: bytes) -> bool:
    """Return whether a file with these first bytes is a pcap."""
    return head[:4] in _MAGIC


class Pcap:
    """Walks through the records of a pcap, past damage where it can."""

    def __init__(self, file: FileBytes, unread: Counter[str]) -> None:
        self._file = file
        self._unread = unread
        order, head, units = _MAGIC[file.head[:4]]
        link: int = struct.unpack_from(order + "I", file.head, 20)[0] & 0xFFFF  # above it: length of a checksum
        self._layout = Layout(order, head, link, units, units, 0)
        self._candidates = 0

    def batches(self) -> Iterator[Batch]:
        """Yield all packets in the order of the file."""
        base = HEADER
        last = -1
        layout = self._layout
        while chunk := self._file.read_at(base, CHUNK):
            starts, end, sound = self._records(chunk)
            if starts:
                last = base + starts[-1]
                yield Batch(chunk, base, starts, layout, 0)
            base += end
            if sound and end:
                continue
            found = self._next_sound(last)
            self._unread[ENDS_EARLY if sound and found is None else DAMAGED] += 1
            if found is None:
                return
            base = found

    def _records(self, chunk: bytes) -> tuple[list[int], int, bool]:
        """Return where the whole records of a chunk start, where the last ends, and whether it goes on well."""
        length_at = struct.Struct(self._layout.order + "I").unpack_from
        head = self._layout.head
        starts: list[int] = []
        add = starts.append
        position = 0
        size = len(chunk)
        last = size - head
        while position <= last:
            end = position + head + length_at(chunk, position + 8)[0]
            if end > size:
                sound = end - position <= head + MOST_CAPTURED
                return starts, position, sound
            add(position)
            position = end
        return starts, position, True

    def _next_sound(self, last: int) -> int | None:
        """Return where the next record stands that looks sound, searching from the last one on.

        The last record may be the damaged one: its length may have led to the wrong place.
        """
        if last < 0:
            return None
        order, head, _, units, _, _ = self._layout
        numbers = struct.Struct(order + "IIII")
        seconds = numbers.unpack(self._file.read_at(last, 16))[0]
        sample = struct.pack(order + "I", seconds)
        known, distance = (sample[2:], 2) if order == "<" else (sample[:2], 0)
        base = last + head
        while len(chunk := self._file.read_at(base, CHUNK)) >= head:
            at = chunk.find(known)
            while at >= 0:
                start = at - distance
                self._candidates += 1
                if self._candidates > _MOST_CANDIDATES:
                    return None
                if start >= 0 and self._is_sound(base + start, seconds, units):
                    return base + start
                at = chunk.find(known, at + 1)
            base += len(chunk) - 3 if len(chunk) == CHUNK else len(chunk)
        return None

    def _is_sound(self, offset: int, seconds: int, units: int) -> bool:
        """Return whether a record that looks sound stands here, with another or the file's end behind it."""
        order, head, *_ = self._layout
        for _ in range(2):
            if offset == self._file.size:
                return True
            numbers = self._file.read_at(offset, 16)
            if len(numbers) < 16:
                return False
            when, fraction, captured, length = struct.unpack(order + "IIII", numbers)
            near = abs(when - seconds) <= _AN_HOUR * 24
            if not (near and fraction < units and captured <= length <= MOST_CAPTURED):
                return False
            offset += head + captured
        return True
