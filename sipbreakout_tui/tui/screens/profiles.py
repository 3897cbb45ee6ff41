"""Asks for a profile."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual import on
from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.tui.screens.dialog import Dialog

if TYPE_CHECKING:
    from sipbreakout_tui.config import Profile, Profiles

_LONGEST_NAME = 24


class ProfilesDialog(Dialog[str]):
    """Lists the profiles, each with its core and how it proves who we are; gives the name of the chosen one."""

    CSS_PATH = "profiles.tcss"

    def __init__(self, profiles: "Profiles", present: str | None) -> None:
        """Take the profiles and the name of the present one; None: none is open."""
        super().__init__("Profile")
        self._profiles = profiles
        self._present = present

    def body(self) -> Iterable[Widget]:
        """Yield the list and where it comes from."""
        width = min(max(len(name) for name in self._profiles.names), _LONGEST_NAME)
        yield OptionList(
            *(Option(self._line(profile, width)) for profile in self._profiles), markup=False, compact=True
        )
        yield Static(
            f"{visible(str(self._profiles.path))}\nenter choose   esc stay", classes="dialog-keys", markup=False
        )

    def on_mount(self) -> None:
        """Put the cursor on the present one."""
        listed = self.query_one(OptionList)
        listed.focus()
        names = self._profiles.names
        listed.highlighted = names.index(self._present) if self._present in names else 0

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._profiles.names[event.option_index])

    def _line(self, profile: "Profile", width: int) -> Content:
        from sipbreakout_tui.services.profile_text import profile_object

        facts = profile_object(self._profiles, profile)
        is_present = profile.name == self._present
        auth = {"none": "no token", "token": "token", "oauth": "OAuth 2.0"}[str(facts["auth"])]
        way = "plaintext" if profile.plaintext else "TLS"
        return Content.assemble(
            ("● " if is_present else "  ", "$success"),
            (f"{visible(profile.name):<{width}}", "bold" if is_present else ""),
            f"  {visible(profile.target)}",
            (f"  {way}, {auth}{', read-only' if profile.read_only else ''}", "$secondary"),
        )
