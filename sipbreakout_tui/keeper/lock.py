"""One keeper a ledger: a lock file that a dead process does not hold."""

import contextlib
import os
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from sipbreakout_model import SipBreakoutError


class KeeperRuns(SipBreakoutError):
    """Another process keeps the registrations of this ledger already."""


class KeeperLock:
    """Held while registrations are kept; the system releases it when the process ends, however it ends."""

    def __init__(self, path: Path) -> None:
        """Take the path of the lock file; nothing is locked yet."""
        self._path = path
        self._file: int | None = None

    def __enter__(self) -> Self:
        """Take the lock.

        Raises:
            KeeperRuns: Somebody else has it; the message names the process.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        try:
            _lock_soon(file)
        except OSError:
            holder = os.pread(file, 32, _AFTER_LOCK).decode("ascii", "replace") if hasattr(os, "pread") else ""
            os.close(file)
            who = f"process {holder.strip()}" if holder.strip().isdigit() else "another process"
            raise KeeperRuns(
                f"{who} keeps these registrations already (lock {self._path.name}). Stop it first"
            ) from None
        os.lseek(file, _AFTER_LOCK, os.SEEK_SET)
        os.write(file, f"{os.getpid():<31}\n".encode("ascii"))
        self._file = file
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Release the lock; the file stays, so that nobody locks a file that is gone."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def is_held(path: Path) -> bool:
    """Return whether a keeper runs on the ledger beside this lock file."""
    if not path.exists():
        return False
    with contextlib.suppress(KeeperRuns), KeeperLock(path):
        return False
    return True


def _lock_soon(file: int) -> None:
    """Lock the file; who only looks whether it is held has it for a moment."""
    for _ in range(_TRIES):
        with contextlib.suppress(OSError):
            return _lock(file)
        time.sleep(_TRY_SECONDS)
    return _lock(file)


_TRIES = 5
_TRY_SECONDS = 0.02

_AFTER_LOCK = 1
"""Byte 0 is what Windows locks, and a locked byte cannot be read there."""

if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> None:
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
