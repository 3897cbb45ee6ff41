"""SIP messages in a stream of bytes, told apart by Content-Length (RFC 3261 section 18.3)."""

import re
from collections import Counter
from typing import NamedTuple

from sipbreakout_tui.trace.capture.findings import NO_END, OUT_OF_STEP, TOO_LARGE
from sipbreakout_tui.trace.capture.sip_start import after_blank, begins_like_sip, begins_usually

_LONGEST_HEADERS = 262_144
_LONGEST_MESSAGE = 16 << 20
_LENGTH = re.compile(rb"\n(?:content-length|l)[ \t]*:[ \t]*(?:\r?\n[ \t]+)?(\d{1,12})", re.IGNORECASE)


class Framed(NamedTuple):
    """A message of the stream."""

    message: bytes
    place: int | None
    """Where it stands in the file; None: it was put together."""


class Framer:
    """Cuts one direction of a connection into messages."""

    __slots__ = ("_any", "_held", "_scanned", "_started", "_total", "_unread", "in_step")

    def __init__(self, unread: Counter[str]) -> None:
        self._unread = unread
        self._held = bytearray()
        self._any = False
        self._next_message()
        self.in_step = True
        """False: the bytes are no SIP, or not any more."""

    def __len__(self) -> int:
        """Return how many bytes are held of a message that is not whole."""
        return len(self._held)

    def feed(self, piece: bytes, place: int | None) -> list[Framed]:
        """Return the messages that this piece completes.

        Args:
            piece: What follows in the stream.
            place: Where it stands in the file, if it does.
        """
        data: bytes | bytearray = piece
        if self._held and not self._started and begins_usually(piece):
            self._held = bytearray()  # it looked like the beginning of a start line, and was none
            self._lose(OUT_OF_STEP)
            self.in_step = True
        if self._held:
            self._held += piece
            data, place = self._held, None
        messages: list[Framed] = []
        position = 0
        while True:
            if not self._started:
                position = after_blank(data, position)
            end = self._end(data, position)
            if end is None:
                break
            messages.append(Framed(bytes(data[position:end]), None if place is None else place + position))
            position = end
            self._next_message()
        if not self.in_step:
            self._held = bytearray()
        elif data is piece:
            self._held = bytearray(piece[position:])
        else:
            del self._held[:position]
        self._any |= bool(messages)
        return messages

    def give_up(self) -> bytes:
        """Forget and return what is held of a message that will not be completed."""
        held = bytes(self._held) if self._started else b""
        self._held = bytearray()
        self._next_message()
        return held

    def _next_message(self) -> None:
        self._started = False
        self._scanned = 0
        self._total = 0

    def _end(self, data: bytes | bytearray, start: int) -> int | None:
        """Return where the message at `start` ends; None: not yet, or the stream is out of step."""
        if start == len(data):
            return None
        if not self._started:
            begins = begins_like_sip(data, start, more_follows=True)
            if not begins:
                if begins is False:
                    self._lose(OUT_OF_STEP)
                return None
            self._started = True
        if not self._total:
            headers = _headers_end(data, start + self._scanned)
            if headers < 0:
                self._scanned = max(0, len(data) - start - 3)
                if self._scanned > _LONGEST_HEADERS:
                    self._lose(NO_END)
                return None
            length = _LENGTH.search(data, start, headers)
            self._total = headers - start + (int(length[1]) if length else 0)
            if self._total > _LONGEST_MESSAGE:
                self._lose(TOO_LARGE)
                return None
        end = start + self._total
        return end if end <= len(data) else None

    def _lose(self, why: str) -> None:
        if self._any or why != OUT_OF_STEP:  # a stream that never was SIP is nothing to complain of
            self._unread[why] += 1
        self.in_step = False
        self._next_message()


def _headers_end(data: bytes | bytearray, start: int) -> int:
    usual = data.find(b"\n\r\n", start)
    bare = data.find(b"\n\n", start, usual if usual >= 0 else len(data))
    if bare >= 0:
        return bare + 2
    return usual + 3 if usual >= 0 else -1
