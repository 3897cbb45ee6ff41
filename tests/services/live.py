"""A ledger on a clock that tests move, and what they put into it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sipbreakout_model import Lease, Registration
from sipbreakout_tui.ledger import Ledger, Verb
from sipbreakout_tui.services.registrations.listing import Row

NOW = 1_800_000_000.0
CORE = "core.example:443"
A = Registration.parse("+4711111111", "sips:tas.example.com", "LOOP", "00", "11")
OTHER_A = Registration.parse("+4711111111", "sips:other.example.com:5061", "FORK")
B = Registration.parse("+4722222222", "sips:tas.example.com", "FALLBACK")


@dataclass
class Clock:
    now: float = NOW

    def __call__(self) -> float:
        return self.now


class Book:
    """A ledger, told in one call what was asked and what came back."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self.ledger = ledger
        self.clock = clock

    async def asked(self, what: Registration = A, verb: Verb = Verb.UPSERT, target: str = CORE) -> int:
        return await self.ledger.asked(verb, what, target, "lab", "cli")

    async def accepted(self, what: Registration = A, *, kept: bool = False, target: str = CORE) -> None:
        await self.ledger.accepted(await self.asked(what, target=target), Lease(what, self.clock.now), 0.012)
        if kept:
            await self.ledger.keep(what.number, target, True)

    async def deleted(self, what: Registration = A, note: str | None = None) -> None:
        await self.ledger.deleted(await self.asked(what, Verb.DELETE), 0.003, note)

    async def refused(self, words: str, what: Registration = A, verb: Verb = Verb.UPSERT) -> None:
        await self.ledger.refused(await self.asked(what, verb), words, 0.001)

    async def failed(self, why: str, what: Registration = A, *, may_have_changed: bool = True) -> None:
        await self.ledger.failed(await self.asked(what), why, 15.0, may_have_changed=may_have_changed)

    def row(self, what: Registration = A) -> Row:
        (row,) = self.ledger.current_rows(number=what.number)
        return Row._make(row)

    def rows(self) -> list[Row]:
        return list(map(Row._make, self.ledger.current_rows()))


@contextmanager
def a_book(folder: Path) -> Iterator[Book]:
    clock = Clock()
    with Ledger(folder / "ledger.sqlite3", clock=clock) as ledger:
        yield Book(ledger, clock)
        assert ledger.verify() == []
