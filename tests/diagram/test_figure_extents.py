"""Nothing touches and nothing leaves the frame: measured in every picture of the gallery."""

import itertools
import math
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.transforms import BboxBase

from tests.diagram.figure_gallery import DRAWINGS

SLACK = 0.4
"""Pixels, of 144 to the inch, by which anti-aliased edges may meet."""


class Extent(NamedTuple):
    """A rectangle in pixels."""

    left: float
    bottom: float
    right: float
    top: float

    def overlaps(self, other: "Extent") -> bool:
        return (
            min(self.right, other.right) - max(self.left, other.left) > SLACK
            and min(self.top, other.top) - max(self.bottom, other.bottom) > SLACK
        )

    def is_inside(self, outer: "Extent") -> bool:
        return (
            self.left >= outer.left - SLACK
            and self.bottom >= outer.bottom - SLACK
            and self.right <= outer.right + SLACK
            and self.top <= outer.top + SLACK
        )

    def crosses_edge_of(self, box: "Extent") -> bool:
        return self.overlaps(box) and not self.is_inside(box)


def extent(box: BboxBase) -> Extent:
    return Extent(*(float(value) for value in box.extents))


class Measured:
    """The extents of everything in a figure."""

    def __init__(self, name: str) -> None:
        figure = DRAWINGS[name]().get_figure(root=True)
        assert isinstance(figure, Figure)
        renderer = FigureCanvasAgg(figure).get_renderer()  # type: ignore[no-untyped-call]
        (ax,) = figure.axes
        self.frame = extent(figure.bbox)
        self.texts = [(text.get_text(), extent(text.get_window_extent(renderer))) for text in ax.texts]
        kinds: dict[object, list[Extent]] = {}
        for artist in ax.get_children():
            if isinstance(artist, Patch):
                kinds.setdefault(artist.get_label(), []).append(extent(artist.get_window_extent(renderer)))
        self.boxes, self.discs, self.heads = (kinds.get(kind, []) for kind in ("_box", "_disc", "_head"))
        self.lines = [(str(line.get_label()), box) for line in ax.lines for box in strokes(line, figure.dpi)]
        self.squares = [
            extent(path.get_extents(collection.get_transform()))
            for collection in ax.collections
            for path in collection.get_paths()
        ]


def strokes(line: Line2D, dpi: float) -> Iterator[Extent]:
    """Yield the extents of a line's stretches, its width counted in; they all run across or down."""
    points = line.get_transform().transform(line.get_xydata())
    half = line.get_linewidth() * dpi / 72 / 2
    for (x0, y0), (x1, y1) in itertools.pairwise(points.tolist()):
        if any(map(math.isnan, (x0, y0, x1, y1))):
            continue
        assert abs(x0 - x1) < 0.01 or abs(y0 - y1) < 0.01
        across = half if abs(x0 - x1) < 0.01 else 0.0  # the ends are cut straight
        along = half - across
        yield Extent(min(x0, x1) - across, min(y0, y1) - along, max(x0, x1) + across, max(y0, y1) + along)


@pytest.mark.parametrize("name", DRAWINGS)
def test_nothing_touches_and_nothing_leaves_the_frame(name: str) -> None:
    seen = Measured(name)
    assert seen.texts
    shapes = [*seen.boxes, *seen.discs, *seen.heads, *seen.squares]
    named = [*seen.texts, *seen.lines, *(("shape", shape) for shape in shapes)]
    assert [item for item in named if not item[1].is_inside(seen.frame)] == []
    for (one, box), (other, another) in itertools.combinations(seen.texts, 2):
        assert not box.overlaps(another), (one, other)
    for text, box in seen.texts:
        assert not any(box.crosses_edge_of(outer) for outer in (*seen.boxes, *seen.discs)), text
        assert [kind for kind, stroke in seen.lines if box.overlaps(stroke)] == [], text
        assert not any(box.overlaps(shape) for shape in (*seen.heads, *seen.squares)), text
    assert not any(one.overlaps(other) for one, other in itertools.combinations(seen.discs, 2))


@pytest.mark.parametrize("name", [name for name in DRAWINGS if name.startswith(("legs", "difference"))])
def test_legs_are_apart_and_end_at_the_boxes(name: str) -> None:
    seen = Measured(name)
    legs = [box for kind, box in seen.lines if kind == "_leg"]
    wide = [Extent(leg.left - 3, leg.bottom - 3, leg.right + 3, leg.top + 3) for leg in legs]
    assert not any(one.overlaps(other) for one, other in itertools.combinations(wide, 2))
    assert not any(leg.crosses_edge_of(box) for leg, box in itertools.product(legs, seen.boxes))
