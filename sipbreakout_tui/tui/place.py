"""What every place has: the two lines on top, the keys below, and news of the core between."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.screen import Screen
from textual.widget import Widget

from sipbreakout_tui.tui.widgets.header_line import HeaderLine
from sipbreakout_tui.tui.widgets.key_line import KeyLine
from sipbreakout_tui.tui.widgets.place_tabs import PlaceTabs

if TYPE_CHECKING:
    from sipbreakout_tui.services.registrations.live import Changed, LiveRegistrations
    from sipbreakout_tui.tui.app import SipBreakoutApp
    from sipbreakout_tui.tui.requests import Request


class Place(Screen[None]):
    """A screen with the frame of the program around it.

    `opened`, `changed` and `ticked` are called while the place is the present one; what it missed while it was
    not is told by `changed` with everything when it is gone to again.
    """

    AUTO_FOCUS = "LineTable"  # and not the filter above it: letters are keys at first
    NAME: ClassVar[str]
    """As `places.PLACES` has it."""
    MUTATING: ClassVar[frozenset[str]] = frozenset()
    """Actions that change registrations: without keys and refused where nothing may be changed."""

    def compose(self) -> ComposeResult:
        """Yield the frame and, within it, the place."""
        yield HeaderLine()
        yield PlaceTabs(self.NAME)
        yield from self.body()
        yield KeyLine()

    def body(self) -> Iterable[Widget]:
        """Yield the widgets of the place."""
        raise NotImplementedError

    @property
    def sip_app(self) -> "SipBreakoutApp":
        """The app, with what it offers to places."""
        return cast("SipBreakoutApp", self.app)

    @property
    def live(self) -> "LiveRegistrations | None":
        """The registrations; None until the ledger is read."""
        return self.sip_app.live

    @property
    def busy(self) -> bool:
        """Whether what it shows is about to change without anybody doing anything; a picture of it waits."""
        return False

    def on_screen_resume(self) -> None:
        """Show what is known now."""
        if self.live is not None:
            self.opened(self.live)

    def opened(self, live: "LiveRegistrations") -> None:
        """Called when registrations are there to be shown: first, and whenever the place is gone to again."""

    def changed(self, live: "LiveRegistrations", changed: "Changed") -> None:
        """Called when rows changed while the place is present."""

    def ticked(self, now: float) -> None:
        """Called each second while the place is present, with Unix time in seconds."""

    def arrive(self, request: "Request") -> None:
        """Called when another place asks for something that this place shows."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Return whether an action may run: those that change registrations only where that is allowed."""
        return not (action in self.MUTATING and self.sip_app.read_only)
