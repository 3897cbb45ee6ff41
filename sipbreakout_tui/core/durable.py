"""Registrations of a core that outlive it: in memory and in a state file."""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from functools import partial
from itertools import groupby
from pathlib import Path

from sipbreakout_model import (
    DEFAULT_TTL,
    E164,
    InvalidValue,
    NotRegistered,
    Registration,
    RegistrationBook,
    TasUri,
    WrongSipUri,
)
from sipbreakout_tui.core.registry import Registry
from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.store import Migration, Store, StoreError

MIGRATIONS = (
    Migration(
        "registration",
        """
        CREATE TABLE registration (
            number TEXT PRIMARY KEY,
            sip_uri TEXT NOT NULL,
            route_type TEXT NOT NULL,
            mobile_originating_prefix TEXT NOT NULL,
            mobile_terminating_prefix TEXT NOT NULL,
            accepted_at REAL NOT NULL
        ) WITHOUT ROWID
        """,
    ),
)

_UPSERT = "INSERT OR REPLACE INTO registration VALUES (?, ?, ?, ?, ?, ?)"
_SELECT = "SELECT * FROM registration"

MANY = 4
"""So many changes in one commit mean that many clients wait at once."""

PAUSE = 0.005
"""Seconds to gather changes in before the next commit, then: a commit costs more than ten requests."""

_Row = tuple[str, str, str, str, str, float]
_Refusal = NotRegistered | WrongSipUri


class _Change:
    """One upsert or delete that a request waits for."""

    __slots__ = ("at", "done", "number", "registration", "sip_uri")

    def __init__(
        self, number: E164, sip_uri: TasUri, registration: Registration | None, at: float, done: "asyncio.Future[None]"
    ) -> None:
        self.number = number
        self.sip_uri = sip_uri
        self.registration = registration  # None: a delete
        self.at = at
        self.done = done

    def row(self, of: Registration) -> _Row:
        prefixes = of.mobile_originating_prefix, of.mobile_terminating_prefix
        return self.number.text, str(self.sip_uri), of.route_type.name, *prefixes, self.at


