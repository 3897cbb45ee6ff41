"""Rows of the tables as the values of a ledger."""

from typing import Any

from sipbreakout_model import E164, Registration
from sipbreakout_tui.ledger.events import Event, Kind, Known, State, Verb
from sipbreakout_tui.ledger.schema import EVENT_COLUMNS

CURRENT_COLUMNS = (
    *("number", "target", "sip_uri", "route_type", "mobile_originating_prefix", "mobile_terminating_prefix"),
    *("state", "accepted_at", "expires_at", "kept", "words", "last_event_at", "doubt_since", "ttl"),
)
"""What `Ledger.current_rows` yields: texts, Unix times in seconds, 0 or 1 for `kept`.

`accepted_at` and `expires_at` are None where no registration is known; `sip_uri`, `route_type` and the
prefixes are then those that the last request named, `route_type` empty where none was ever named.
"""

# A delete names no type (V3): where nothing else was ever asked for, nobody knows one.
_TYPE_UNKNOWN = """r.verb = 'delete' AND NOT EXISTS
    (SELECT 1 FROM event AS u WHERE u.number = r.number AND u.target = r.target AND u.verb = 'upsert')"""

CURRENT = f"""SELECT c.number, c.target, coalesce(c.sip_uri, r.sip_uri),
    coalesce(c.route_type, CASE WHEN {_TYPE_UNKNOWN} THEN '' ELSE r.route_type END),
    coalesce(c.mo, r.mo), coalesce(c.mt, r.mt), CASE WHEN c.pending THEN 'unknown' ELSE c.answer END,
    c.accepted_at, c.accepted_at + c.ttl, c.kept, CASE WHEN NOT c.pending THEN c.words END,
    c.last_event_at, c.doubt_since, c.ttl
    FROM current AS c LEFT JOIN event AS r ON c.sip_uri IS NULL AND r.id = c.request"""
"""The query for CURRENT_COLUMNS."""

EVENTS = f"SELECT {', '.join(EVENT_COLUMNS)} FROM event"
"""The query for `event_of`."""

JOURNAL_COLUMNS = (
    *("id", "asked_at", "verb", "number", "kind", "latency", "words", "count", "last_at", "doubt", "actor", "profile"),
    *("sip_uri", "route_type"),
)
"""What `Ledger.journal` gives of an event: texts, Unix times and a latency in seconds, 0 or 1 for `doubt`."""


def known_of(row: tuple[Any, ...]) -> Known:
    """Return what a row of CURRENT_COLUMNS says."""
    number, target, sip_uri, route_type, mo, mt, state, accepted_at, expires_at, kept, *rest = row
    words, last, doubt, ttl = rest
    registration = _registration(number, sip_uri, route_type, mo, mt) if route_type else None
    asserted = accepted_at is not None
    return Known(
        E164(number) if registration is None else registration.number,
        registration if asserted else None,
        target,
        State(state),
        accepted_at,
        expires_at,
        bool(kept),
        words,
        last,
        doubt,
        ttl,
        None if asserted else registration,
    )


def event_of(row: tuple[Any, ...]) -> Event:
    """Return the event in a row of EVENT_COLUMNS."""
    (id_, kind, verb, number, target, profile, actor, sip_uri, route_type, mo, mt, *rest) = row
    (asked_at, _, at, accepted_at, ttl, latency, words, doubt, change, *rest) = rest
    (
        before_sip_uri,
        before_route_type,
        before_mo,
        before_mt,
        count,
        last_at,
        last_accepted_at,
        _,
        offsets,
        before_kept,
    ) = rest
    return Event(
        id=id_,
        kind=Kind(kind),
        verb=None if verb is None else Verb(verb),
        number=None if number is None else E164(number),
        registration=_registration(number, sip_uri, route_type, mo, mt),
        target=target,
        profile=profile,
        actor=actor,
        asked_at=asked_at,
        at=at,
        accepted_at=accepted_at,
        ttl=ttl,
        latency=latency,
        words=words,
        may_have_changed=bool(doubt),
        count=count,
        last_at=at if last_at is None else last_at,
        last_accepted_at=accepted_at if last_accepted_at is None else last_accepted_at,
        change=bool(change),
        before=_registration(number, before_sip_uri, before_route_type, before_mo, before_mt),
        before_kept=bool(before_kept),
        offsets=offsets,
    )


def _registration(number: str, sip_uri: str | None, route_type: str, mo: str, mt: str) -> Registration | None:
    return None if sip_uri is None else Registration.parse(number, sip_uri, route_type, mo, mt)
