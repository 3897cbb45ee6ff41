"""The terminal as a file, and stderr while the screen is open."""

import codecs
import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

HELD_BYTES = 64 * 1024
"""How much of the end of what was written on stderr is shown afterwards."""

_WAIT_SECONDS = 1.0


class TerminalOutput:
    """Writes to the terminal; once that is gone, what is written is dropped.

    An error here would end the thread that writes, and then everything waits for it for ever.
    """

    def __init__(self, descriptor: int, encoding: str) -> None:
        """Take the file descriptor, and how characters become bytes."""
        self._descriptor = descriptor
        self._encode = codecs.getencoder(encoding)
        self._gone = False

    def write(self, text: str) -> None:
        """Write a text whole; what the encoding has not is a question mark."""
        data = memoryview(self._encode(text, "replace")[0])
        while data and not self._gone:
            try:
                data = data[os.write(self._descriptor, data) :]
            except BlockingIOError:
                select.select((), (self._descriptor,), (), _WAIT_SECONDS)
            except OSError:
                self._gone = True

    def flush(self) -> None:
        """Do nothing: nothing is kept back."""

    def fileno(self) -> int:
        """Return the file descriptor."""
        return self._descriptor


@contextmanager
def stderr_held() -> Iterator[None]:
    """Keep everything that any library writes on stderr back, and show the end of it afterwards."""
    if sys.__stderr__ is None:
        yield
        return
    descriptor = sys.__stderr__.fileno()
    sys.__stderr__.flush()
    outside = os.dup(descriptor)
    held = _nameless_file()
    os.dup2(held, descriptor)
    try:
        yield
    finally:
        with suppress(OSError):
            sys.__stderr__.flush()
        os.dup2(outside, descriptor)
        os.close(outside)
        with suppress(OSError):
            sys.__stderr__.write(_end_of(held))
            sys.__stderr__.flush()
        os.close(held)


def _nameless_file() -> int:
    import tempfile

    try:
        with tempfile.TemporaryFile() as file:
            return os.dup(file.fileno())
    except OSError:  # a full disk: then it is lost
        return os.open(os.devnull, os.O_RDWR)


def _end_of(held: int) -> str:
    from sipbreakout_tui.safe_text import visible

    size = os.lseek(held, 0, os.SEEK_END)
    start = max(size - HELD_BYTES, 0)
    os.lseek(held, start, os.SEEK_SET)
    text = os.read(held, HELD_BYTES).decode("utf-8", "replace").replace("\r\n", "\n")
    if start:
        text = f"(the first {start} bytes on stderr are left out: --log-file keeps a log whole)\n{text}"
    if text and not text.endswith("\n"):
        text += "\n"
    return visible(text, keep="\n\t")
