"""A sheet of characters to draw on, and the characters that lines are made of."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import get_args

from sipbreakout_tui.diagram.lines import LegSpan, Mark, Span, StyledLine


@dataclass(frozen=True, slots=True)
class Stroke:
    """The characters of one kind of leg."""

    across: str
    down: str
    right: str
    """The head that points to the right."""
    left: str
    below: str
    above: str
    from_left: str
    """Where it leaves a box on the left, towards the right."""
    from_right: str
    from_above: str
    from_below: str


@dataclass(frozen=True, slots=True)
class Frame:
    """The characters of a box."""

    top_left: str
    top_right: str
    bottom_left: str
    bottom_right: str
    across: str
    down: str


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One alphabet to draw with."""

    box: Frame
    faint_box: Frame
    """For a party that no leg reaches."""
    leg: Stroke
    looped: Stroke
    absent: Stroke
    arc: Frame
    """How a loop goes on inside the core."""
    through: str
    """Where a loop's line passes the side of the core."""
    under: str
    """Where it passes the bottom of the core."""
    again: str
    ellipsis: str
    dot: str
    arrow: str
    times: str
    never: str


UNICODE = Glyphs(
    Frame("┌", "┐", "└", "┘", "─", "│"),
    Frame("┌", "┐", "└", "┘", "╌", "╎"),
    Stroke("─", "│", "▸", "◂", "▾", "▴", "├", "┤", "┬", "┴"),
    Stroke("═", "║", "▸", "◂", "▾", "▴", "╞", "╡", "╥", "╨"),
    Stroke("┈", "┊", "▹", "◃", "▿", "▵", "├", "┤", "┬", "┴"),
    Frame("╔", "╗", "╚", "╝", "═", "║"),
    "╪",
    "╫",
    "↻",
    "…",
    "·",
    "→",
    "×",
    "✗",
)
ASCII = Glyphs(
    Frame("+", "+", "+", "+", "-", "|"),
    Frame("+", "+", "+", "+", ".", ":"),
    Stroke("-", "|", ">", "<", "v", "^", "|", "|", "+", "+"),
    Stroke("=", "#", ">", "<", "v", "^", "#", "#", "#", "#"),
    Stroke(".", ":", ">", "<", "v", "^", "|", "|", "+", "+"),
    Frame("#", "#", "#", "#", "=", "#"),
    "#",
    "#",
    "@",
    "..",
    "-",
    "->",
    "x",
    "x",
)


_MARKS: tuple[Mark, ...] = get_args(Mark)
_UNMARKED = " "
_CODES: dict[Mark | None, str] = {mark: chr(97 + index) for index, mark in enumerate(_MARKS)} | {None: _UNMARKED}
_OF_CODE: dict[str, Mark] = {_CODES[mark]: mark for mark in _MARKS}
_RUNS = re.compile(r"([a-z])\1*")


class Canvas:
    """Rows of characters that grow downwards as they are drawn on; what is put later covers what was there."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._rows: list[tuple[list[str], list[str]]] = []
        # Each row's characters and their marks, a letter each: so a pattern finds the spans.
        self._legs: dict[int, list[LegSpan]] = {}

    def put(self, row: int, column: int, text: str, mark: Mark | None = None) -> None:
        """Put text on a row; what is beyond the sheet's width is cut off."""
        if row >= len(self._rows):
            self._grow(row)
        characters, codes = self._rows[row]
        length = len(text)
        if column + length > self._width:
            text = text[: max(0, self._width - column)]
            length = len(text)
        characters[column : column + length] = text
        codes[column : column + length] = _CODES[mark] * length

    def column(self, rows: range, column: int, character: str, mark: Mark | None = None) -> None:
        """Put the same character on several rows."""
        if rows and rows[-1] >= len(self._rows):
            self._grow(rows[-1])
        code = _CODES[mark]
        for characters, codes in self._rows[rows.start : rows.stop]:
            characters[column], codes[column] = character, code

    def leg(self, row: int, start: int, stop: int, place: int) -> None:
        """Note that a part of a row shows a leg."""
        self._legs.setdefault(row, []).append(LegSpan(start, min(stop, self._width), place))

    def _grow(self, row: int) -> None:
        while len(self._rows) <= row:
            self._rows.append(([" "] * self._width, [_UNMARKED] * self._width))

    def box(self, rows: range, columns: range, frame: Frame, mark: Mark | None = None) -> None:
        """Draw a frame on the outermost of these rows and columns."""
        left, right, inner = columns[0], columns[-1], len(columns) - 2
        self.put(rows[0], left, frame.top_left + frame.across * inner + frame.top_right, mark)
        self.column(rows[1:-1], left, frame.down, mark)
        self.column(rows[1:-1], right, frame.down, mark)
        self.put(rows[-1], left, frame.bottom_left + frame.across * inner + frame.bottom_right, mark)

    def lines(self) -> Iterator[StyledLine]:
        """Yield the rows from the top, without spaces at their ends."""
        for row, (characters, codes) in enumerate(self._rows):
            text = "".join(characters).rstrip()
            runs = _RUNS.finditer("".join(codes[: len(text)]))
            spans = tuple([Span(*run.span(), _OF_CODE[run[1]]) for run in runs])
            yield StyledLine(text, spans, tuple(self._legs.get(row, ())))
