"""`sipbreakout ledger`: export, import, verify, prune, path."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from sipbreakout_tui.core import BlockingCore
from tests.cli.conftest import Cli

A, B = "+4711111111", "+4722222222"
UPSERT = ("--sip-uri", "sips:tas.example.com", "--type", "LOOP")


@pytest.fixture
def two(cli: Cli, at: tuple[str, ...]) -> None:
    """Two numbers, one of them replaced and kept."""
    cli("upsert", A, *UPSERT, *at)
    cli("upsert", B, *UPSERT, *at)
    cli("upsert", A, "--sip-uri", "sips:other.example.com", "--type", "FORK", "--keep", *at)


def test_path(cli: Cli, state: Path) -> None:
    answer = cli("ledger", "path")
    assert (answer.code, answer.out, answer.err) == (0, f"{state / 'ledger.sqlite3'}\n", "")
    assert not state.exists(), "asking makes nothing"


def test_export_and_import_into_another_ledger(
    cli: Cli, state: Path, two: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = cli("ledger", "export")
    assert (said.code, said.err) == (0, "")
    lines = [json.loads(line) for line in said.out.splitlines()]
    assert lines[0]["sipbreakout_ledger"] == 1
    assert lines[-1] == {"end": {"events": 3}}
    path = tmp_path / "export.jsonl"
    assert cli("ledger", "export", "-o", str(path)).code == 0
    assert len(path.read_text(encoding="utf-8").splitlines()) == len(lines)
    here = cli("list", "--json").out
    history = json.loads(cli("history", A, "--json").out)
    monkeypatch.setenv("SIPBREAKOUT_STATE_DIR", str(tmp_path / "another"))
    for words in ("took 3 new events, completed 0, 0", "took 0 new events, completed 0, 3"):
        taken = cli("ledger", "import", str(path))
        assert (taken.code, taken.out) == (0, f"{words} were here already\n")
        assert cli("list", "--json").out == here
        assert json.loads(cli("history", A, "--json").out) == history
        assert cli("ledger", "verify").out == "the ledger is sound\n"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read: No such file"),
        (b"", "the last line is missing"),
        (b"{}\n", "line 1"),
        (b"\xff\xfe\n", "cannot be read"),
        (b'{"sipbreakout_ledger": 99}\n', "upgrade sipbreakout"),
        (b'{"\x1b[2J": "\\u202e"}\n', "line 1"),
        (b"[" * 100_000, "line 1"),
    ],
)
def test_what_is_no_export_is_refused_whole(
    cli: Cli, two: None, tmp_path: Path, content: bytes | None, words: str
) -> None:
    path = tmp_path / "export.jsonl"
    if content is not None:
        path.write_bytes(content)
    before = cli("ledger", "export").out.splitlines()[1:]
    answer = cli("ledger", "import", str(path))
    assert (answer.code, words in answer.error()) == (2, True)
    assert cli("ledger", "export").out.splitlines()[1:] == before


def test_an_export_that_was_cut_off_is_refused(cli: Cli, two: None, tmp_path: Path) -> None:
    path = tmp_path / "export.jsonl"
    path.write_text("".join(cli("ledger", "export").out.splitlines(keepends=True)[:-2]), encoding="utf-8")
    assert (
        cli("ledger", "import", str(path)).error().startswith(f"{path}: the last line is missing: the file was cut off")
    )


def test_verify_says_what_is_wrong(cli: Cli, state: Path, two: None) -> None:
    assert cli("ledger", "verify").code == 0
    with closing(sqlite3.connect(state / "ledger.sqlite3")) as connection, connection:
        connection.execute("UPDATE current SET sip_uri = 'sips:nowhere.example' WHERE number = ?", (A,))
    answer = cli("ledger", "verify")
    assert (answer.code, answer.err) == (1, "")
    assert "its current sip_uri is 'sips:nowhere.example', its events say 'sips:other.example.com'" in answer.out


def test_prune(cli: Cli, core: BlockingCore, two: None) -> None:
    before = cli("list", "--json").out
    assert cli("ledger", "prune", "--before", "now").out == "forgot 1 events\n"
    assert cli("ledger", "prune", "--before", "-1d").out == "forgot 0 events\n"
    assert cli("list", "--json").out == before
    assert cli("ledger", "verify").code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["prune"], 2, "Missing option '--before'"),
        (["prune", "--before", "x"], 2, "--before 'x' is not a time"),
        (["prune", "--before", "+1h"], 1, "3600 s in the future"),
        (["import"], 2, "Missing argument 'FILE'"),
        (["import", "a\0b"], 2, "cannot be read"),
        (["export", "-o", "/dev/null/x"], 1, "/dev/null/x"),
        (["nonsense"], 2, "No such command 'nonsense'"),
    ],
)
def test_wrong_usage(cli: Cli, state: Path, arguments: list[str], code: int, words: str) -> None:
    answer = cli("ledger", *arguments)
    assert (answer.code, words in answer.error()) == (code, True)


def test_a_ledger_of_a_newer_program_is_refused_and_untouched(cli: Cli, state: Path, two: None) -> None:
    path = state / "ledger.sqlite3"
    with closing(sqlite3.connect(path)) as connection, connection:
        (table,) = connection.execute("SELECT name FROM sqlite_master WHERE name LIKE '%migration%'").fetchone()
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        connection.execute(
            f"INSERT INTO {table} VALUES ({', '.join('?' * len(columns))})", ["from the future"] * len(columns)
        )
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    content = path.read_bytes()
    for command in (["list"], ["ledger", "verify"], ["upsert", A, *UPSERT]):
        answer = cli(*command)
        assert answer.code == 1
        assert "pgrade" in answer.error()
    assert path.read_bytes() == content
