"""Requests and answers written to the tables, many with a few statements.

Every statement here handles a whole group: after each one the writer thread has to win the
interpreter back from the event loop, which costs more than the statement itself.
"""

import sqlite3
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain

from sipbreakout_tui.ledger.errors import NotAsked
from sipbreakout_tui.ledger.runs import LONGEST, RUN_CAP, TICKS

RequestRow = tuple[str, str, str, str, str, str, str, str, str, float]
"""verb, number, target, profile, actor, sip_uri, route_type, mo, mt, asked_at."""

AnswerRow = tuple[int, str, float, float | None, float | None, float | None, str | None, int]
"""request, kind, at, accepted_at, ttl, latency, words, doubt."""

_MOST_ROWS = 128

_ASK = (
    """INSERT INTO event (id, kind, verb, number, target, profile, actor, sip_uri, route_type, mo, mt,
                          asked_at, ord, doubt)
    SELECT v.column1, 'asked', v.column2, v.column3, v.column4, v.column5, v.column6, v.column7, v.column8,
           v.column9, v.column10, v.column11,
           max(CAST(v.column11 * 1000000 AS INTEGER),
               1 + coalesce((SELECT ord FROM current WHERE number = v.column3 AND target = v.column4), 0)),
           1
    FROM (VALUES """,
    ") AS v",
)

_NOTE_ASKED = """
    INSERT INTO current (number, target, pending, doubt_since, last_event_at, ord, request)
    SELECT number, target, 1, asked_at, asked_at, ord, id FROM event WHERE id BETWEEN ? AND ?
    ON CONFLICT (number, target) DO UPDATE SET
        pending = 1,
        doubt_since = min(coalesce(doubt_since, excluded.doubt_since), excluded.doubt_since),
        last_event_at = max(last_event_at, excluded.last_event_at),
        ord = excluded.ord,
        request = excluded.request
"""

# What is being answered, beside what stands: which run it lengthens, whether it settles anything.
_MAKE_ANSWER = """
    CREATE TEMP TABLE answer (
        id INTEGER PRIMARY KEY, kind TEXT, at REAL, accepted_at REAL, ttl REAL, latency REAL, words TEXT,
        doubt INTEGER, number TEXT, target TEXT, ord INTEGER, settles INTEGER, settled_ord INTEGER,
        stood INTEGER, change INTEGER, run INTEGER, UNIQUE (number, target)
    )
"""

_EQUAL = "{0}.sip_uri = q.sip_uri AND {0}.route_type = q.route_type AND {0}.mo = q.mo AND {0}.mt = q.mt"
_STOOD = "(c.sip_uri IS NOT NULL AND coalesce(v.column4, v.column3) < c.accepted_at + c.ttl)"
_SETTLES = "(v.column2 IN ('accepted', 'deleted') AND q.ord > c.settled_ord)"
_LAST = "coalesce(e.last_accepted_at, e.accepted_at)"

_ANSWER = (
    f"""INSERT OR IGNORE INTO temp.answer
    SELECT v.column1, v.column2, v.column3, v.column4, v.column5, v.column6, v.column7, v.column8,
           q.number, q.target, q.ord, {_SETTLES}, CASE WHEN {_SETTLES} THEN q.ord ELSE c.settled_ord END,
           {_STOOD},
           {_SETTLES} AND NOT (v.column2 = 'accepted' AND {_STOOD} AND {_EQUAL.format("c")}),
           CASE WHEN {_SETTLES} AND v.column2 = 'accepted' AND {_STOOD} AND c.answered_ord = c.settled_ord
                AND coalesce(e.last_ord, e.ord) = c.settled_ord AND {_EQUAL.format("e")}
                AND e.profile = q.profile AND e.actor = q.actor AND e.ttl = v.column5 AND e.count < {RUN_CAP}
                AND v.column4 >= {_LAST} AND v.column4 - {_LAST} < {LONGEST}
                AND CAST(v.column4 * {TICKS} AS INTEGER) = v.column4 * {TICKS}
                AND CAST(e.accepted_at * {TICKS} AS INTEGER) = e.accepted_at * {TICKS}
                AND NOT EXISTS (SELECT 1 FROM event AS p INDEXED BY event_doubt
                                WHERE p.doubt = 1 AND p.number = q.number AND p.target = q.target
                                AND p.id <> q.id AND p.ord > c.settled_ord)
           THEN e.id END
    FROM (VALUES """,
    """) AS v
    CROSS JOIN event AS q ON q.id = v.column1 AND q.kind = 'asked'
        AND (v.column2 NOT IN ('accepted', 'deleted') OR (q.verb = 'upsert') = (v.column2 = 'accepted'))
    CROSS JOIN current AS c ON c.number = q.number AND c.target = q.target
    LEFT JOIN event AS e ON e.id = c.lease_event""",
)

