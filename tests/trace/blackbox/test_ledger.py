"""The registrations that the ledger knows, with all their changes."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sipbreakout_tui.cli.running import run
from sipbreakout_tui.core import BlockingCore
from tests.trace.blackbox.command import diagnose_packets, finding_ids, only_call
from tests.trace.traffic import loops, others
from tests.trace.traffic.script import CALLER, Lab
from tests.trace.traffic.wire import Wire

UPSERT = ("--sip-uri", "sips:tas.lab.test", "--mo", "00", "--mt", "11")


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, ...]]:
    """The options of a core in this process; its ledger is new."""
    monkeypatch.setenv("SIPBREAKOUT_STATE_DIR", str(tmp_path / "state"))
    with BlockingCore() as core:
        yield "--target", core.address, "--plaintext"


def _now() -> Lab:
    return Lab(Wire(round(time.time() * 1e6)))


def test_what_is_in_force_explains_the_call(at: tuple[str, ...], tmp_path: Path) -> None:
    assert run(["upsert", CALLER, *UPSERT, "--type", "LOOP", *at]) == 0
    lab = _now()
    loops.returned(lab)
    call = only_call(diagnose_packets(tmp_path, lab.wire.packets, None, "--ledger"))
    assert call["verdict"]["id"] == "intended-loop"
    assert not any("infer" in str(assumption) for assumption in call["assumptions"])
    assert "registration-changed-during-call" not in finding_ids(call)


def test_what_was_deleted_is_not_in_force(at: tuple[str, ...], tmp_path: Path) -> None:
    assert run(["upsert", CALLER, *UPSERT, "--type", "LOOP", *at]) == 0
    assert run(["delete", CALLER, "--yes", *at]) == 0
    lab = _now()
    others.direct(lab)
    call = only_call(diagnose_packets(tmp_path, lab.wire.packets, None, "--ledger"))
    assert (call["verdict"]["id"], call["turns"]) == ("registration-not-in-force", 0)


def test_what_comes_after_the_invite_is_not_in_force_but_noticed(at: tuple[str, ...], tmp_path: Path) -> None:
    """R1: leg 1's INVITE decides; a later change alters nothing."""
    assert run(["upsert", CALLER, *UPSERT, "--type", "LOOP", *at]) == 0
    lab = _now()
    assert run(["upsert", CALLER, *UPSERT, "--type", "LOOP_MT", *at]) == 0
    loops.returned_callee_silent(lab)
    call = only_call(diagnose_packets(tmp_path, lab.wire.packets, None, "--ledger"))
    assert call["verdict"]["id"] == "intended-loop"
    assert "registration-changed-during-call" in finding_ids(call)
