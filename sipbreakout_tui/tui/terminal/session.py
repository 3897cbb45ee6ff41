"""One run of the app, from the first line on the terminal to the exit code."""

import asyncio
import gc
import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING, NoReturn

from sipbreakout_tui.cli.messages import say
from sipbreakout_tui.tui.terminal.output import stderr_held
from sipbreakout_tui.tui.terminal.signals import ended_by_signals

if TYPE_CHECKING:
    from sipbreakout_tui.tui.app import SipBreakoutApp

CLOSE_SECONDS = 2.0
"""How long closing core and ledger may take; what was acknowledged is in the ledger already."""

SWITCH_SECONDS = 0.001
"""How long another thread keeps the interpreter when a key waits."""

COLLECTOR_THRESHOLDS = (10_000, 10, 50)
"""As `gc.set_threshold` takes them: walks through all objects are what a key would wait longest for."""

THREAD_SECONDS = 1.0
"""How long threads may go on, such as one that reads a large capture."""


def run_app(app: "SipBreakoutApp") -> int:
    """Run an app until it is left, and return the exit code.

    Afterwards, on a terminal that is as it was before: what libraries wrote on stderr, an action that a signal
    interrupted, and where the report of a crash is.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.set_threshold(*COLLECTOR_THRESHOLDS)
    with stderr_held() if app.on_terminal else nullcontext():
        code, words, all_ended = _run_loop(app)
    if words is not None:
        say("warning", words)
    if app.crash is not None:
        from sipbreakout_tui.tui.terminal.crash import report_crash

        say("error", report_crash(app.crash, app.open_at_crash))
    if not all_ended:
        _leave(code)
    return code


def _run_loop(app: "SipBreakoutApp") -> tuple[int, str | None, bool]:
    """Return the exit code, what a signal interrupted, and whether every thread has ended."""
    runner = asyncio.Runner()
    executor = ThreadPoolExecutor(thread_name_prefix="sipbreakout")
    runner.get_loop().set_default_executor(executor)
    words: str | None = None
    all_ended = True
    try:
        code, words = runner.run(_run(app))
    except Exception as error:  # noqa: BLE001 - the last resort
        app.crash, code = app.crash or error, 1
    finally:
        restore = getattr(app._driver, "restore", None)
        if restore is not None:
            restore()
        executor.shutdown(wait=False, cancel_futures=True)
        all_ended = _threads_end()
        if all_ended:
            runner.close()
    return code, words, all_ended


async def _run(app: "SipBreakoutApp") -> tuple[int, str | None]:
    with ended_by_signals(app) as ending:
        try:
            code = await app.run_async()
        finally:
            with suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await app.close()
        return code or app.return_code or 0, ending.words()


def _threads_end() -> bool:
    """Return whether the other threads that an exit waits for end soon."""
    end = time.monotonic() + THREAD_SECONDS
    others = [each for each in threading.enumerate() if not each.daemon and each is not threading.current_thread()]
    for thread in others:
        thread.join(max(end - time.monotonic(), 0))
    return not any(thread.is_alive() for thread in others)


def _leave(code: int) -> NoReturn:
    """Leave the process without waiting for its threads: nothing of theirs is of use any more."""
    from sipbreakout_tui.cli import logs

    logs.stop_logging()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            with suppress(OSError):
                stream.flush()
    os._exit(code)
