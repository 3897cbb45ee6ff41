"""A disk that is full, or may only be read: one line, nothing half done, usable again afterwards."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sipbreakout_tui.core import BlockingCore
from sipbreakout_tui.services.registrations.bulk import run_changes
from tests.cli.conftest import Answer, Cli
from tests.store.small_disk import KINDS, SmallDisk, no_room, read_only, small_disk

A, B = "+4711111111", "+4722222222"
UPSERT = ("--sip-uri", "sips:tas.example.com", "--type", "LOOP")
FLEET = [f"+47{20_000_000 + index}" for index in range(120)]


@pytest.fixture(params=KINDS)
def disk(
    request: pytest.FixtureRequest, tmp_path: Path, core: BlockingCore, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SmallDisk]:
    """The disk of the state folder; the core is somewhere else."""
    with small_disk(tmp_path / "disk", request.param) as disk:
        monkeypatch.setenv("SIPBREAKOUT_STATE_DIR", str(disk.folder))
        yield disk


@pytest.fixture
def fleet(tmp_path: Path) -> str:
    path = tmp_path / "fleet.csv"
    path.write_text("number,sip_uri,route_type\n" + "".join(f"{n},sips:tas.example.com,LOOP\n" for n in FLEET), "utf-8")
    return str(path)


def numbers(core: BlockingCore) -> list[str]:
    return sorted(lease.registration.number.text for lease in core.book)


def assert_says_full(answer: Answer, file: Path) -> None:
    assert answer.code == 1
    said = answer.error()
    assert said.startswith(f"{file}: the disk is full"), said
    assert "Free some space" in said


def test_upsert_and_delete(cli: Cli, core: BlockingCore, at: tuple[str, ...], disk: SmallDisk) -> None:
    assert cli("upsert", A, *UPSERT, *at).code == 0
    ledger = disk.folder / "ledger.sqlite3"
    with disk.full():
        assert_says_full(cli("upsert", B, *UPSERT, *at), ledger)
        assert_says_full(cli("delete", A, *at), ledger)
    assert numbers(core) == [A], "nothing was sent that could not be written down"
    assert cli("upsert", B, *UPSERT, *at).code == 0
    assert cli("delete", A, *at).code == 0
    assert cli("ledger", "verify").out == "the ledger is sound\n"
    assert [path.name for path in disk.folder.iterdir()] == ["ledger.sqlite3"]


def test_apply_ends_early_and_goes_on_when_run_again(
    cli: Cli, core: BlockingCore, at: tuple[str, ...], fleet: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Full from the first request on: a ledger that is open already, as in the middle of a run."""

    async def on_a_full_disk(*arguments: object, **options: object) -> object:
        with no_room():
            return await run_changes(*arguments, **options)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr("sipbreakout_tui.services.registrations.applying.run_changes", on_a_full_disk)
        answer = cli("apply", fleet, "--concurrency", "10", "--keep", *at)
    lines = answer.out.splitlines()
    assert (answer.code, answer.err) == (1, "")
    assert lines[-1] == "0 done, 10 failed, 110 not started"
    assert lines[1].startswith(f"failed       {FLEET[0]}: ")
    assert "the disk is full" in lines[1]
    assert numbers(core) == []
    again = cli("apply", fleet, "--keep", *at)
    assert (again.code, again.out.splitlines()[-1]) == (0, "120 done")
    assert numbers(core) == FLEET
    assert cli("ledger", "verify").code == 0


def test_apply_on_a_disk_that_was_full_before(
    cli: Cli, core: BlockingCore, at: tuple[str, ...], disk: SmallDisk, fleet: str
) -> None:
    cli("upsert", A, *UPSERT, *at)
    with disk.full():
        answer = cli("apply", fleet, *at)
        assert answer.code == 1
        assert "the disk is full" in answer.out + answer.err
    assert numbers(core) == [A]
    assert cli("apply", fleet, *at).code == 0


