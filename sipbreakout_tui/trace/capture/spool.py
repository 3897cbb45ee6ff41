"""Messages that stand nowhere in the file as a whole, kept in a temporary file."""

from threading import Lock
from typing import IO

from sipbreakout_tui.trace.capture.heard import CaptureUnreadable

_TAIL = 262_144


class Spool:
    """Keeps bytes outside memory, and gives them back by place; made on first use."""

    def __init__(self) -> None:
        self._file: IO[bytes] | None = None
        self._written = 0
        self._tail = bytearray()
        self._lock = Lock()

    def put(self, message: bytes) -> int:
        """Keep the bytes and return their place, always negative: -1 is the first byte.

        Raises:
            CaptureUnreadable: The disk is full, or there is no place for temporary files.
        """
        with self._lock:
            place = self._written + len(self._tail)
            self._tail += message
            if len(self._tail) >= _TAIL:
                self._flush()
            return -(place + 1)

    def get(self, place: int, length: int) -> bytes:
        """Return what was kept at a place."""
        start = -place - 1
        with self._lock:
            if start >= self._written:
                start -= self._written
                return bytes(self._tail[start : start + length])
            self._flush()
            if self._file is None:
                return b""
            self._file.seek(start)
            return self._file.read(length)

    def close(self) -> None:
        """Let the temporary file go."""
        with self._lock:
            if self._file is not None:
                self._file.close()

    def _flush(self) -> None:
        try:
            if self._file is None:
                import tempfile

                self._file = tempfile.TemporaryFile(prefix="sipbreakout-", buffering=0)  # noqa: SIM115 - see close
            self._file.seek(self._written)
            with memoryview(self._tail) as rest:
                done = 0
                while done < len(rest):
                    done += self._file.write(rest[done:])
        except OSError as error:
            why = error.strerror or error
            raise CaptureUnreadable(f"cannot write a temporary file: {why}. Make room, or set TMPDIR") from error
        self._written += done
        self._tail = bytearray()
