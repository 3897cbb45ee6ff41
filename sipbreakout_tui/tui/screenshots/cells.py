"""Lines and blocks as shapes that fill their cells: no font joins them from one line to the next."""

import unicodedata
from functools import cache
from typing import NamedTuple

WIDTH, HEIGHT = 8.4, 18.0
"""Of a cell, in pixels."""

_LIGHT, _HEAVY = 1.2, 2.6
_APART = 1.8
"""Pixels between each line of a double one and the middle."""


class Step(NamedTuple):
    """A step of a path: `M` to a point, `L` a line to it, `Q` a curve by the first point to the second one."""

    letter: str
    points: tuple[tuple[float, float], ...]
    """From the upper left corner of the cell on, in pixels."""


class Stroke(NamedTuple):
    """A line within a cell."""

    steps: tuple[Step, ...]
    width: float
    dashes: str = ""
    """As in SVG's `stroke-dasharray`."""


class Block(NamedTuple):
    """A filled part of a cell; lengths are parts of the cell."""

    left: float
    top: float
    width: float
    height: float
    opacity: float = 1.0


_SHADES = {"░": 0.25, "▒": 0.5, "▓": 0.75}
_HALVES = {
    "▀": (0.0, 0.0, 1.0, 0.5),
    "▐": (0.5, 0.0, 0.5, 1.0),
    "▔": (0.0, 0.0, 1.0, 1 / 8),
    "▕": (7 / 8, 0.0, 1 / 8, 1.0),
}
_QUADRANTS = {
    "▖": "3", "▗": "4", "▘": "1", "▙": "134", "▚": "14", "▛": "123", "▜": "124", "▝": "2", "▞": "23", "▟": "234",
}  # fmt: skip


@cache
def blocks(char: str) -> tuple[Block, ...]:
    """Return the filled parts of a block element; none for any other character."""
    if char in _SHADES:
        return (Block(0, 0, 1, 1, _SHADES[char]),)
    if char in _HALVES:
        return (Block(*_HALVES[char]),)
    if char in _QUADRANTS:
        return tuple(Block((int(each) - 1) % 2 / 2, (int(each) - 1) // 2 / 2, 0.5, 0.5) for each in _QUADRANTS[char])
    if "▁" <= char <= "█":
        part = (ord(char) - 0x2580) / 8
        return (Block(0, 1 - part, 1, part),)
    if "▉" <= char <= "▏":
        return (Block(0, 0, (0x2590 - ord(char)) / 8, 1),)
    return ()


_ARMS = {"LEFT": "L", "RIGHT": "R", "UP": "U", "DOWN": "D", "HORIZONTAL": "LR", "VERTICAL": "UD"}
_WEIGHTS = ("LIGHT", "HEAVY", "SINGLE", "DOUBLE")


@cache
def strokes(char: str) -> tuple[Stroke, ...]:
    """Return the lines of a box drawing character; none for any other one."""
    if not "─" <= char <= "╿":
        return ()
    words = unicodedata.name(char).removeprefix("BOX DRAWINGS ").split()
    if "DIAGONAL" in words:
        return _diagonals(char)
    arms = _arms(words)
    if "ARC" in words:
        return (_arc(arms),)
    dashes = ""
    if "DASH" in words:
        count = {"DOUBLE": 2, "TRIPLE": 3, "QUADRUPLE": 4}[words[1]]
        length = (WIDTH if "L" in arms else HEIGHT) / count
        dashes = f"{length * 0.6:.2f} {length * 0.4:.2f}"
    weights = {weight: _HEAVY if weight == "HEAVY" else _LIGHT for weight in arms.values()}
    return tuple(
        Stroke(tuple(step for each in arms if arms[each] == weight for step in _arm(each, arms)), width, dashes)
        for weight, width in weights.items()
    )


def _arms(words: list[str]) -> dict[str, str]:
    """Return the weight of the line to each side: `DOWN HEAVY AND RIGHT LIGHT`, or one word for all sides."""
    if "DASH" in words:
        words = [words[0], words[-1]]
    parts = " ".join(words).replace("ARC ", "").split(" AND ")
    common = parts[0].split()[0] if parts[0].split()[0] in _WEIGHTS else ""
    arms = {}
    for part in parts:
        weight = next((word for word in part.split() if word in _WEIGHTS), common)
        for word in part.split():
            for direction in _ARMS.get(word, ""):
                arms[direction] = weight
    return arms


def _straight(x: float, y: float, end_x: float, end_y: float) -> tuple[Step, ...]:
    return (Step("M", ((x, y),)), Step("L", ((end_x, end_y),)))


def _arm(direction: str, arms: dict[str, str]) -> tuple[Step, ...]:
    """Return the line from the middle of the cell to one of its sides."""
    middle_x, middle_y = WIDTH / 2, HEIGHT / 2
    end = {"L": (0.0, middle_y), "R": (WIDTH, middle_y), "U": (middle_x, 0.0), "D": (middle_x, HEIGHT)}[direction]
    across = direction in "LR"
    if arms[direction] != "DOUBLE":
        return _straight(middle_x, middle_y, *end)
    steps: tuple[Step, ...] = ()
    for shift in (-_APART, _APART):
        # At a corner of two double lines the outer one goes on, and the inner one stops short.
        sides = ("U", "D") if across else ("L", "R")
        towards, away = (sides[0], sides[1]) if shift < 0 else (sides[1], sides[0])
        back = _APART if away in arms and towards not in arms else -_APART if towards in arms else 0.0
        back = back if arms.get(towards, arms.get(away)) == "DOUBLE" else 0.0
        sign = -1 if direction in "RD" else 1
        if across:
            steps += _straight(middle_x + sign * back, middle_y + shift, end[0], end[1] + shift)
        else:
            steps += _straight(middle_x + shift, middle_y + sign * back, end[0] + shift, end[1])
    return steps


def _arc(arms: dict[str, str]) -> Stroke:
    radius = WIDTH / 2
    x, y = WIDTH / 2, HEIGHT / 2
    side, side_x = (WIDTH, x + radius) if "R" in arms else (0.0, x - radius)
    end, end_y = (HEIGHT, y + radius) if "D" in arms else (0.0, y - radius)
    curve = Step("Q", ((x, y), (x, end_y)))
    steps = (*_straight(side, y, side_x, y), curve, Step("L", ((x, end),)))
    return Stroke(steps, _LIGHT)


def _diagonals(char: str) -> tuple[Stroke, ...]:
    rising, falling = _straight(0.0, HEIGHT, WIDTH, 0.0), _straight(0.0, 0.0, WIDTH, HEIGHT)
    return (Stroke({"╱": rising, "╲": falling}.get(char, rising + falling), _LIGHT),)
