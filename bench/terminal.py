"""A program on a pseudo-terminal: what it writes, when, and how much CPU it takes."""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

COLUMNS, LINES = 120, 36
PATIENCE = 60.0
"""Seconds after which a program that says nothing has failed."""
QUIET = 0.25
"""Seconds without output after which a program is at rest."""


class Terminal:
    """Runs a program on a pseudo-terminal; a context manager that ends it."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start the program."""
        self.began = time.perf_counter()
        self.pid, self._file = pty.fork()
        if self.pid == 0:
            os.execvpe(command[0], list(command), {**os.environ, "TERM": "xterm-256color", **environment})
        fcntl.ioctl(self._file, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        self.heard = b""

    def until(self, text: str, patience: float = PATIENCE) -> float:
        """Read until the text was written, and return the seconds since the start.

        Raises:
            TimeoutError: It never was.
        """
        wanted, end = text.encode(), time.perf_counter() + patience
        while wanted not in self.heard:
            self._read(0.5)
            if time.perf_counter() > end:
                raise TimeoutError(f"{text!r} never came; the last of what did: {self.heard[-400:]!r}")
        return time.perf_counter() - self.began

    def rest(self) -> None:
        """Read until nothing comes any more."""
        while self._read(QUIET):
            pass

    def press(self, keys: str) -> None:
        """Write keys, and forget what was heard before."""
        self.heard = b""
        os.write(self._file, keys.encode())

    def answer(self, keys: str, sign: str = "") -> float:
        """Press keys, and return the seconds until something was written that holds the sign."""
        began = time.perf_counter()
        self.press(keys)
        wanted = sign.encode()
        while wanted not in self.heard or not self.heard:
            if not self._read(5.0):
                raise TimeoutError(f"no answer to {keys!r}")
        return time.perf_counter() - began

    def cpu(self) -> tuple[float, float]:
        """Return the seconds of CPU that its first thread has taken, where a screen is drawn, and all its threads."""
        taken = {
            int(task.name): int((task / "schedstat").read_text("ascii").split()[0]) / 1e9
            for task in Path(f"/proc/{self.pid}/task").iterdir()
        }
        return taken[self.pid], sum(taken.values())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the program, if need be by force."""
        os.kill(self.pid, signal.SIGTERM)
        end = time.perf_counter() + 5
        while time.perf_counter() < end:
            self._read(0.05)
            if os.waitpid(self.pid, os.WNOHANG)[0]:
                break
        else:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self._file)

    def _read(self, patience: float) -> bool:
        if not select.select([self._file], [], [], patience)[0]:
            return False
        try:
            chunk = os.read(self._file, 1 << 20)
        except OSError:  # the program ended
            return False
        self.heard += chunk
        return bool(chunk)
