"""What a soak holds against the ledger and the core: who was told what, which leases ended, who was away."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
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

    def within(self, first: float, last: float, now: float) -> list[float]:
        """Return how long each spell lasted between two moments."""
        spells = self.over if self.begun is None else [*self.over, (self.begun, now)]
        parts = (min(end, last) - max(begin, first) for begin, end in spells)
        return [part for part in parts if part > 0]


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

    def lapses(self, numbers: list[str], now: float) -> Iterator[tuple[str, float]]:
        """Yield the numbers that were without a lease, and when each lease ended."""
        for number in numbers:
            seen = self._acceptances[number]
            for place, at in enumerate(seen, 1):
                if at + DEFAULT_TTL < (seen[place] if place < len(seen) else now):
                    yield number, at + DEFAULT_TTL

    def is_explained(self, number: str, end: float, events: list[Event], now: float) -> bool:
        """Return whether a lapse follows from what was killed.

        The bound: in the last tenth of the lease (360 s of the fast clock) somebody was away for as long as that,
        where "away" is the sum of the time without keeper, of the time without core and SETTLING after each, and of
        UNDER_WAY for every refresh of the number that died with its keeper.
        """
        begin = end - ROOM
        away = sum(self.keeper_away.within(begin, end, now))
        core = self.core_away.within(begin - SETTLING, end, now)
        lost = [e for e in events if e.kind is Kind.ASKED and begin - UNDER_WAY < e.asked_at < end]
        return away + sum(core) + SETTLING * len(core) + UNDER_WAY * len(lost) >= ROOM


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


def events_of(ledger: Ledger, number: str) -> list[Event]:
    """Return what happened to a number."""
    return list(ledger.events(number=E164(number)))
