"""Everything that is shown, in ASCII characters of the same width."""

import unicodedata

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_LIKE = {
    "–": "-",
    "—": "-",
    "−": "-",
    "…": "~",
    "·": ".",
    "•": "*",
    "×": "x",
    "±": "~",
    "≠": "!",
    "≤": "<",
    "≥": ">",
    "≈": "~",
    "“": '"',
    "”": '"',
    "„": '"',
    "‘": "'",
    "’": "'",
    "«": "<",
    "»": ">",
    "✓": "v",
    "✔": "v",
    "✗": "x",
    "✖": "x",
    "●": "*",
    "◐": "!",
    "○": "o",
    "◌": ".",
    "◆": "#",
    "↻": "@",
    "↔": "-",
    "\N{NO-BREAK SPACE}": " ",
    # A bar is made of eighths of a block, fuller ones to the left.
    "█": "#",
    "▉": "#",
    "▊": "#",
    "▋": "=",
    "▌": "=",
    "▍": "=",
    "▎": "-",
    "▏": "-",
    "░": ".",
    "▒": ":",
    "▓": "#",
    **dict.fromkeys("▁▂▃▅▆▇", "_"),
    # A low bar is made of halves of a cell.
    "▄": "=",
    "▖": "-",
    "▔": "-",
    "▀": "-",
    "▕": "|",
    "▐": "|",
}
"""What stands for a character; the rest goes by its Unicode name."""


class AsciiOnly(LineFilter):
    """Shows ASCII only: what is like it for lines, arrows and signs, `?` for any other character."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments in ASCII, each as wide as before."""
        return [
            segment if segment.text.isascii() else Segment(in_ascii(segment.text), segment.style, segment.control)
            for segment in segments
        ]


def in_ascii(text: str) -> str:
    """Return a text in ASCII that is as wide on the terminal."""
    width = cell_len(text)
    return text.translate(_STANDING_FOR)[:width].ljust(width)


class _StandingFor(dict[int, str]):
    """Finds out what stands for a character when it is first met."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        found = self[code] = char if char.isascii() else _LIKE.get(char) or _by_name(char)
        return found


_STANDING_FOR = _StandingFor()


def _by_name(char: str) -> str:
    words = unicodedata.name(char, "").replace("-", " ").split()
    if words[:2] == ["BOX", "DRAWINGS"]:
        return _line(words)
    if "BLOCK" in words or "QUADRANT" in words:
        return "#"
    if "←" <= char <= "⇿" or "POINTING" in words:
        for word, shown in (("RIGHT", ">"), ("LEFT", "<"), ("UP", "^"), ("DOWN", "v")):
            if any(each.startswith(word) for each in words):
                return shown
        return "-"
    if "■" <= char <= "◿":
        return "o" if "CIRCLE" in words else "#" if "BLACK" in words else "*"
    return "?" * cell_len(char)


def _line(words: list[str]) -> str:
    """Return a line for a box drawing character: straight ones, and corners and crossings."""
    if "DIAGONAL" in words:
        return "X"
    across = bool({"HORIZONTAL", "LEFT", "RIGHT"} & set(words))
    along = bool({"VERTICAL", "UP", "DOWN"} & set(words))
    if across and along:
        return "+"
    if "DASH" in words:
        return "." if across else ":"
    return "=" if "DOUBLE" in words and across else "-" if across else "|"
