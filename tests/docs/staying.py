"""Commands that go on until somebody ends them: the terminal UI on a pty, and services."""

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

from tests.tui.in_pty import OPEN_SCREEN, SECONDS, in_pty


class Place(Protocol):
    """What is known of somebody who runs a command."""

    folder: Path
    environment: dict[str, str]


def see_terminal_ui(reader: Place, command: list[str]) -> None:
    """Open the terminal UI, see a place of it, and leave with `q`, with `y` where it asks."""
    with in_pty(*command[1:], environment=reader.environment) as running:
        running.until(OPEN_SCREEN)
        running.until(b"Registrations")
        start = running.press(b"q")
        end = time.monotonic() + SECONDS
        while running.process.poll() is None and b"Quit?" not in running.written[start:]:
            running.read()
            assert time.monotonic() < end, f"q does not end it\n{running.written[-3000:]!r}"
        if running.process.poll() is None:
            running.press(b"y")
        assert running.end() == 0, running.written[-3000:]


def see_until_ended(reader: Place, command: list[str]) -> None:
    """Start a service, see that it serves, and end it with SIGTERM."""
    words = command[1:]
    if words[0] == "serve":
        words += ["--listen", "127.0.0.1:0"]  # the last one counts
    if words[0] == "web":
        words += ["--port", "0"]
    with _started(words, reader) as process:
        # The keeper says so, the others print where they are.
        said = _first_line(process.stderr if words[0] == "keep" else process.stdout)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=SECONDS)
        assert process.returncode == 0, f"exit code {process.returncode}\n{said}{out}{err}"
        assert ("stop with ctrl-c" if words[0] == "keep" else "127.0.0.1:") in said, f"{said}{out}{err}"


@contextmanager
def _started(words: list[str], reader: Place) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "sipbreakout_tui", *words],
        cwd=reader.folder,
        env=reader.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    with process:
        try:
            yield process
        finally:
            if process.poll() is None:
                os.kill(process.pid, signal.SIGKILL)


def _first_line(stream: IO[str] | None) -> str:
    assert stream is not None
    ready, _, _ = select.select([stream], [], [], SECONDS)
    assert ready, "says nothing"
    return stream.readline()
