"""What a scene consists of: boxes, lines, discs, squares and texts; in points, y downwards."""

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from sipbreakout_tui.diagram.figure.lettering import height_of, width_of
from sipbreakout_tui.diagram.figure.style import Dash

HAlign: TypeAlias = Literal["left", "center", "right"]
VAlign: TypeAlias = Literal["top", "center", "bottom"]
Point: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle, with round corners where `radius` is above 0."""

    x: float
    y: float
    width: float
    height: float
    edge: str
    fill: str
    line: float = 1.6
    dash: Dash = None
    radius: float = 7.0

    def moved(self, dx: float, dy: float) -> "Box":
        """Return it elsewhere."""
        return replace(self, x=self.x + dx, y=self.y + dy)


@dataclass(frozen=True, slots=True)
class Line:
    """A way along points, with an arrowhead at its end where `head` is above 0."""

    points: tuple[Point, ...]
    color: str
    line: float = 2.0
    dash: Dash = None
    head: float = 0.0
    gap: tuple[float, float, float] | None = None
    """A disc on the first stretch (x, y, radius) that the line leaves free."""
    label: str = "_line"
    open_head: bool = False

    def moved(self, dx: float, dy: float) -> "Line":
        """Return it elsewhere."""
        points = tuple((x + dx, y + dy) for x, y in self.points)
        gap = None if self.gap is None else (self.gap[0] + dx, self.gap[1] + dy, self.gap[2])
        return replace(self, points=points, gap=gap)


@dataclass(frozen=True, slots=True)
class Disc:
    """A filled circle."""

    x: float
    y: float
    radius: float
    edge: str
    fill: str
    line: float = 1.4

    def moved(self, dx: float, dy: float) -> "Disc":
        """Return it elsewhere."""
        return replace(self, x=self.x + dx, y=self.y + dy)


@dataclass(frozen=True, slots=True)
class Words:
    """Lines of text; drawable already, and placed by the corner or centre that the alignments name."""

    x: float
    y: float
    text: str
    size: float
    color: str
    bold: bool = False
    across: HAlign = "left"
    down: VAlign = "top"

    def moved(self, dx: float, dy: float) -> "Words":
        """Return it elsewhere."""
        return replace(self, x=self.x + dx, y=self.y + dy)

    @property
    def width(self) -> float:
        """The width in points."""
        return width_of(self.text, self.size, self.bold)

    @property
    def height(self) -> float:
        """The height in points."""
        return height_of(self.text, self.size)


@dataclass(frozen=True, slots=True)
class Squares:
    """Many squares of one look, drawn as one thing."""

    corners: tuple[Point, ...]
    """Their upper left corners."""
    side: float
    edge: str
    fill: str

    def moved(self, dx: float, dy: float) -> "Squares":
        """Return them elsewhere."""
        return replace(self, corners=tuple((x + dx, y + dy) for x, y in self.corners))


Item: TypeAlias = Box | Line | Disc | Words | Squares
