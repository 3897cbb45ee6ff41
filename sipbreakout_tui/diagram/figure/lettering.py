"""How wide text is, where it breaks, and which of its characters can be drawn."""

import math
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from sipbreakout_tui.safe_text import visible

if TYPE_CHECKING:
    from matplotlib.ft2font import FT2Font

FAMILY = ["DejaVu Sans", "sans-serif"]
"""The font that matplotlib brings along, so that a picture measures the same everywhere; else a generic one."""

LINE = 1.32
"""The height of a line of text, in sizes of its font."""

LINESPACING = 1.2
"""The height of a line as matplotlib counts it, in the same; the rest of LINE stays free."""

_UNITS = 100.0


@lru_cache(maxsize=2)
def _font(bold: bool) -> "FT2Font":
    from matplotlib.font_manager import FontProperties, findfont
    from matplotlib.ft2font import FT2Font

    # A font of our own: matplotlib keeps changing the size of those it shares.
    font = FT2Font(findfont(FontProperties(family=FAMILY[0], weight="bold" if bold else "normal")))
    font.set_size(_UNITS, 72)
    return font


@lru_cache(maxsize=4096)
def _advance(char: str, bold: bool) -> float:
    """Return how far a character moves the pen, in sizes of the font; 0 where the font does not have it."""
    from matplotlib.ft2font import LoadFlags

    font = _font(bold)
    if not font.get_char_index(ord(char)):
        return 0.0
    return font.load_char(ord(char), flags=LoadFlags.NO_HINTING).linearHoriAdvance / 65536 / _UNITS


@lru_cache(maxsize=4096)
def drawable(text: str) -> str:
    r"""Return the text in one line, with what does not print, or has no shape in the font, as an escape."""
    harmless = visible(text)
    if harmless.isascii():
        return harmless
    return "".join(
        char if char.isascii() or _advance(char, False) else char.encode("unicode_escape").decode("ascii")
        for char in harmless
    )


@lru_cache(maxsize=4096)
def width_of(text: str, size: float, bold: bool = False) -> float:
    """Return how wide the widest line of the text is, in points."""
    return max(sum(_advance(char, bold) for char in line) for line in text.split("\n")) * size * 1.015


def height_of(text: str, size: float) -> float:
    """Return how high the text is with all its lines, in points."""
    return (text.count("\n") + 1) * size * LINE


@lru_cache(maxsize=4096)
def wrapped(text: str, size: float, room: float, bold: bool = False) -> str:
    """Return the text, made drawable, in lines that fit into `room` points; a longer word is cut."""
    lines: list[str] = []
    line = ""
    for word in drawable(text).split(" "):
        longer = f"{line} {word}" if line else word
        if width_of(longer, size, bold) <= room:
            line = longer
            continue
        if line:
            lines.append(line)
        *full, line = _cut(word, size, room, bold)
        lines += full
    return "\n".join([*lines, line])


def joined(parts: Iterable[str], size: float, room: float) -> str:
    """Return the parts with dots between them, in lines that fit; a line breaks between parts if it can."""
    lines: list[str] = []
    for part in parts:
        longer = f"{lines[-1]} · {part}" if lines else part
        if lines and width_of(drawable(longer), size) <= room:
            lines[-1] = longer
        else:
            lines.append(part)
    return "\n".join(wrapped(line, size, room) for line in lines)


def _cut(word: str, size: float, room: float, bold: bool) -> Iterator[str]:
    """Yield the pieces of a word that fit, about equal, cut after a dot or hyphen where there is one near."""
    while (width := width_of(word, size, bold)) > room:
        fits = next((end for end in range(len(word) - 1, 1, -1) if width_of(word[:end], size, bold) <= room), 1)
        even = min(fits, math.ceil(len(word) / math.ceil(width / room)) + 1)
        soft = max(word.rfind(".", 0, fits), word.rfind("-", 0, fits)) + 1
        end = soft if soft > even * 0.6 else even
        yield word[:end]
        word = word[end:]
    yield word
