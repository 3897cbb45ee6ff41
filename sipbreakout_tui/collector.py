"""Python's garbage collector, kept away while very many objects are made that all stay."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collector() -> Iterator[None]:
    """Keep the collector from walking through a million young objects that all stay, now and later."""
    was_on = gc.isenabled()
    gc.disable()
    gc.unfreeze()  # what was made the last time may be garbage by now
    try:
        yield
    finally:
        gc.freeze()
        if was_on:
            gc.enable()
