"""One SQLite file, durable when a write returns."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.store.errors import StoreClosed, translation
from sipbreakout_tui.store.file import Migration, connect, make_place, migrate, refuse_unknown
from sipbreakout_tui.store.writer import Job, Work, Writer

if TYPE_CHECKING:
    import asyncio
    from concurrent.futures import Future

T = TypeVar("T")
Item = TypeVar("Item")


class Store:
    """One SQLite file (WAL, synchronous=FULL), which several processes may have open at once.

    Writes are queued to one thread, which commits together what waits together. A write that fails
    fails alone.
    """

    def __init__(self, path: Path, migrations: Sequence[Migration], *, clock: Callable[[], float] = time.time) -> None:
        """Open the file, made with its folder where missing, and bring its tables up to date.

        Raises:
            StoreTooNew: It has a migration that is not among these; it is left untouched.
            StoreError: It cannot be used; the message says why.
        """
        self.path = path
        self._lock = threading.Lock()
        self._closed = False
        self._local = threading.local()
        self._readers: dict[sqlite3.Connection, threading.Thread] = {}
        is_new = make_place(path)
        with self._translated():
            if not is_new:
                refuse_unknown(path, migrations)
            connection = connect(path, writes=True)
            try:
                migrate(connection, path, migrations, clock())
            except BaseException:
                connection.close()
                raise
        self._writer = Writer(connection, f"store {path.name}", self._error)

    def write(self, work: Callable[[sqlite3.Connection], T]) -> "Future[T]":
        """Queue a write; the future has its result once it is committed.

        Args:
            work: Changes tables through the connection, without beginning or ending transactions. It
                runs in the writer thread, and again from the start where another write of the same
                group failed: it must change nothing but the tables.

        Raises:
            StoreClosed: After `close`. What goes wrong later is the future's exception.
        """
        return self._queue_for_thread(_each, work)

    async def awrite(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Queue a write as `write` does, and return its result once it is committed.

        Cancelling the wait does not take the write back.

        Raises:
            StoreError: It was not written.
        """
        result: T = await self._queue_for_loop(_each, work)
        return result

    def batched(self, work: Callable[[sqlite3.Connection, list[Item]], Sequence[T]]) -> "Batched[Item, T]":
        """Return a kind of write whose work gets the items that wait at once, in order.

        Fewer statements for many items matter more than they seem: after each statement the writer
        thread has to win the interpreter back from a busy event loop.

        Args:
            work: As in `write`, but for a list of items; returns a result for each.
        """
        return Batched(self, work)

    def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Return what the work reads; it sees one committed state of the file throughout.

        Raises:
            StoreError: It cannot be read.
        """
        with self._translated():
            connection = self._reader()
            if connection.in_transaction:
                return work(connection)
            connection.execute("BEGIN")
            try:
                return work(connection)
            finally:
                with suppress(sqlite3.ProgrammingError):  # closed meanwhile
                    connection.rollback()

    def stream(self, sql: str, parameters: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query one by one, all from one committed state of the file.

        Raises:
            StoreError: It cannot be read.
        """
        with self._translated():
            connection = self._open_reader()
        try:
            with self._translated():
                yield from connection.execute(sql, parameters)
        finally:
            with self._lock:
                self._readers.pop(connection, None)
            connection.close()

    def close(self) -> None:
        """Commit what is queued and close the file; again does nothing."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            readers = list(self._readers)
            self._readers.clear()
        self._writer.stop()
        for reader in readers:
            reader.close()

    def __enter__(self) -> Self:
        """Return the store."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def _queue_for_thread(self, work: Work, item: object) -> "Future[Any]":
        from concurrent.futures import Future

        future: Future[Any] = Future()
        future.set_running_or_notify_cancel()  # what is queued gets written: it cannot be cancelled
        self._queue(Job(work, item, future, None))
        return future

    def _queue_for_loop(self, work: Work, item: object) -> "asyncio.Future[Any]":
        import asyncio

        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        self._queue(Job(work, item, future, loop))
        return future

    def _queue(self, job: Job) -> None:
        with self._lock:
            if self._closed:
                raise self._closed_error()
            self._writer.queue(job)

    def _reader(self) -> sqlite3.Connection:
        """Return this thread's own connection for reading."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._open_reader()
        elif self._closed:
            raise self._closed_error()
        return connection

    def _open_reader(self) -> sqlite3.Connection:
        connection = connect(self.path, writes=False)
        with self._lock:
            if self._closed:
                connection.close()
                raise self._closed_error()
            for reader in [reader for reader, thread in self._readers.items() if not thread.is_alive()]:
                del self._readers[reader]
                reader.close()
            self._readers[connection] = threading.current_thread()
        return connection

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise self._error(error) from error

    def _error(self, error: BaseException) -> BaseException:
        """Return what to raise for an error: a new one of ours for SQLite's, any other as it is."""
        if not isinstance(error, sqlite3.Error):
            return error
        if self._closed and isinstance(error, sqlite3.ProgrammingError):
            return self._closed_error()
        ours = translation(self.path, error)
        ours.__cause__ = error
        return ours

    def _closed_error(self) -> StoreClosed:
        return StoreClosed(f"{visible(str(self.path))}: it is closed already. Open it again")


class Batched(Generic[Item, T]):
    """A kind of write that is done for many items at a time; made by `Store.batched`."""

    def __init__(self, store: Store, work: Callable[[sqlite3.Connection, list[Item]], Sequence[T]]) -> None:
        """See `Store.batched`."""
        self._store = store
        self._work = work

    def write(self, item: Item) -> "Future[T]":
        """Queue the item; the future has its result once it is committed."""
        return self._store._queue_for_thread(self._work, item)

    async def awrite(self, item: Item) -> T:
        """Queue the item and return its result once it is committed.

        Raises:
            StoreError: It was not written.
        """
        result: T = await self._store._queue_for_loop(self._work, item)
        return result


def _each(connection: sqlite3.Connection, works: list[Callable[[sqlite3.Connection], T]]) -> list[T]:
    return [work(connection) for work in works]
