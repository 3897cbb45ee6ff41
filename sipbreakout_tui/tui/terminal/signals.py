"""SIGINT, SIGTERM and SIGHUP: the first one ends the app in order, the second one at once."""

import asyncio
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sipbreakout_tui.tui.terminal.app import TerminalApp

BULK_SECONDS = 2.0
"""How long an action on many registrations may take to stop."""

ORDERLY_SECONDS = 5.0
"""After which the end no longer waits for the app."""

_LOOK_SECONDS = 0.02

_SAME_HANGUP_SECONDS = 0.5
"""A terminal that is closed may be told by the kernel, by the shell and by reading from it."""

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")


class Ending:
    """Ends an app by a signal, and tells afterwards what it interrupted."""

    def __init__(self, app: "TerminalApp", loop: asyncio.AbstractEventLoop) -> None:
        """Take the app, and the loop that it runs on."""
        self._app = app
        self._loop = loop
        self._watchdog = threading.Timer(ORDERLY_SECONDS, self._at_once)
        self._watchdog.daemon = True
        self._task: asyncio.Task[None] | None = None
        self._came = 0.0
        self.number: int | None = None
        """The signal that came."""
        self.interrupted: str | None = None
        """The action on many registrations that was stopped, with its state."""

    def by(self, number: int) -> None:
        """End the app; a second time at once. For signal handlers and any thread."""
        now = time.monotonic()
        if self.number is not None:
            if number == getattr(signal, "SIGHUP", None) and now - self._came < _SAME_HANGUP_SECONDS:
                return
            self._at_once()
        self.number, self._came = number, now
        self._app.ending = True
        self._watchdog.start()
        self._loop.call_soon_threadsafe(self._begin)

    def close(self) -> None:
        """Stop watching how long it takes."""
        self._watchdog.cancel()

    def words(self) -> str | None:
        """Return what is to be said about the end; None: nothing was interrupted."""
        if self.number is None or self.interrupted is None:
            return None
        return f"stopped by {signal.Signals(self.number).name}: {self.interrupted}"

    def _begin(self) -> None:
        self._task = asyncio.create_task(self._end())

    async def _end(self) -> None:
        bulk = self._app.bulk
        if bulk is not None:
            bulk.stop.set()
            for _ in range(round(BULK_SECONDS / _LOOK_SECONDS)):
                if self._app.bulk is not bulk:
                    break
                await asyncio.sleep(_LOOK_SECONDS)
            self.interrupted = str(bulk)
        self._app.exit(return_code=128 + (self.number or 0))

    def _at_once(self) -> None:
        """Leave the process, without anything but a usable terminal."""
        restore = getattr(self._app._driver, "restore", None)
        if restore is not None:
            restore()
        os._exit(128 + (self.number or 0))


@contextmanager
def ended_by_signals(app: "TerminalApp") -> Iterator[Ending]:
    """Let signals end an app while inside; those that are ignored stay so, as nohup and shells want it.

    Some drivers set handlers of their own when the screen is opened; these are replaced.
    """
    loop = asyncio.get_running_loop()
    ending = Ending(app, loop)
    numbers = [signal.Signals[name] for name in _NAMES if name in signal.Signals.__members__]
    former: dict[signal.Signals, Any] = {number: signal.getsignal(number) for number in numbers}
    ours = [number for number, handler in former.items() if handler not in (signal.SIG_IGN, None)]

    def install() -> None:
        for number in ours:
            if os.name == "posix":
                loop.remove_signal_handler(number)
            signal.signal(number, lambda received, _: ending.by(received))

    install()
    app.end_by, app.when_open = ending.by, install
    try:
        yield ending
    finally:
        ending.close()
        for number in ours:
            signal.signal(number, former[number])
