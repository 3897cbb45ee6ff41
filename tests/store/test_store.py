"""The store: durable, grouped, shared by processes, and clear about files it cannot use."""

import asyncio
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sipbreakout_model import SipBreakoutError
from sipbreakout_tui.store import (
    Migration,
    Store,
    StoreBusy,
    StoreClosed,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreReadOnly,
    StoreTooNew,
)

ROOT = Path(__file__).resolve().parents[2]
TABLE = Migration(
    "table", "CREATE TABLE entry (name TEXT PRIMARY KEY, note TEXT DEFAULT 'a;b'); CREATE INDEX i ON entry (note)"
)
LATER = Migration("later", lambda connection: connection.execute("ALTER TABLE entry ADD COLUMN size INTEGER"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "x.sqlite3"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store(path, [TABLE]) as store:
        yield store


def insert(name: str) -> Callable[[sqlite3.Connection], None]:
    def work(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO entry (name) VALUES (?)", (name,))

    return work


def add(store: Store, name: str) -> None:
    store.write(insert(name)).result()


def names(store: Store) -> list[str]:
    return [name for (name,) in store.stream("SELECT name FROM entry ORDER BY name")]


def test_what_is_written_is_read(store: Store) -> None:
    add(store, "one")
    assert names(store) == ["one"]
    assert store.read(lambda c: c.execute("SELECT note FROM entry").fetchone()) == ("a;b",)


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_the_file_is_for_its_owner_only(store: Store) -> None:
    add(store, "one")
    beside = {each.name: each.stat().st_mode & 0o777 for each in store.path.parent.iterdir()}
    assert store.path.name in beside
    assert set(beside.values()) == {0o600}, beside
    assert store.path.parent.stat().st_mode & 0o777 == 0o700


def test_a_write_is_on_the_disk_when_it_returns(store: Store) -> None:
    pragmas = store.write(
        lambda c: (c.execute("PRAGMA synchronous").fetchone()[0], c.execute("PRAGMA journal_mode").fetchone()[0])
    ).result()
    assert pragmas == (2, "wal")


def test_migrations_run_once_and_in_order(path: Path) -> None:
    with Store(path, [TABLE], clock=lambda: 7.0) as store:
        add(store, "old")
    with Store(path, [TABLE, LATER], clock=lambda: 8.0) as store:
        assert list(store.stream("SELECT name, size FROM entry")) == [("old", None)]
        assert list(store.stream("SELECT * FROM migration ORDER BY 2")) == [("table", 7.0), ("later", 8.0)]


def test_a_migration_that_fails_leaves_nothing(path: Path) -> None:
    broken = Migration("broken", "CREATE TABLE half (a); CREATE TABLE entry (a)")
    with pytest.raises(StoreError, match="already exists"):
        Store(path, [TABLE, broken])
    with Store(path, [TABLE]) as store:
        assert [name for (name,) in store.stream("SELECT name FROM sqlite_master WHERE name = 'half'")] == []


@pytest.mark.parametrize("writer_died", [False, True])
def test_a_newer_file_is_refused_and_untouched(path: Path, writer_died: bool) -> None:
    if writer_died:  # the newest changes still stand in the write-ahead log
        code = (
            "import os, sys; from pathlib import Path; from tests.store.test_store import *; "
            "store = Store(Path(sys.argv[1]), [TABLE, LATER]); add(store, 'new'); os._exit(9)"
        )
        subprocess.run([sys.executable, "-c", code, path], check=False, timeout=30, cwd=ROOT)
    else:
        with Store(path, [TABLE, LATER]) as store:
            add(store, "new")
    before = {file.name: file.read_bytes() for file in path.parent.iterdir() if not file.name.endswith("-shm")}
    assert (len(before) == 2) == writer_died
    with pytest.raises(StoreTooNew, match=r"later.*nothing was changed. Upgrade sipbreakout"):
        Store(path, [TABLE])
    after = {file.name: file.read_bytes() for file in path.parent.iterdir() if not file.name.endswith("-shm")}
    assert after == before


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"no database at all, but long enough to be one" * 40, "no database"),
        (b"SQLite format 3\x00" + b"x" * 999, "no database"),
    ],
)
def test_a_file_that_is_no_database_is_refused_and_untouched(path: Path, content: bytes, words: str) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(StoreDamaged, match=words):
        Store(path, [TABLE])
    assert path.read_bytes() == content


def test_a_damaged_file_is_one_clear_error(path: Path) -> None:
    with Store(path, [TABLE]) as store:
        for letter in "abcdefgh":
            add(store, letter * 3000)
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    with pytest.raises(StoreDamaged, match="damaged"), Store(path, [TABLE]) as store:
        names(store)


def test_another_programs_database_is_refused(path: Path) -> None:
    path.parent.mkdir()
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE theirs (a)")
    other.close()
    content = path.read_bytes()
    with pytest.raises(StoreDamaged, match="another program"):
        Store(path, [TABLE])
    assert path.read_bytes() == content


def test_places_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="folder"):
        Store(tmp_path, [TABLE])
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be made"):
        Store(tmp_path / "file" / "x", [TABLE])
    with pytest.raises(StoreError, match="Name another place"):
        Store(tmp_path / "a\0b", [TABLE])


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everything")
def test_a_read_only_file_can_be_read_and_not_written(path: Path) -> None:
    with Store(path, [TABLE]) as store:
        add(store, "one")
    path.chmod(0o400)
    with Store(path, [TABLE]) as store:
        assert names(store) == ["one"]
        with pytest.raises(StoreReadOnly):
            add(store, "two")


