"""The statements of the hot path: none of them reads a whole table."""

import sqlite3
from pathlib import Path

import pytest

from sipbreakout_tui.ledger import Ledger, writing

STATEMENTS = {
    "ask": (writing._with_rows(writing._ASK, 11, 2), 22),
    "note asked": (writing._NOTE_ASKED, 2),
    "answer": (writing._with_rows(writing._ANSWER, 8, 2), 16),
    "lengthen": (writing._LENGTHEN, 0),
    "complete": (writing._COMPLETE, 0),
    "current": (writing._UPDATE_CURRENT, 0),
}


@pytest.mark.parametrize("name", STATEMENTS)
def test_no_statement_scans_events_or_numbers(name: str, tmp_path: Path) -> None:
    Ledger(tmp_path / "ledger.sqlite3").close()
    sql, parameters = STATEMENTS[name]
    connection = sqlite3.connect(tmp_path / "ledger.sqlite3")
    try:
        connection.execute(writing._MAKE_ANSWER)
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", [None] * parameters)]
    finally:
        connection.close()
    scanned = {line.split()[1] for line in plan if line.startswith("SCAN")}
    assert scanned <= {"a", "v", "2"}, plan  # the group that is written, nothing else
