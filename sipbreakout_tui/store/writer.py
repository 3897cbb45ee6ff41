"""The one thread that writes a file, and commits together what waits together."""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import groupby
from operator import attrgetter
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, NamedTuple

from sipbreakout_tui.store.errors import is_about_the_file

if TYPE_CHECKING:
    import asyncio
    from concurrent.futures import Future

Work = Callable[[sqlite3.Connection, list[Any]], Sequence[Any]]
"""Writes several items and returns a result for each."""

MAX_GROUP = 1000
"""The most writes in one transaction."""


class Job(NamedTuple):
    """One write that somebody waits for."""

    work: Work
    item: object
    future: "Future[Any] | asyncio.Future[Any]"
    loop: "asyncio.AbstractEventLoop | None"
    """Where the future lives; None where a thread waits."""


class _Outcome(NamedTuple):
    job: Job
    value: object
    error: BaseException | None


class Writer:
    """The writer thread of a connection; it starts with the first write."""

    def __init__(
        self, connection: sqlite3.Connection, name: str, error: Callable[[BaseException], BaseException]
    ) -> None:
        """Take over a connection.

        Args:
            connection: Used by the thread only, from now on.
            name: Of the thread.
            error: What to raise for an error of a write; called for each that waits.
        """
        self._connection = connection
        self._error = error
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._started = False

    def queue(self, job: Job) -> None:
        """Take a job; the caller sees to it that two threads do not call at once."""
        if not self._started:
            self._started = True
            self._thread.start()
        self._jobs.put(job)

    def stop(self) -> None:
        """Write what is queued and end the thread; no job may follow."""
        if self._started:
            self._jobs.put(None)
            self._thread.join()
        self._connection.close()

    def _run(self) -> None:
        job: Job | None
        while (job := self._jobs.get()) is not None:
            group = [job]
            with suppress(Empty):
                while len(group) < MAX_GROUP and (job := self._jobs.get_nowait()) is not None:
                    group.append(job)
            _settle_group(self._commit(group))
            if job is None:
                return

    def _commit(self, group: list[Job]) -> list[_Outcome]:
        """Commit all, or where one fails, every other one."""
        try:
            return self._together(group)
        except BaseException as error:  # noqa: BLE001 - handed to whoever waits
            if len(group) == 1 or is_about_the_file(error):
                return [_Outcome(job, None, self._error(error)) for job in group]
        try:
            return self._one_by_one(group)
        except BaseException as error:  # noqa: BLE001 - handed to whoever waits
            return [_Outcome(job, None, self._error(error)) for job in group]

    def _together(self, group: list[Job]) -> list[_Outcome]:
        outcomes: list[_Outcome] = []
        with transaction(self._connection):
            for work, jobs in groupby(group, attrgetter("work")):
                same = list(jobs)
                values = work(self._connection, [job.item for job in same])
                outcomes += [_Outcome(job, value, None) for job, value in zip(same, values, strict=True)]
        return outcomes

    def _one_by_one(self, group: list[Job]) -> list[_Outcome]:
        outcomes: list[_Outcome] = []
        connection = self._connection
        with transaction(connection):
            for job in group:
                connection.execute("SAVEPOINT one")
                try:
                    (value,) = job.work(connection, [job.item])
                    outcomes.append(_Outcome(job, value, None))
                except BaseException as error:
                    if not connection.in_transaction or is_about_the_file(error):
                        raise
                    connection.execute("ROLLBACK TO one")
                    outcomes.append(_Outcome(job, None, self._error(error)))
                connection.execute("RELEASE one")
        return outcomes


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Commit what is written inside, or undo all of it if an error comes out."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # some errors, such as a full disk, end it by themselves
            connection.execute("ROLLBACK")
        raise


def _settle_group(outcomes: list[_Outcome]) -> None:
    """Tell every waiter; a loop is woken once, whatever number of its tasks wait."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Outcome]] = {}
    for outcome in outcomes:
        loop = outcome.job.loop
        if loop is None:
            _settle(outcome)
        else:
            by_loop.setdefault(loop, []).append(outcome)
    for loop, waiting in by_loop.items():
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_settle_all, waiting)


def _settle_all(outcomes: list[_Outcome]) -> None:
    for outcome in outcomes:
        _settle(outcome)


def _settle(outcome: _Outcome) -> None:
    future = outcome.job.future
    if future.done():  # its task was cancelled
        return
    if outcome.error is None:
        future.set_result(outcome.value)
    else:
        future.set_exception(outcome.error)
