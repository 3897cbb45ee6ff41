"""A picture before matplotlib: its items in points, y downwards."""

from typing import TYPE_CHECKING

from sipbreakout_tui.diagram.figure.items import Box, Item, Words
from sipbreakout_tui.diagram.figure.lettering import height_of, wrapped
from sipbreakout_tui.diagram.figure.painting import DRAWERS
from sipbreakout_tui.diagram.figure.style import SUBTITLE, TITLE, Theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MARGIN = 26.0
"""Points kept free round a picture."""

_LEAST = 760.0
_DPI = 144


class Scene:
    """The items of a picture, drawn in their order."""

    def __init__(self, theme: Theme) -> None:
        """Start empty."""
        self.theme = theme
        self.items: list[Item] = []
        self.width = 0.0
        self.height = 0.0

    def add(self, *items: Item) -> None:
        """Put items on top of those there."""
        self.items += items

    def grow(self, width: float, height: float) -> None:
        """Make sure that the picture is at least this wide and high, in points."""
        self.width, self.height = max(self.width, width), max(self.height, height)

    def put(self, other: "Scene", dx: float, dy: float) -> None:
        """Put another scene on top, moved, and grow with it."""
        self.items += [item.moved(dx, dy) for item in other.items]
        self.grow(other.width + dx, other.height + dy)

    def draw(self, ax: "Axes | None") -> "Axes":
        """Draw everything, fitted into the axes, or into a new figure of just the right size."""
        if ax is None:
            from matplotlib.figure import Figure

            figure = Figure(figsize=(self.width / 72, self.height / 72), dpi=_DPI, facecolor=self.theme.paper)
            ax = figure.add_axes((0, 0, 1, 1))
            scale = 1.0
        else:
            from matplotlib.transforms import Bbox

            size: Bbox = ax.get_window_extent()
            inch = ax.get_figure(root=True).dpi / 72  # type: ignore[union-attr]
            scale = min(size.width / inch / self.width, size.height / inch / self.height)
            ax.set_aspect("equal")
            self.items.insert(0, Box(0, 0, self.width, self.height, self.theme.paper, self.theme.paper, 0, None, 0))
        ax.set_axis_off()
        ax.set_xlim(0, self.width)
        ax.set_ylim(self.height, 0)
        for order, item in enumerate(self.items):
            DRAWERS[type(item)](ax, item, scale, 2 + order * 1e-3)
        return ax


def headed(body: Scene, title: str, subtitle: str, least: float = _LEAST) -> Scene:
    """Return a picture with its title and subtitle above and a margin round all; at least `least` points wide."""
    scene = Scene(body.theme)
    width = max(body.width, least)
    y = MARGIN - 6
    for text, size, color, bold in (
        (title, TITLE, body.theme.ink, True),
        (subtitle, SUBTITLE, body.theme.muted, False),
    ):
        if text:
            lines = wrapped(text, size, width, bold)
            scene.add(Words(MARGIN, y, lines, size, color, bold))
            y += height_of(lines, size) + 4
    scene.put(body, MARGIN, y + 18)
    scene.width, scene.height = width + 2 * MARGIN, scene.height + MARGIN
    return scene
