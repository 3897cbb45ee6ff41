"""The hazards of all registrations of a core as rows for a list, found beside a screen that goes on."""

import threading
import time
from collections.abc import Callable, Iterable

from sipbreakout_model import E164, Hazard, RegistrationBook, find_hazards
from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.services.filter import Filter
from sipbreakout_tui.services.numbering import number_problem
from sipbreakout_tui.services.registrations.listing import Row

FIELDS = ("severity", "id", "number", "text", "fix")
"""What `field:value` of a filter may name."""

_YIELD_AFTER = 50
"""After how many registrations the interpreter is left to the screen."""


class SearchStopped(Exception):
    """A search was stopped before its end."""


class HazardRow:
    """A hazard as lists take it."""

    __slots__ = ("_haystack", "hazard")

    def __init__(self, hazard: Hazard) -> None:
        """Take the hazard."""
        self.hazard = hazard
        self._haystack: str | None = None

    @property
    def text(self) -> str:
        """What it is, safe to show."""
        return visible(self.hazard.text)

    @property
    def key(self) -> tuple[str, str, str]:
        """What names it as long as it is there."""
        # What is told of a life changes with every second.
        text = "" if self.hazard.id in ("expired", "expiring") else self.hazard.text
        return (self.hazard.id, self.hazard.numbers[0].text, text)

    @property
    def haystack(self) -> str:
        """Every field that words of a filter look at, lower case."""
        if self._haystack is None:
            parts = (str(self.hazard.severity), self.hazard.id, self.text, self.hazard.fix)
            self._haystack = "\n".join((*parts, *map(str, self.hazard.numbers))).lower()
        return self._haystack

    def field(self, name: str, at: float) -> str | None:
        """Return a field of FIELDS in lower case; None for any other."""
        if name == "number":
            return "\n".join(map(str, self.hazard.numbers))
        if name in FIELDS:
            return str(getattr(self.hazard, name)).lower()
        return None


def hazard_filter(text: str) -> Filter:
    """Return the filter that a text says, for rows of hazards.

    Raises:
        InvalidValue: It cannot be read.
    """
    return Filter(text, FIELDS, {})


class HazardSearch:
    """Finds the hazards again and again; what the numbering plans say of a number is asked once."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._problems: dict[str, str | None] = {}
        self.seconds = 0.0
        """How long the last search took."""

    def find(
        self,
        rows: Iterable[Row],
        at: float,
        *,
        stop: threading.Event | None = None,
        told: Callable[[int], None] | None = None,
    ) -> list[HazardRow]:
        """Return the hazards at Unix time `at` (s), worst first; runs in a thread.

        Args:
            rows: What is known of each number.
            at: Unix time in seconds.
            stop: Ends the search once it is set.
            told: Called now and then with how many registrations were looked at.

        Raises:
            SearchStopped: `stop` was set.
        """
        began = time.perf_counter()
        looked = 0

        def breathe() -> None:
            if stop is not None and stop.is_set():
                raise SearchStopped
            time.sleep(0)

        def look(number: E164) -> str | None:
            nonlocal looked
            looked += 1
            if looked % _YIELD_AFTER == 0:
                breathe()
                if told is not None and looked % 1000 == 0:
                    told(looked)
            if number.text not in self._problems:
                self._problems[number.text] = number_problem(number)
            return self._problems[number.text]

        book = RegistrationBook()
        for index, row in enumerate(rows):
            if row.accepted_at is not None and row.ttl is not None:
                book.upsert(row.registration(), row.accepted_at, row.ttl)
            if index % _YIELD_AFTER == 0:
                breathe()
        found = [HazardRow(hazard) for hazard in find_hazards(book, at, look)]
        self.seconds = time.perf_counter() - began
        return found


def hazard_text(hazard: Hazard) -> str:
    """Return a hazard with all its numbers as lines, for tickets."""
    numbers = "\n".join(f"  {number}" for number in hazard.numbers)
    return f"{hazard.severity}: {hazard.id}\n{visible(hazard.text)}\nFix: {visible(hazard.fix)}\n{numbers}\n"
