"""A screen as an SVG: text in any monospaced font there is, lines and blocks as shapes."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple
from xml.sax.saxutils import escape

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.tui.screenshots.cells import HEIGHT, WIDTH, Step, blocks, strokes

if TYPE_CHECKING:
    from textual.app import App

FONTS = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"
"""Fonts that are likely to be installed; none is fetched."""

_MARGIN = 10.0
_FONT_SIZE = 14
_BASELINE = 13.0

_WORDS = re.compile(r"\S+(?: \S+)*")
"""What stands together: spaces at its ends and double ones an SVG drops."""


class Look(NamedTuple):
    """How a piece of text is drawn."""

    colour: str
    background: str
    attributes: str


def picture_of_screen(app: "App[int]", title: str) -> str:
    """Return what an app shows now, dialogs and all."""
    update = app.screen._compositor.render_update(full=True, screen_stack=app._background_screens, simplify=True)
    lines = [[segment for strip in line for segment in strip] for line in getattr(update, "strips", ())]
    theme = app.current_theme
    colours = (theme.foreground or "#000000", theme.background or "#ffffff")
    return picture(lines, app.size.width, title=title, foreground=colours[0], background=colours[1])


def picture(lines: Sequence[Iterable[Segment]], width: int, *, title: str, foreground: str, background: str) -> str:
    """Return lines of a screen as an SVG.

    Args:
        lines: Styled text, a list for each line.
        width: Columns of the screen.
        title: What the picture is called.
        foreground: The colour of text without one, such as `#d5dce6`.
        background: The colour of the screen.
    """
    drawn: list[str] = []
    for number, line in enumerate(lines):
        drawn += _line(line, number * HEIGHT, foreground, background)
    across, down = width * WIDTH + 2 * _MARGIN, len(lines) * HEIGHT + 2 * _MARGIN
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {across:g} {down:g}" width="{across:g}" '
            f'height="{down:g}" role="img" font-family="{FONTS}" font-size="{_FONT_SIZE}">',
            f"<title>{escape(visible(title))}</title>",
            f'<rect width="100%" height="100%" rx="8" fill="{background}"/>',
            f'<g transform="translate({_MARGIN:g} {_MARGIN:g})" fill="{foreground}">',
            *drawn,
            "</g>",
            "</svg>",
            "",
        )
    )


def _line(line: Iterable[Segment], top: float, foreground: str, background: str) -> Iterator[str]:
    """Yield the elements of a line, those of its backgrounds first."""
    pieces: list[tuple[int, str, Look]] = []
    column = 0
    for text, style, control in line:
        if not control:
            pieces.append((column, text, _look(style, foreground, background)))
            column += cell_len(text)
    yield from _backgrounds(pieces, top, background)
    for start, text, look in pieces:
        yield from _text(start, text, look, top)
    yield from _strokes(pieces, top)


def _backgrounds(pieces: Sequence[tuple[int, str, Look]], top: float, background: str) -> Iterator[str]:
    areas: list[tuple[int, int, str]] = []
    for start, text, look in pieces:
        end = start + cell_len(text)
        if areas and areas[-1][1:] == (start, look.background):
            areas[-1] = (areas[-1][0], end, look.background)
        else:
            areas.append((start, end, look.background))
    for first, end, colour in areas:
        if colour != background:
            yield _rect(first * WIDTH, top, (end - first) * WIDTH, HEIGHT, colour)


def _text(start: int, text: str, look: Look, top: float) -> Iterator[str]:
    """Yield the elements of a text: words whole, each sign of its own font by itself, lines and blocks as shapes."""
    column, plain, plain_at = start, "", start
    for char in [*text, ""]:
        if char and _is_plain(char):
            plain += char
            column += 1
            continue
        yield from _words(plain, plain_at, look, top)
        left = column * WIDTH
        if shapes := blocks(char) if char else ():
            for block in shapes:
                size = (block.width * WIDTH, block.height * HEIGHT)
                yield _rect(left + block.left * WIDTH, top + block.top * HEIGHT, *size, look.colour, block.opacity)
        elif cell_len(char) and not strokes(char):
            middle = left + cell_len(char) * WIDTH / 2
            yield (
                f'<text x="{_px(middle)}" y="{_px(top + _BASELINE)}" text-anchor="middle" fill="{look.colour}"'
                f"{look.attributes}>{escape(visible(char))}</text>"
            )
        column += cell_len(char)
        plain, plain_at = "", column


def _strokes(pieces: Sequence[tuple[int, str, Look]], top: float) -> Iterator[str]:
    """Yield one path for all the lines of a kind."""
    paths: dict[tuple[str, float, str], str] = {}
    for start, text, look in pieces:
        column = start
        for char in text:
            for stroke in strokes(char):
                kind = (look.colour, stroke.width, stroke.dashes)
                paths[kind] = paths.get(kind, "") + _path(stroke.steps, column * WIDTH, top)
            column += cell_len(char)
    for (colour, width, dashes), path in paths.items():
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        yield f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{_px(width)}"{dashed}/>'


def _path(steps: Iterable[Step], left: float, top: float) -> str:
    return "".join(letter + " ".join(f"{_px(left + x)} {_px(top + y)}" for x, y in points) for letter, points in steps)


def _words(text: str, column: int, look: Look, top: float) -> Iterator[str]:
    for found in _WORDS.finditer(text):
        left, length = (column + found.start()) * WIDTH, len(found[0]) * WIDTH
        yield (
            f'<text x="{_px(left)}" y="{_px(top + _BASELINE)}" textLength="{_px(length)}" fill="{look.colour}"'
            f"{look.attributes}>{escape(visible(found[0]))}</text>"
        )


def _rect(left: float, top: float, width: float, height: float, colour: str, opacity: float = 1.0) -> str:
    faint = f' opacity="{opacity:g}"' if opacity < 1 else ""
    return (
        f'<rect x="{_px(left)}" y="{_px(top)}" width="{_px(width)}" height="{_px(height)}" fill="{colour}"{faint} '
        f'shape-rendering="crispEdges"/>'
    )


def _px(length: float) -> str:
    return f"{round(length, 2):g}"


def _is_plain(char: str) -> bool:
    """Return whether every monospaced font has the character, in one cell."""
    return char.isascii() or (unicodedata.category(char)[0] in "LNP" and ord(char) < 0x250 and cell_len(char) == 1)


def _look(style: Style | None, foreground: str, background: str) -> Look:
    colour, behind = foreground, background
    attributes = ""
    if style is not None:
        if style.color is not None and not style.color.is_default:
            colour = style.color.get_truecolor().hex
        if style.bgcolor is not None and not style.bgcolor.is_default:
            behind = style.bgcolor.get_truecolor().hex
        if style.reverse:
            colour, behind = behind, colour
        attributes += ' font-weight="bold"' if style.bold else ""
        attributes += ' font-style="italic"' if style.italic else ""
        attributes += ' opacity="0.6"' if style.dim else ""
        lined = [word for word, on in (("underline", style.underline), ("line-through", style.strike)) if on]
        attributes += f' text-decoration="{" ".join(lined)}"' if lined else ""
    return Look(colour, behind, attributes)
