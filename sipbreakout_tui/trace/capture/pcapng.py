"""The blocks of a pcapng file (draft-ietf-opsawg-pcapng)."""

import re
import struct
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from sipbreakout_tui.trace.capture.batch import CHUNK, MOST_CAPTURED, Batch, Layout
from sipbreakout_tui.trace.capture.file_bytes import FileBytes
from sipbreakout_tui.trace.capture.findings import ENDS_EARLY

DAMAGED = "damaged block"
NO_INTERFACE = "packet of an unknown interface"

_SECTION = 0x0A0D0D0A
_INTERFACE = 1
_OLD_PACKET = 2
_SIMPLE_PACKET = 3
_PACKET = 6
_SECRETS = 10
_SHORTEST = {_PACKET: 32, _OLD_PACKET: 32, _SIMPLE_PACKET: 16}
"""Bytes of the blocks that hold packets."""

_MAGIC = {b"\x4d\x3c\x2b\x1a": "<", b"\x1a\x2b\x3c\x4d": ">"}
_STARTS = {
    "<": re.compile(rb"[\x02\x03\x06]\x00\x00\x00|\n\r\r\n"),
    ">": re.compile(rb"\x00\x00\x00[\x02\x03\x06]|\n\r\r\n"),
}
_MOST_BLOCK = MOST_CAPTURED + 65_536
_MOST_CANDIDATES = 100_000
_MOST_INTERFACES = 65_536
_RESOLUTION, _OFFSET = 9, 14
_AN_AGE = 1 << 40


class _Blocks(NamedTuple):
    """Whole blocks that stand in one piece of the file, and what comes behind them."""

    found: list[tuple[int, int, int]]
    """Type, offset and length of each."""
    end: int
    sound: bool
    """False: no block stands at `end`, but damage."""


class _Interface(NamedTuple):
    layout: Layout
    snaplen: int
    """Bytes kept of a packet; 0: all."""


def is_pcapng(head: bytes) -> bool:
    """Return whether a file with these first bytes is a pcapng."""
    return head[:4] == b"\n\r\r\n" and head[8:12] in _MAGIC


