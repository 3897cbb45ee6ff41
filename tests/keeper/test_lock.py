"""One keeper a ledger, and none for a process that is gone."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sipbreakout_tui.keeper.lock import KeeperLock, KeeperRuns, is_held

HOLD = """
import sys, signal
from pathlib import Path
from sipbreakout_tui.keeper.lock import KeeperLock
with KeeperLock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_second_keeper_is_refused_with_the_process_of_the_first(tmp_path: Path) -> None:
    path = tmp_path / "state" / "keeper.lock"
    assert not is_held(path)
    with KeeperLock(path):
        assert is_held(path)
        with pytest.raises(KeeperRuns, match=str(os.getpid())), KeeperLock(path):
            pass
    assert not is_held(path)
    with KeeperLock(path):
        assert is_held(path)


def test_killed_process_does_not_hold_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "keeper.lock"
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        assert is_held(path)
        with pytest.raises(KeeperRuns, match=str(process.pid)), KeeperLock(path):
            pass
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=10)
    assert not is_held(path)
