"""`make demo`, the first command of README.md, where nothing is installed yet, and where nothing can be."""

import os
import shutil
import subprocess
import sys
import time
from contextlib import chdir
from pathlib import Path

import pytest

from tests.packaging.building import ROOT
from tests.packaging.conftest import INSTALL_SECONDS, NO_INDEX, SECONDS
from tests.tui.in_pty import OPEN_SCREEN, InPty, in_pty


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What git tracks, as it is now, in a folder of its own."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False, encoding="utf-8", timeout=SECONDS
    )
    if listed.returncode:
        pytest.skip(f"no checkout to copy: {listed.stderr.strip()}")
    folder = tmp_path / "checkout"
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


OURS = dict.fromkeys(("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "PYTHONWARNINGS", "PYTHONPATH"), "")
"""A make around the tests would hand its own flags on, and pip is not to fail over a warning."""

WITHOUT_ENSUREPIP = f"""#!/bin/sh
case "$*" in
*ensurepip*) exit 1 ;;
*venv*) mkdir -p .venv/bin && ln -sf {sys.executable} .venv/bin/python && exit 1 ;;
*) exec {sys.executable} "$@" ;;
esac
"""
"""Python as it is on Debian without python3-venv: it leaves half an environment."""


def opened(running: InPty) -> bool:
    """Wait until the terminal UI opens or the program ends; return whether it opened."""
    end = time.monotonic() + INSTALL_SECONDS
    while OPEN_SCREEN not in running.written:
        if not running.read() and running.process.poll() is not None:
            return False
        assert time.monotonic() < end, running.written[-3000:]
    return True


def test_it_installs_opens_and_ends(checkout: Path, tmp_path: Path) -> None:
    environment = {
        **OURS,
        "PIP_RETRIES": "1",
        "PYTHON": sys.executable,
        "SIPBREAKOUT_CONFIG": str(tmp_path / "config.toml"),
        "SIPBREAKOUT_STATE_DIR": str(tmp_path / "state"),
    }
    with chdir(checkout), in_pty("demo", program=("make",), environment=environment) as running:
        if not opened(running):
            said = running.written.decode(errors="replace")
            if "PIP_NO_INDEX" in os.environ or any(words in said for words in NO_INDEX):
                pytest.skip(f"no index to install from: {said.strip().splitlines()[-1]}")
            pytest.fail(said)
        running.until(b"+4711111111")
        running.press(b"q")
        assert running.end() == 0
        running.assert_restored()
    assert (checkout / ".venv" / ".installed").is_file()
    assert not (tmp_path / "state").exists()


def test_without_the_package_of_venv_it_is_named_each_time(checkout: Path, tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text(WITHOUT_ENSUREPIP, encoding="utf-8")
    python.chmod(0o755)
    for _ in range(2):
        done = subprocess.run(
            ["make", "demo"],
            cwd=checkout,
            env={**os.environ, **OURS, "PYTHON": str(python)},
            capture_output=True,
            check=False,
            encoding="utf-8",
            timeout=SECONDS,
        )
        assert done.returncode == 2
        assert done.stderr.startswith("On Debian and Ubuntu, first: apt install python3-venv\n"), done.stderr
