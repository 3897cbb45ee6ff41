"""Moments, counts and columns as plain text."""

from collections.abc import Iterable

from sipbreakout_model.times import rfc3339
from sipbreakout_tui.safe_text import visible


def utc(at: float) -> str:
    """Return a moment in UTC with milliseconds."""
    try:
        return rfc3339(at).replace("T", " ").rstrip("Z")
    except (OverflowError, ValueError, OSError):
        return "unknown time"  # a damaged capture may have moments that no calendar has


def counted(count: int, word: str) -> str:
    """Return a count with its word, such as `2 calls`."""
    return f"{count} {word}{'' if count == 1 else 's'}"


def left_over(more: int, word: str) -> list[str]:
    """Return a line that says how many things are not shown; none where all are."""
    return [f"and {counted(more, f'more {word}')}"] if more > 0 else []


def columns(header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> list[str]:
    """Return lines in columns, the header first; cells are made safe to show."""
    cells = [header, *(tuple(visible(str(cell)) for cell in row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in cells]
