"""Processes of a soak: what they say goes to files, and each is ended by its own id."""

import itertools
import signal
import subprocess
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

SECONDS = 90
"""The longest that anything may take, in real time."""

ROOT = Path(__file__).resolve().parents[2]

_numbers = itertools.count()


class Child:
    """One process, and what it said."""

    def __init__(self, process: "subprocess.Popen[bytes]", arguments: Sequence[str], said: dict[str, Path]) -> None:
        self.process = process
        self.arguments = arguments
        self._said = said

    @property
    def is_running(self) -> bool:
        """Whether it still runs."""
        return self.process.poll() is None

    @property
    def code(self) -> int:
        """What it ended with."""
        return self.process.wait(SECONDS)

    def kill(self) -> None:
        """End it by kill -9, if it runs."""
        self.process.kill()
        self.process.wait(SECONDS)

    def end(self) -> int:
        """Ask it to end, and return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(SECONDS)

    def out(self) -> str:
        """Return what it has said on stdout."""
        return self._said["out"].read_text("utf-8")

    def err(self) -> str:
        """Return what it has said on stderr."""
        return self._said["err"].read_text("utf-8")

    def first_line(self, stream: Literal["out", "err"]) -> str:
        """Return its first line, once it is there or the process has ended."""
        path = self._said[stream]
        wait_for(lambda: "\n" in path.read_text("utf-8") or not self.is_running, f"{self.arguments} says nothing")
        return path.read_text("utf-8").partition("\n")[0]


def start(arguments: Sequence[str], folder: Path, environment: dict[str, str]) -> Child:
    """Start a process in the root of the checkout."""
    number = next(_numbers)
    said = {stream: folder / f"{number}.{stream}" for stream in ("out", "err")}
    with said["out"].open("wb") as out, said["err"].open("wb") as err:
        process = subprocess.Popen(
            arguments, stdin=subprocess.DEVNULL, stdout=out, stderr=err, cwd=ROOT, env=environment
        )
    return Child(process, arguments, said)


def wait_for(happened: Callable[[], bool], otherwise: str) -> None:
    """Look again and again until it has happened.

    Raises:
        TimeoutError: It did not within SECONDS.
    """
    pause = threading.Event()
    for _ in range(SECONDS * 20):
        if happened():
            return
        pause.wait(0.05)
    raise TimeoutError(otherwise)
