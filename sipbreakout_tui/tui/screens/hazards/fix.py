"""The fix of a hazard as a dry run."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, cast

from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Static

from sipbreakout_model import Hazard, Registration
from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.tui.copying import copy
from sipbreakout_tui.tui.screens.dialog import Dialog, DialogText

if TYPE_CHECKING:
    from sipbreakout_tui.config import Profile
    from sipbreakout_tui.services.hazards.fix import DryRun
    from sipbreakout_tui.tui.app import SipBreakoutApp


class HazardFix(Dialog[Registration]):
    """Shows what would be sent; gives the registration back where the form shall be opened with it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e,enter", "edit", "open the form", id="hazard_fix.edit", tooltip="Open the form, filled with it."),
        Binding("y", "copy", "copy", id="hazard_fix.copy", tooltip="Copy what would be sent."),
    ]

    def __init__(self, hazard: Hazard, dry_run: "DryRun | None", profile: "Profile") -> None:
        """Take the hazard, what would be sent where that is plain, and to whom."""
        super().__init__(f"Fix: {hazard.id}")
        self._dry_run = dry_run
        lines = [visible(hazard.text), "", visible(hazard.fix), ""]
        if dry_run is None:
            lines.append("What exactly to send is for you to choose: nothing is prepared.")
        else:
            lines += dry_run.lines(profile)
        self._text = "\n".join(lines)

    def body(self) -> Iterable[Widget]:
        """Yield the text and its keys."""
        with DialogText():
            yield Static(self._text, markup=False)
        edits = self.check_action("edit", ())
        yield Static(f"esc close   y copy{'   e open the form' if edits else ''}", classes="dialog-keys", markup=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Return whether an action may run: the form is opened only where something can be sent."""
        if action == "edit":
            return self._dry_run is not None and not cast("SipBreakoutApp", self.app).read_only
        return super().check_action(action, parameters)

    def action_edit(self) -> None:
        """Give the registration back."""
        if self._dry_run is not None:
            self.dismiss(self._dry_run.after)

    def action_copy(self) -> None:
        """Copy what would be sent."""
        copy(self.app, self._text, "the fix")
