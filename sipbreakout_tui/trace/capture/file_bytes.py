"""The bytes of a capture file, unpacked first where it is a gzip."""

import os
import stat
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import IO

from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.trace.capture.heard import CaptureUnreadable

GZIP = b"\x1f\x8b"
DAMAGED_GZIP = "the gzip is damaged: what follows was not read"
SHORT_GZIP = "the gzip ends early"

_HEAD = 4096
_CHUNK = 1 << 16
_UNPACKED_AT_ONCE = 1 << 20


class FileBytes:
    """Reads any part of a file; a gzip is to be unpacked first, into a temporary file."""

    def __init__(self, path: Path) -> None:
        """Open the file.

        Args:
            path: A regular file.

        Raises:
            CaptureUnreadable: It is not there, no regular file, or the disk refuses.
        """
        self._name = visible(str(path))
        self._lock = Lock()
        self.gzip_trouble = ""
        """Why a gzip could not be unpacked to its end; empty: it could, or it is none."""
        try:
            self._file: IO[bytes] = path.open("rb", buffering=0)
        except (OSError, ValueError) as error:  # ValueError: a NUL in the name
            raise self._unreadable(error) from error
        try:
            status = os.fstat(self._file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise CaptureUnreadable(f"{self._name}: it is no regular file. Save the capture to a file first")
            self.size = status.st_size
            """In bytes, of the capture once it is unpacked."""
            self.head = self.read_at(0, _HEAD)
            """The first bytes of the capture, unpacked ones of a gzip."""
            self.is_gzip = self.head.startswith(GZIP)
            if self.is_gzip:
                with suppress(zlib.error):
                    self.head = zlib.decompressobj(wbits=31).decompress(self.head, 64)
        except BaseException:
            self._file.close()
            raise

    def unpack(self, step: Callable[[int], object]) -> None:
        """Put what a gzip holds in the place of the gzip.

        Args:
            step: Called now and then with the bytes of the gzip that were read.

        Raises:
            CaptureUnreadable: The disk refuses or is full.
        """
        import tempfile

        packed = self._file
        try:
            plain = tempfile.TemporaryFile(prefix="sipbreakout-", buffering=_CHUNK)  # noqa: SIM115 - closed in close()
            try:
                self._unpack_into(plain, packed, step)
                plain.flush()
                self.size = plain.tell()
            except BaseException:
                plain.close()
                raise
        except OSError as error:
            raise self._unreadable(error) from error
        self._file = plain
        packed.close()

    def read_at(self, offset: int, length: int) -> bytes:
        """Return up to `length` bytes from an offset; fewer only at the end of the file.

        Raises:
            CaptureUnreadable: The disk refuses, or the file was closed.
        """
        try:
            with self._lock:
                self._file.seek(offset)
                data = self._file.read(length)
                while 0 < len(data) < length and offset + len(data) < self.size:
                    more = self._file.read(length - len(data))
                    if not more:
                        break
                    data += more
                return data
        except (OSError, ValueError) as error:
            raise self._unreadable(error) from error

    def close(self) -> None:
        """Close the file; a temporary one goes away."""
        self._file.close()

    def _unpack_into(self, plain: IO[bytes], packed: IO[bytes], step: Callable[[int], object]) -> None:
        packed.seek(0)
        member = zlib.decompressobj(wbits=31)
        chunk = packed.read(_CHUNK)
        try:
            while chunk:
                plain.write(member.decompress(chunk, _UNPACKED_AT_ONCE))
                chunk = member.unused_data if member.eof else member.unconsumed_tail
                if member.eof:  # a gzip may hold several members, and zeros behind the last
                    chunk = (chunk or packed.read(_CHUNK)).lstrip(b"\0")
                    if not chunk:
                        return
                    member = zlib.decompressobj(wbits=31)
                chunk = chunk or packed.read(_CHUNK)
                step(packed.tell())
            plain.write(member.flush())
            self.gzip_trouble = SHORT_GZIP
        except zlib.error:
            self.gzip_trouble = DAMAGED_GZIP

    def _unreadable(self, error: Exception) -> CaptureUnreadable:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return CaptureUnreadable(f"cannot read {self._name}: {visible(why)}")
