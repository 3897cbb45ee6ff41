"""What a soak holds against the ledger and the core: who was told what, which leases ended, who was away."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from sipbreakout_model import DEFAULT_TTL, E164, Registration
from sipbreakout_tui.ledger import Event, Kind, Ledger, State
from tests.soak.faster import BUDGET, UNDER_WAY

ROOM = DEFAULT_TTL * 0.1
"""Seconds before its end up to which a keeper that was started late may put a refresh off."""

SETTLING = BUDGET + 60.0
"""Seconds for which a refresh may still fail after the core is back: its attempts, and the keeper's pause."""

CATCH_UP = ROOM / 2
"""Seconds that a keeper may take with nothing in its way; at speed 80 two real ones, on a busy machine."""


@dataclass(frozen=True)
class Acknowledged:
    """What a command printed, or ended with 0 for."""

    number: str
    registration: Registration | None
    """What was accepted; None: deleted."""
    began: float
    ended: float

    def is_told_by(self, events: list[Event]) -> bool:
        """Return whether the ledger has it."""
        if self.registration is None:
            return any(e.kind is Kind.DELETED and e.at is not None and self._covers(e.at) for e in events)
        return any(e.registration == self.registration and any(map(self._covers, e.acceptances)) for e in events)

    def _covers(self, at: float) -> bool:
        return self.began <= at <= self.ended


@dataclass
class Spells:
    """When something was away, on the fast clock."""

    begun: float | None = None
    over: list[tuple[float, float]] = field(default_factory=list)

    def begin(self, at: float) -> None:
        if self.begun is None:
            self.begun = at

    def end(self, at: float) -> None:
        if self.begun is not None:
            self.over.append((self.begun, at))
            self.begun = None

    def until(self, now: float, after: float = 0.0) -> list[tuple[float, float]]:
        """Return from when until when each spell was, or what it did for so many seconds after it."""
        spells = [(begin, end + after) for begin, end in self.over]
        return spells if self.begun is None else [*spells, (self.begun, now)]


def covered(spells: Iterable[tuple[float, float]], first: float, last: float) -> float:
    """Return how many seconds between two moments are within a spell, or within several."""
    total, reached = 0.0, first
    for begin, end in sorted(spells):
        total += max(0.0, min(end, last) - max(begin, reached))
        reached = max(reached, min(end, last))
    return total


class Watch:
    """Every acceptance of every number that the core wrote down, as far as they were seen."""

    def __init__(self, core_file: Path) -> None:
        self._file = core_file
        self._acceptances: dict[str, list[float]] = defaultdict(list)
        self.core_away = Spells()
        self.keeper_away = Spells()

    def held(self) -> dict[str, tuple[Registration, float]]:
        """Return what the core holds, with the moment of its acceptance."""
        with closing(sqlite3.connect(f"{self._file.absolute().as_uri()}?mode=ro", uri=True, timeout=10)) as core:
            rows = core.execute("SELECT * FROM registration").fetchall()
        return {number: (Registration.parse(number, *texts), at) for number, *texts, at in rows}

    def look(self) -> None:
        """Take down who was accepted since the last look."""
        for number, (_, at) in self.held().items():
            seen = self._acceptances[number]
            if not seen or seen[-1] < at:
                seen.append(at)

    def refreshes(self, number: str) -> int:
        """Return how often a number was accepted after the first time."""
        return max(0, len(self._acceptances[number]) - 1)

    def lives(self, numbers: list[str], now: float) -> int:
        """Return how many leases of the numbers would have ended by now, had nobody refreshed them."""
        return sum(at + DEFAULT_TTL <= now for number in numbers for at in self._acceptances[number])

    def lapses(self, numbers: list[str], now: float) -> Iterator[tuple[str, float, float]]:
        """Yield the numbers that were without a lease, when that one ended, and when there was the next, if not now."""
        for number in numbers:
            seen = self._acceptances[number]
            for at, following in zip(seen, [*seen[1:], now], strict=False):
                if at + DEFAULT_TTL < following:
                    yield number, at + DEFAULT_TTL, following

    def is_explained(self, end: float, renewed: float, unanswered: list[float], now: float) -> bool:
        """Return whether a lapse follows from what was killed, for as long as it lasted.

        From ROOM before the end until the number was registered again, something was in the way of its refresh for
        all but CATCH_UP: the core was away, or back for less than SETTLING; the keeper was away; or a refresh of the
        number had died with its keeper, and counted as under way.

        Args:
            end: When the lease ended.
            renewed: When the number was registered again, or now.
            unanswered: When those refreshes of the number were asked for that have no answer.
            now: Unix time in seconds of the fast clock, as everything here.
        """
        keeper_away = self.keeper_away.until(now)
        lost = [
            (at, at + UNDER_WAY) for at in unanswered if any(0 <= begin - at <= UNDER_WAY for begin, _ in keeper_away)
        ]
        spells = [*self.core_away.until(now, SETTLING), *keeper_away, *lost]
        begin = end - ROOM
        return renewed - begin - covered(spells, begin, renewed) <= CATCH_UP


def missing(ledger: Ledger, said: list[Acknowledged]) -> list[Acknowledged]:
    """Return what was acknowledged and is not in the ledger."""
    by_number: dict[str, list[Event]] = defaultdict(list)
    for event in ledger.events():
        by_number[str(event.number)].append(event)
    return [one for one in said if not one.is_told_by(by_number[one.number])]


def differences(ledger: Ledger, watch: Watch, now: float) -> tuple[int, list[str]]:
    """Compare what the ledger is certain of with what the core holds; return how many, and what differs.

    The ledger is read first: the keeper may refresh meanwhile, which only makes the core's acceptance later.
    """
    compared, found = 0, []
    known = list(ledger.current())
    held = watch.held()
    for one in known:
        number = one.number.text
        registration, accepted_at = held.get(number, (None, 0.0))
        if one.doubt_since is not None or one.state is State.UNKNOWN:
            continue
        if one.registration is None:
            if one.state is State.DELETED and registration is not None and accepted_at + DEFAULT_TTL > now:
                found.append(f"{number} was deleted, the core holds {registration}")
        elif one.accepted_at is not None and one.expires_at is not None and one.expires_at > now:
            if registration != one.registration or accepted_at < one.accepted_at:
                found.append(f"{number}: the ledger knows {one}, the core holds {registration} from {accepted_at}")
        else:
            continue
        compared += 1
    return compared, found


def unanswered(ledger: Ledger, number: str) -> list[float]:
    """Return when the requests for a number were asked that have no answer."""
    return [event.asked_at for event in ledger.events(number=E164(number)) if event.kind is Kind.ASKED]
