"""Text logs of SIP: what sngrep saves as `.txt`, and what Kamailio's module sipdump writes."""

import re
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, NamedTuple

from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.trace.capture.file_bytes import FileBytes
from sipbreakout_tui.trace.capture.heard import CaptureUnreadable, ConnectionEvent, Endpoint, Heard

NO_MESSAGE = "text that is no SIP message"
TOO_LONG = "a message of more than 16 MB"

_MAX_MESSAGE = 16 * 1024 * 1024
_MAX_LINE = 64 * 1024
_END = rb"[0-9A-Za-z._:%\[\]-]{1,100}"
_SNGREP = re.compile(
    rb"^(\d{4})[/-](\d\d)[/-](\d\d)[ T](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))? +(?:\(?([A-Za-z]{2,4})\)? +)?"
    rb"(" + _END + rb") +-> +(" + _END + rb")(?: +\(?([A-Za-z]{2,4})\)?)? *\r?$",
    re.MULTILINE,
)
_SIPDUMP = re.compile(rb"^={20}\r?\n(?:tag|pid|process|time): ", re.MULTILINE)
_SIPDUMP_START = re.compile(rb"={20}\r?\n")
_SIPDUMP_MESSAGE = re.compile(rb"~{20}\r?\n")
_SIPDUMP_END = re.compile(rb"\|{20}\r?\n?$")
_FIELD = re.compile(rb"([a-z]+): ?([^\r\n]{0,200})\r?\n")
_START_LINE = re.compile(rb"SIP/2\.0 |[^\s]+ [^\r\n]+ SIP/2\.0\r?\n", re.IGNORECASE)
_VIA = re.compile(
    rb"^(?:via|v)[ \t]*:[ \t]*SIP[ \t]*/[ \t]*2\.0[ \t]*/[ \t]*([A-Za-z]{2,8})", re.IGNORECASE | re.MULTILINE
)
_HEAD_END = re.compile(rb"\n\r?\n")
_SEPARATOR = re.compile(rb"(?:\r?\n){2}\Z")


class _About(NamedTuple):
    """What stands before a message."""

    at: float
    source: Endpoint
    target: Endpoint
    transport: str
    """Empty where it is not told."""
    by_sipdump: bool


