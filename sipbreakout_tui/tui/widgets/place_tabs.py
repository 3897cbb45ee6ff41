"""The second line: the five places, by number and by mouse."""

from itertools import accumulate

from textual import events
from textual.content import Content
from textual.widget import Widget

from sipbreakout_tui.tui.places import PLACES


class PlaceTabs(Widget):
    """One line with a name for each place, the present one marked."""

    DEFAULT_CSS = """
    PlaceTabs { height: 1; background: $surface; color: $secondary; }
    """

    def __init__(self, present: str) -> None:
        """Take the name of the place it stands in."""
        super().__init__()
        self._present = present

    def render(self) -> Content:
        """Return the line."""
        parts: list[tuple[str, str]] = []
        for number, place in enumerate(PLACES, 1):
            style = "bold reverse $primary" if place.name == self._present else ""
            parts += [(f" {number} {place.title} ", style), ("│", "$panel")]
        return Content.assemble(*parts[:-1])

    def starts(self) -> list[int]:
        """Return the column in which each place begins."""
        widths = (len(place.title) + 5 for place in PLACES)
        return list(accumulate(widths, initial=0))[: len(PLACES)]

    async def on_click(self, event: events.Click) -> None:
        """Go to the place under the mouse."""
        starts = self.starts()
        for place, start, end in zip(PLACES, starts, [*starts[1:], self.size.width], strict=True):
            if start <= event.x < end:
                await self.run_action(f"app.place('{place.name}')")
