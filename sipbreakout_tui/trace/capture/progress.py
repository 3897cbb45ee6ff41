"""News of how far the reading of a file has come, not too often."""

import time
from collections.abc import Callable

_STEP_BYTES = 4 << 20
_STEP_SECONDS = 0.1


class Progress:
    """Calls back after every 4 MB or 100 ms."""

    def __init__(self, tell: Callable[[int, int], None] | None) -> None:
        self._tell = tell
        self._told = 0
        self._when = 0.0

    def reached(self, done: int, total: int) -> None:
        """Tell it if the last time is long enough ago, or all is done."""
        if self._tell is None:
            return
        now = time.monotonic()
        if done - self._told >= _STEP_BYTES or now - self._when >= _STEP_SECONDS or done >= total:
            self._told, self._when = done, now
            self._tell(done, total)
