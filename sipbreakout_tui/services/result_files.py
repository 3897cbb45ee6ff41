"""Result files: written whole or not at all."""

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

from sipbreakout_model import SipBreakoutError
from sipbreakout_tui.safe_text import visible


class NotWritten(SipBreakoutError):
    """A result that could not be written where it was asked for."""


def write_whole(path: Path, content: bytes) -> None:
    """Write the content to the path, so that nobody ever sees a part of it.

    The content goes to a new file beside the target, which then takes its place; a symbolic link stays
    a link, and a file that is replaced hands on its permissions. A pipe or device is written to directly.

    Raises:
        NotWritten: With the path and why; what stood at the path is unchanged.
    """
    try:
        target = path.resolve()
        if target.is_symlink():  # from Python 3.13 on, links in circles are not resolved
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        mode = target.stat().st_mode if target.exists() else None
        if mode is None or stat.S_ISREG(mode):
            _replace(target, content, mode)
        else:
            path.write_bytes(content)
    except (OSError, ValueError, RuntimeError) as error:  # ValueError: a NUL; RuntimeError: links in circles
        why = error.strerror if isinstance(error, OSError) else error
        raise NotWritten(f"cannot write {visible(str(path))}: {why}") from error


def _replace(target: Path, content: bytes, mode: int | None) -> None:
    unfinished = target.with_name(f".{target.name[:100]}.{token_hex(4)}.part")
    try:
        with unfinished.open("xb") as file:
            if mode is not None:
                unfinished.chmod(stat.S_IMODE(mode))
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(target)
    except BaseException:  # ctrl-c too leaves nothing behind
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise
