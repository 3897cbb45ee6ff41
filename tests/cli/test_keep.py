"""`sipbreakout keep`: in a process of its own, as it is used."""

import select
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sipbreakout_model import E164, Lease, Registration
from sipbreakout_tui.cli.messages import say
from sipbreakout_tui.config import Profile
from sipbreakout_tui.core import BlockingCore
from sipbreakout_tui.keeper import KeeperLock, is_held
from sipbreakout_tui.ledger import Ledger, Verb
from tests.cli.conftest import ENVIRONMENT, PROGRAM, SECONDS, Cli

A, B = "+4711111111", "+4722222222"
UPSERT = ("--sip-uri", "sips:tas.example.com", "--type", "LOOP")


@contextmanager
def keeping(state: Path, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """Yield a keeper that has said its first line."""
    process = subprocess.Popen(
        [*PROGRAM, "keep", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env={
            **ENVIRONMENT,
            "SIPBREAKOUT_STATE_DIR": str(state),
            "SIPBREAKOUT_CONFIG": str(state.parent / "config.toml"),
        },
    )
    with process:
        try:
            assert process.stderr is not None
            ready, _, _ = select.select([process.stderr], [], [], SECONDS)
            assert ready, "no first line in time"
            line = process.stderr.readline()
            assert line.startswith("sipbreakout: note: keeping registrations at 127.0.0.1:"), line
            wait_for(lambda: is_held(state / "keeper.lock"))
            yield process
        finally:
            process.kill()


def wait_for(happened: "object") -> None:
    assert callable(happened)
    waiting = threading.Event()
    for _ in range(SECONDS * 50):
        if happened():
            return
        waiting.wait(0.02)
    raise AssertionError("it did not happen in time")


async def age(ledger: Ledger, registration: Registration, target: str, at: float) -> None:
    """Make a lease as old as it would be."""
    request = await ledger.asked(Verb.UPSERT, registration, target, "lab", "cli", at)
    await ledger.accepted(request, Lease(registration, at))
    await ledger.keep(registration.number, target, True)


def test_it_refreshes_what_is_kept_until_sigterm(
    cli: Cli, core: BlockingCore, at: tuple[str, ...], state: Path
) -> None:
    import asyncio
    import time

    registration = Registration.parse(A, "sips:tas.example.com", "LOOP")
    began = time.time()
    with Ledger(state / "ledger.sqlite3") as ledger:
        # Nearly at its end: due at once.
        asyncio.run(age(ledger, registration, core.address, began - 3590))
    with keeping(state, *at) as process:
        wait_for(lambda: core.book.active(E164(A), time.time()) is not None)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, out) == (0, "")
    assert err == "sipbreakout: note: refreshed 1, 0 refused\n"
    assert not is_held(state / "keeper.lock")
    with Ledger(state / "ledger.sqlite3") as ledger:
        (known,) = ledger.current()
        assert known.accepted_at is not None
        assert known.accepted_at >= began
        assert ledger.verify() == []


def test_a_second_keeper_is_refused_and_kill_9_leaves_no_lock(
    cli: Cli, core: BlockingCore, at: tuple[str, ...], state: Path
) -> None:
    cli("upsert", A, *UPSERT, "--keep", *at)
    with keeping(state, *at) as process:
        second = cli("keep", *at)
        assert second.code == 1
        assert second.err.startswith(f"sipbreakout: error: process {process.pid} keeps these registrations already")
        assert cli("status").out.endswith("keeper    runs\n")
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=SECONDS)
    assert cli("status").out.endswith("keeper    does not run\n")
    with keeping(state, *at) as process:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=SECONDS)
    assert process.returncode == 0


def test_looking_whether_a_keeper_runs_does_not_keep_one_from_starting(state: Path) -> None:
    path = state / "keeper.lock"
    looked = threading.Event()
    stop = threading.Event()

    def look() -> None:
        while not stop.is_set():
            is_held(path)
            looked.set()

    thread = threading.Thread(target=look)
    with KeeperLock(path):
        pass
    thread.start()
    try:
        assert looked.wait(SECONDS)
        for _ in range(50):
            with KeeperLock(path):
                pass
    finally:
        stop.set()
        thread.join()


def test_numbers_are_marked_and_forgotten(cli: Cli, core: BlockingCore, at: tuple[str, ...], state: Path) -> None:
    def kept() -> list[str]:
        with Ledger(state / "ledger.sqlite3") as ledger:
            return [row[0] for row in ledger.current_rows(kept=True)]

    cli("upsert", A, *UPSERT, *at)
    cli("upsert", B, *UPSERT, "--keep", *at)
    assert kept() == [B]
    with keeping(state, A, *at) as process:
        assert kept() == [A, B]
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=SECONDS)
    assert cli("keep", A, B, "--forget", *at).code == 0
    assert kept() == []


def test_forgetting_what_was_not_kept_is_said(cli: Cli, core: BlockingCore, at: tuple[str, ...]) -> None:
    cli("upsert", B, *UPSERT, "--keep", *at)
    answer = cli("keep", A, B, "--forget", *at)
    assert (answer.code, answer.out) == (0, "")
    assert answer.err == (
        f"sipbreakout: note: {A} was not kept at {core.address}: nothing changed. sipbreakout list kept:yes shows what "
        "is\n"
    )


def test_the_variable_chooses_the_core_as_the_option_does(
    cli: Cli, state: Path, at: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    cli("upsert", A, *UPSERT, "--keep", *at)
    monkeypatch.setattr("sipbreakout_tui.cli.keep._keep", _instead)
    monkeypatch.setenv("SIPBREAKOUT_PROFILE", "sandbox")
    assert cli("keep").err == "sipbreakout: note: would keep at sandbox.api.wgtwo.com:443\n"


async def _instead(_ledger: Ledger, profiles: list[Profile]) -> list[object]:
    say("note", f"would keep at {', '.join(profile.target for profile in profiles)}")
    return []


def test_nothing_kept(cli: Cli, state: Path) -> None:
    answer = cli("keep")
    assert (answer.code, answer.out) == (0, "")
    assert "nothing is kept. Keep a registration with: sipbreakout upsert … --keep" in answer.err


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--forget"], 2, "--forget needs the numbers to forget"),
        (["112"], 2, "'112' is not an E.164 number"),
        ([A], 1, f"{A} has no registration at 127.0.0.1:50051 that we know of. Upsert it first"),
        (["--profile", "nix"], 2, "no profile is named 'nix'"),
        (["--plaintext"], 2, "--plaintext goes with --target"),
    ],
)
def test_wrong_usage(cli: Cli, state: Path, arguments: list[str], code: int, words: str) -> None:
    answer = cli("keep", *arguments)
    assert (answer.code, words in answer.error()) == (code, True)


def test_a_core_without_a_profile_is_named(cli: Cli, core: BlockingCore, at: tuple[str, ...]) -> None:
    cli("upsert", A, *UPSERT, "--keep", *at)
    answer = cli("keep")
    assert answer.code == 2
    assert f"{core.address} has kept registrations, but no profile says how it is reached" in answer.error()


def test_a_ledger_that_breaks_is_one_line(
    cli: Cli, core: BlockingCore, at: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    from sipbreakout_tui.store import StoreDamaged

    cli("upsert", A, *UPSERT, "--keep", *at)

    def broken(*_: object, **__: object) -> object:
        raise StoreDamaged("ledger.sqlite3: it is damaged")

    monkeypatch.setattr(Ledger, "current_rows", broken)
    answer = cli("keep", *at)
    assert answer.code == 1
    assert answer.err.splitlines()[-1] == "sipbreakout: error: ledger.sqlite3: it is damaged"
