"""What needs a moment or a second flow to be shown: a fleet, its hazards, two flows side by side."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from sipbreakout_model import (
    E164,
    CallFlow,
    Difference,
    Hazard,
    Lease,
    RegistrationBook,
    difference,
    find_hazards,
)
from sipbreakout_model.hazards import NumberProblem
from sipbreakout_model.sentences import duration
from sipbreakout_model.times import local_time
from sipbreakout_tui.notebook import html
from sipbreakout_tui.notebook.bundles import Bundle, Theme, bundle_of, difference_html, hazard_table
from sipbreakout_tui.services.hazards.text import hazard_lines

SHOWN_ROWS = 20
"""How many registrations or hazards a table names; of the others it says how many they are."""

SLICE_SECONDS = 600.0
"""How much time one row of a table of lives covers."""

_FLEET_HEADER = ("number", "type", "TAS", "MO prefix", "MT prefix", "lives")


@dataclass(frozen=True, slots=True)
class Hazards:
    """What `find_hazards` found; iterates, indexes and counts as that list does."""

    found: tuple[Hazard, ...]
    """Worst first."""
    registrations: int
    """How many registrations were looked at."""
    at: float
    """Unix time in seconds that was looked at."""

    def __iter__(self) -> Iterator[Hazard]:
        """Yield every hazard, worst first."""
        return iter(self.found)

    def __len__(self) -> int:
        """Return how many hazards there are."""
        return len(self.found)

    def __getitem__(self, index: int) -> Hazard:
        """Return one hazard."""
        return self.found[index]

    def counts(self) -> dict[str, int]:
        """Return how many hazards there are of each kind, the most frequent first."""
        return dict(Counter(hazard.id for hazard in self.found).most_common())

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> Bundle:
        shown = list(self.found[:SHOWN_ROWS])
        first, *rest = hazard_lines(list(self.found), self.registrations, self.at, utc=True)
        left = _left(len(self.found), "hazard")
        body = html.paragraph(first, strong=True) + hazard_table(shown) + left
        return bundle_of([first, *rest[: 3 * SHOWN_ROWS], *_plain(left)], body, None, "")


def hazards(book: RegistrationBook, at: float, number_problem: NumberProblem | None = None) -> Hazards:
    """Return the hazards of a book at Unix time `at` (s), to look at; the arguments are those of `find_hazards`."""
    return Hazards(tuple(find_hazards(book, at, number_problem)), len(book), at)


@dataclass(frozen=True, slots=True)
class Fleet:
    """Who is registered where at a moment."""

    book: RegistrationBook
    at: float
    """Unix time in seconds."""
    theme: Theme = "light"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> Bundle:
        from sipbreakout_tui.diagram.figure import draw_fleet

        title, rows, left = self._title(), self._rows(), _left(len(self.book), "registration")
        body = html.paragraph(title, strong=True) + html.table(_FLEET_HEADER, rows) + left
        lines = [title, *_aligned(rows), *_plain(left)]
        in_force = any(lease.active_at(self.at) for lease in self.book)
        picture = html.svg(draw_fleet(self.book, self.at, theme=self.theme)) if in_force else None
        return bundle_of(lines, body, picture, title)

    def _title(self) -> str:
        in_force = Counter(str(lease.registration.route_type) for lease in self.book if lease.active_at(self.at))
        kinds = ", ".join(f"{each} {kind}" for kind, each in sorted(in_force.items()))
        count = in_force.total()
        ended = len(self.book) - count
        counted = f"{count or 'no'} registration{'s' if count > 1 else ''}"
        title = f"{counted} in force at {local_time(self.at, utc=True)}" + (f": {kinds}" if kinds else "")
        return f"{title}; {ended} not in force at that moment" if ended else title

    def _rows(self) -> list[tuple[str, ...]]:
        return [_lease_row(lease, self.at) for lease in islice(self.book, SHOWN_ROWS)]


def fleet(book: RegistrationBook, at: float, *, theme: Theme = "light") -> Fleet:
    """Return a book as it stands at Unix time `at` (s), to look at."""
    return Fleet(book, at, theme)


def book_bundle(book: RegistrationBook, theme: Theme = "light") -> Bundle:
    """Return who is registered where now; `fleet` shows any other moment."""
    return Fleet(book, time.time(), theme)._repr_mimebundle_()


@dataclass(frozen=True, slots=True)
class Lives:
    """When the leases of a book end."""

    book: RegistrationBook
    at: float
    """Unix time in seconds from which lives are counted."""
    due: Mapping[E164 | str, float] | None = None
    """When a keeper refreshes which number, Unix time in seconds."""
    theme: Theme = "light"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> Bundle:
        from sipbreakout_tui.diagram.figure import draw_lives

        title, rows = f"Lives counted from {local_time(self.at, utc=True)}", self._rows()
        lines = [title, *(f"{count:>7}  {what}" for what, count in rows)]
        body = html.paragraph(title, strong=True) + html.table(("registrations", "how many"), rows)
        picture = html.svg(draw_lives(self.book, self.at, self.due, theme=self.theme)) if rows else None
        return bundle_of(lines, body, picture, title)

    def _rows(self) -> list[tuple[str, int]]:
        """Return how many leases end in which slice of time, in order; the ended and the timeless ones last."""
        slices: Counter[int] = Counter()
        others: Counter[str] = Counter()
        for lease in self.book:
            remaining = lease.remaining(self.at)
            if remaining is None:
                others["time not given"] += 1
            elif remaining <= 0:
                others["ended before"] += 1
            else:
                slices[int(remaining // SLICE_SECONDS)] += 1
        ends = [
            (f"end in {duration(each * SLICE_SECONDS)} to {duration((each + 1) * SLICE_SECONDS)}", count)
            for each, count in sorted(slices.items())
        ]
        return [*ends, *others.items()]


def lives(
    book: RegistrationBook, at: float, due: Mapping[E164 | str, float] | None = None, *, theme: Theme = "light"
) -> Lives:
    """Return when the leases of a book end, counted from Unix time `at` (s), to look at.

    Args:
        book: The leases.
        at: Unix time in seconds.
        due: When a keeper refreshes which number, Unix time in seconds.
        theme: `light` or `dark`.
    """
    return Lives(book, at, due, theme)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two flows side by side: before and after a change."""

    before: CallFlow
    after: CallFlow
    theme: Theme = "light"
    difference: Difference = field(init=False)
    """What changed from one to the other."""

    def __post_init__(self) -> None:
        """Compare the two."""
        object.__setattr__(self, "difference", difference(self.before, self.after))

    def __str__(self) -> str:
        """Return the lines of the difference."""
        return str(self.difference)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> Bundle:
        from sipbreakout_tui.diagram.figure import draw_difference

        picture = html.svg(draw_difference(self.before, self.after, theme=self.theme))
        title = f"Before: {self.before.outcome}. After: {self.after.outcome}"
        return bundle_of(str(self.difference).splitlines(), difference_html(self.difference), picture, title)


def compare(before: CallFlow, after: CallFlow, *, theme: Theme = "light") -> Comparison:
    """Return two flows side by side, to look at."""
    return Comparison(before, after, theme)


def _lease_row(lease: Lease, at: float) -> tuple[str, ...]:
    registration, remaining = lease.registration, lease.remaining(at)
    if remaining is None:
        lives = "time not given"
    elif remaining <= 0:
        lives = f"expired {duration(-remaining)} ago"
    else:
        lives = duration(remaining) if lease.active_at(at) else "accepted later"
    return (
        str(registration.number),
        str(registration.route_type),
        str(registration.sip_uri),
        registration.mobile_originating_prefix or "–",
        registration.mobile_terminating_prefix or "–",
        lives,
    )


def _aligned(rows: list[tuple[str, ...]]) -> list[str]:
    if not rows:
        return []
    table = [_FLEET_HEADER, *rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in table]


def _left(count: int, word: str) -> str:
    more = count - SHOWN_ROWS
    return html.paragraph(f"and {more} more {word}{'s' if more > 1 else ''}") if more > 0 else ""


def _plain(body: str) -> list[str]:
    return [body.removeprefix("<p>").removesuffix("</p>")] if body else []
