"""A progress bar on stderr, where that is a terminal."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sipbreakout_tui.services.registrations.bulk import BulkReport

LARGE_BYTES = 32 * 1024 * 1024
"""From this size on, the reading of captures shows its progress; smaller ones take less than a second."""


@contextmanager
def reading(files: Sequence[str]) -> "Iterator[Callable[[int, int], None] | None]":
    """Yield what shows how many bytes of these files were read; None where nobody would see it."""
    if sys.stderr is None or not sys.stderr.isatty() or _size(files) < LARGE_BYTES:
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn

    columns = (BarColumn(), DownloadColumn(binary_units=True), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _size(files: Sequence[str]) -> int:
    size = 0
    for file in files:
        with suppress(OSError, ValueError):  # what cannot be read is said where it is read
            size += Path(file).stat().st_size
    return size


@contextmanager
def showing(total: int) -> "Iterator[Callable[[BulkReport], None] | None]":
    """Yield what shows a report's progress towards `total`; None where nobody would see it."""
    if total < 2 or sys.stderr is None or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda report: bar.update(task, completed=report.total, description=str(report))
