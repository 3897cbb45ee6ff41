"""What was asked of which core, what came back, and so what is registered as far as we know (V7)."""

import math
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Self, TextIO

from sipbreakout_model import E164, Lease, Registration, RegistrationBook
from sipbreakout_model.times import rfc3339
from sipbreakout_tui.ledger import exchange, pruning
from sipbreakout_tui.ledger.errors import LedgerError, NotAsserted
from sipbreakout_tui.ledger.events import Answer, Event, Kind, Known, Request, Verb
from sipbreakout_tui.ledger.history import HISTORY_COLUMNS, History
from sipbreakout_tui.ledger.reading import CURRENT, EVENTS, JOURNAL_COLUMNS, event_of, known_of
from sipbreakout_tui.ledger.schema import MIGRATIONS
from sipbreakout_tui.ledger.state import problems
from sipbreakout_tui.ledger.writing import AnswerRow, RequestRow, write_answers, write_requests
from sipbreakout_tui.store import Store

UNDER_WAY_SECONDS = 20.0
"""All attempts of a request end within 15 s, and its answer is written then; one without an answer later was lost."""

_DAY = 86400.0


class Ledger:
    """One file of requests and answers; several processes may use it at once.

    What a coroutine here wrote is on the disk when it returns. `asked` comes before a request is sent,
    so that one whose answer never came shows as unknown (V7).

    Every method can raise StoreError: the file cannot be read or written.
    """

    def __init__(self, path: Path | None = None, *, clock: Callable[[], float] = time.time) -> None:
        """Open the ledger, made where missing.

        Args:
            path: The file; None: `ledger.sqlite3` in the state folder (SIPBREAKOUT_STATE_DIR).
            clock: Returns Unix time in seconds.
        """
        if path is None:
            from sipbreakout_tui.config import state_dir

            path = state_dir() / "ledger.sqlite3"
        self.path = path
        self._clock = clock
        self._store = Store(path, MIGRATIONS, clock=clock)
        self._writes = self._store.batched(_write)

    def close(self) -> None:
        """Commit what is queued and close the file; again does nothing."""
        self._store.close()

    def __enter__(self) -> Self:
        """Return the ledger."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    # What is asked and answered

    async def asked(
        self, verb: Verb, registration: Registration, target: str, profile: str, actor: str, at: float | None = None
    ) -> int:
        """Record a request that is about to be sent; return its id, for the answer. See `Request`."""
        row = self._request_row(verb, registration, target, profile, actor, at)
        return (await self._writes.awrite(([row], ())))[0]

    async def asked_alone(self, request: Request, *, if_kept: bool = False) -> int | None:
        """Record a request unless another one for the number is under way; return its id, or None.

        A refresh and a delete sent at the same time could reach the core in either order. Who gets None
        waits, or leaves it.

        Args:
            request: What is about to be sent.
            if_kept: Only if the number is kept, with this very registration.
        """
        row = self._request_row(*request)
        registration = row[5:9]

        def work(connection: sqlite3.Connection) -> int | None:
            key = (request.registration.number.text, request.target)
            # Both ends: a request that a clock set back has put into the future is not under way.
            others = (
                "SELECT 1 FROM event WHERE kind = 'asked' AND number = ? AND target = ? AND asked_at BETWEEN ? AND ?"
            )
            now = row[9]
            if connection.execute(others, (*key, now - UNDER_WAY_SECONDS, now + UNDER_WAY_SECONDS)).fetchone():
                return None
            if if_kept:
                held = "SELECT sip_uri, route_type, mo, mt FROM current WHERE number = ? AND target = ? AND kept = 1"
                if connection.execute(held, key).fetchone() != registration:
                    return None
            return write_requests(connection, [row])[0]

        return await self._store.awrite(work)

    async def asked_many(self, requests: Iterable[Request]) -> list[int]:
        """Record requests that are about to be sent; return their ids, in order. All of them or none."""
        rows = [self._request_row(*request) for request in requests]
        return await self._writes.awrite((rows, ())) if rows else []

    async def accepted(self, request: int, lease: Lease, latency: float | None = None) -> None:
        """Record that the core took an upsert; `latency` in seconds.

        Raises:
            NotAsked: The request is not there, or has its answer already.
        """
        await self._answer(Answer(request, Kind.ACCEPTED, latency, lease))

    async def deleted(self, request: int, latency: float | None = None, note: str | None = None) -> None:
        """Record that the core took a delete; the number is not kept any more. Raises as `accepted`."""
        await self._answer(Answer(request, Kind.DELETED, latency, None, note))

    async def refused(self, request: int, words: str, latency: float | None = None) -> None:
        """Record a refusal in the core's own words (V10); what was in force stays. Raises as `accepted`."""
        await self._answer(Answer(request, Kind.REFUSED, latency, None, words))

    async def failed(
        self, request: int, why: str, latency: float | None = None, *, may_have_changed: bool = True
    ) -> None:
        """Record that no answer came. Raises as `accepted`.

        Args:
            request: Its id.
            why: What failed.
            latency: Seconds until it was given up.
            may_have_changed: False where the request certainly had no effect (not authorised, never sent).
        """
        await self._answer(Answer(request, Kind.FAILED, latency, None, why, may_have_changed))

    async def answered_many(self, answers: Iterable[Answer]) -> None:
        """Record answers, all of them or none. Raises as `accepted`."""
        rows = [self._answer_row(answer) for answer in answers]
        if rows:
            await self._writes.awrite(((), rows))

    async def note(
        self, words: str, *, number: E164 | None = None, target: str = "", profile: str = "", actor: str = ""
    ) -> int:
        """Record words that are no request; return the event's id."""
        values = (None if number is None else number.text, target, profile, actor, self._clock(), words)

        def work(connection: sqlite3.Connection) -> int:
            cursor = connection.execute(
                """INSERT INTO event (kind, number, target, profile, actor, asked_at, words, ord)
                VALUES ('note', ?, ?, ?, ?, ?, ?, 0)""",
                values,
            )
            return cursor.lastrowid or 0

        return await self._store.awrite(work)

    async def keep(self, number: E164, target: str, kept: bool) -> None:
        """Set whether the keeper refreshes a number at a core.

        Raises:
            NotAsserted: It should be kept, but no registration of it is known there.
        """
        await self.keep_many([(number, target)], kept)

    async def keep_many(self, pairs: Iterable[tuple[E164, str]], kept: bool) -> None:
        """Set whether the keeper refreshes these numbers, all of them or none. Raises as `keep`."""
        keys = [(number.text, target) for number, target in pairs]

        def work(connection: sqlite3.Connection) -> None:
            update = "UPDATE current SET kept = ? WHERE number = ? AND target = ?"
            if kept:
                update += " AND sip_uri IS NOT NULL"
            for number, target in keys:
                if not connection.execute(update, (int(kept), number, target)).rowcount and kept:
                    raise NotAsserted(f"{number} has no registration at {target} that we know of. Upsert it first")

        await self._store.awrite(work)

    # What is known

    def current(
        self, target: str | None = None, number: E164 | None = None, *, kept: bool | None = None
    ) -> Iterator[Known]:
        """Yield what is known, by number and core; whether a lease has expired, the reader's clock says."""
        return map(known_of, self.current_rows(target, number, kept=kept))

    def current_rows(
        self,
        target: str | None = None,
        number: E164 | None = None,
        *,
        kept: bool | None = None,
        since: float | None = None,
    ) -> Iterator[tuple[Any, ...]]:
        """Yield the same as `current` as plain tuples of CURRENT_COLUMNS: many times faster.

        With `since`, only numbers that something happened to at this Unix time in seconds or later.
        """
        conditions = {
            "c.last_event_at >= ?": since,
            "c.target = ?": target,
            "c.number = ?": None if number is None else number.text,
            "c.kept = ?": None if kept is None else int(kept),
        }
        where, values = _where(conditions)
        return self._store.stream(f"{CURRENT}{where} ORDER BY c.number, c.target", values)

    def version(self) -> int:
        """Return a number that differs from an earlier one, asked in the same thread, after any change of the file."""
        return int(self._store.read(lambda connection: connection.execute("PRAGMA data_version").fetchone()[0]))

    def census(self, target: str) -> tuple[int, int]:
        """Return how many numbers are known at a core, and how many of them are kept."""
        count = "SELECT count(*), total(kept) FROM current WHERE target = ?"
        known, kept = self._store.read(lambda connection: connection.execute(count, (target,)).fetchone())
        return int(known), int(kept)

    def events(
        self,
        number: E164 | None = None,
        since: float | None = None,
        target: str | None = None,
        *,
        newest_first: bool = False,
        limit: int | None = None,
    ) -> Iterator[Event]:
        """Yield events by when they were asked; a run of refreshes is one.

        Args:
            number: Only of this number.
            since: Only what happened, or went on, at this Unix time in seconds or later.
            target: Only at this core.
            newest_first: Whether the order is reversed.
            limit: The most events.
        """
        conditions = {
            "number = ?": None if number is None else number.text,
            "max(asked_at, coalesce(at, asked_at), coalesce(last_at, asked_at)) >= ?": since,
            "target = ?": target,
        }
        where, values = _where(conditions)
        direction = " DESC" if newest_first else ""
        sql = f"{EVENTS}{where} ORDER BY asked_at{direction}, id{direction} LIMIT ?"
        return map(event_of, self._store.stream(sql, [*values, -1 if limit is None else limit]))

    def event(self, id: int) -> Event | None:
        """Return the event with an id, or None: a request that became part of a run of refreshes has none."""
        rows = self._store.read(lambda connection: connection.execute(f"{EVENTS} WHERE id = ?", (id,)).fetchall())
        return event_of(rows[0]) if rows else None

    def journal(
        self,
        target: str,
        *,
        before: int | None = None,
        since: int | None = None,
        numbers: Sequence[str] = (),
        limit: int = -1,
    ) -> list[tuple[Any, ...]]:
        """Return events at a core as plain tuples of JOURNAL_COLUMNS, the latest to be written down first.

        However many there are, only those that are returned are looked at where they are all of one core.

        Args:
            target: The core.
            before: Only events with a lower id.
            since: Only events with this id or a higher one.
            numbers: Only of these, no more than 500; none: of all.
            limit: The most events; negative: all.
        """
        among = f"number IN ({', '.join('?' * len(numbers))}) AND " if numbers else ""
        where, values = _where({"target = ?": target, "id < ?": before, "id >= ?": since})
        sql = f"SELECT {', '.join(JOURNAL_COLUMNS)} FROM event{where.replace(' WHERE ', f' WHERE {among}')}"
        sql += " ORDER BY id DESC LIMIT ?"
        return self._store.read(lambda connection: connection.execute(sql, (*numbers, *values, limit)).fetchall())

    def changes(self, target: str | None = None) -> Iterator[Event]:
        """Yield what changed a registration (no refreshes, no refusals), newest first.

        Each event's `before` is what stood before it, as far as we knew.
        """
        where, values = _where({"target = ?": target})
        and_ = f"{where} AND" if where else " WHERE"
        return map(event_of, self._store.stream(f"{EVENTS}{and_} change = 1 ORDER BY at DESC, id DESC", values))

    def last_change(self, target: str) -> Event | None:
        """Return the last upsert or delete at a core that changed a registration, or None: what `undo` undoes."""
        changes = self._store.read(
            lambda connection: connection.execute(
                f"{EVENTS} WHERE target = ? AND change = 1 ORDER BY at DESC, id DESC LIMIT 1", (target,)
            ).fetchall()
        )
        return event_of(changes[0]) if changes else None

    def history(self, target: str | None = None) -> History:
        """Return all leases as they are known now: a `Registrations` for `route`."""
        return self._history(target, "", [])

    def book_at(self, at: float, target: str | None = None) -> RegistrationBook:
        """Return who was registered at Unix time `at` (s), as far as we know.

        A number registered at several cores stands there as its latest acceptance says.

        Raises:
            LedgerError: The ledger was pruned and does not know that moment any more.
        """
        known_from = self.known_from()
        if known_from is not None and at < known_from:
            raise LedgerError(
                f"this ledger was pruned: it knows nothing before {rfc3339(known_from)}. Ask for a later moment"
            )
        (longest,) = self._store.read(lambda connection: connection.execute("SELECT max(ttl) FROM event").fetchone())
        # What settled a number long before cannot matter, unless the clock was set back by more than a day.
        within = " AND coalesce(accepted_at, at) <= ? AND coalesce(last_accepted_at, accepted_at, at) > ?"
        history = self._history(target, f" AND kind <> 'asked'{within}", [at, at - (longest or 0.0) - _DAY])
        return history.book(at)

    def known_from(self) -> float | None:
        """Return Unix time in seconds before which the ledger was pruned, or None: never."""
        return self._store.read(pruning.known_from)

    # The file as a whole

    def prune(self, before: float) -> int:
        """Delete the events that say nothing of moments from `before` (Unix time, s) on; return how many.

        The current state and every `book_at` from then on stay as they are; the file does not get
        smaller, its room is used again.

        Raises:
            LedgerError: The moment lies in the future.
        """
        now = self._clock()
        if not before <= now:
            raise LedgerError(f"that moment lies {before - now:.0f} s in the future: prune before one that has passed")
        return self._store.write(lambda connection: pruning.prune(connection, before)).result()

    def verify(self) -> list[str]:
        """Return what is wrong with the file, a sentence each; none: it is sound."""
        return self._store.read(lambda connection: list(problems(connection)))

    def export(self, stream: TextIO) -> int:
        """Write the ledger as JSON lines (see `exchange`); return how many events."""
        now = self._clock()
        return self._store.read(lambda connection: exchange.export(connection, stream, now))

    def import_(self, stream: Iterable[str]) -> exchange.Imported:
        """Take the events of an export that are not here yet; again changes nothing.

        Raises:
            ImportFailed: A line is wrong, or the file was cut off; nothing is taken.
        """
        parsed = exchange.parse(stream)
        return self._store.write(lambda connection: exchange.take(connection, parsed)).result()

    async def _answer(self, answer: Answer) -> None:
        await self._writes.awrite(((), [self._answer_row(answer)]))

    def _request_row(
        self, verb: Verb, registration: Registration, target: str, profile: str, actor: str, at: float | None
    ) -> RequestRow:
        return (
            verb._value_,  # `value` goes through a descriptor written in Python
            registration.number.text,
            target,
            profile,
            actor,
            str(registration.sip_uri),
            registration.route_type._name_,
            registration.mobile_originating_prefix,
            registration.mobile_terminating_prefix,
            self._clock() if at is None else at,
        )

    def _answer_row(self, answer: Answer) -> AnswerRow:
        request, kind, latency, lease, words, may_have_changed, at = answer
        if at is None:
            at = self._clock()
        accepted_at = ttl = None
        if lease is not None:
            ttl = lease.ttl
            accepted_at = at if lease.accepted_at is None else lease.accepted_at
            if not (math.isfinite(accepted_at) and ttl > 0):
                raise LedgerError(f"{lease!r} has no life: expected a finite time and a ttl above 0")
        elif kind is Kind.ACCEPTED:
            raise LedgerError(f"request {request} cannot be accepted without a lease")
        return (request, kind._value_, at, accepted_at, ttl, latency, words, int(may_have_changed))

    def _history(self, target: str | None, condition: str, values: list[float]) -> History:
        of_target, texts = _where({"target = ?": target})
        where = f"{of_target or ' WHERE 1'} AND (kind IN ('accepted', 'deleted') OR doubt = 1)"

        def work(connection: sqlite3.Connection) -> History:
            sql = f"SELECT {HISTORY_COLUMNS} FROM event{where}{condition} ORDER BY number, target, ord"
            return History(connection.execute(sql, [*texts, *values]), pruning.known_from(connection))

        return self._store.read(work)


_Write = tuple[Sequence[RequestRow], Sequence[AnswerRow]]


def _write(connection: sqlite3.Connection, items: list[_Write]) -> list[list[int]]:
    """Write what waits: every answer, then every request; return each item's request ids."""
    answers = [row for item in items for row in item[1]]
    if answers:
        write_answers(connection, answers)
    requests = [row for item in items for row in item[0]]
    ids = iter(write_requests(connection, requests) if requests else ())
    return [[next(ids) for _ in item[0]] for item in items]


def _where(conditions: dict[str, Any]) -> tuple[str, list[Any]]:
    """Return the WHERE of the conditions that have a value, and the values."""
    given = {condition: value for condition, value in conditions.items() if value is not None}
    return f" WHERE {' AND '.join(given)}" if given else "", list(given.values())
