"""The messages of a trace, in columns: a row costs 40 bytes, the text stays in the capture file."""

from array import array
from collections.abc import Iterator
from typing import NamedTuple

from sipbreakout_tui.trace.capture.heard import Endpoint, Heard, Source


class Row(NamedTuple):
    """Where one message stands."""

    file: int
    """Which capture, from 0."""
    frame: int
    """From 1, as in Wireshark."""
    at: float
    """Unix time in seconds."""
    source: Endpoint
    target: Endpoint
    transport: str


class Messages:
    """Every SIP message of the captures, in the order in which it was read."""

    def __init__(self, sources: list[Source]) -> None:
        """Start empty; `sources` are asked for a message's bytes."""
        self.sources = sources
        self.frames = array("I")
        self.times = array("d")
        self._places = array("q")
        self._lengths = array("I")
        self._files = array("H")
        self._hops = array("I")
        self._hop_of: dict[tuple[int, int, str], int] = {}
        self._hop_list: list[tuple[Endpoint, Endpoint, str]] = []

    def add(self, file: int, heard: Heard) -> int:
        """Append a message of a file; return its row."""
        frame, at, source, target, transport, data, place = heard
        # By identity: a source gives one object for equal ends, and they stay in the list.
        key = id(source), id(target), transport
        number = self._hop_of.get(key)
        if number is None:
            number = self._hop_of[key] = len(self._hop_list)
            self._hop_list.append((source, target, transport))
        self.frames.append(frame)
        self.times.append(at)
        self._places.append(place)
        self._lengths.append(len(data))
        self._files.append(file)
        self._hops.append(number)
        return len(self.frames) - 1

    def __len__(self) -> int:
        """Return how many messages there are."""
        return len(self.frames)

    def __getitem__(self, row: int) -> Row:
        """Return where a message stands."""
        return Row(self._files[row], self.frames[row], self.times[row], *self._hop_list[self._hops[row]])

    def __iter__(self) -> Iterator[Row]:
        """Yield where every message stands."""
        return (self[row] for row in range(len(self)))

    def raw(self, row: int) -> bytes:
        """Return a message's bytes, read from its capture again."""
        return self.sources[self._files[row]].raw(self._places[row], self._lengths[row])
