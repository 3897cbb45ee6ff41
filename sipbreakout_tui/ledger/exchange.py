"""A ledger as JSON lines, and back.

The first line is `{"sipbreakout_ledger": 1, ...}`, then an event or a kept number a line, then
`{"end": ...}` with how many: a file that was cut off is noticed. Moments are Unix seconds, unrounded.
An event is known again by the ledger that first had it and its id there.
"""

import json
import math
import sqlite3
from collections.abc import Iterable
from typing import Any, NamedTuple, TextIO

from sipbreakout_model import E164, Registration
from sipbreakout_tui.ledger.errors import ImportFailed
from sipbreakout_tui.ledger.events import Kind, Verb
from sipbreakout_tui.ledger.runs import decode, encode, fits
from sipbreakout_tui.ledger.schema import EVENT_COLUMNS
from sipbreakout_tui.ledger.state import rebuild

VERSION = 1
"""Of the format; another one is refused."""

_TEXTS = ("number", "target", "profile", "actor")
_REGISTRATION = ("sip_uri", "route_type", "mo", "mt")
_BEFORE = tuple(f"before_{name}" for name in _REGISTRATION)
_JSON_NAMES = ("sip_uri", "route_type", "mobile_originating_prefix", "mobile_terminating_prefix")
_COLUMNS = EVENT_COLUMNS[1:]  # without the id


class Imported(NamedTuple):
    """What an import did."""

    added: int
    """Events that were new."""
    completed: int
    """Events that were here, and now have their answer or more refreshes."""
    known: int
    """Events that were here as they are."""


class Parsed(NamedTuple):
    """A whole export, checked."""

    events: list[tuple[str, int, dict[str, Any]]]
    """Ledger that first had it, its id there, and its columns."""
    kept: list[tuple[str, str]]
    """Number and core."""


def export(connection: sqlite3.Connection, stream: TextIO, now: float) -> int:
    """Write the whole ledger; return how many events."""
    own = _own(connection)
    _line(stream, {"sipbreakout_ledger": VERSION, "ledger": own, "exported_at": now})
    columns = ", ".join(f"event.{name}" for name in _COLUMNS)
    count = 0
    for origin, id_, *values in connection.execute(
        f"""SELECT coalesce(origin, ?), coalesce(origin_id, event.id), {columns}
        FROM event LEFT JOIN imported ON imported.id = event.id ORDER BY event.id""",
        (own,),
    ):
        row = dict(zip(_COLUMNS, values, strict=True))
        _line(stream, {"event": {"ledger": origin, "id": id_, **_json_of(row)}})
        count += 1
    for number, target in connection.execute("SELECT number, target FROM current WHERE kept ORDER BY 1, 2"):
        _line(stream, {"kept": {"number": number, "target": target}})
    _line(stream, {"end": {"events": count}})
    return count


def parse(lines: Iterable[str]) -> Parsed:
    """Return what an export holds.

    Raises:
        ImportFailed: With the number of the first line that is wrong.
    """
    parsed = Parsed([], [])
    begun = ended = False
    for place, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            if ended:
                raise ImportFailed("something follows the end")
            name, value = _entry(line)
            if not begun:
                _check_header(name, value)
                begun = True
            elif name == "event":
                parsed.events.append(_event(value))
            elif name == "kept":
                parsed.kept.append((E164(value["number"]).text, _text(value, "target")))
            else:
                _check_end(name, value, len(parsed.events))
                ended = True
        except (ImportFailed, ValueError, KeyError, TypeError, RecursionError, OverflowError) as error:
            what = f"{error} is missing" if isinstance(error, KeyError) else error
            raise ImportFailed(f"line {place}: {what}; nothing was imported") from error
    if not ended:
        raise ImportFailed("the last line is missing: the file was cut off; nothing was imported. Export it again")
    return parsed


