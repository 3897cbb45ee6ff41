"""Captures as people name them: by path, told apart by what is in them."""

import stat
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.trace.capture.heard import CaptureUnreadable, NotACapture, Source
from sipbreakout_tui.trace.capture.packet_file import PacketFile
from sipbreakout_tui.trace.capture.textlog import TextLog

HEAD_BYTES = 64 * 1024
"""How much of a file is looked at to tell what it is."""


class CaptureMissing(CaptureUnreadable):
    """A file that was named as a capture is not there, or cannot be opened."""

    exit_code = 2


class NoCapture(NotACapture):
    """A file that was named as a capture is something else."""

    exit_code = 2


class Decoder(Enum):
    """Who reads packets."""

    AUTO = "auto"
    """The built-in reader; tshark for what it leaves unread, where that is installed."""
    BUILTIN = "builtin"
    TSHARK = "tshark"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads packets, and what opens TLS beside the secrets within a pcapng; only tshark uses these."""

    decoder: Decoder = Decoder.AUTO
    keylog: Path | None = None
    """TLS secrets as programs write them where `SSLKEYLOGFILE` is set."""
    tls_key: Path | None = None
    """The server's private RSA key (PEM); serves TLS 1.2 without ephemeral keys only."""

    @property
    def has_keys(self) -> bool:
        """Whether there is anything that opens TLS."""
        return self.keylog is not None or self.tls_key is not None


@dataclass(frozen=True, slots=True)
class Capture:
    """One opened file."""

    path: Path
    source: Source
    decoder: str
    """Who reads it: `builtin`, `tshark` or, for a text log, `text`."""

    @property
    def name(self) -> str:
        """The file's name, safe to show."""
        return visible(self.path.name)


Progress = Callable[[int, int], None]
"""Called with the bytes that were read and their total."""


def open_captures(paths: Sequence[Path], reader: Reader, progress: Progress | None = None) -> list[Capture]:
    """Open every file; with AUTO by the built-in reader.

    Args:
        paths: pcap, pcapng (also as a gzip) or text logs of SIP.
        reader: Who reads packets.
        progress: Called while the built-in reader reads, with the bytes of all files.

    Raises:
        NoCapture: A file is something else.
        CaptureMissing: A file, or one of the keys, is not there.
        DecoderMissing: tshark was asked for, and is not installed.
    """
    for key in (reader.keylog, reader.tls_key):
        if key is not None:
            _head(key)  # said also where no capture needs it
    steps = None if progress is None else _Steps(progress, [_size(path) for path in paths])
    with ExitStack() as opened:
        captures = []
        for index, path in enumerate(paths):
            capture = open_capture(path, reader, None if steps is None else steps.of(index))
            opened.callback(capture.source.close)
            captures.append(capture)
        opened.pop_all()
        return captures


def open_capture(path: Path, reader: Reader, progress: Progress | None = None, ports: Sequence[int] = ()) -> Capture:
    """Open one file, as `open_captures` does.

    Args:
        path: A pcap, a pcapng (also as a gzip) or a text log of SIP.
        reader: Who reads packets; tshark takes any capture file that it knows.
        progress: Called while the built-in reader reads.
        ports: Ports of SIP over TLS beside 5061, for tshark.
    """
    head = _head(path)
    if not PacketFile.is_packets(head) and TextLog.is_log(head):
        return Capture(path, TextLog(path), "text")
    try:
        if reader.decoder is Decoder.TSHARK:
            from sipbreakout_tui.trace.capture.tshark import TsharkFile

            tshark = TsharkFile(path, keylog=reader.keylog, tls_key=reader.tls_key, ports=ports)
            return Capture(path, tshark, "tshark")
        return Capture(path, PacketFile(path, progress=progress), "builtin")
    except CaptureUnreadable as error:
        raise CaptureMissing(str(error)) from error
    except NotACapture as error:
        raise NoCapture(
            f"{visible(str(path))} is no capture: expected pcap, pcapng (also as a gzip) or a text log of SIP from "
            "sngrep or sipdump"
        ) from error


def _head(path: Path) -> bytes:
    name = visible(str(path))
    try:
        # Asked before it is opened: to open a pipe waits for somebody to write.
        if not stat.S_ISREG(path.stat().st_mode):
            raise CaptureMissing(f"{name} is no regular file. Save the capture to a file first")
        with path.open("rb") as file:
            return file.read(HEAD_BYTES)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        why = error.strerror if isinstance(error, OSError) else error
        raise CaptureMissing(f"{name} cannot be read: {why}") from error


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except (OSError, ValueError):
        return 0


class _Steps:
    """The progress of several files as one."""

    def __init__(self, progress: Progress, sizes: list[int]) -> None:
        self._progress = progress
        self._sizes = sizes
        self._done = [0] * len(sizes)

    def of(self, index: int) -> Progress:
        """Return what one file calls; it may count its bytes otherwise than the file's size does."""

        def tell(done: int, total: int) -> None:
            self._done[index] = self._sizes[index] * done // total if total else self._sizes[index]
            self._progress(sum(self._done), sum(self._sizes))

        return tell