_TICK = f"CAST((a.accepted_at - {_LAST}) * {TICKS} AS INTEGER)"
_BYTES = ", ".join(f"({_TICK} >> {shift}) & 127" for shift in (28, 21, 14, 7, 0))

_LENGTHEN = f"""
    UPDATE event AS e SET
        offsets = CAST(coalesce(e.offsets, x'') || char({_BYTES}) AS BLOB),
        count = e.count + 1, latency = a.latency, last_at = a.at, last_accepted_at = a.accepted_at, last_ord = a.ord
    FROM temp.answer AS a WHERE e.id = a.run
"""

_BEFORE = ", ".join(
    f"before_{name} = CASE WHEN a.change AND a.stood THEN c.{name} END"
    for name in ("sip_uri", "route_type", "mo", "mt")
)
_COMPLETE = f"""
    UPDATE event AS q NOT INDEXED SET
        kind = a.kind, at = a.at, accepted_at = a.accepted_at, ttl = a.ttl, latency = a.latency, words = a.words,
        doubt = a.doubt, change = a.change, {_BEFORE}, before_kept = CASE WHEN a.change AND a.stood THEN c.kept END
    FROM temp.answer AS a, current AS c
    WHERE q.id = a.id AND a.run IS NULL AND c.number = a.number AND c.target = a.target
"""

_ASSERTS = "a.settles AND a.kind = 'accepted'"
_NEW = ", ".join(
    f"{name} = CASE WHEN NOT a.settles THEN c.{name} WHEN a.kind = 'accepted' THEN {source}.{name} END"
    for name, source in (
        *(("sip_uri", "q"), ("route_type", "q"), ("mo", "q"), ("mt", "q")),
        *(("accepted_at", "a"), ("ttl", "a")),
    )
)
_DOUBTS = """FROM event AS p INDEXED BY event_doubt
    WHERE p.doubt = 1 AND p.number = a.number AND p.target = a.target AND p.ord > a.settled_ord"""
_UPDATE_CURRENT = f"""
    UPDATE current AS c SET
        {_NEW},
        lease_event = CASE WHEN NOT a.settles THEN c.lease_event
                           WHEN a.kind = 'accepted' THEN coalesce(a.run, a.id) END,
        kept = CASE WHEN a.settles AND a.kind = 'deleted' THEN 0 ELSE c.kept END,
        answer = CASE WHEN a.ord > c.answered_ord
                      THEN CASE a.kind WHEN 'accepted' THEN 'asserted' ELSE a.kind END ELSE c.answer END,
        words = CASE WHEN a.ord > c.answered_ord THEN a.words ELSE c.words END,
        pending = EXISTS (SELECT 1 {_DOUBTS} AND p.kind = 'asked' AND p.id <> a.id),
        doubt_since = (SELECT min(p.asked_at) {_DOUBTS} AND (p.id <> a.id OR a.doubt)),
        last_event_at = max(c.last_event_at, a.at),
        settled_ord = a.settled_ord,
        answered_ord = max(c.answered_ord, a.ord),
        request = CASE WHEN c.request = a.id THEN coalesce(a.run, a.id) ELSE c.request END
    FROM temp.answer AS a CROSS JOIN event AS q
    WHERE c.number = a.number AND c.target = a.target AND q.id = a.id
"""