def take(connection: sqlite3.Connection, parsed: Parsed) -> Imported:
    """Write what is not here yet; the current state follows from all events."""
    own = _own(connection)
    added = completed = 0
    touched: dict[tuple[str, str], None] = {}
    for origin, origin_id, row in parsed.events:
        key = (row["number"], row["target"])
        id_, is_here = _find(connection, own, origin, origin_id, row)
        if is_here:
            kind, count = connection.execute("SELECT kind, count FROM event WHERE id = ?", (id_,)).fetchone()
            if not (kind == "asked" != row["kind"] or row["count"] > count):
                continue
            connection.execute(
                f"UPDATE event SET {', '.join(f'{name} = ?' for name in _COLUMNS)} WHERE id = ?",
                (*map(row.__getitem__, _COLUMNS), id_),
            )
            completed += 1
        elif row["kind"] == "asked" and _stands_in_run(connection, row):
            continue
        else:
            _add(connection, own, origin, origin_id, row)
            added += 1
        if row["verb"] is not None:
            touched[key] = None
    for key in touched:
        connection.execute(_REQUESTS_OF_RUNS, key)
    rebuild(connection, touched)
    connection.execute("DELETE FROM imported WHERE id NOT IN (SELECT id FROM event)")
    connection.executemany(
        "UPDATE current SET kept = 1 WHERE number = ? AND target = ? AND sip_uri IS NOT NULL", parsed.kept
    )
    return Imported(added, completed, len(parsed.events) - added - completed)


# A refresh joins a run when it is accepted; an older export still has it as a request without answer.
_SAME_RUN = """r.kind = 'accepted' AND r.number = {0}number AND r.target = {0}target AND r.profile = {0}profile
    AND r.actor = {0}actor AND r.sip_uri = {0}sip_uri AND r.route_type = {0}route_type AND r.mo = {0}mo
    AND r.mt = {0}mt AND r.ord < {0}ord AND {0}ord <= r.last_ord"""
_REQUESTS_OF_RUNS = f"""DELETE FROM event WHERE number = ? AND target = ? AND kind = 'asked'
    AND EXISTS (SELECT 1 FROM event AS r WHERE {_SAME_RUN.format("event.")})"""


def _stands_in_run(connection: sqlite3.Connection, row: dict[str, Any]) -> bool:
    query = f"SELECT 1 FROM event AS r WHERE {_SAME_RUN.format(':')}"
    return connection.execute(query, row).fetchone() is not None


def _find(
    connection: sqlite3.Connection, own: str, origin: str, origin_id: int, row: dict[str, Any]
) -> tuple[int | None, bool]:
    """Return the id under which an event is here, and whether it is."""
    if origin == own:
        here = connection.execute(
            "SELECT id FROM event WHERE id = ? AND number IS ? AND target = ? AND asked_at = ?",
            (origin_id, row["number"], row["target"], row["asked_at"]),
        ).fetchone()
        if here is not None:
            return here[0], True
    here = connection.execute(
        "SELECT event.id FROM imported JOIN event USING (id) WHERE origin = ? AND origin_id = ?", (origin, origin_id)
    ).fetchone()
    return (None, False) if here is None else (here[0], True)


def _add(connection: sqlite3.Connection, own: str, origin: str, origin_id: int, row: dict[str, Any]) -> None:
    taken = "SELECT 1 FROM event WHERE number = :number AND target = :target AND coalesce(last_ord, ord) = :ord"
    if row["count"] == 1:
        while connection.execute(taken, row).fetchone() is not None:
            row["ord"] += 1
    id_ = None
    if origin == own and connection.execute("SELECT 1 FROM event WHERE id = ?", (origin_id,)).fetchone() is None:
        id_ = origin_id
    names = ", ".join(EVENT_COLUMNS)
    marks = ", ".join("?" * len(EVENT_COLUMNS))
    new = connection.execute(f"INSERT INTO event ({names}) VALUES ({marks})", (id_, *map(row.__getitem__, _COLUMNS)))
    if id_ is None:
        connection.execute("INSERT OR REPLACE INTO imported VALUES (?, ?, ?)", (origin, origin_id, new.lastrowid))


def _own(connection: sqlite3.Connection) -> str:
    (own,) = connection.execute("SELECT value FROM meta WHERE name = 'ledger'").fetchone()
    return str(own)


def _json_of(row: dict[str, Any]) -> dict[str, object]:
    first = row["accepted_at"]
    fields: dict[str, object] = {
        **{name: row[name] for name in ("kind", "verb", *_TEXTS)},
        "registration": _named(row, _REGISTRATION),
        **{name: row[name] for name in ("asked_at", "at", "last_at")},
        "acceptances": None if first is None else decode(first, row["offsets"]),
        **{name: row[name] for name in ("ttl", "latency", "words")},
        "may_have_changed": bool(row["doubt"]) or None,
        "change": bool(row["change"]) or None,
        "before": _named(row, _BEFORE),
        "before_kept": bool(row["before_kept"]) or None,
        "order": row["ord"],
        "last_order": row["last_ord"],
    }
    return {name: value for name, value in fields.items() if value is not None}


