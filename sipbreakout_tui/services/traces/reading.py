"""Reads and diagnoses captures in a thread beside an event loop that answers keys meanwhile."""

import asyncio
import gc
import sys
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING

from sipbreakout_tui.services.ledger_knowledge import LedgerKnowledge, ledger_knowledge
from sipbreakout_tui.services.traces.call_rows import CallList
from sipbreakout_tui.services.traces.opening import OpenedTrace, diagnose_again, open_trace

if TYPE_CHECKING:
    from sipbreakout_tui.ledger import Ledger

_SWITCH_SECONDS = 0.0005
"""How long the reading keeps the interpreter when a key waits; the usual 5 ms make a key take 20 ms."""


class Against(Enum):
    """What a trace is held against."""

    LEDGER = "ledger"
    """What the ledger knows of each call's moment."""
    FILE = "file"
    NOTHING = "nothing"
    """The registrations that explain the legs are inferred."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is taken for granted when calls are diagnosed."""

    against: Against = Against.LEDGER
    file: Path | None = None
    """The registrations, where they are those of a file."""
    core: tuple[str, ...] = ()
    """Addresses of the core; empty: found."""
    tas: tuple[str, ...] = ()
    """Addresses of TASes; empty: found."""


@dataclass(frozen=True, slots=True)
class Known:
    """The ledger that calls are held against."""

    ledger: "Ledger"
    target: str
    """The core whose registrations count."""

    def now(self) -> LedgerKnowledge:
        """Return what the ledger knows now; takes a while where it is large.

        Raises:
            StoreError: It cannot be read.
        """
        return ledger_knowledge(self.ledger, self.target)


class TraceWork:
    """One reading or diagnosing, begun when this is made; `calls` waits for it.

    Its thread holds nobody up: the program may end before it does.
    """

    def __init__(self, work: Callable[["TraceWork"], CallList], title: str, *, reads_files: bool) -> None:
        """Begin; to be called on a running loop.

        Args:
            work: What is done, in the thread.
            title: What is read, safe to show.
            reads_files: Whether it opens captures, which are closed if nobody takes the result.
        """
        self.title = title
        self._reads_files = reads_files
        self.done = 0
        """Bytes that were read."""
        self.total = 0
        """Bytes to be read; 0: not known yet, or nothing is read."""
        self._stop = Event()
        self._loop = asyncio.get_running_loop()
        self._result: asyncio.Future[CallList] = self._loop.create_future()
        Thread(target=self._run, args=(work,), name="trace", daemon=True).start()

    @property
    def reads(self) -> bool:
        """Whether it still reads, and does not diagnose yet."""
        return self._reads_files and not self.stopped and not 0 < self.total <= self.done

    @property
    def stopped(self) -> bool:
        """Whether it was told to read no further."""
        return self._stop.is_set()

    def stop(self) -> None:
        """Read no further: the result is what was read until now."""
        self._stop.set()

    def give_up(self) -> None:
        """Nobody wants the result any more: it is closed when it is there."""
        self._stop.set()
        self._result.cancel()

    async def calls(self) -> CallList:
        """Return the calls.

        Raises:
            SipBreakoutError: Captures, registrations or the ledger cannot be used.
            CancelledError: It was given up.
        """
        return await self._result

    # What `work` calls, in the thread

    def progress(self, done: int, total: int) -> None:
        """Note how far the reading has come."""
        self.done, self.total = done, total

    def is_stopped(self) -> bool:
        """Return whether no more shall be read."""
        return self._stop.is_set()

    def _run(self, work: Callable[["TraceWork"], CallList]) -> None:
        calls: CallList | None = None
        error: BaseException | None = None
        try:
            with _undisturbed:
                calls = work(self)
        except BaseException as raised:  # noqa: BLE001 - handed to whoever waits
            error = raised
        try:
            self._loop.call_soon_threadsafe(self._deliver, calls, error)
        except RuntimeError:  # the loop has ended, and the program with it
            self._discard(calls)

    def _deliver(self, calls: CallList | None, error: BaseException | None) -> None:
        if self._result.done():
            self._discard(calls)
        elif error is not None:
            self._result.set_exception(error)
        elif calls is not None:
            self._result.set_result(calls)

    def _discard(self, calls: CallList | None) -> None:
        if calls is not None and self._reads_files:
            calls.opened.close()


def read_captures(paths: tuple[Path, ...], title: str, question: Question, known: Known | None) -> TraceWork:
    """Begin to read captures as one trace.

    Args:
        paths: The files.
        title: Their names, safe to show.
        question: What is taken for granted.
        known: The ledger; None: there is none, and registrations are inferred.
    """

    def work(job: TraceWork) -> CallList:
        opened = open_trace(
            paths,
            registrations=_registrations(question, known, None),
            core=question.core,
            tas=question.tas,
            progress=job.progress,
            cancelled=job.is_stopped,
        )
        try:
            return CallList(opened)
        except BaseException:
            opened.close()
            raise

    return TraceWork(work, title, reads_files=True)


def diagnose_calls(opened: OpenedTrace, title: str, question: Question, known: Known | None) -> TraceWork:
    """Begin to diagnose a trace's calls anew, without reading its captures; arguments as of `read_captures`.

    The trace stays open whatever becomes of this.
    """

    def work(_job: TraceWork) -> CallList:
        found = diagnose_again(
            opened,
            registrations=_registrations(question, known, opened),
            core=question.core,
            tas=question.tas,
        )
        return CallList(found)

    return TraceWork(work, title, reads_files=False)


def _registrations(
    question: Question, known: Known | None, before: OpenedTrace | None
) -> Path | LedgerKnowledge | None:
    if question.against is Against.FILE:
        return question.file
    if question.against is Against.NOTHING or known is None:
        return None
    if before is not None and isinstance(before.knowledge, LedgerKnowledge):
        return before.knowledge
    return known.now()


class _Undisturbed:
    """While anybody is within, other threads get the interpreter sooner, and the garbage collector rests.

    A million objects come and stay: to walk through them again and again takes as long as to make them.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._within = 0
        self._usual = 0.0

    def __enter__(self) -> None:
        with self._lock:
            if not self._within:
                self._usual = sys.getswitchinterval()
                sys.setswitchinterval(_SWITCH_SECONDS)
                gc.disable()
                gc.unfreeze()  # calls that were diagnosed before may be gone by now
            self._within += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._within -= 1
            if not self._within:
                sys.setswitchinterval(self._usual)
                gc.freeze()
                gc.enable()


_undisturbed = _Undisturbed()
