"""What can go wrong with a file, said once for every caller."""

import sqlite3
from pathlib import Path

from sipbreakout_model import SipBreakoutError
from sipbreakout_tui.safe_text import visible

BUSY_SECONDS = 10.0
"""How long a write waits for another process."""


class StoreError(SipBreakoutError):
    """A file that cannot be read or written; the message names it and says what to do."""


class StoreTooNew(StoreError):
    """A file that a newer program wrote; it is left untouched."""


class StoreDamaged(StoreError):
    """A file that is no database, another program's, or broken."""


class StoreReadOnly(StoreError):
    """A file that may not be written."""


class StoreFull(StoreError):
    """No room on the disk; nothing of the change was written."""


class StoreBusy(StoreError):
    """Another process held the file too long."""


class StoreClosed(StoreError):
    """A store that was closed already."""


# Primary result codes of SQLite (its rescode.html) that a user can do something about.
_MEANINGS: dict[int, tuple[type[StoreError], str]] = {
    sqlite3.SQLITE_FULL: (StoreFull, "the disk is full; nothing of this change was written. Free some space"),
    sqlite3.SQLITE_READONLY: (StoreReadOnly, "it may not be written. Make the file and its folder writable"),
    sqlite3.SQLITE_PERM: (StoreReadOnly, "it may not be used. Make the file and its folder yours"),
    sqlite3.SQLITE_NOTADB: (StoreDamaged, "it is no database. Move it away, or put a copy back"),
    sqlite3.SQLITE_CORRUPT: (StoreDamaged, "it is damaged. Move it away, or put a copy back"),
    sqlite3.SQLITE_BUSY: (
        StoreBusy,
        f"another process held it for more than {BUSY_SECONDS:g} s. End that one, or try again",
    ),
    sqlite3.SQLITE_LOCKED: (StoreBusy, "this process is reading what it would change. Try again"),
    sqlite3.SQLITE_CANTOPEN: (
        StoreError,
        "it cannot be opened. Check that its folder exists, is yours and can be written to: reading needs that, too",
    ),
    sqlite3.SQLITE_IOERR: (
        StoreError,
        "the disk is full, or fails to read or write it. Free some space, or check the disk",
    ),
}
_ABOUT_THE_FILE = frozenset(_MEANINGS)


def translation(path: Path, error: sqlite3.Error) -> StoreError:
    """Return the error of ours that says what SQLite's means for the file, and what to do."""
    kind, what = _MEANINGS.get(_code(error), (StoreError, "SQLite refused this. Please report it"))
    return kind(f"{visible(str(path))}: {what} ({visible(str(error))})")


def is_about_the_file(error: BaseException) -> bool:
    """Return whether the error is no fault of one write: trying the others alone would not help."""
    return isinstance(error, sqlite3.Error) and _code(error) in _ABOUT_THE_FILE


def _code(error: sqlite3.Error) -> int:
    code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    return code & 0xFF


def is_busy(error: sqlite3.Error) -> bool:
    """Return whether another process holds the file."""
    return _code(error) == sqlite3.SQLITE_BUSY