class Pcapng:
    """Walks through the blocks of a pcapng, past damage where it can."""

    def __init__(self, file: FileBytes, unread: Counter[str]) -> None:
        self._file = file
        self._unread = unread
        self._order = "<"
        self._candidates = 0
        self._interfaces: list[_Interface] = []
        self.has_secrets = False
        """A Decryption Secrets Block was seen."""
        self.definitions: list[tuple[int, int]] = []
        """Offset and length of the section header and the interface blocks that hold now."""

    def batches(self) -> Iterator[Batch]:
        """Yield all packets in the order of the file."""
        for data, base, found in self._pieces():
            packet = struct.Struct(self._order + "I8xI").unpack_from
            starts: list[int] = []
            current = -1
            for kind, position, length in found:
                if kind == _PACKET:
                    interface, captured = packet(data, position + 8)
                    if captured + 32 > length:
                        self._unread[DAMAGED] += 1
                        continue
                    if interface == current:
                        starts.append(position + 12)
                        continue
                else:
                    interface = -1
                if starts:
                    yield Batch(data, base, starts, self._interfaces[current].layout, 12)
                    starts = []
                current = interface
                if kind == _PACKET:
                    if interface < len(self._interfaces):
                        starts.append(position + 12)
                    else:
                        self._unread[NO_INTERFACE] += 1
                        current = -1
                else:
                    yield from self._rarer(kind, data, base, position, length)
            if starts:
                yield Batch(data, base, starts, self._interfaces[current].layout, 12)

    def _rarer(self, kind: int, data: bytes, base: int, position: int, length: int) -> Iterator[Batch]:
        """Take note of a block that is no Enhanced Packet Block; yield its packet if it holds one."""
        if kind == _SECTION:
            self._interfaces = []
            self.definitions = [(base + position, length)]
        elif kind == _INTERFACE and length >= 20 and len(self._interfaces) < _MOST_INTERFACES:
            self._interfaces.append(_interface(self._order, data[position + 8 : position + length - 4]))
            self.definitions.append((base + position, length))
        elif kind == _SECRETS:
            self.has_secrets = True
        elif kind == _OLD_PACKET:
            interface, captured = struct.unpack_from(self._order + "H10xI", data, position + 8)
            if interface >= len(self._interfaces):
                self._unread[NO_INTERFACE] += 1
            elif captured + 32 > length or captured > MOST_CAPTURED:
                self._unread[DAMAGED] += 1
            else:
                yield Batch(data, base, [position + 12], self._interfaces[interface].layout, 12)
        elif kind == _SIMPLE_PACKET:
            if not self._interfaces:
                self._unread[NO_INTERFACE] += 1
                return
            layout, snaplen = self._interfaces[0]
            (size,) = struct.unpack_from(self._order + "I", data, position + 8)
            captured = min(size, snaplen or size, length - 16)
            numbers = struct.pack(self._order + "IIII", 0, 0, captured, size)
            packet = numbers + data[position + 12 : position + 12 + captured]
            yield Batch(packet, base + position - 4, [0], layout, -4)

    def _pieces(self) -> Iterator[tuple[bytes, int, list[tuple[int, int, int]]]]:
        """Yield a piece of the file, its offset, and the blocks in it."""
        offset = 0
        while data := self._file.read_at(offset, CHUNK):
            if is_pcapng(data[:12]):
                self._order = _MAGIC[data[8:12]]
            found, end, sound = self._scan(data)
            if found:
                yield data, offset, found
            offset += end
            if sound and end:
                continue
            follows = self._behind_large(data[end:], offset) if sound else None
            if follows is None:
                follows = self._next_sound(offset + 4)
                self._unread[DAMAGED if follows or not sound else ENDS_EARLY] += 1
                if follows is None:
                    return
            offset = follows

    def _scan(self, data: bytes) -> _Blocks:
        """Find the whole blocks of this section in a piece that starts with a block."""
        head = struct.Struct(self._order + "II").unpack_from
        long = struct.Struct(self._order + "I").unpack_from
        found: list[tuple[int, int, int]] = []
        add = found.append
        position = 0
        size = len(data)
        last = size - 12
        while position <= last:
            kind, length = head(data, position)
            end = position + length
            if kind == _SECTION and position:
                break  # read anew from here: its byte order may be another one
            if length < _SHORTEST.get(kind, 12) or (length > _MOST_BLOCK and kind in _SHORTEST):
                return _Blocks(found, position, False)
            if end > size:
                break
            if long(data, end - 4)[0] != length:
                return _Blocks(found, position, False)
            add((kind, position, length))
            position = end
        return _Blocks(found, position, True)

    def _behind_large(self, data: bytes, offset: int) -> int | None:
        """Return where a block ends that is larger than a piece; None: the file does not hold it whole."""
        if len(data) < 12:
            return None
        kind, length = struct.unpack_from(self._order + "II", data)
        end: int = offset + length
        if self._file.read_at(end - 4, 4) != data[4:8]:
            return None
        self.has_secrets |= kind == _SECRETS
        return end

    def _next_sound(self, offset: int) -> int | None:
        """Return where the next packet block or section stands, searching from an offset on."""
        pattern = _STARTS[self._order]
        size = struct.Struct(self._order + "I").unpack_from
        while len(data := self._file.read_at(offset, CHUNK)) >= 12:
            for match in pattern.finditer(data, 0, len(data) - 8):
                start = match.start()
                if is_pcapng(data[start : start + 12]):
                    return offset + start
                (length,) = size(data, start + 4)
                if not 16 <= length <= _MOST_BLOCK:
                    continue
                self._candidates += 1
                if self._candidates > _MOST_CANDIDATES:
                    return None
                if self._file.read_at(offset + start + length - 4, 4) == data[start + 4 : start + 8]:
                    return offset + start
            offset += len(data) - 11
        return None


def _interface(order: str, body: bytes) -> _Interface:
    link, snaplen = struct.unpack_from(order + "HxxI", body)
    units, shift = 10**6, 0
    for code, value in _options(order, body[8:]):
        if code == _RESOLUTION and value:
            exponent = value[0] & 0x7F
            units = 2**exponent if value[0] & 0x80 else 10**exponent
        elif code == _OFFSET and len(value) == 8:
            (shift,) = struct.unpack(order + "q", value)
    if abs(shift) > _AN_AGE:
        shift = 0
    return _Interface(Layout(order, 16, link, 1 << 32, units, shift), snaplen)


def _options(order: str, body: bytes) -> Iterator[tuple[int, bytes]]:
    position = 0
    while position + 4 <= len(body):
        code, length = struct.unpack_from(order + "HH", body, position)
        if code == 0:
            return
        position += 4
        yield code, body[position : position + length]
        position += length + 3 & ~3
