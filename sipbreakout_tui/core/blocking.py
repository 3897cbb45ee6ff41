"""A core for code that does not await: notebooks and tests."""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from sipbreakout_model import RegistrationBook, SipBreakoutError
from sipbreakout_tui.core.embedded import NO_FAULTS, EmbeddedCore, end_of_requests
from sipbreakout_tui.core.faults import Faults

_T = TypeVar("_T")


class BlockingCore:
    """An `EmbeddedCore` on a thread and loop of its own: `with BlockingCore() as core: core.address`.

    Works where a loop runs already, as in a notebook. Takes what `EmbeddedCore` takes.
    """

    def __init__(
        self,
        *,
        listen: str = "127.0.0.1:0",
        clock: Callable[[], float] = time.time,
        state: Path | None = None,
        tokens: Path | None = None,
        tls_cert: Path | None = None,
        tls_key: Path | None = None,
        tls_client_ca: Path | None = None,
        faults: Faults = NO_FAULTS,
    ) -> None:
        """Check what is asked for, as `EmbeddedCore` does."""
        self._core = EmbeddedCore(
            listen=listen,
            clock=clock,
            state=state,
            tokens=tokens,
            tls_cert=tls_cert,
            tls_key=tls_key,
            tls_client_ca=tls_client_ca,
            faults=faults,
        )
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    @property
    def address(self) -> str:
        """Where clients reach it, as in `127.0.0.1:40123`; known once it is entered."""
        return self._core.address

    @property
    def listen_port(self) -> int:
        """The port it got; known once it is entered."""
        return self._core.listen_port

    @property
    def book(self) -> RegistrationBook:
        """Who is registered: a copy of this moment; what it holds may have expired."""
        if self._loop is None:
            return _copy(self._core.book)

        async def copy() -> RegistrationBook:
            return _copy(self._core.book)

        return self._await(self._loop, copy())

    def __enter__(self) -> Self:
        """Start serving; the errors are those of `EmbeddedCore`."""
        if self._thread is not None:
            raise SipBreakoutError("this core has been entered before: make another one")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, args=(self._loop,), name="sipbreakout-core", daemon=True)
        self._thread.start()
        try:
            self._await(self._loop, self._core.__aenter__())
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop serving and end the thread."""
        self.stop()

    def stop(self) -> None:
        """Stop serving and end the thread; may be called twice."""
        if self._loop is not None:
            try:
                self._await(self._loop, self._core.stop())
            finally:
                self._end()

    def _end(self) -> None:
        loop, self._loop = self._loop, None
        if loop is not None and self._thread is not None:
            loop.call_soon_threadsafe(loop.stop)
            self._thread.join()

    @staticmethod
    def _run(loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        try:
            loop.run_forever()
        finally:
            loop.run_until_complete(end_of_requests())
            _cancel_all(loop)
            loop.run_until_complete(loop.shutdown_asyncgens())
            asyncio.set_event_loop(None)
            loop.close()

    @staticmethod
    def _await(loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, _T]) -> _T:
        doing = asyncio.run_coroutine_threadsafe(work, loop)
        try:
            return doing.result()
        except BaseException:  # ctrl-c too
            doing.cancel()
            raise


def _cancel_all(loop: asyncio.AbstractEventLoop) -> None:
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    if tasks:
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))


def _copy(book: RegistrationBook) -> RegistrationBook:
    copied = RegistrationBook()
    for lease in book:
        copied.upsert(lease.registration, lease.accepted_at, lease.ttl)
    return copied