def write_requests(connection: sqlite3.Connection, rows: Sequence[RequestRow]) -> list[int]:
    """Write requests that are about to be sent; return their ids."""
    ids = [0] * len(rows)
    last = last_id(connection)
    left = list(enumerate(rows))
    while left:
        turn, left = _first_of_each_number(left)
        first = last + 1
        numbered = []
        for last, (index, row) in enumerate(turn, first):
            ids[index] = last
            numbered.append((last, *row))
        _execute_rows(connection, _ASK, numbered)
        connection.execute(_NOTE_ASKED, (first, last))
    return ids


def write_answers(connection: sqlite3.Connection, rows: Sequence[AnswerRow]) -> None:
    """Write what became of requests.

    Raises:
        NotAsked: A request is not there, or does not wait for this answer; nothing may be committed then.
    """
    if _take_answers(connection, rows) < len(rows):
        # Two answers for one number, where the second one has to see what the first one did.
        for row in rows:
            if not _take_answers(connection, [row]):
                raise NotAsked(f"request {row[0]} does not wait for the answer {row[1]!r}. Ask before you answer, once")
            _write_taken(connection)
    else:
        _write_taken(connection)


def last_id(connection: sqlite3.Connection) -> int:
    """Return the highest id that any event ever had."""
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'event'").fetchone()
    return 0 if row is None else int(row[0])


def _take_answers(connection: sqlite3.Connection, rows: Sequence[AnswerRow]) -> int:
    """Put the answers into the temporary table and return how many could be."""
    try:
        connection.execute("DELETE FROM temp.answer")
    except sqlite3.OperationalError:
        connection.execute(_MAKE_ANSWER)
    return _execute_rows(connection, _ANSWER, rows)


def _write_taken(connection: sqlite3.Connection) -> None:
    connection.execute(_LENGTHEN)
    connection.execute(_COMPLETE)
    connection.execute(_UPDATE_CURRENT)
    connection.execute("DELETE FROM event WHERE id IN (SELECT id FROM temp.answer WHERE run IS NOT NULL)")


def _first_of_each_number(
    rows: list[tuple[int, RequestRow]],
) -> tuple[list[tuple[int, RequestRow]], list[tuple[int, RequestRow]]]:
    """Return the first row for each number and core, and the rest: the order in `ord` needs them apart."""
    if len(rows) == 1 or len({row[1:3] for _, row in rows}) == len(rows):
        return rows, []
    seen: set[tuple[str, ...]] = set()
    turn: list[tuple[int, RequestRow]] = []
    rest: list[tuple[int, RequestRow]] = []
    for index, row in rows:
        (rest if row[1:3] in seen else turn).append((index, row))
        seen.add(row[1:3])
    return turn, rest


def _execute_rows(connection: sqlite3.Connection, around: tuple[str, str], rows: Sequence[tuple[object, ...]]) -> int:
    """Execute a statement over rows of values, in few large pieces; return how many rows it wrote.

    Parameters carry every double unchanged; text would not on every platform.
    """
    written = start = 0
    size = _MOST_ROWS
    while start < len(rows):
        while size > len(rows) - start:
            size //= 2
        part = rows[start : start + size]
        sql = _with_rows(around, len(part[0]), size)
        written += connection.execute(sql, list(chain.from_iterable(part))).rowcount
        start += size
    return written


@lru_cache(maxsize=64)
def _with_rows(around: tuple[str, str], width: int, count: int) -> str:
    row = f"({', '.join('?' * width)})"
    return f"{around[0]}{', '.join([row] * count)}{around[1]}"
