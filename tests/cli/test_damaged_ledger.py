"""A ledger that is broken, emptied, foreign or newer: every command says so in one line, and leaves it alone."""

import asyncio
import re
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from sipbreakout_model import Lease, Registration
from sipbreakout_tui.core import BlockingCore
from sipbreakout_tui.ledger import Answer, Ledger, Request, Verb
from tests.cli.conftest import Cli

A, B = "+4711111111", "+4722222222"
UPSERT = ("--sip-uri", "sips:tas.example.com", "--type", "LOOP")
ADVICE = r"Move it away, or put a copy back|Move both away, or put a copy back|Upgrade sipbreakout"


@pytest.fixture
def ledger(core: BlockingCore, state: Path) -> Path:
    """A ledger of some pages."""
    path = state / "ledger.sqlite3"
    wanted = [
        Registration.parse(n, "sips:tas.example.com", "LOOP")
        for n in (A, *map("+47{}".format, range(10**7, 10**7 + 300)))
    ]

    async def fill(ledger: Ledger) -> None:
        ids = await ledger.asked_many(Request(Verb.UPSERT, each, core.address, "lab", "cli") for each in wanted)
        now = time.time()
        await ledger.answered_many(
            Answer.accepted(id_, Lease(each, now)) for id_, each in zip(ids, wanted, strict=True)
        )
        await ledger.keep(wanted[0].number, core.address, True)

    with Ledger(path) as ledger:
        asyncio.run(fill(ledger))
    return path


def flip_every_page(path: Path) -> None:
    """Spoil the middle of every page but the first."""
    content = bytearray(path.read_bytes())
    for start in range(4096, len(content), 4096):
        content[start : start + 200] = b"\xa5" * 200
    path.write_bytes(content)


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2 + 100])


def spoil_the_header(path: Path) -> None:
    path.write_bytes(b"XX" + path.read_bytes()[2:])


def put_text(path: Path) -> None:
    path.write_bytes(b"not a ledger\n" * 2000)


def empty_beside_its_log(path: Path) -> None:
    """Empty it as a failing disk might, its newest changes still in the log of a process that died."""
    path.with_name(f"{path.name}-wal").write_bytes(b"7" * 9000)
    path.write_bytes(b"")


def let_it_be_newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO migration VALUES ('from the future', 0)")


def content_of(folder: Path) -> dict[str, bytes]:
    """Return every file; what SQLite needs beside a file for reading it is its own business."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.endswith(("-shm", "lock"))}


@pytest.mark.parametrize(
    "damage", [flip_every_page, truncate, spoil_the_header, put_text, empty_beside_its_log, let_it_be_newer]
)
def test_one_line_and_left_alone(
    cli: Cli, core: BlockingCore, at: tuple[str, ...], ledger: Path, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    export = tmp_path / "export.jsonl"
    assert cli("ledger", "export", "-o", str(export)).code == 0
    damage(ledger)
    before = content_of(ledger.parent)
    commands: list[list[str]] = [
        *(["list"], ["keep", *at], ["keep", A, *at], ["upsert", B, *UPSERT, *at], ["delete", A, *at]),
        *(["ledger", "export"], ["ledger", "import", str(export)]),
    ]
    for command in commands:
        answer = cli(*command)
        assert answer.code == 1, command
        said = answer.error()
        assert said.startswith(f"{ledger}: "), said
        assert re.search(ADVICE, said), said
    now = content_of(ledger.parent)
    assert {name: content for name, content in now.items() if name in before} == before, "nothing is overwritten"
    assert list(core.book) == [], "nothing was sent"
    answer = cli("ledger", "verify")
    assert (answer.code, str(ledger) in answer.out + answer.err) == (1, True)

    # The way out that the messages name.
    shutil.move(ledger, tmp_path / "damaged.sqlite3")
    for left in ledger.parent.glob("ledger.sqlite3-*"):
        left.unlink()
    assert cli("ledger", "import", str(export)).code == 0
    assert (cli("ledger", "verify").code, A in cli("list").out) == (0, True)


def test_verify_ends_with_the_way_out(cli: Cli, ledger: Path) -> None:
    content = bytearray(ledger.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle + 100 : middle + 3000] = b"\xa5" * 2900
    ledger.write_bytes(content)
    answer = cli("ledger", "verify")
    assert (answer.code, answer.err) == (1, "")
    *problems, last = answer.out.splitlines()
    assert problems
    assert all(line.startswith("SQLite finds the file damaged: ") for line in problems)
    assert not any(r"\n" in line for line in problems)
    assert last.startswith(f"{ledger}: put a copy back, or move it away and import an export")


def test_a_log_of_garbage_and_a_log_that_is_gone_lose_no_more_than_the_log(cli: Cli, ledger: Path) -> None:
    listed = cli("list", "--csv").out
    ledger.with_name(f"{ledger.name}-wal").write_bytes(b"garbage " * 1000)
    assert cli("list", "--csv").out == listed
    assert cli("ledger", "verify").out == "the ledger is sound\n"


def test_an_empty_file_is_a_new_ledger(cli: Cli, state: Path) -> None:
    state.mkdir()
    (state / "ledger.sqlite3").touch()
    assert cli("ledger", "verify").out == "the ledger is sound\n"
    assert "nothing is known to be registered" in cli("list").err