def _named(row: dict[str, Any], columns: tuple[str, ...]) -> dict[str, str] | None:
    if row[columns[0]] is None:
        return None
    return {name: row[column] for name, column in zip(_JSON_NAMES, columns, strict=True)}


def _line(stream: TextIO, value: object) -> None:
    stream.write(json.dumps(value, separators=(",", ":"), ensure_ascii=True) + "\n")


def _entry(line: str) -> tuple[str, dict[str, Any]]:
    document = json.loads(line)
    if not isinstance(document, dict) or not document:
        raise ImportFailed(f"{line.strip()[:80]!r} is no line of an export")
    name, value = next(iter(document.items()))
    return (name, document) if name == "sipbreakout_ledger" else (name, value)


def _check_header(name: str, value: dict[str, Any]) -> None:
    if name != "sipbreakout_ledger":
        raise ImportFailed("this is no export of a ledger: it does not begin with sipbreakout_ledger")
    if value[name] != VERSION:
        raise ImportFailed(f"the format has version {value[name]!r}, this program reads {VERSION}: upgrade sipbreakout")


def _check_end(name: str, value: dict[str, Any], events: int) -> None:
    if name != "end":
        raise ImportFailed(f"{name!r} is unknown: expected event, kept or end")
    if value["events"] != events:
        raise ImportFailed(f"the file should hold {value['events']!r} events, but has {events}")


def _event(value: dict[str, Any]) -> tuple[str, int, dict[str, Any]]:
    kind = Kind(value["kind"])
    row: dict[str, Any] = dict.fromkeys(_COLUMNS)
    row.update(kind=kind.value, doubt=0, change=int(bool(value.get("change"))), count=1)
    row.update({name: _text(value, name) for name in _TEXTS if name != "number"})
    row.update(asked_at=_moment(value, "asked_at"), ord=_whole(value, "order"), words=value.get("words"))
    if row["words"] is not None:
        _text(value, "words")
    if kind is not Kind.NOTE:
        row["verb"] = Verb(value["verb"]).value
        row["doubt"] = int(bool(value.get("may_have_changed")) or kind is Kind.ASKED)
        row.update(_columns_of(value["number"], value["registration"], _REGISTRATION))
    if value.get("number") is not None:
        row["number"] = E164(value["number"]).text
    if value.get("before") is not None:
        row.update(_columns_of(value["number"], value["before"], _BEFORE))
        row["before_kept"] = int(bool(value.get("before_kept")))
    if kind not in (Kind.NOTE, Kind.ASKED):
        row["at"] = _moment(value, "at")
        row["latency"] = None if value.get("latency") is None else _moment(value, "latency")
    if kind is Kind.ACCEPTED:
        row.update(_run(value))
    return _text(value, "ledger"), _whole(value, "id"), row


def _run(value: dict[str, Any]) -> dict[str, Any]:
    moments = [_number(moment, "acceptances") for moment in value["acceptances"]]
    ttl = _moment(value, "ttl")
    if not moments or not ttl > 0:
        raise ImportFailed("an accepted event needs acceptances and a ttl above 0")
    run: dict[str, Any] = {"accepted_at": moments[0], "ttl": ttl}
    if len(moments) > 1:
        if not all(map(fits, moments, moments[1:])):
            raise ImportFailed("acceptances do not follow one another in time")
        run.update(count=len(moments), offsets=encode(moments), last_accepted_at=moments[-1])
        run.update(last_at=_moment(value, "last_at"), last_ord=_whole(value, "last_order"))
    return run


def _columns_of(number: object, value: dict[str, Any], columns: tuple[str, ...]) -> dict[str, str]:
    texts = [_text(value, name) for name in _JSON_NAMES]
    Registration.parse(E164(number).text, *texts)  # type: ignore[arg-type]
    return dict(zip(columns, texts, strict=True))


def _text(value: dict[str, Any], name: str) -> str:
    text = value[name]
    if not isinstance(text, str):
        raise ImportFailed(f"{name} {text!r} is no text")
    return text


def _moment(value: dict[str, Any], name: str) -> float:
    return _number(value[name], name)


def _number(value: object, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ImportFailed(f"{name} {value!r} is no number of seconds")
    return float(value)


def _whole(value: dict[str, Any], name: str) -> int:
    number = value[name]
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < 2**62:
        raise ImportFailed(f"{name} {number!r} is no whole number")
    return number
