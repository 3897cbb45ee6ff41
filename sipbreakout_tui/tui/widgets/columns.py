"""The columns of a table, and how texts and columns are fitted into the room there is."""

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

GUTTER = 2
"""Columns left of each row: the cursor's sign and the mark's."""

GAP = 2
"""Columns between two columns of the table."""


class Column(NamedTuple):
    """A column of a table."""

    name: str
    """As messages name it."""
    title: str
    width: int
    """Terminal columns, at least."""
    grows: int = 0
    """Its share of the room that is left."""
    right: bool = False
    drops: int = 0
    """Where room is short, the column with the highest value goes first; with 0 it stays."""


class Cell(NamedTuple):
    """A text and what it is."""

    text: str
    """One line, safe to show."""
    kind: str = ""
    """`good`, `warn`, `bad`, `dim`, `key`, or nothing."""


def fit(text: str, width: int, right: bool) -> str:
    """Return a text that takes so many columns, cut or filled up."""
    if text.isascii():
        if len(text) <= width:
            return text.rjust(width) if right else text.ljust(width)
        return text[: width - 1] + "…"
    cells = cell_len(text)
    if cells > width:
        return set_cell_size(text, width - 1) + "…"
    return " " * (width - cells) + text if right else text + " " * (width - cells)


def fitted(columns: Sequence[Column], width: int) -> list[tuple[int, int]]:
    """Return which columns fit into a width, by index, and how wide each is."""
    shown = list(range(len(columns)))

    def needed() -> int:
        return GUTTER + sum(columns[index].width + GAP for index in shown) - GAP

    while needed() > width:
        droppable = [index for index in shown if columns[index].drops]
        if not droppable:
            break
        shown.remove(max(droppable, key=lambda index: columns[index].drops))
    spare = max(width - needed(), 0)
    shares = sum(columns[index].grows for index in shown) or 1
    return [(index, columns[index].width + spare * columns[index].grows // shares) for index in shown]
