"""The tables of a ledger.

An event is a request: it is written before it is sent and gets its answer once. `ord` orders the
requests for one number at one core: microseconds of the asking, but always more than the one before,
whatever the clock did. `doubt` marks what may have changed a registration without our knowing.
"""

import sqlite3
from secrets import token_hex

from sipbreakout_tui.store import Migration

_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE event (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    verb TEXT,
    number TEXT,
    target TEXT NOT NULL,
    profile TEXT NOT NULL,
    actor TEXT NOT NULL,
    sip_uri TEXT,
    route_type TEXT,
    mo TEXT,
    mt TEXT,
    asked_at REAL NOT NULL,
    ord INTEGER NOT NULL,
    at REAL,
    accepted_at REAL,
    ttl REAL,
    latency REAL,
    words TEXT,
    doubt INTEGER NOT NULL DEFAULT 0,
    change INTEGER NOT NULL DEFAULT 0,
    before_sip_uri TEXT,
    before_route_type TEXT,
    before_mo TEXT,
    before_mt TEXT,
    count INTEGER NOT NULL DEFAULT 1,
    last_at REAL,
    last_accepted_at REAL,
    last_ord INTEGER,
    offsets BLOB
);
CREATE INDEX event_number ON event (number);
CREATE INDEX event_doubt ON event (number, target) WHERE doubt = 1;
CREATE INDEX event_change ON event (target, at) WHERE change = 1;
CREATE TABLE current (
    number TEXT NOT NULL,
    target TEXT NOT NULL,
    sip_uri TEXT,
    route_type TEXT,
    mo TEXT,
    mt TEXT,
    accepted_at REAL,
    ttl REAL,
    answer TEXT,
    words TEXT,
    pending INTEGER NOT NULL,
    kept INTEGER NOT NULL DEFAULT 0,
    doubt_since REAL,
    last_event_at REAL NOT NULL,
    ord INTEGER NOT NULL,
    settled_ord INTEGER NOT NULL DEFAULT 0,
    answered_ord INTEGER NOT NULL DEFAULT 0,
    lease_event INTEGER,
    request INTEGER,
    PRIMARY KEY (number, target)
) WITHOUT ROWID;
CREATE TABLE imported (
    origin TEXT NOT NULL,
    origin_id INTEGER NOT NULL,
    id INTEGER NOT NULL UNIQUE,
    PRIMARY KEY (origin, origin_id)
) WITHOUT ROWID;
"""


def _make(connection: sqlite3.Connection) -> None:
    for statement in _TABLES.split(";"):
        if statement.strip():
            connection.execute(statement)
    connection.execute("INSERT INTO meta VALUES ('ledger', ?)", (token_hex(16),))


MIGRATIONS = (
    Migration("ledger", _make),
    Migration("before_kept", "ALTER TABLE event ADD COLUMN before_kept INTEGER"),
)
"""Every change of the tables, oldest first."""

EVENT_COLUMNS = (
    *("id", "kind", "verb", "number", "target", "profile", "actor", "sip_uri", "route_type", "mo", "mt"),
    *("asked_at", "ord", "at", "accepted_at", "ttl", "latency", "words", "doubt", "change"),
    *("before_sip_uri", "before_route_type", "before_mo", "before_mt"),
    *("count", "last_at", "last_accepted_at", "last_ord", "offsets", "before_kept"),
)
"""The columns of `event`, in order."""
