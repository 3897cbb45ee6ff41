"""All that is known of one number: its registration, what it does, and what was asked."""

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from sipbreakout_model import SipBreakoutError
from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.tui.copying import copy
from sipbreakout_tui.tui.screens.dialog import Dialog, DialogText
from sipbreakout_tui.tui.widgets.picture import picture_content

if TYPE_CHECKING:
    from sipbreakout_tui.services.registrations.listing import Row
    from sipbreakout_tui.services.registrations.live import LiveRegistrations

_PICTURE_WIDTH = 72


class DetailsDialog(Dialog[None]):
    """Details, history and whole leg diagrams of a row."""

    CSS_PATH = "details.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("y", "copy", "copy", id="details.copy", tooltip="Copy the text.")]

    def __init__(self, live: "LiveRegistrations", row: "Row") -> None:
        """Take the registrations and the row."""
        super().__init__(row.number)
        self._live = live
        self._row = row
        self._content = Content("")

    def body(self) -> Iterable[Widget]:
        """Yield the text and how to leave it."""
        with DialogText():
            yield Static(self._content, markup=False)
        yield Static("↑ ↓ scroll   y copy   esc close", classes="dialog-keys", markup=False)

    def on_mount(self) -> None:
        """Show what is known at once, and the history once it is read."""
        self._show([Content.styled("reading…", "$secondary")])
        self._read()

    @work(exclusive=True, group="history")
    async def _read(self) -> None:
        from sipbreakout_tui.services.event_text import event_line
        from sipbreakout_tui.services.registrations.number_history import MOST_EVENTS, number_history

        live = self._live
        try:
            history = await asyncio.to_thread(number_history, live.ledger, self._row.number, live.profile.target)
        except SipBreakoutError as error:
            self._show([Content.styled(visible(str(error)), "$error")])
            return
        lines = [Content(str(history)), *(Content(visible(event_line(event))) for event in history.events)]
        if len(history.events) == MOST_EVENTS:
            lines.append(Content.styled("older ones: sipbreakout history", "$secondary"))
        self._show(lines)

    def _show(self, history: list[Content]) -> None:
        from sipbreakout_tui.services.registrations.listing import details
        from sipbreakout_tui.services.registrations.what_it_does import full_picture, heading

        row, now = self._row, self._live.clock()
        lines = [Content(visible(line)) for line in details(row, now)]
        lines += [Content(""), Content.styled("History, newest first", "bold $primary"), *history]
        if row.route_type:
            lines += [Content(""), Content.styled(heading(row.in_force(now)), "bold $primary")]
            lines.append(picture_content(full_picture(row.registration(), _PICTURE_WIDTH)))
        self._content = Content("\n").join(lines)
        self.query_one(".dialog-text > Static", Static).update(self._content)

    def action_copy(self) -> None:
        """Copy the text."""
        copy(self.app, self._content.plain, "the details")
