"""Every registration that was in force, at any moment: what explains a call of yesterday (R1, V2, V7)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from sipbreakout_model import (
    DEFAULT_TTL,
    E164,
    Lease,
    Registration,
    RegistrationBook,
    Registrations,
    RouteType,
    TasUri,
)
from sipbreakout_tui.ledger.events import Verb
from sipbreakout_tui.ledger.runs import decode, latest

DOUBT_SECONDS = DEFAULT_TTL + 15.0
"""How long an unanswered request can matter: its attempts end within 15 s, what it made within the TTL."""

HISTORY_COLUMNS = """number, target, kind, ord, coalesce(last_ord, ord),
    CASE WHEN doubt THEN asked_at ELSE coalesce(accepted_at, at) END,
    coalesce(last_accepted_at, accepted_at, at), ttl, offsets, sip_uri, route_type, mo, mt, verb, id, words"""
"""What `History` is made from; the rows by number, then core, then `ord`, doubts and what settled only."""


class End(Enum):
    """Why a lease was in force no longer."""

    EXPIRED = "expired"
    REPLACED = "replaced"
    """By the next acceptance; a refresh too."""
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Span:
    """A lease, and how long it really was in force."""

    lease: Lease
    target: str
    until: float
    """Unix time in seconds, exclusive; in the future where nothing has ended it yet."""
    end: End


@dataclass(frozen=True, slots=True)
class Doubt:
    """A request that may have changed a registration without our knowing (V7)."""

    event: int
    verb: Verb
    registration: Registration
    target: str
    asked_at: float
    """Unix time in seconds."""
    why: str | None
    """What failed; None where no answer was recorded at all."""


class _Settled(NamedTuple):
    """An accepted upsert, a run of them, or a delete; a tuple, as there may be a million."""

    target: str
    ord: int
    last_ord: int
    first: float
    last: float
    ttl: float | None
    """None of a delete."""
    offsets: bytes | None
    what: int
    """Which parts of a registration, in `History._parts`."""


class _Asked(NamedTuple):
    id: int
    verb: str
    target: str
    ord: int
    asked_at: float
    what: int
    words: str | None


class History:
    """All leases of a ledger as they were when it was made; `Registrations` for `route`.

    With several cores in it, a number's latest acceptance counts.
    """

    def __init__(self, rows: Iterable[tuple[Any, ...]], known_from: float | None = None) -> None:
        """Take rows of HISTORY_COLUMNS.

        Args:
            rows: By number, then core, then `ord`.
            known_from: Unix time in seconds before which the ledger was pruned; None: never.
        """
        self.known_from = known_from
        self._parts: list[tuple[TasUri, RouteType, str, str]] = []
        self._settled: dict[str, list[_Settled]] = {}
        self._asked: dict[str, list[_Asked]] = {}
        self._lines: dict[str, list[list[_Settled]]] = {}
        self._registrations: dict[tuple[str, int], Registration] = {}
        self._take(rows)

    def active(self, number: E164, at: float) -> Lease | None:
        """Return the lease in force for the number at Unix time `at` (s), or None."""
        return self._active(number.text, at)

    def last(self, number: E164) -> Lease | None:
        """Return the lease last known for the number, expired or not; None where it was deleted."""
        return self._newest(number, None)

    def as_of(self, at: float) -> Registrations:
        """Return these registrations as they were known at Unix time `at` (s): `last` knows nothing later."""
        return _AsOf(self, at)

    def around(self, number: E164, at: float, seconds: float = 3600.0) -> list[Span]:
        """Return the number's leases in force at any time from `at - seconds` to `at + seconds`, in order."""
        spans = [
            span
            for line in self._lines_of(number.text)
            for span in self._spans(number.text, line)
            if span.until > at - seconds and (span.lease.accepted_at or 0.0) <= at + seconds
        ]
        return sorted(spans, key=lambda span: span.lease.accepted_at or 0.0)

    def unknown(self, number: E164, at: float) -> list[Doubt]:
        """Return the requests that may have changed the number by Unix time `at` without our knowing.

        A later accepted request settles what came before it, and nothing lasts longer than DOUBT_SECONDS.
        """
        doubts = []
        for asked in self._asked.get(number.text, ()):
            if not asked.asked_at <= at < asked.asked_at + DOUBT_SECONDS:
                continue
            line = [row for row in self._settled.get(number.text, ()) if row.target == asked.target]
            if not any(_settles(row, asked, at) for row in line):
                registration = self._registration(number.text, asked.what)
                verb = Verb(asked.verb)
                doubts.append(Doubt(asked.id, verb, registration, asked.target, asked.asked_at, asked.words))
        return doubts

    def book(self, at: float) -> RegistrationBook:
        """Return who was registered at Unix time `at` (s)."""
        book = RegistrationBook()
        for number in self._settled:
            lease = self._active(number, at)
            if lease is not None:
                book.upsert(lease.registration, lease.accepted_at, lease.ttl)
        return book

    def __iter__(self) -> Iterator[E164]:
        """Yield the numbers that ever had a registration."""
        return map(E164, self._settled)

    def __len__(self) -> int:
        """Return how many numbers ever had a registration."""
        return len(self._settled)

    def _take(self, rows: Iterable[tuple[Any, ...]]) -> None:
        index_of: dict[tuple[str, ...], int] = {}
        targets: dict[str, str] = {}
        for number, target, kind, order, last_order, first, last, ttl, offsets, *texts, verb, id_, words in rows:
            shared = targets.setdefault(target, target)
            what = index_of.setdefault(tuple(texts), len(index_of))
            if kind in ("accepted", "deleted"):
                row = _Settled(shared, order, last_order, first, last, ttl, offsets, what)
                self._settled.setdefault(number, []).append(row)
            else:
                self._asked.setdefault(number, []).append(_Asked(id_, verb, shared, order, first, what, words))
        # A million registrations share a few of these: each is read once.
        self._parts = [(TasUri.parse(uri), RouteType.parse(kind), mo, mt) for uri, kind, mo, mt in index_of]

    def _lines_of(self, number: str) -> list[list[_Settled]]:
        """Return what settled the number, one list a core, in order and without overlap."""
        lines = self._lines.get(number)
        if lines is None:
            rows = self._settled.get(number, [])
            if len(rows) == 1:
                lines = [rows]
            else:
                lines = [_without_overlap(list(line)) for _, line in groupby(rows, attrgetter("target"))]
            if rows:
                self._lines[number] = lines
        return lines

    def _active(self, number: str, at: float) -> Lease | None:
        best: tuple[_Settled, float] | None = None
        for line in self._lines_of(number):
            found = _standing(line, at)
            if found is None:
                continue
            row, moment = found
            if row.ttl is not None and at < moment + row.ttl and (best is None or moment > best[1]):
                best = (row, moment)
        return None if best is None else self._lease(number, *best)

    def _newest(self, number: E164, at: float | None) -> Lease | None:
        best: tuple[_Settled, float] | None = None
        for line in self._lines_of(number.text):
            found = (line[-1], line[-1].last) if at is None else _standing(line, at)
            if found is not None and found[0].ttl is not None and (best is None or found[1] > best[1]):
                best = found
        return None if best is None else self._lease(number.text, *best)

    def _spans(self, number: str, line: list[_Settled]) -> list[Span]:
        spans: list[Span] = []
        for row in line:
            for moment in [row.first] if row.ttl is None else decode(row.first, row.offsets):
                # Where the clock was set back, the later request counts, whatever its time says.
                while spans and (spans[-1].lease.accepted_at or 0.0) >= moment:
                    spans.pop()
                if spans and spans[-1].until > moment:
                    end = End.DELETED if row.ttl is None else End.REPLACED
                    spans[-1] = replace(spans[-1], until=moment, end=end)
                if row.ttl is not None:
                    spans.append(Span(self._lease(number, row, moment), row.target, moment + row.ttl, End.EXPIRED))
        return spans

    def _lease(self, number: str, row: _Settled, moment: float) -> Lease:
        return Lease(self._registration(number, row.what), moment, row.ttl or 0.0)

    def _registration(self, number: str, what: int) -> Registration:
        registration = self._registrations.get((number, what))
        if registration is None:
            registration = self._registrations[number, what] = Registration(E164(number), *self._parts[what])
        return registration


