"""The report of a crash: what is needed to find the fault, and nothing of the user's."""

import os
import platform
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import fields
from importlib.metadata import version
from pathlib import Path
from traceback import walk_tb
from types import FrameType

from sipbreakout_model import SipBreakoutError
from sipbreakout_tui import __version__
from sipbreakout_tui.config import Secret, SecretRef, load_profiles, secrets_met, state_dir, without
from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.tui.terminal.masking import masked

KEPT = 20
"""How many reports are kept."""

MOST_FRAMES = 100
"""Of a longer traceback the middle is left out."""

_MOST_ERRORS = 20


class CrashReport:
    """An unforeseen error, as it is shown and as it is written down."""

    def __init__(self, error: BaseException, was_open: str) -> None:
        """Take the error and which screens were open."""
        inner = getattr(error, "error", None)  # a failed worker's
        self._error = inner if isinstance(inner, BaseException) else error
        self._open = was_open
        self._secrets = list(_known_secrets())

    def headline(self) -> str:
        """Return the kind of error and its message, in one line."""
        message = " ".join(self._message(self._error).split())
        return f"unexpected {type(self._error).__name__}: {message or 'no message'}"

    def text(self) -> str:
        """Return the report."""
        lines = [
            f"sipbreakout {__version__}, textual {version('textual')}",
            f"Python {platform.python_version()} on {platform.platform()}",
            time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            f"open: {self._open or 'nothing yet'}",
            "",
            *self._tracebacks(),
        ]
        return "\n".join(visible(line) for line in lines) + "\n"

    def write(self) -> Path:
        """Write the report into the folder of crashes, remove old ones there, and return its path.

        Raises:
            OSError: It cannot be written.
        """
        folder = crash_folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / f"crash-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{os.getpid()}.txt"
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(self.text())
        for old in sorted(folder.glob("crash-*.txt"))[:-KEPT]:
            with suppress(OSError):
                old.unlink()
        return path

    def _tracebacks(self) -> Iterator[str]:
        """Yield the error and what it came from, each with its places."""
        waiting: list[tuple[str, BaseException]] = [("", self._error)]
        seen: set[int] = set()
        while waiting and len(seen) < _MOST_ERRORS:
            how, error = waiting.pop(0)
            if id(error) in seen:
                continue
            seen.add(id(error))
            yield f"{how}{type(error).__module__}.{type(error).__qualname__}: {self._message(error)}"
            yield from _places(error)
            if error.__cause__ is not None:
                waiting.append(("caused by ", error.__cause__))
            elif error.__context__ is not None and not error.__suppress_context__:
                waiting.append(("while handling ", error.__context__))
            if isinstance(error, BaseExceptionGroup):
                waiting += [("one of its group: ", each) for each in error.exceptions]

    def _message(self, error: BaseException) -> str:
        try:
            text = str(error)
        except Exception:  # noqa: BLE001 - a report of an error whose text fails, too
            return "its message cannot be had"
        return masked(without(text, *self._secrets))


def crash_folder() -> Path:
    """Return the folder of the reports."""
    return state_dir() / "crashes"


def _places(error: BaseException) -> list[str]:
    frames = [f"  {_file(frame)}:{line} in {frame.f_code.co_qualname}" for frame, line in walk_tb(error.__traceback__)]
    left_out = len(frames) - MOST_FRAMES
    if left_out > 0:
        half = MOST_FRAMES // 2
        frames[half : half + left_out] = [f"  … {left_out} more …"]
    return frames


def _file(frame: FrameType) -> str:
    """Return the path of a frame's file from its package on: what is before may name the user."""
    module = str(frame.f_globals.get("__name__", ""))
    path = Path(frame.f_code.co_filename)
    depth = module.count(".") + (path.name == "__init__.py")
    return "/".join(path.parts[-depth - 1 :])


def _known_secrets() -> Iterator[Secret]:
    """Yield the secrets that this process got, and those of the profiles that can be had without running anything."""
    yield from secrets_met()
    with suppress(SipBreakoutError):
        for profile in load_profiles():
            for field in fields(profile.auth):
                reference = getattr(profile.auth, field.name)
                if isinstance(reference, SecretRef) and (reference.env or reference.file):
                    with suppress(SipBreakoutError):
                        yield reference.resolve()


def report_crash(error: BaseException, was_open: str) -> str:
    """Write a report, and return what is said about it on stderr."""
    from sipbreakout_tui.cli import logs

    report = CrashReport(error, was_open)
    try:
        where = f"A report without secrets is in {report.write()}"
    except OSError as problem:
        where = f"No report could be written to {crash_folder()}: {problem.strerror}"
    logs.log_report(report.text())
    return f"{report.headline()}. This is a bug. {where}"
