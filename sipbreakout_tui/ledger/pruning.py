"""Old events taken out of a ledger, without changing what is known of any later moment."""

import sqlite3

from sipbreakout_tui.ledger.history import DOUBT_SECONDS

_LAST = "max(asked_at, coalesce(at, asked_at), coalesce(last_at, asked_at), coalesce(last_accepted_at, asked_at))"
_SAME = "o.number = event.number AND o.target = event.target"

# A number's events go once later ones settled it before the moment; the newest of each sort stay.
_OLD = (
    f"""kind IN ('accepted', 'deleted') AND {_LAST} < :before AND EXISTS (
        SELECT 1 FROM event AS o WHERE {_SAME} AND o.kind IN ('accepted', 'deleted')
        AND o.ord > coalesce(event.last_ord, event.ord) AND coalesce(o.accepted_at, o.at) < :before)""",
    f"""kind IN ('refused', 'failed', 'asked') AND {_LAST} < :before - :doubt
        AND ord < (SELECT answered_ord FROM current AS c WHERE c.number = event.number AND c.target = event.target)
        AND (doubt = 0 OR ord <
             (SELECT settled_ord FROM current AS c WHERE c.number = event.number AND c.target = event.target))""",
    "kind = 'note' AND asked_at < :before",
)


def prune(connection: sqlite3.Connection, before: float) -> int:
    """Delete the events that say nothing of moments from `before` (Unix time, s) on; return how many."""
    values = {"before": before, "doubt": DOUBT_SECONDS}
    old = " OR ".join(f"({condition})" for condition in _OLD)
    deleted = connection.execute(f"DELETE FROM event WHERE {old}", values).rowcount
    connection.execute("DELETE FROM imported WHERE id NOT IN (SELECT id FROM event)")
    connection.execute(
        """INSERT INTO meta VALUES ('known_from', ?)
        ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value)""",
        (before,),
    )
    return deleted


def known_from(connection: sqlite3.Connection) -> float | None:
    """Return Unix time in seconds before which events were pruned, or None."""
    row = connection.execute("SELECT value FROM meta WHERE name = 'known_from'").fetchone()
    return None if row is None else float(row[0])
