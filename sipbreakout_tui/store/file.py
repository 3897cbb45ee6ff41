"""The file of a store: where it stands, who wrote it, and its tables brought up to date."""

import os
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.store.errors import BUSY_SECONDS, StoreDamaged, StoreError, StoreTooNew, is_busy
from sipbreakout_tui.store.writer import transaction

_WAL_TRIES = 200
_WAL_PAUSE = 0.02
_CACHED_STATEMENTS = 512
_TABLES = "SELECT name FROM sqlite_master"


class Migration(NamedTuple):
    """One named change of the tables, applied once a file and in one transaction."""

    name: str
    """Unique in the file, and never changed once released."""
    change: str | Callable[[sqlite3.Connection], object]
    """SQL statements, or what makes the change."""


def connect(path: Path, *, writes: bool) -> sqlite3.Connection:
    """Return a connection without transactions of its own; writes are on the disk when committed."""
    connection = sqlite3.connect(
        path,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=_CACHED_STATEMENTS,
    )
    try:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA temp_store = MEMORY")
        if not writes:
            connection.execute("PRAGMA query_only = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def make_place(path: Path) -> bool:
    """Make the folder and an empty file where they are missing; return whether the file is empty.

    Raises:
        StoreError: They cannot be made, or the path is a folder.
        StoreDamaged: The file has lost its content.
    """
    name = visible(str(path))
    try:
        if path.is_dir():
            raise StoreError(f"{name}: it is a folder. Name a file in it")
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))  # for its owner only
        if path.stat().st_size:
            return False
        _refuse_emptied(path)
        return True
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        why = error.strerror if isinstance(error, OSError) else error
        raise StoreError(f"{name}: it cannot be made or read: {why}. Name another place") from error


def _refuse_emptied(path: Path) -> None:
    """Refuse an empty file with changes beside it: SQLite would delete them, and they may be all that is left."""
    log = path.with_name(f"{path.name}-wal")
    with suppress(FileNotFoundError):  # a process that makes the file fills it before the log, so look in this order
        if log.stat().st_size and not path.stat().st_size:
            raise StoreDamaged(
                f"{visible(str(path))}: it is empty, but {visible(log.name)} beside it is not; nothing was changed. "
                "Move both away, or put a copy back"
            )


def refuse_unknown(path: Path, migrations: Sequence[Migration]) -> None:
    """Look at a file without changing it, and refuse what a newer or another program wrote.

    Raises:
        StoreTooNew: It has a migration that is not among these.
        StoreDamaged: It is another program's.
    """
    places = [f"{path.absolute().as_uri()}?mode=ro"]
    if not path.with_name(f"{path.name}-wal").exists():
        places.insert(0, f"{places[0]}&immutable=1")  # leaves not even a file beside it
    for place in places:
        connection = sqlite3.connect(place, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            tables = {name for (name,) in connection.execute(_TABLES)}
            if tables:
                _applied(connection, path, tables, migrations)
            return
        except sqlite3.DatabaseError:
            # Immutable: another process may have changed the file below us; ask again with its locks.
            if place is places[-1]:
                raise
        finally:
            connection.close()


def migrate(connection: sqlite3.Connection, path: Path, migrations: Sequence[Migration], now: float) -> None:
    """Make the tables, or bring them up to date; all of it or nothing.

    Raises:
        StoreTooNew: The file has a migration that is not among these.
    """
    _use_wal(connection)
    tables = {name for (name,) in connection.execute(_TABLES)}
    if tables and len(_applied(connection, path, tables, migrations)) == len(migrations):
        return
    with transaction(connection):
        connection.execute("CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY, applied_at REAL NOT NULL)")
        tables = {name for (name,) in connection.execute(_TABLES)}  # another process may have been faster
        applied = _applied(connection, path, tables, migrations)
        for migration in migrations:
            if migration.name not in applied:
                _apply(connection, migration.change)
                connection.execute("INSERT INTO migration VALUES (?, ?)", (migration.name, now))


def _applied(connection: sqlite3.Connection, path: Path, tables: set[str], migrations: Sequence[Migration]) -> set[str]:
    if "migration" not in tables:
        raise StoreDamaged(f"{visible(str(path))}: it is a database of another program. Name another file")
    applied = {name for (name,) in connection.execute("SELECT name FROM migration")}
    unknown = sorted(applied - {migration.name for migration in migrations})
    if unknown:
        raise StoreTooNew(
            f"{visible(str(path))}: a newer sipbreakout wrote it, or it is another kind of file (it has the migration "
            f"{', '.join(map(visible, unknown))}); nothing was changed. Upgrade sipbreakout, or name another file"
        )
    return applied


def _apply(connection: sqlite3.Connection, change: str | Callable[[sqlite3.Connection], object]) -> None:
    if callable(change):
        change(connection)
        return
    statement = ""
    for part in change.split(";"):  # executescript would commit first
        statement += f"{part};"
        if sqlite3.complete_statement(statement):
            connection.execute(statement)
            statement = ""


def _use_wal(connection: sqlite3.Connection) -> None:
    # While two processes make one file, SQLite answers "locked" at once here, whatever its timeout is.
    for tries_left in reversed(range(_WAL_TRIES)):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if not (is_busy(error) and tries_left):
                raise
        time.sleep(_WAL_PAUSE)