def test_apply_fills_the_disk_and_reports_the_truth(
    cli: Cli, core: BlockingCore, at: tuple[str, ...], fleet: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with small_disk(tmp_path / "disk", "tmpfs") as disk:
        monkeypatch.setenv("SIPBREAKOUT_STATE_DIR", str(disk.folder))
        cli("upsert", A, *UPSERT, *at)
        with disk.full():
            os.truncate(disk.ballast, disk.ballast.stat().st_size - 200_000)  # room for a few
            answer = cli("apply", fleet, "--concurrency", "5", *at)
        assert (answer.code, answer.err) == (1, "")
        failed = set(re.findall(r"^failed +(\S+): .*the disk is full", answer.out, re.MULTILINE))
        not_sent = set(re.findall(r"^not started +(\S+)$", answer.out, re.MULTILINE))
        done = set(FLEET) - failed - not_sent
        assert answer.out.splitlines()[-1] == f"{len(done)} done, {len(failed)} failed, {len(not_sent)} not started"
        assert done
        assert done <= set(numbers(core)) - {A} <= done | failed
        assert cli("ledger", "verify").code == 0
        known = json.loads(cli("list", "--json").out)
        assert {row["number"] for row in known if row["state"] == "asserted"} == {A, *done}
        assert cli("apply", fleet, *at).code == 0
        assert numbers(core) == sorted([A, *FLEET])


def test_import_takes_all_or_nothing(
    cli: Cli, at: tuple[str, ...], disk: SmallDisk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = tmp_path / "export.jsonl"
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("SIPBREAKOUT_STATE_DIR", str(tmp_path / "elsewhere"))
        cli("upsert", B, *UPSERT, *at)
        assert cli("ledger", "export", "-o", str(export)).code == 0
    cli("upsert", A, *UPSERT, *at)
    with disk.full():
        assert_says_full(cli("ledger", "import", str(export)), disk.folder / "ledger.sqlite3")
    assert B not in cli("list").out
    assert cli("ledger", "import", str(export)).out.startswith("took 1 new event")
    assert cli("ledger", "verify").code == 0


@pytest.mark.parametrize("command", [("ledger", "export"), ("export",)], ids=" ".join)
def test_a_result_file_is_the_old_one_or_the_new_one(
    cli: Cli,
    at: tuple[str, ...],
    disk: SmallDisk,
    command: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SIPBREAKOUT_STATE_DIR", str(tmp_path / "state"))
    cli("upsert", A, *UPSERT, *at)
    result = disk.folder / "result"
    result.write_bytes(b"old")
    target = () if command[0] == "ledger" else at[:2]
    with disk.full():
        answer = cli(*command, *target, "-o", str(result))
    assert answer.code == 1
    # Where the limit holds for every file, the ledger is what has no room first.
    assert re.search(f"cannot write {result}: No space left|ledger.sqlite3: the disk is full", answer.error())
    assert result.read_bytes() == b"old"
    assert [path.name for path in disk.folder.iterdir()] == ["result"]
    assert cli(*command, *target, "-o", str(result)).code == 0
    assert A in result.read_text("utf-8")


def test_a_ledger_that_may_only_be_read(cli: Cli, core: BlockingCore, at: tuple[str, ...], state: Path) -> None:
    cli("upsert", A, *UPSERT, *at)
    ledger = state / "ledger.sqlite3"
    with read_only(ledger):
        for command in (["list"], ["show", A], ["history", A], ["status"], ["ledger", "verify"], ["ledger", "export"]):
            answer = cli(*command)
            assert (answer.code, answer.err) == (0, ""), command
        changes = (
            ["upsert", B, *UPSERT, *at],
            ["delete", A, *at],
            ["ledger", "prune", "--before", "now"],
            ["keep", A, *at],
        )
        for command in changes:
            answer = cli(*command)
            assert answer.code == 1
            assert answer.error().startswith(f"{ledger}: it may not be written. Make the file and its folder writable")
    assert numbers(core) == [A]
    assert cli("upsert", B, *UPSERT, *at).code == 0
    assert cli("ledger", "verify").code == 0


def test_a_folder_that_may_only_be_read(cli: Cli, core: BlockingCore, at: tuple[str, ...], state: Path) -> None:
    cli("upsert", A, *UPSERT, *at)
    ledger = state / "ledger.sqlite3"
    content = ledger.read_bytes()
    with read_only(state):
        for command in (["list"], ["ledger", "export"], ["upsert", B, *UPSERT, *at], ["keep", *at]):
            answer = cli(*command)
            assert answer.code == 1
            assert re.search("can be written to|Make the file and its folder writable", answer.error()), command
            assert str(state) in answer.err
    assert (numbers(core), ledger.read_bytes()) == ([A], content)
    assert cli("list").code == 0


def test_a_state_folder_that_cannot_be_made(
    cli: Cli, at: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("SIPBREAKOUT_STATE_DIR", str(tmp_path / "file" / "state"))
    for command in (["list"], ["upsert", A, *UPSERT, *at], ["keep", *at]):
        answer = cli(*command)
        assert answer.code == 1
        assert answer.error().endswith("cannot be made or read: Not a directory. Name another place")