@pytest.mark.parametrize(
    ("pragma", "error", "words"),
    [
        ("PRAGMA query_only = ON", StoreReadOnly, "Make the file and its folder writable"),
        ("PRAGMA max_page_count = 1", StoreFull, "Free some space"),
    ],
)
def test_errors_of_the_file_say_what_to_do(store: Store, pragma: str, error: type[StoreError], words: str) -> None:
    store.write(lambda connection: connection.execute(pragma)).result()
    futures = [store.write(insert(f"{n}{'x' * 9000}")) for n in range(3)]
    raised = [future.exception() for future in futures]
    assert [type(one) for one in raised] == [error] * 3
    assert len(set(map(id, raised))) == 3, "each waiter has its own"
    assert isinstance(raised[0], SipBreakoutError)
    assert words in str(raised[0])
    assert str(store.path) in str(raised[0])
    assert names(store) == []


def test_another_process_that_holds_the_file_too_long(store: Store) -> None:
    store.write(lambda connection: connection.execute("PRAGMA busy_timeout = 1")).result()
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusy, match="another process"):
        add(store, "one")
    other.execute("ROLLBACK")
    other.close()
    add(store, "two")
    assert names(store) == ["two"]


def test_reading_cannot_write(store: Store) -> None:
    with pytest.raises(StoreReadOnly):
        store.read(lambda connection: connection.execute("INSERT INTO entry (name) VALUES ('x')"))


def test_a_read_sees_one_state(store: Store) -> None:
    def work(connection: sqlite3.Connection) -> tuple[int, int]:
        first = connection.execute("SELECT count(*) FROM entry").fetchone()[0]
        add(store, "meanwhile")
        nested = store.read(lambda inner: inner.execute("SELECT count(*) FROM entry").fetchone()[0])
        return first, nested

    assert store.read(work) == (0, 0)
    assert names(store) == ["meanwhile"]


async def test_waiting_writes_are_one_transaction(store: Store) -> None:
    sizes: list[int] = []
    begun, go_on = threading.Event(), threading.Event()

    def hold(_: sqlite3.Connection) -> None:
        begun.set()
        go_on.wait(10)

    def many(connection: sqlite3.Connection, items: list[str]) -> list[str]:
        sizes.append(len(items))
        connection.executemany("INSERT INTO entry (name) VALUES (?)", [(item,) for item in items])
        return [item.upper() for item in items]

    batched = store.batched(many)
    held = store.write(hold)
    begun.wait(10)
    tasks = [asyncio.ensure_future(batched.awrite(f"n{n:02}")) for n in range(50)]
    await asyncio.sleep(0)  # every task has queued its write
    go_on.set()
    assert await asyncio.gather(*tasks) == [f"N{n:02}" for n in range(50)]
    held.result()
    assert sizes == [50]


async def test_a_write_that_fails_fails_alone(store: Store) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def hold(_: sqlite3.Connection) -> None:
        begun.set()
        go_on.wait(10)

    def boom(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO entry (name) VALUES ('boom')")
        raise ZeroDivisionError

    store.write(hold)
    begun.wait(10)
    futures = [asyncio.ensure_future(store.awrite(work)) for work in (insert("a"), insert("a"), boom, insert("b"))]
    await asyncio.sleep(0)
    go_on.set()
    done = await asyncio.gather(*futures, return_exceptions=True)
    assert [type(one) for one in done] == [type(None), StoreError, ZeroDivisionError, type(None)]
    assert "UNIQUE" in str(done[1])
    assert names(store) == ["a", "b"]


async def test_a_cancelled_wait_does_not_take_the_write_back(store: Store) -> None:
    task = asyncio.ensure_future(store.awrite(insert("x")))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    store.close()
    with Store(store.path, [TABLE]) as again:
        assert names(again) == ["x"]


def test_closing_writes_what_is_queued_and_may_be_done_twice(store: Store) -> None:
    futures = [store.write(insert(str(n))) for n in range(100)]
    store.close()
    store.close()
    assert all(future.done() and future.exception() is None for future in futures)
    for use in (lambda: add(store, "late"), lambda: names(store), lambda: store.read(lambda c: c.total_changes)):
        with pytest.raises(StoreClosed, match="closed already"):
            use()
    with Store(store.path, [TABLE]) as again:
        assert len(names(again)) == 100
    assert [file.name for file in store.path.parent.iterdir()] == [store.path.name]


def test_a_stream_that_is_not_read_to_its_end_lets_go(store: Store) -> None:
    for name in "abc":
        add(store, name)
    stream = store.stream("SELECT name FROM entry ORDER BY name")
    assert next(stream) == ("a",)
    store.close()
    with pytest.raises(StoreClosed):
        list(stream)


def test_threads_that_ended_leave_no_connection(store: Store) -> None:
    for _ in range(5):
        thread = threading.Thread(target=lambda: store.read(lambda connection: connection.total_changes))
        thread.start()
        thread.join()
    store.read(lambda connection: connection.total_changes)
    assert len(store._readers) == 1


MANY = """
import sys
from pathlib import Path
from tests.store.test_store import TABLE, Store, add
with Store(Path(sys.argv[1]), [TABLE]) as store:
    for number in range(100):
        add(store, f"{sys.argv[2]}-{number}")
"""


def test_several_processes_make_and_write_one_file_at_once(path: Path) -> None:
    processes = [subprocess.Popen([sys.executable, "-c", MANY, path, str(n)], cwd=ROOT) for n in range(4)]
    assert [process.wait(60) for process in processes] == [0] * 4
    with Store(path, [TABLE]) as store:
        assert len(names(store)) == 400
