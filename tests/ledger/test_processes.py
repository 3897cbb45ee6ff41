"""Several processes, and processes that die."""

import subprocess
import sys
from pathlib import Path

import pytest

from sipbreakout_model import E164
from sipbreakout_tui.ledger import Kind, Ledger, State
from sipbreakout_tui.store import StoreDamaged, StoreError

ROOT = Path(__file__).resolve().parents[2]

UPSERTS = """
import asyncio, sys
from pathlib import Path
from sipbreakout_model import Lease, Registration
from sipbreakout_tui.ledger import Ledger, Verb

PADDING = "." * 200  # so that the pipe holds no more than some 300 lines: nobody runs far ahead
path, first, count, concurrency = sys.argv[1], *map(int, sys.argv[2:])

async def one(ledger, number):
    what = Registration.parse(f"+47{number}", "sips:tas.example", "LOOP")
    request = await ledger.asked(Verb.UPSERT, what, "core:1", "p", "cli", 1.79e9)
    print("asked", request, what.number, PADDING, flush=True)
    await ledger.accepted(request, Lease(what, 1.79e9), 0.01)
    print("accepted", request, what.number, PADDING, flush=True)

async def main():
    with Ledger(Path(path)) as ledger:
        numbers = iter(range(first, first + count))
        async def worker():
            for number in numbers:
                await one(ledger, number)
        await asyncio.gather(*(worker() for _ in range(concurrency)))

asyncio.run(main())
"""


def start(path: Path, first: int, count: int, concurrency: int) -> "subprocess.Popen[str]":
    arguments = [sys.executable, "-c", UPSERTS, str(path), str(first), str(count), str(concurrency)]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, encoding="ascii", cwd=ROOT)


@pytest.mark.parametrize("lines", [7, 600, 1503])
def test_a_process_killed_among_1000_upserts_loses_nothing_acknowledged(tmp_path: Path, lines: int) -> None:
    path = tmp_path / "ledger.sqlite3"
    with start(path, 10_000_000, 1000, 20) as process:
        assert process.stdout is not None
        told = [process.stdout.readline() for _ in range(lines)]
        process.kill()
        told += process.stdout.readlines()  # what it had said before it died
    said = [line.split() for line in told if line.endswith(".\n")]
    assert len(said) < 2000, "it was killed in the middle"
    with Ledger(path) as ledger:
        assert ledger.verify() == []
        events = {event.id: event for event in ledger.events()}
        for what, request, number, _ in said:
            event = events[int(request)]
            assert str(event.number) == number
            assert what == "asked" or event.kind is Kind.ACCEPTED
        state = {known.number.text: known.state for known in ledger.current()}
        accepted = {number for what, _, number, _ in said if what == "accepted"}
        assert {state[number] for number in accepted} <= {State.ASSERTED}
        for event in events.values():
            assert (state[str(event.number)] is State.UNKNOWN) == (event.kind is Kind.ASKED)
        at = 1.79e9 + 1
        book = ledger.book_at(at)
        assert all(book.active(E164(number), at) for number in accepted)


def test_several_processes_use_one_ledger_at_once(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    # The last two write the same numbers.
    processes = [start(path, first, 200, 10) for first in (10_000_000, 20_000_000, 30_000_000, 30_000_000)]
    for process in processes:
        said, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        assert len(said.splitlines()) == 400
    with Ledger(path) as ledger:
        assert ledger.verify() == []
        assert {known.state for known in ledger.current()} == {State.ASSERTED}
        assert len(list(ledger.current_rows())) == 600
        assert sum(event.count for event in ledger.events()) == 800


def test_a_file_that_is_no_ledger_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no ledger\n" * 1000)
    with pytest.raises(StoreDamaged, match="text: it is no database"):
        Ledger(tmp_path / "text")
    with pytest.raises(StoreError, match="it is a folder"):
        Ledger(tmp_path)
