"""How matplotlib draws the items of a scene."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from sipbreakout_tui.diagram.figure.items import Box, Disc, Line, Point, Squares, VAlign, Words
from sipbreakout_tui.diagram.figure.lettering import FAMILY, LINE, LINESPACING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.path import Path


def _draw_box(ax: "Axes", box: Box, scale: float, order: float) -> None:
    from matplotlib.patches import PathPatch

    patch = PathPatch(
        _rounded(box),
        facecolor=box.fill,
        edgecolor=box.edge,
        linewidth=box.line * scale,
        linestyle="-" if box.dash is None else (0, box.dash),
        clip_on=False,
        zorder=order,
        label="_box",
    )
    ax.add_artist(patch)


def _rounded(box: Box) -> "Path":
    from matplotlib.path import Path

    x, y, r = box.x, box.y, min(box.radius, box.width / 2, box.height / 2)
    right, bottom = x + box.width, y + box.height
    if r <= 0:
        return Path([(x, y), (right, y), (right, bottom), (x, bottom), (x, y)], closed=True)
    points = [
        *((x + r, y), (right - r, y), (right, y), (right, y + r)),
        *((right, bottom - r), (right, bottom), (right - r, bottom)),
        *((x + r, bottom), (x, bottom), (x, bottom - r)),
        *((x, y + r), (x, y), (x + r, y), (x + r, y)),
    ]
    side = [Path.LINETO, Path.CURVE3, Path.CURVE3]
    return Path(points, [Path.MOVETO, *side, *side, *side, *side, Path.CLOSEPOLY])


def _draw_line(ax: "Axes", line: Line, scale: float, order: float) -> None:
    from matplotlib.lines import Line2D

    points = list(line.points)
    if line.head:
        (x0, y0), (x1, y1) = points[-2:]
        length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5 or 1.0
        ux, uy = (x1 - x0) / length, (y1 - y0) / length
        _draw_head(ax, line, (x1, y1, ux, uy), scale, order)
        points[-1] = (x1 - ux * line.head * 0.85, y1 - uy * line.head * 0.85)
    if line.gap is not None:
        points[1:1] = _round_gap(points[0], points[1], line.gap)
    ax.add_artist(
        Line2D(
            [x for x, _ in points],
            [y for _, y in points],
            color=line.color,
            linewidth=line.line * scale,
            linestyle="-" if line.dash is None else (0, line.dash),
            dash_capstyle="butt",
            solid_capstyle="butt",
            clip_on=False,
            zorder=order,
            label=line.label,
        )
    )


def _round_gap(start: Point, end: Point, gap: tuple[float, float, float]) -> Sequence[Point]:
    x, y, radius = gap
    length = ((end[0] - start[0]) ** 2 + (end[1] - start[1]) ** 2) ** 0.5 or 1.0
    ux, uy = (end[0] - start[0]) / length * radius, (end[1] - start[1]) / length * radius
    return (x - ux, y - uy), (float("nan"), float("nan")), (x + ux, y + uy)


def _draw_head(ax: "Axes", line: Line, tip: tuple[float, float, float, float], scale: float, order: float) -> None:
    from matplotlib.patches import Polygon

    x, y, ux, uy = tip
    long, wide = line.head, line.head * 0.46
    back_x, back_y = x - ux * long, y - uy * long
    corners = [(x, y), (back_x - uy * wide, back_y + ux * wide), (back_x + uy * wide, back_y - ux * wide)]
    ax.add_artist(
        Polygon(
            corners,
            facecolor="none" if line.open_head else line.color,
            edgecolor=line.color,
            linewidth=(1.0 if line.open_head else 0.0) * scale,
            clip_on=False,
            zorder=order,
            label="_head",
        )
    )


def _draw_disc(ax: "Axes", disc: Disc, scale: float, order: float) -> None:
    from matplotlib.patches import Circle

    ax.add_artist(
        Circle(
            (disc.x, disc.y),
            disc.radius,
            facecolor=disc.fill,
            edgecolor=disc.edge,
            linewidth=disc.line * scale,
            clip_on=False,
            zorder=order,
            label="_disc",
        )
    )


_FROM: dict[VAlign, tuple[float, float]] = {"top": (0.0, 0.95), "center": (0.5, 0.99), "bottom": (1.0, 0.95)}
"""Which share of its lines a text has above its point, and from the top of a line to its baseline.

A centre is that of figures and capitals.
"""


def _draw_words(ax: "Axes", words: Words, scale: float, order: float) -> None:
    # Placed by the baseline, that of the last line: which letters there are must not matter.
    lines = words.text.count("\n") + 1
    over, baseline = _FROM[words.down]
    ax.text(
        words.x,
        words.y + ((lines - 1 - over * lines) * LINE + baseline) * words.size,
        words.text,
        fontsize=words.size * scale,
        color=words.color,
        family=FAMILY,
        weight="bold" if words.bold else "normal",
        ha=words.across,
        va="baseline",
        multialignment=words.across,
        linespacing=LINESPACING,
        parse_math=False,
        usetex=False,
        zorder=order,
    )


def _draw_squares(ax: "Axes", squares: Squares, scale: float, order: float) -> None:
    from matplotlib.collections import PolyCollection

    side = squares.side
    corners = [[(x, y), (x + side, y), (x + side, y + side), (x, y + side)] for x, y in squares.corners]
    ax.add_artist(
        PolyCollection(
            corners,
            facecolors=squares.fill,
            edgecolors=squares.edge,
            linewidths=0.9 * scale,
            clip_on=False,
            zorder=order,
            label="_squares",
        )
    )


DRAWERS: dict[type, Callable[["Axes", Any, float, float], None]] = {
    Box: _draw_box,
    Line: _draw_line,
    Disc: _draw_disc,
    Words: _draw_words,
    Squares: _draw_squares,
}
"""A function for each kind of item: axes, item, scale of widths and fonts, order."""
