"""The pane with the legs: observed beside predicted, stepped through one by one."""

from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from sipbreakout_tui.tui.widgets.picture import picture_content

if TYPE_CHECKING:
    from sipbreakout_tui.services.traces.legs import LegsPicture
    from sipbreakout_tui.trace.diagnosis.diagnose import Diagnosis

_GUTTER = 2
_NAME = 13


class LegsPane(VerticalScroll, can_focus=True):
    """A line a leg; below them all that is known of the present one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "step(-1)", "leg up", show=False, id="legs.up"),
        Binding("down", "step(1)", "leg down", show=False, id="legs.down"),
        Binding("enter", "open", "message", show=False, id="legs.open", tooltip="Open the leg's INVITE."),
    ]

    DEFAULT_CSS = """
    LegsPane {
        scrollbar-size-vertical: 1; scrollbar-gutter: stable;
        & > Static { width: 1fr; height: auto; }
        & > .legs-details { margin-top: 1; }
    }
    """

    class Opened(Message):
        """The INVITE of a leg shall be shown."""

        def __init__(self, row: int) -> None:
            """Take the message, as a row of the trace's `Messages`."""
            super().__init__()
            self.row = row

    def __init__(self) -> None:
        """Start empty."""
        super().__init__(id="legs")
        self._diagnosis: Diagnosis | None = None
        self._picture: LegsPicture | None = None
        self._present = 0
        self._heights: dict[str, int] = {}

    def compose(self) -> ComposeResult:
        """Yield the picture and the details."""
        yield Static("", classes="legs-picture", markup=False)
        yield Static("", classes="legs-details", markup=False)

    def show(self, diagnosis: "Diagnosis") -> None:
        """Show a call."""
        self._diagnosis, self._present = diagnosis, 0
        self._draw()
        self.scroll_home(animate=False)

    def action_step(self, steps: int) -> None:
        """Go to the next or former leg."""
        if self._picture is None or not self._picture.legs:
            return
        self._present = (self._present + steps) % len(self._picture.legs)
        self._mark()
        self.call_after_refresh(self._bring)

    def action_open(self) -> None:
        """Open the present leg's INVITE."""
        if self._picture is None or not self._picture.legs:
            return
        seen = self._picture.legs[self._present].pair.seen
        if seen is None:
            self.notify("this leg is predicted only: there is no message", markup=False)
        elif seen.leg.row < 0:
            self.notify("no INVITE of this leg could be read", markup=False)
        else:
            self.post_message(self.Opened(seen.leg.row))

    def on_resize(self, event: events.Resize) -> None:
        """Draw for the width that there is."""
        self._draw()

    def on_click(self, event: events.Click) -> None:
        """Go to the leg under the mouse; open it with a second click."""
        if self._picture is None:
            return
        line = event.screen_y - self.query_one(".legs-picture").region.y - len(self._picture.head)
        if 0 <= line < len(self._picture.legs):
            self._present = line
            self._mark()
            if event.chain == 2:
                self.action_open()

    def _draw(self) -> None:
        from sipbreakout_tui.services.traces.legs import legs_picture

        if self._diagnosis is None or not self.is_mounted:
            return
        width = (self.scrollable_content_region.width or self.app.size.width - 1) - _GUTTER - 1
        self._picture = legs_picture(self._diagnosis, width)
        self._present = min(self._present, max(len(self._picture.legs) - 1, 0))
        self._mark()

    def _mark(self) -> None:
        from sipbreakout_tui.services.traces.legs import leg_details

        picture, diagnosis = self._picture, self._diagnosis
        if picture is None or diagnosis is None:
            return
        rows = [Content("  ").append(picture_content([line])) for line in picture.head]
        for index, leg in enumerate(picture.legs):
            content = picture_content([leg.line])
            if index == self._present:
                content = Content.assemble(("▸ ", "bold $primary"), content)
                content = content.pad_right(max(self.scrollable_content_region.width - content.cell_length, 0)).stylize(
                    "on $panel"
                )
            else:
                content = Content("  ").append(content)
            rows.append(content)
        rows += [Content("  ").append(picture_content([line])) for line in picture.foot]
        self._update(".legs-picture", rows)
        details: list[Content] = []
        if picture.legs:
            details = [
                Content.assemble((f"  {name:<{_NAME}}", "$secondary"), value)
                for name, value in leg_details(diagnosis, picture.legs[self._present].pair)
            ]
        self._update(".legs-details", details)

    def _update(self, selector: str, lines: list[Content]) -> None:
        """Show lines; to lay everything out anew takes longer than all the rest."""
        height = self._heights.get(selector)
        self._heights[selector] = len(lines)
        self.query_one(selector, Static).update(Content("\n").join(lines), layout=height != len(lines))

    def _bring(self) -> None:
        if self._picture is None:
            return
        row, top = self._present + len(self._picture.head), int(self.scroll_y)
        if self._present == 0:
            self.scroll_home(animate=False)
        elif not top <= row < top + max(self.size.height, 1):
            self.scroll_to(y=max(row - self.size.height // 2, 0), animate=False)