class TextLog:
    """A text log as a source of messages; frames number the messages from 1.

    sngrep writes the local time without its zone, so it is taken as local time of this machine; sipdump writes
    Unix time. A transport that is not told is taken from the message's first Via. A message is what stands there up
    to the next one: a log cannot tell a body that looks like the log itself from the log.
    """

    def __init__(self, path: Path) -> None:
        """Open a log.

        Args:
            path: The file.

        Raises:
            CaptureUnreadable: It is not there, no regular file, or the disk refuses.
        """
        self.unread: Counter[str] = Counter()
        self.events: list[ConnectionEvent] = []
        self.frames = 0
        self._path = path
        self._endpoints: dict[tuple[str, int], Endpoint] = {}
        self._file = FileBytes(path)

    @staticmethod
    def is_log(head: bytes) -> bool:
        """Return whether the first bytes of a file, such as 64 kB, show one of these logs."""
        return _SNGREP.search(head) is not None or _SIPDUMP.search(head) is not None

    def messages(self) -> Iterator[Heard]:
        """Yield every SIP message in the order of the file.

        Raises:
            CaptureUnreadable: The disk refuses.
        """
        try:
            with self._path.open("rb") as file:
                yield from self._read(file)
        except OSError as error:
            raise CaptureUnreadable(f"cannot read {visible(str(self._path))}: {error.strerror}") from error

    def raw(self, place: int, length: int) -> bytes:
        """Return a message's bytes as they stand in the file, by the place that `messages` gave.

        Raises:
            CaptureUnreadable: The disk refuses.
        """
        return self._file.read_at(place, length)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _read(self, file: BinaryIO) -> Iterator[Heard]:
        about: _About | None = None
        fields: dict[bytes, bytes] | None = None
        start = position = 0
        after_empty = at_line_start = True
        while line := file.readline(_MAX_LINE):
            here, position = position, position + len(line)
            whole, at_line_start = at_line_start, line.endswith(b"\n")
            if whole and _SIPDUMP_START.fullmatch(line):
                yield from self._message(about, start, here)
                about, fields = None, {}
            elif fields is not None:
                if _SIPDUMP_MESSAGE.fullmatch(line):
                    about, fields, start = self._sipdump(fields), None, position
                    self.unread[NO_MESSAGE] += about is None
                elif found := _FIELD.fullmatch(line):
                    fields[found[1]] = found[2]
                else:
                    fields = None
                    self.unread[NO_MESSAGE] += 1
            elif about is not None and about.by_sipdump:
                if ended := _SIPDUMP_END.search(line):
                    yield from self._message(about, start, here + ended.start())
                    about = None
            elif whole and after_empty and (found := _SNGREP.fullmatch(line.rstrip(b"\r\n"))) and self._sngrep(found):
                yield from self._message(about, start, here)
                about, start = self._sngrep(found), position
            elif about is None and line.strip():
                self.unread[NO_MESSAGE] += whole
            after_empty = whole and not line.strip()
        yield from self._message(about, start, position)
        self.unread = +self.unread

    def _message(self, about: _About | None, start: int, end: int) -> Iterator[Heard]:
        """Yield what lies between two offsets, if it is a message."""
        if about is None:
            return
        if end - start > _MAX_MESSAGE:
            self.unread[TOO_LONG] += 1
            return
        raw = self.raw(start, end - start)
        empty = len(raw) - len(raw.lstrip(b"\r\n"))
        start, raw = start + empty, raw[empty:]
        if not _START_LINE.match(raw):
            self.unread[NO_MESSAGE] += sum(1 for line in raw.split(b"\n") if line.strip())
            return
        if not about.by_sipdump:
            raw = _without_separator(raw)
        transport = about.transport
        if not transport:
            via = _VIA.search(raw)
            transport = via[1].decode("ascii").upper() if via else "unknown"
        self.frames += 1
        yield self.frames, about.at, about.source, about.target, transport, raw, start

    def _sngrep(self, found: re.Match[bytes]) -> _About | None:
        try:
            year, month, day, hour, minute, second = map(int, found.groups()[:6])
            moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
            at = time.mktime((*moment.timetuple()[:8], -1)) + float(b"0." + (found[7] or b"0"))
        except (ValueError, OverflowError):
            return None
        source, target = self._endpoint(*_cut(found[9])), self._endpoint(*_cut(found[10]))
        transport = (found[8] or found[11] or b"").decode("ascii").upper()
        return _About(at, source, target, transport, False) if source and target else None

    def _sipdump(self, fields: dict[bytes, bytes]) -> _About | None:
        source = self._endpoint(fields.get(b"srcip", b""), fields.get(b"srcport", b""))
        target = self._endpoint(fields.get(b"dstip", b""), fields.get(b"dstport", b""))
        at = re.fullmatch(rb"\d{1,12}(?:\.\d{1,9})?", fields.get(b"time", b""))
        proto = re.match(rb"[A-Za-z]{2,8}", fields.get(b"proto", b""))
        if not (source and target and at):
            return None
        transport = proto[0].decode("ascii").upper() if proto and proto[0] != b"none" else ""
        return _About(float(at[0]), source, target, transport, True)

    def _endpoint(self, address: bytes, port: bytes) -> Endpoint | None:
        if not re.fullmatch(_END, address) or not re.fullmatch(rb"\d{1,5}", port):
            return None
        key = address.decode("ascii").strip("[]"), int(port)
        return self._endpoints.setdefault(key, Endpoint(*key))


def _cut(end: bytes) -> tuple[bytes, bytes]:
    """Return address and port; sngrep writes IPv6 without brackets, too."""
    address, _, port = end.rpartition(b":")
    return address, port


def _without_separator(raw: bytes) -> bytes:
    """Return the message without the two line ends that sngrep puts after it, but with the line that ends its head."""
    head = _HEAD_END.search(raw)
    if head and not raw[head.end() :].strip(b"\r\n"):
        return raw[: head.end()]
    separator = _SEPARATOR.search(raw)
    return raw[: separator.start()] if separator else raw
