"""What was asked of one core and what came of it, the latest first, as rows for a list that follows live."""

import re
from collections.abc import Callable, Collection
from operator import eq, ge, gt, le, lt
from typing import NamedTuple

from sipbreakout_model import InvalidValue
from sipbreakout_model.times import local_time
from sipbreakout_tui.ledger import Ledger
from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.services.filter import Compared, Filter

FIELDS = ("verb", "number", "type", "tas", "answer", "actor", "profile")
"""What `field:value` of a filter may name, beside `latency`, which is compared."""

PAGE = 1_000
"""How many events are read at once."""

MOST = 200_000
"""How many events are held: older ones are not looked at."""

_NUMBERS = 500
_SIGNS: dict[str, Callable[[float, float], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge, "": eq}
_MILLISECONDS = re.compile(r"(<=|>=|<|>|)(\d{1,9}(?:\.\d{1,3})?)(ms|s|)", re.ASCII)


class JournalRow(NamedTuple):
    """One event: `JOURNAL_COLUMNS` of the ledger, in that order."""

    id: int
    asked_at: float
    verb: str | None
    number: str | None
    kind: str
    latency: float | None
    """Seconds."""
    words: str | None
    times: int
    """How many equal requests it stands for."""
    last_at: float | None
    doubt: int
    actor: str
    profile: str
    sip_uri: str | None
    route_type: str | None

    @property
    def answer(self) -> str:
        """What came of it, in a few words that are safe to show."""
        words = f": {visible(self.words)}" if self.words else ""
        if self.kind == "asked":
            return "no answer recorded"
        if self.kind == "accepted" and self.times > 1 and self.last_at is not None:
            return f"ok, refreshed {self.times - 1}× until {local_time(self.last_at)[11:19]}"
        if self.kind in ("accepted", "deleted"):
            return f"ok{words}"
        if self.kind == "failed" and self.doubt:
            return f"unknown, it may have been carried out{words}"
        return f"{self.kind}{words}"

    @property
    def haystack(self) -> str:
        """Every field that words of a filter look at, lower case."""
        return "\n".join(
            (
                *(self.verb or "", self.number or "", self.answer, self.actor, self.profile),
                *(self.route_type or "", self.sip_uri or ""),
            )
        ).lower()

    def field(self, name: str, at: float) -> str | None:
        """Return a field of FIELDS in lower case; None for any other."""
        value = _VALUES.get(name)
        return None if value is None else (value(self) or "").lower()


_VALUES: dict[str, Callable[[JournalRow], str | None]] = {
    "verb": lambda row: row.verb,
    "number": lambda row: row.number,
    "type": lambda row: row.route_type,
    "tas": lambda row: row.sip_uri,
    "answer": lambda row: row.answer,
    "actor": lambda row: row.actor,
    "profile": lambda row: row.profile,
}


def _latency(text: str) -> Callable[[JournalRow, float], bool]:
    match = _MILLISECONDS.fullmatch(text)
    if match is None:
        raise InvalidValue(f"latency:{text} is not a comparison: expected latency:>100 (ms) or latency:>2s")
    holds, limit = _SIGNS[match[1]], float(match[2]) / (1 if match[3] == "s" else 1000)
    return lambda row, at: row.latency is not None and holds(row.latency, limit)


_COMPARED: Compared = {"latency": _latency}


def journal_filter(text: str) -> Filter:
    """Return the filter that a text says, for rows of a journal.

    Raises:
        InvalidValue: It cannot be read.
    """
    return Filter(text, FIELDS, _COMPARED)


class Journal:
    """The events of one core that were read so far: the latest, and older ones page by page.

    The methods that read may run in a thread, one at a time.
    """

    def __init__(self, ledger: Ledger, target: str) -> None:
        """Take an open ledger; nothing is read yet."""
        self._ledger = ledger
        self._target = target
        self._haystacks: dict[int, str] = {}
        self.rows: dict[int, JournalRow] = {}
        """By id."""
        self.order: list[int] = []
        """Their ids, the latest first."""
        self.complete = False
        """Whether no older event is to be had."""

    def read_older(self, limit: int = PAGE) -> int:
        """Read the next page; return how many events came.

        Raises:
            StoreError: The ledger cannot be read.
        """
        before = self.order[-1] if self.order else None
        page = [JournalRow._make(row) for row in self._ledger.journal(self._target, before=before, limit=limit)]
        self.rows.update((row.id, row) for row in page)
        self.order = [*self.order, *(row.id for row in page)]
        self.complete = len(page) < limit or len(self.order) >= MOST
        return len(page)

    def read_changed(self, numbers: Collection[str]) -> None:
        """Read what happened to these numbers since; a request may have gone: a run of refreshes took it in.

        Raises:
            StoreError: The ledger cannot be read.
        """
        since = self.order[-1] if self.order else None
        wanted, fresh = list(numbers), {}
        for start in range(0, len(wanted), _NUMBERS):
            part = wanted[start : start + _NUMBERS]
            for values in self._ledger.journal(self._target, since=since, numbers=part):
                row = JournalRow._make(values)
                fresh[row.id] = row
        among = frozenset(numbers)
        kept = {id_: row for id_, row in self.rows.items() if row.number not in among}
        self._haystacks = {id_: text for id_, text in self._haystacks.items() if id_ in kept}
        self.rows = kept | fresh
        self.order = sorted(self.rows, reverse=True)

    def select(self, chosen: Filter | None) -> list[int]:
        """Return the ids of the events that a filter lets through, the latest first; None lets every one through."""
        if chosen is None:
            return self.order
        rows = [self.rows[id_] for id_ in self.order]
        haystacks = self._haystacks
        for row in rows:
            if row.id not in haystacks:
                haystacks[row.id] = row.haystack
        found = chosen.select(rows, [haystacks[id_] for id_ in self.order], 0.0)
        return [self.order[position] for position in found]
