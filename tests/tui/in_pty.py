"""The real program on a terminal of its own, driven by bytes; what it writes is kept as bytes."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

SECONDS = 30.0
"""The longest that anything may take."""

PROGRAM = (sys.executable, "-m", "sipbreakout_tui")

OPEN_SCREEN = b"\x1b[?1049h"
CLOSED_SCREEN = b"\x1b[?1049l"
CURSOR = b"\x1b[?25h"
MOUSE_OFF = (b"\x1b[?1000l", b"\x1b[?1003l", b"\x1b[?1006l")


class InPty:
    """A program that has a pty as its controlling terminal."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], size: tuple[int, int]) -> None:
        self.master, slave = pty.openpty()
        columns, lines = size
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self.before = termios.tcgetattr(slave)
        # The leader of a session that has no terminal yet gets the one that it opens.
        opening = 'tty="$1"; shift; exec "$@" <"$tty" >"$tty" 2>&1'
        former = signal.signal(signal.SIGHUP, signal.SIG_DFL)  # nohup around the tests would be inherited
        try:
            self.process = subprocess.Popen(
                ["sh", "-c", opening, "sh", os.ttyname(slave), *command],
                stdin=subprocess.DEVNULL,
                env=dict(environment),
                start_new_session=True,
            )
        finally:
            signal.signal(signal.SIGHUP, former)
        self._slave = slave  # stays open, so that what is left can be read after the end
        self._open = True
        self.written = b""

    def read(self, seconds: float = 0.05) -> bytes:
        """Read what there is, and return it."""
        new = b""
        while select.select([self.master], [], [], seconds)[0]:
            try:
                data = os.read(self.master, 65536)
            except OSError:
                break
            new += data
            seconds = 0.0
        self.written += new
        return new

    def until(self, wanted: bytes, start: int = 0) -> None:
        """Read until something has been written after the first `start` bytes."""
        end = time.monotonic() + SECONDS
        while wanted not in self.written[start:]:
            ended = self.process.poll() is not None
            if not self.read() and (ended or time.monotonic() > end):
                raise AssertionError(f"never written: {wanted!r}\n{self.written[-3000:]!r}")

    def press(self, keys: bytes) -> int:
        """Write keys; return how much had been written before."""
        self.read(0.0)
        os.write(self.master, keys)
        return len(self.written)

    def signal(self, number: int) -> None:
        os.kill(self.process.pid, number)

    def hang_up(self) -> None:
        """Take the terminal away, as a closed window does."""
        self.read(0.0)
        self.close()

    def close(self) -> None:
        """Close the terminal."""
        if self._open:
            os.close(self.master)
            os.close(self._slave)
            self._open = False

    def end(self) -> int:
        """Read until the program has ended, and return its exit code."""
        end = time.monotonic() + SECONDS
        while self.process.poll() is None:
            self.read()
            assert time.monotonic() < end, f"does not end\n{self.written[-3000:]!r}"
        self.read()
        return self.process.returncode

    def state(self) -> str:
        """Return the state of the process as Linux has it, such as `S` or `T`."""
        return Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]

    def until_state(self, wanted: str) -> None:
        end = time.monotonic() + SECONDS
        while self.state() != wanted:
            self.read()
            assert time.monotonic() < end, f"state {self.state()}, not {wanted}"

    @property
    def attributes(self) -> list[object]:
        """What `stty` shows of the terminal."""
        return list(termios.tcgetattr(self.master))

    def assert_restored(self) -> bytes:
        """Check that the terminal is as it was before; return what was written since the screen was closed."""
        assert self.written.count(CLOSED_SCREEN) == self.written.count(OPEN_SCREEN) > 0
        at = self.written.rindex(CLOSED_SCREEN)
        assert CURSOR in self.written[at:]
        opened = self.written.rindex(OPEN_SCREEN)
        for off in MOUSE_OFF:
            assert self.written.rindex(off) > opened
        assert self.attributes == self.before
        assert OPEN_SCREEN not in self.written[at:]
        return self.written[at + len(CLOSED_SCREEN) :]


@contextmanager
def in_pty(
    *arguments: str,
    program: Sequence[str] = PROGRAM,
    environment: Mapping[str, str] | None = None,
    size: tuple[int, int] = (100, 30),
) -> Iterator[InPty]:
    """Run the program until the end of the block at most."""
    # LINES and COLUMNS would hide the size of the terminal.
    base = {name: value for name, value in os.environ.items() if name not in ("LINES", "COLUMNS", "NO_COLOR")}
    base |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", "PYTHONWARNINGS": "error"}
    running = InPty([*program, *arguments], {**base, **(environment or {})}, size)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            os.kill(running.process.pid, signal.SIGKILL)
        running.process.wait(SECONDS)
        running.close()
