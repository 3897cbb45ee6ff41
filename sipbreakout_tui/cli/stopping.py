"""Ctrl-c and SIGTERM as a wish to stop, not as an exception in the middle of something."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stopped_by_signals(stop: asyncio.Event) -> Iterator[None]:
    """Set `stop` on the first SIGINT or SIGTERM while inside; the second one works as always."""
    loop = asyncio.get_running_loop()
    former: dict[signal.Signals, Any] = {}

    def wished(*_: object) -> None:
        for number, handler in former.items():
            signal.signal(number, handler)
        loop.call_soon_threadsafe(stop.set)

    # Not loop.add_signal_handler: Windows has none.
    for number in SIGNALS:
        former[number] = signal.signal(number, wished)
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
