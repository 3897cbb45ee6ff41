"""Refreshes kept registrations of one core before they end (V2)."""

import asyncio
import random as random_numbers
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from sipbreakout_model import E164, Registration, SipBreakoutError
from sipbreakout_tui.changes import Recorder
from sipbreakout_tui.keeper.schedule import Due, Schedule
from sipbreakout_tui.rpc.errors import Refused
from sipbreakout_tui.store import StoreError

CONCURRENCY = 50
"""Refreshes under way at once."""

RELOAD_SECONDS = 30.0
"""How often the ledger is asked what is kept; nothing new is due that soon."""

TICK_SECONDS = 1.0
"""How often a keeper looks at what is due."""

URGENT_SECONDS = 300.0
"""A lease that ends sooner is refreshed whatever the load of this second."""

FAULT_SECONDS = 60.0
"""How long a number waits for which the core has no answer, while it answers for others."""

_FIRST_WAIT = 1.0
_LONGEST_WAIT = 60.0


class _Kept(NamedTuple):
    """A kept registration as texts; most of a fleet is not due, and never becomes a Registration."""

    sip_uri: str
    route_type: str
    mo: str
    mt: str
    accepted_at: float
    ttl: float


@dataclass(slots=True)
class KeeperReport:
    """What a keeper has done since it started."""

    refreshed: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)
    """Numbers that are kept no longer, with the core's words."""
    trouble: str | None = None
    """Why the core cannot be asked at the moment; None while it answers."""


class Keeper:
    """Keeps the registrations of one core that the ledger marks as kept.

    `run` goes on until it is told to stop; `tick` does what is due now, for whoever has a loop of their own.
    """

    def __init__(
        self,
        recorder: Recorder,
        *,
        clock: Callable[[], float] = time.time,
        random: Callable[[], float] = random_numbers.random,
        say: Callable[[str], None] = lambda message: None,
    ) -> None:
        """Take the recorder of an open client.

        Args:
            recorder: Asks the core and writes it down.
            clock: Unix time in seconds.
            random: A number from 0 to 1.
            say: Is told, one sentence each, what a person should know.
        """
        self.report = KeeperReport()
        self.schedule: Schedule[str] = Schedule(random=random)
        self._recorder = recorder
        self._clock = clock
        self._random = random
        self._say = say
        self._rows: dict[str, _Kept] = {}
        self._reload_at = 0.0
        self._away_until = 0.0
        self._failures = 0
        self._failing: set[str] = set()
        self._told_away = False

    async def run(self, stop: asyncio.Event) -> None:
        """Refresh what is due, every TICK_SECONDS, until `stop` is set; what is under way is waited for.

        Raises:
            StoreError: The ledger cannot be read: what is kept is not known.
        """
        while not stop.is_set():
            await self.tick()
            try:
                await asyncio.wait_for(stop.wait(), TICK_SECONDS)
            except TimeoutError:
                continue

    async def tick(self) -> None:
        """Do what is due at this moment."""
        now = self._clock()
        if not 0 <= self._reload_at - now <= RELOAD_SECONDS:  # also when the clock was set
            await self.reload()
        if now < self._away_until <= now + _LONGEST_WAIT:
            return
        sent = 0
        while True:
            urgent = self.schedule.next_ready_end() < now + URGENT_SECONDS
            room = CONCURRENCY if urgent or self._failures else min(CONCURRENCY, self.schedule.capacity - sent)
            due = self.schedule.take(now, room)
            if not due:
                break
            sent += len(due)
            errors = await asyncio.gather(*map(self._refresh, due))
            failed = [(one.key, why) for one, why in zip(due, errors, strict=True) if why is not None]
            if len(failed) == len(due):
                self._note_away(failed, now)
                return
            if self._told_away:
                self._say(f"refreshing at {self._recorder.target} again")
            self._failures, self.report.trouble, self._told_away = 0, None, False
            self._note_failing(failed)

    async def reload(self) -> None:
        """Read from the ledger what is kept: other processes change it, too."""
        now = self._clock()
        rows = await asyncio.to_thread(self._read)
        for number in self._rows.keys() - rows.keys():
            self.schedule.remove(number)
        changed = [(number, row) for number, row in rows.items() if not self._is_planned(number, row)]
        self.schedule.expected = len(rows)
        # Those that end first are planned first: they have the least room.
        for number, row in sorted(changed, key=lambda item: item[1].accepted_at + item[1].ttl):
            self.schedule.set(number, row.accepted_at, row.ttl, now)
        self._rows = rows
        self._reload_at = now + RELOAD_SECONDS

    def _read(self) -> dict[str, _Kept]:
        ledger, target = self._recorder.ledger, self._recorder.target
        kept: dict[str, _Kept] = {}
        for number, _, *texts, _, accepted_at, _, _, _, _, _, ttl in ledger.current_rows(target, kept=True):
            if accepted_at is not None:
                kept[number] = _Kept._make((*texts, accepted_at, ttl))
        return kept

    def _is_planned(self, number: str, row: _Kept) -> bool:
        former = self._rows.get(number)
        if former is None or former.accepted_at != row.accepted_at:
            return False
        return self.schedule.is_timely(number, row.ttl, self._clock())

    async def _refresh(self, due: Due[str]) -> str | None:
        """Refresh one registration; return why there was no answer, or None."""
        row = self._rows[due.key]
        registration = Registration.parse(due.key, row.sip_uri, row.route_type, row.mo, row.mt)
        try:
            lease = await self._recorder.refresh(registration)
        except Refused as error:
            return await self._give_up(registration.number, error.words)
        except SipBreakoutError as error:
            return str(error)
        self._failing.discard(due.key)
        if lease is None or lease.accepted_at is None:
            self.schedule.remove(due.key)
            self._reload_at = 0.0
            return None
        self.schedule.set(due.key, lease.accepted_at, lease.ttl, self._clock())
        self._rows[due.key] = row._replace(accepted_at=lease.accepted_at, ttl=lease.ttl)
        self.report.refreshed += 1
        return None

    async def _give_up(self, number: E164, words: str) -> str | None:
        """Keep a number no longer; return why that could not be written down, or None."""
        try:
            await self._recorder.ledger.keep(number, self._recorder.target, False)
        except StoreError as error:
            return str(error)
        self.schedule.remove(number.text)
        self.report.refused.append((number.text, words))
        self._say(f"{number} is not kept any longer: {self._recorder.target} refused it: {words or 'no reason given'}")
        return None

    def _note_away(self, failed: list[tuple[str, str]], now: float) -> None:
        """Wait before anything else is asked: nobody was answered."""
        self.report.trouble = failed[0][1]
        # A number that is known to fail says nothing of the core.
        if not self._told_away and not self._failing.issuperset(number for number, _ in failed):
            self._say(f"{self.report.trouble}. Trying again")
            self._told_away = True
        self._failing.update(number for number, _ in failed)
        self._postpone(failed, 1.0)
        longest = min(_LONGEST_WAIT, _FIRST_WAIT * 2**self._failures)
        self._failures = min(self._failures + 1, 16)
        self._away_until = now + self._random() * longest

    def _note_failing(self, failed: list[tuple[str, str]]) -> None:
        """Let only those wait that have no answer: the others must not lapse for them."""
        for number, why in failed:
            if number not in self._failing:
                self._failing.add(number)
                self._say(f"{why}. Trying again")
        self._postpone(failed, FAULT_SECONDS)

    def _postpone(self, failed: list[tuple[str, str]], seconds: float) -> None:
        for number, _ in failed:
            if number in self.schedule:
                self.schedule.postpone(number, self._clock() + seconds)