class DurableRegistry(Registry):
    """Registrations in memory and in a state file; an answer follows the commit.

    The file decides: its one writer thread works in the order of the requests, and only what it has
    committed enters the book. So a refusal too rests on what is durable.
    """

    def __init__(self, path: Path, *, now: float) -> None:
        """Open the file, make it this process's own, and load what is in force at `now`.

        Raises:
            StoreError: It cannot be used, or another core uses it.
        """
        super().__init__()
        self._closed = False
        self._busy = False
        self._gathered: list[_Change] = []
        self._committed: deque[tuple[list[_Change], Future[list[_Refusal | None]]]] = deque()
        self._lock = _lock(path)
        try:
            self._store = Store(path, MIGRATIONS)
            try:
                self._load(path, now)
            except BaseException:
                self._store.close()
                raise
        except BaseException:
            self._lock.close()
            raise

    async def upsert(self, registration: Registration, at: float) -> None:
        """Add or replace the number's registration, as in `Registry`."""
        await self._change(registration.number, registration.sip_uri, registration, at)

    async def delete(self, number: E164, sip_uri: TasUri, at: float) -> None:
        """Remove the registration in force, as in `Registry`."""
        await self._change(number, sip_uri, None, at)

    def close(self) -> None:
        """Commit what is queued, and close the file."""
        if self._gathered:
            self._send(asyncio.get_running_loop())
        self._closed = True
        self._store.close()
        self._lock.close()
        self._take_over()

    def _change(
        self, number: E164, sip_uri: TasUri, registration: Registration | None, at: float
    ) -> "asyncio.Future[None]":
        if self._closed:  # gRPC may end a request a moment after its server has stopped
            raise StoreError("the core has stopped: ask again when it is back")
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        self._gathered.append(_Change(number, sip_uri, registration, at, done))
        if not self._busy:
            self._busy = True
            loop.call_soon(self._send, loop)
        return done

    def _send(self, loop: asyncio.AbstractEventLoop) -> None:
        """Give the writer thread all that came while it was busy."""
        changes, self._gathered = self._gathered, []
        self._busy = bool(changes)
        if changes:
            self._store.write(partial(_write, changes)).add_done_callback(partial(self._hand_over, loop, changes))

    def _hand_over(
        self, loop: asyncio.AbstractEventLoop, changes: list[_Change], written: "Future[list[_Refusal | None]]"
    ) -> None:
        """Give the loop what was committed; runs in the writer thread, in the order of the commits."""
        self._committed.append((changes, written))
        loop.call_soon_threadsafe(self._go_on, loop, len(changes))

    def _go_on(self, loop: asyncio.AbstractEventLoop, size: int) -> None:
        self._take_over()
        if self._closed:
            return
        if size < MANY:
            self._send(loop)
        else:
            loop.call_later(PAUSE, self._send, loop)

    def _take_over(self) -> None:
        """Bring the book up to what is committed, and let the requests answer.

        A request that was cancelled meanwhile is taken over too: it is committed.
        """
        while self._committed:
            changes, written = self._committed.popleft()
            failed = written.exception()
            errors = written.result() if failed is None else [failed] * len(changes)
            for change, error in zip(changes, errors, strict=True):
                if error is None:
                    self._apply(change)
                if change.done.done():
                    continue
                if error is None:
                    change.done.set_result(None)
                else:
                    change.done.set_exception(error)

    def _apply(self, change: _Change) -> None:
        if change.registration is None:
            self._forget(change.number)
        else:
            self._apply_upsert(change.registration, change.at)

    def _sweep(self, at: float) -> None:
        super()._sweep(at)
        if self._closed:
            return
        oldest = at - DEFAULT_TTL

        def work(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM registration WHERE accepted_at <= ?", (oldest,))

        self._store.write(work)

    def _load(self, path: Path, now: float) -> None:
        def work(connection: sqlite3.Connection) -> None:
            for row in connection.execute(f"{_SELECT} WHERE accepted_at > ?", (now - DEFAULT_TTL,)):
                self.book.upsert(_registration(row), row[5])

        try:
            self._store.read(work)
        except InvalidValue as error:
            raise StoreError(
                f"state file {visible(str(path))} holds what is no registration: {error}. Give another file"
            ) from error


def _write(changes: Sequence[_Change], connection: sqlite3.Connection) -> list[_Refusal | None]:
    """Write changes in their order, and return for each why it is refused, or None."""
    refusals: list[_Refusal | None] = []
    for is_delete, run in groupby(changes, lambda change: change.registration is None):
        if is_delete:
            refusals += [_delete(change, connection) for change in run]
        else:
            rows = [change.row(change.registration) for change in run if change.registration is not None]
            connection.executemany(_UPSERT, rows)
            refusals += [None] * len(rows)
    return refusals


def _delete(change: _Change, connection: sqlite3.Connection) -> _Refusal | None:
    number = change.number
    row = connection.execute(f"{_SELECT} WHERE number = ?", (number.text,)).fetchone()
    known = RegistrationBook()
    if row is not None:
        known.upsert(_registration(row), row[5])
    try:
        known.delete(number, change.sip_uri, change.at)
    except (NotRegistered, WrongSipUri) as refusal:
        return refusal
    connection.execute("DELETE FROM registration WHERE number = ?", (number.text,))
    return None


def _registration(row: _Row) -> Registration:
    return Registration.parse(*row[:5])


def _lock(path: Path) -> sqlite3.Connection:
    """Return what keeps every other core off the file until it is closed, or its process is dead."""
    beside = path.with_name(f"{path.name}.lock")
    try:
        beside.parent.mkdir(parents=True, exist_ok=True)
        lock = sqlite3.connect(beside, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            lock.execute("PRAGMA journal_mode = MEMORY")
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error:
            lock.close()
            raise
    except sqlite3.OperationalError as error:
        name = visible(str(path))
        if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
            raise StoreError(
                f"state file {name} is in use by another core: stop that one, or give another file"
            ) from error
        raise StoreError(f"state file {name} cannot be used: {visible(str(beside))}: {error}") from error
    except (OSError, sqlite3.Error, ValueError) as error:
        raise StoreError(f"state file {visible(str(path))} cannot be used: {error}") from error
    return lock
