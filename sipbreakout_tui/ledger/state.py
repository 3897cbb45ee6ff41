"""What is known of a number, told from its events: to check the current state, and to make it anew."""

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

from sipbreakout_model import InvalidValue, Registration
from sipbreakout_tui.ledger.events import Kind, Verb
from sipbreakout_tui.ledger.runs import BYTES, decode

SHOWN_PROBLEMS = 20
"""How many problems of one sort are told; of the others only how many they are."""

_TOLD = (
    *("sip_uri", "route_type", "mo", "mt", "accepted_at", "ttl", "answer", "words", "pending", "doubt_since"),
    *("ord", "settled_ord", "answered_ord", "lease_event", "request"),
)
"""The columns of `current` that the events decide."""

_ROWS = """SELECT number, target, id, kind, coalesce(last_ord, ord), sip_uri, route_type, mo, mt,
    coalesce(last_accepted_at, accepted_at), ttl, words, doubt, asked_at,
    max(asked_at, coalesce(at, asked_at), coalesce(last_at, asked_at))
    FROM event WHERE verb IS NOT NULL"""
_ID, _KIND, _ORD, _SIP_URI, _ACCEPTED_AT, _WORDS, _DOUBT, _ASKED_AT, _LATEST = 2, 3, 4, 5, 9, 11, 12, 13, 14

_ANSWERS = {"accepted": "asserted"}


def told(rows: list[tuple[Any, ...]]) -> tuple[Any, ...]:
    """Return what the events of one number at one core say, in the order of _TOLD."""
    settled = max((row for row in rows if row[_KIND] in ("accepted", "deleted")), key=itemgetter(_ORD), default=None)
    answered = max((row for row in rows if row[_KIND] != "asked"), key=itemgetter(_ORD), default=None)
    newest = max(rows, key=itemgetter(_ORD))
    settled_ord = 0 if settled is None else settled[_ORD]
    doubts = [row for row in rows if row[_DOUBT] and row[_ORD] > settled_ord]
    lease = settled if settled is not None and settled[_KIND] == "accepted" else None
    return (
        *((None,) * 6 if lease is None else lease[_SIP_URI : _ACCEPTED_AT + 2]),
        None if answered is None else _ANSWERS.get(answered[_KIND], answered[_KIND]),
        None if answered is None else answered[_WORDS],
        int(any(row[_KIND] == "asked" for row in doubts)),
        min((row[_ASKED_AT] for row in doubts), default=None),
        newest[_ORD],
        settled_ord,
        0 if answered is None else answered[_ORD],
        None if lease is None else lease[_ID],
        newest[_ID],
    )


def rebuild(connection: sqlite3.Connection, keys: Iterable[tuple[str, str]]) -> None:
    """Make the current state of these numbers and cores anew from their events."""
    names = (*_TOLD, "last_event_at")
    insert = f"""INSERT INTO current (number, target, {", ".join(names)}) VALUES (?, ?{", ?" * len(names)})
        ON CONFLICT (number, target) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in names)}"""
    for key in keys:
        rows = connection.execute(f"{_ROWS} AND number = ? AND target = ?", key).fetchall()
        if rows:
            connection.execute(insert, (*key, *told(rows), max(row[_LATEST] for row in rows)))


def problems(connection: sqlite3.Connection) -> Iterator[str]:
    """Yield what is wrong with the tables, a sentence each."""
    sound = True
    for (text,) in connection.execute(f"PRAGMA integrity_check({SHOWN_PROBLEMS})"):
        if text != "ok":
            sound = False
            yield from (f"SQLite finds the file damaged: {line}" for line in text.splitlines())
    if sound:  # else the rows mean nothing
        yield from _some(_event_problems(connection))
        yield from _some(_state_problems(connection))


def _event_problems(connection: sqlite3.Connection) -> Iterator[str]:
    kinds = ", ".join(repr(kind.value) for kind in Kind)
    verbs = ", ".join(repr(verb.value) for verb in Verb)
    for faulty, what in (
        (f"kind NOT IN ({kinds})", "is of a kind that no event has"),
        (f"verb NOT IN ({verbs}) OR (verb IS NULL) <> (kind = 'note')", "has a verb that no request has"),
        ("kind = 'accepted' AND (accepted_at IS NULL OR ttl IS NULL OR NOT ttl > 0)", "was accepted without a lease"),
        ("kind NOT IN ('asked', 'note') AND at IS NULL", "has an answer without a time"),
        ("kind = 'asked' AND doubt = 0", "waits for an answer and yet counts as certain"),
        (f"coalesce(length(offsets), 0) <> {BYTES} * (count - 1)", "is a run whose moments are not as many as it says"),
        ("verb IS NOT NULL AND number IS NULL", "is a request without a number"),
    ):
        for (id_,) in connection.execute(f"SELECT id FROM event WHERE {faulty}"):
            yield f"event {id_} {what}"
    for id_, first, offsets, last in connection.execute(
        "SELECT id, accepted_at, offsets, last_accepted_at FROM event WHERE count > 1 AND accepted_at IS NOT NULL"
    ):
        if len(offsets or b"") % BYTES == 0 and decode(first, offsets)[-1] != last:
            yield f"event {id_} is a run whose moments do not end where it says"
    texts = (
        "SELECT min(id), number, sip_uri, route_type, mo, mt FROM event WHERE verb IS NOT NULL GROUP BY 2, 3, 4, 5, 6"
    )
    for id_, *values in connection.execute(texts):
        try:
            Registration.parse(*values)
        except InvalidValue as error:
            yield f"event {id_} holds no registration: {error}"


def _state_problems(connection: sqlite3.Connection) -> Iterator[str]:
    held = {
        (number, target): (kept, rest)
        for number, target, kept, *rest in connection.execute(
            f"SELECT number, target, kept, {', '.join(_TOLD)} FROM current"
        )
    }
    for key, group in groupby(connection.execute(f"{_ROWS} ORDER BY number, target"), itemgetter(0, 1)):
        number, target = key
        expected = told(list(group))
        kept, rest = held.pop(key, (0, None))
        if rest is None:
            yield f"{number} at {target} has events, but no current state"
            continue
        for name, is_, should in zip(_TOLD, rest, expected, strict=True):
            if is_ != should:
                yield f"{number} at {target}: its current {name} is {is_!r}, its events say {should!r}"
        if kept and expected[0] is None:
            yield f"{number} at {target} is kept without a registration"
    for number, target in held:
        yield f"{number} at {target} has a current state, but no events"


def _some(sentences: Iterator[str]) -> Iterator[str]:
    more = 0
    for count, sentence in enumerate(sentences, 1):
        if count <= SHOWN_PROBLEMS:
            yield sentence
        else:
            more += 1
    if more:
        yield f"and {more} more"
