"""The registrations of one core while somebody looks at them: what is known, kept current, and every change."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from sipbreakout_model import E164, Lease, Registration, RegistrationBook, SipBreakoutError
from sipbreakout_tui.collector import without_collector
from sipbreakout_tui.config import Profile
from sipbreakout_tui.ledger import Ledger
from sipbreakout_tui.rpc.errors import CannotReachCore, NotAuthorised, Refused
from sipbreakout_tui.services.registrations.lease_ends import LeaseEnds
from sipbreakout_tui.services.registrations.listing import Row
from sipbreakout_tui.services.registrations.plan import Change, ChangeKind

if TYPE_CHECKING:
    from sipbreakout_tui.changes import Recorder
    from sipbreakout_tui.services.registrations.bulk import BulkReport

EXPIRING_SECONDS = 600
"""A registration that nobody keeps is about to expire when it has less to live."""

BULK_CONCURRENCY = 4
"""Requests under way at once beside a screen: more of them, and a keystroke waits for them all."""

KEEPER_SECONDS = 3.0
"""How often it is asked whether a keeper runs."""

_OVERLAP_SECONDS = 1.0
"""By how much a look at the ledger goes back behind the last one: answers are written in the order they come."""

_TAKEN_AT_ONCE = 500
"""Rows that are taken over between two keys."""

_NOTHING = Row("", "", "", "", "", "", "", None, None, 0, None, 0.0, None, None)

T = TypeVar("T")

_log = logging.getLogger(__name__)


class CoreState(Enum):
    """What is known of the core."""

    CONNECTING = "connecting"
    SERVING = "serving"
    AWAY = "away"
    UNAUTHORISED = "not authorised"
    """It answers, but does not take our token."""


@dataclass(frozen=True, slots=True)
class Changed:
    """What a look at the ledger found."""

    indices: tuple[int, ...]
    """Rows that are new or other than before."""
    everything: bool = False
    """Whether all rows were read anew, and indices mean other rows than before."""


class LiveRegistrations:
    """Rows of the ledger for one core, as lists take them, and the changes a person can make.

    A `Registrations` for `route`, too: as known now. Everything here belongs to one event loop; what takes
    long runs in a thread and gives its result back to the loop.
    """

    def __init__(
        self,
        profile: Profile,
        ledger: Ledger,
        *,
        clock: Callable[[], float] = time.time,
        read_only: bool = False,
    ) -> None:
        """Take an open ledger; `connect` gives what sends changes, rows can be shown before.

        Args:
            profile: The core.
            ledger: What is known.
            clock: Unix time in seconds.
            read_only: Whether nothing may be changed, whatever the profile says.
        """
        self.profile = profile
        self.ledger = ledger
        self.clock = clock
        self.read_only = read_only or profile.read_only
        self.rows: list[Row] = []
        """One a number, in the order in which they were met; read only."""
        self.revision = 0
        """Counts the looks that found something, so that who missed one can tell."""
        self.core = CoreState.CONNECTING
        self.keeper_runs = True
        """Whether what is kept is refreshed; taken for granted until it has been looked at."""
        self._recorder: Recorder | SipBreakoutError | None = None
        self._connected = asyncio.Event()
        self._index: dict[str, int] = {}
        self._ends = LeaseEnds()
        self._unkept_ends = LeaseEnds()
        self._since = 0.0
        self._version: int | None = None
        self._counts: Counter[str] = Counter()
        self._keeper_asked = -KEEPER_SECONDS
        self._looking = asyncio.Lock()
        # Always the same thread: the ledger's version means something to it alone.
        self._thread = ThreadPoolExecutor(1, "registrations")

    def connect(self, recorder: "Recorder") -> None:
        """Take what sends changes and writes them down; changes asked for before wait for it."""
        self._recorder = recorder
        self._connected.set()

    def cannot_connect(self, error: SipBreakoutError) -> None:
        """Take why nothing can be sent; whoever asks for a change is told."""
        self._recorder = error
        self.core = CoreState.AWAY
        self._connected.set()

    def close(self) -> None:
        """End the thread that reads the ledger; the ledger stays open."""
        self._thread.shutdown(wait=True, cancel_futures=True)

    # What is known

    async def load(self) -> None:
        """Read every row from the ledger.

        Raises:
            StoreError: It cannot be read.
        """
        async with self._looking:
            await self._load()

    async def look(self) -> Changed:
        """Read what changed since the last look, whoever changed it.

        Raises:
            StoreError: The ledger cannot be read.
        """
        async with self._looking:
            version, keeper_runs, fresh, census = await self._in_thread(self._read_changes, self._since)
            self.keeper_runs = keeper_runs
            if version == self._version:
                return Changed(())
            self._version = version
            changed = await self._take(fresh)
            # Kept by somebody else, imported, pruned.
            if census is not None and census != (len(self.rows), self._counts["kept"]):
                await self._load()
                self.revision += 1
                return Changed((), everything=True)
            self.revision += bool(changed)
            return Changed(tuple(changed))

    def row(self, number: str) -> Row | None:
        """Return the row of a number, or None: nothing is known of it."""
        index = self._index.get(number)
        return None if index is None else self.rows[index]

    def index_of(self, number: str) -> int | None:
        """Return where the row of a number is in `rows`, or None."""
        return self._index.get(number)

    def expiring(self, at: float) -> int:
        """Return how many leases that nobody keeps end within ten minutes after Unix time `at`, by whole seconds."""
        return self._unkept_ends.within(at, EXPIRING_SECONDS)

    def in_force(self, at: float) -> int:
        """Return how many numbers have a lease at Unix time `at`, as far as we know, by whole seconds."""
        return self._ends.in_force(at)

    @property
    def refused(self) -> int:
        """How many numbers the core refused last."""
        return self._counts["refused"]

    @property
    def unknown(self) -> int:
        """Of how many numbers a request that may have changed them has no answer."""
        return self._counts["unknown"]

    @property
    def kept(self) -> int:
        """How many numbers are kept."""
        return self._counts["kept"]

    def active(self, number: E164, at: float, /) -> Lease | None:
        """Return the lease in force for the number at Unix time `at` (s), as far as we know, or None."""
        lease = self.last(number)
        return lease if lease is not None and lease.active_at(at) else None

    def last(self, number: E164, /) -> Lease | None:
        """Return the lease last known for the number, expired or not, or None."""
        row = self.row(number.text)
        if row is None or row.accepted_at is None or row.ttl is None:
            return None
        return Lease(row.registration(), row.accepted_at, row.ttl)

    def book(self) -> RegistrationBook:
        """Return all leases that are known, expired ones too; slow for many, so call it in a thread."""
        book = RegistrationBook()
        for row in list(self.rows):
            if row.accepted_at is not None and row.ttl is not None:
                book.upsert(row.registration(), row.accepted_at, row.ttl)
        return book

    def to_keep(self, number: str) -> Registration | None:
        """Return the registration of a number that can be sent again, or None: none is known."""
        row = self.row(number)
        return None if row is None or row.accepted_at is None else row.registration()

    # What a person can change; each raises SipBreakoutError as the recorder does, and the rows tell of it at the
    # next look.

    async def upsert(self, registration: Registration) -> Lease:
        """Add, replace or refresh a registration."""
        recorder = await self._sender()
        return await self._noting(recorder.upsert(registration))

    async def delete(self, registration: Registration) -> str | None:
        """Delete a registration; return a note where it is not plain that it was there."""
        recorder = await self._sender()
        return await self._noting(recorder.delete(registration))

    async def keep(self, numbers: Iterable[str], kept: bool) -> None:
        """Mark numbers as kept, or not: all of them or none."""
        pairs = [(E164(number), self.profile.target) for number in numbers]
        await self.ledger.keep_many(pairs, kept)
        for number, _ in pairs:
            index = self._index.get(number.text)
            if index is not None:
                self._put(index, self.rows[index]._replace(kept=int(kept)))

    async def carry_out(
        self, changes: Sequence[Change], stop: asyncio.Event, progress: "Callable[[BulkReport], None] | None" = None
    ) -> "BulkReport":
        """Send many changes, a few at a time, until `stop` is set; see `applying.carry_out`."""
        from sipbreakout_tui.services.registrations.applying import carry_out

        recorder = await self._sender()
        report = await carry_out(recorder, changes, concurrency=BULK_CONCURRENCY, stop=stop, progress=progress)
        if report.done:
            self.core = CoreState.SERVING
        elif report.unreachable:
            self.core = CoreState.AWAY
        return report

    def changes_for(self, kind: ChangeKind, numbers: Iterable[str]) -> list[Change]:
        """Return a DELETE or REFRESH of each number whose registration is known."""
        found = ((number, self.to_keep(number)) for number in numbers)
        return [Change(kind, registration, registration) for _, registration in found if registration is not None]

    def undo_plan(self) -> Change:
        """Return what would put back the last change; see `undo.undoing`."""
        from sipbreakout_tui.services.registrations.undo import undoing

        return undoing(self.ledger, self.profile.target)

    async def import_plan(self, path: Path, *, prune: bool = False) -> list[Change]:
        """Return what the core needs to hold what a file says; reads it in a thread."""
        return await asyncio.to_thread(self._import_plan, path, prune)

    # The core

    async def watch(self, told: Callable[[], None]) -> None:
        """Follow whether the core can be reached, and call `told` at each change, until cancelled."""
        recorder = await self._sender()
        async for reached in recorder.client.connectivity():
            if self.core is CoreState.UNAUTHORISED and reached:
                continue  # that it answers is not news; a request that works will be
            self.core = _CORE_STATES[reached]
            told()

    # Inside

    async def _sender(self) -> "Recorder":
        await self._connected.wait()
        if self._recorder is None:
            raise RuntimeError("connected without a recorder")
        if isinstance(self._recorder, SipBreakoutError):
            raise self._recorder
        return self._recorder

    async def _noting(self, request: Awaitable[T]) -> T:
        """Await a request, and note what its end says of the core."""
        try:
            answer = await request
        except CannotReachCore:
            self.core = CoreState.AWAY
            raise
        except NotAuthorised:
            self.core = CoreState.UNAUTHORISED
            raise
        except Refused:
            self.core = CoreState.SERVING
            raise
        self.core = CoreState.SERVING
        return answer

    async def _in_thread(self, work: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *arguments)

    async def _load(self) -> None:
        began = time.perf_counter()
        version, rows = await self._in_thread(self._read_all)
        self._version = version
        self.rows = rows
        self._index = {row.number: index for index, row in enumerate(rows)}
        now = self.clock()
        self._since = min(now, max((row.last_event_at for row in rows), default=0.0)) - _OVERLAP_SECONDS
        # As few passes as can be: the first screen waits for this.
        self._unkept_ends = LeaseEnds([row.expires_at for row in rows if not row.kept])
        self._ends = self._unkept_ends.copy()
        kept = [row for row in rows if row.kept]
        for row in kept:
            self._ends.add(row.expires_at)
        self._counts = Counter(_noted(row) for row in rows if row.doubt_since is not None or row.answer == "refused")
        self._counts["kept"] = len(kept)
        _log.info("read %d rows of the ledger in %.3f s", len(rows), time.perf_counter() - began)

    def _read_all(self) -> tuple[int, list[Row]]:
        with without_collector():
            version = self.ledger.version()
            return version, list(map(Row._make, self.ledger.current_rows(self.profile.target)))

    def _read_changes(self, since: float) -> tuple[int, bool, list[Row], tuple[int, int] | None]:
        from sipbreakout_tui.keeper.lock import is_held
        from sipbreakout_tui.services.registrations.keeping import LOCK_NAME

        version = self.ledger.version()
        keeper_runs, now = self.keeper_runs, time.monotonic()
        if now - self._keeper_asked >= KEEPER_SECONDS:
            self._keeper_asked = now
            keeper_runs = is_held(self.ledger.path.with_name(LOCK_NAME))
        if version == self._version:
            return version, keeper_runs, [], None
        fresh = list(map(Row._make, self.ledger.current_rows(self.profile.target, since=since)))
        census = self.ledger.census(self.profile.target)
        # What was written meanwhile may be in the one and not in the other.
        return version, keeper_runs, fresh, census if self.ledger.version() == version else None

    async def _take(self, fresh: Iterable[Row]) -> list[int]:
        changed = []
        latest = self._since
        for count, row in enumerate(fresh, 1):
            if count % _TAKEN_AT_ONCE == 0:
                await asyncio.sleep(0)
            latest = max(latest, row.last_event_at - _OVERLAP_SECONDS)
            index = self._index.get(row.number)
            if index is None:
                index = self._index[row.number] = len(self.rows)
                self.rows.append(_NOTHING._replace(number=row.number))
            elif self.rows[index] == row:
                continue
            self._put(index, row)
            changed.append(index)
        self._since = min(latest, self.clock() - _OVERLAP_SECONDS)
        return changed

    def _put(self, index: int, row: Row) -> None:
        """Put a row in the place of a former one, and count."""
        former, self.rows[index] = self.rows[index], row
        self._count(former, -1)
        self._count(row, 1)

    def _count(self, row: Row, count: int) -> None:
        """Count a row, or with -1 take it out of all counts."""
        self._ends.add(row.expires_at, count)
        if row.kept:
            self._counts["kept"] += count
        else:
            self._unkept_ends.add(row.expires_at, count)
        self._counts[_noted(row)] += count

    def _import_plan(self, path: Path, prune: bool) -> list[Change]:
        from sipbreakout_tui.services.registrations.applying import plan_for
        from sipbreakout_tui.services.registrations.files import read_registrations

        wanted = [entry.registration for entry in read_registrations(path)]
        return plan_for(self.ledger, self.profile.target, wanted, self.clock(), prune=prune)


def _noted(row: Row) -> str:
    """Return `refused`, `unknown`, or nothing that is counted."""
    if row.doubt_since is not None and row.answer != "deleted":
        return "unknown"
    return "refused" if row.answer == "refused" else ""


_CORE_STATES = {None: CoreState.CONNECTING, True: CoreState.SERVING, False: CoreState.AWAY}
