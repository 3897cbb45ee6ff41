"""Which places there are; each is loaded when it is first gone to."""

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, cast

if TYPE_CHECKING:
    from sipbreakout_tui.tui.place import Place


class PlaceEntry(NamedTuple):
    """A place that can be gone to."""

    name: str
    title: str
    module: str
    type_name: str

    def make(self) -> "Place":
        """Return a new screen of the place."""
        kind = getattr(import_module(f"sipbreakout_tui.tui.screens.{self.module}"), self.type_name)
        return cast("Callable[[], Place]", kind)()


PLACES = (
    PlaceEntry("registrations", "Registrations", "registrations.place", "RegistrationsPlace"),
    PlaceEntry("call", "Call", "call.place", "CallPlace"),
    PlaceEntry("trace", "Trace", "trace.place", "TracePlace"),
    PlaceEntry("hazards", "Hazards", "hazards.place", "HazardsPlace"),
    PlaceEntry("journal", "Journal", "journal.place", "JournalPlace"),
)
"""In the order of their numbers."""
