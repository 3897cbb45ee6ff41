"""Builds the wheel and the sdist of the checkout, through the hooks of its build backend."""

import subprocess
import sys
from pathlib import Path
from typing import Literal

ROOT = Path(__file__).resolve().parents[2]

SECONDS = 120
"""The longest that one build may take."""

_CALL = "import sys, hatchling.build as hooks; print(getattr(hooks, sys.argv[1])(sys.argv[2]))"


def build(kind: Literal["wheel", "sdist"], folder: Path, source: Path = ROOT) -> Path:
    """Build one of the two in a folder, without a network, and return its path."""
    done = subprocess.run(
        [sys.executable, "-c", _CALL, f"build_{kind}", str(folder)],
        cwd=source,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stderr
    return folder / done.stdout.splitlines()[-1]