class _AsOf:
    """A history without what came after a moment."""

    def __init__(self, history: History, at: float) -> None:
        self._history = history
        self._at = at

    def active(self, number: E164, at: float) -> Lease | None:
        return self._history.active(number, at)

    def last(self, number: E164) -> Lease | None:
        return self._history._newest(number, self._at)


def _standing(line: list[_Settled], at: float) -> tuple[_Settled, float] | None:
    """Return what settled the number last at a moment, and when it did."""
    for row in reversed(line):
        moment = latest(row.first, row.offsets, row.last, at)
        if moment is not None:
            return row, moment
    return None


def _without_overlap(line: list[_Settled]) -> list[_Settled]:
    """Return the line with each run taken apart into which another request falls.

    Only ledgers that were imported into one another have such: `ord` is then the moment, as in a request.
    """
    apart: list[_Settled] = []
    for row in line:
        if row.offsets and any(row.ord < other.ord < row.last_ord for other in line):
            moments = decode(row.first, row.offsets)
            orders = [row.ord, *(int(moment * 1e6) for moment in moments[1:-1]), row.last_ord]
            for moment, order in zip(moments, orders, strict=True):
                apart.append(row._replace(first=moment, last=moment, ord=order, last_ord=order, offsets=None))
        else:
            apart.append(row)
    return sorted(apart, key=attrgetter("ord"))


def _settles(row: _Settled, asked: _Asked, at: float) -> bool:
    """Return whether by `at` a request later than the unanswered one was settled."""
    if row.last_ord <= asked.ord:
        return False
    if row.ord > asked.ord:
        return row.first <= at
    return any(asked.asked_at <= moment <= at for moment in decode(row.first, row.offsets))
