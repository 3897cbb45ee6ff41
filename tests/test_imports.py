"""What is loaded when: neither the model nor help drag in anything heavy; and imports do nothing else."""

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("textual", "grpc", "google.protobuf", "networkx", "matplotlib", "rich", "pydantic", "phonenumbers")
RUN = "import sys; from sipbreakout_tui.cli.running import run; run({arguments}); "


@pytest.mark.parametrize(
    ("code", "absent"),
    [
        ("import sipbreakout_model; ", (*HEAVY, "typer", "asyncio", "sqlite3", "socket", "sipbreakout_tui")),
        (RUN.format(arguments=["--help"]), (*HEAVY, "sipbreakout_model", "logging", "asyncio")),
        (RUN.format(arguments=["explain", "--help"]), (*HEAVY, "sipbreakout_model", "logging", "asyncio")),
        (RUN.format(arguments=["explain-rule"]), (*HEAVY, "asyncio")),
        ("import sipbreakout_tui; ", (*HEAVY, "typer", "sipbreakout_model")),
    ],
)
def test_nothing_heavy_is_loaded(code: str, absent: tuple[str, ...]) -> None:
    ask = "import sys; sys.stderr.write(' '.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code + ask], capture_output=True, encoding="utf-8", check=True, timeout=30
    )
    assert sorted(set(absent) & set(done.stderr.split())) == []


def test_importing_every_module_does_nothing_else(tmp_path: Path) -> None:
    script = Path(__file__).with_name("importing_everything.py")
    done = subprocess.run(
        [sys.executable, "-B", "-W", "error", str(script)],
        capture_output=True,
        check=False,
        cwd=tmp_path,
        encoding="utf-8",
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")
    (modules,) = done.stdout.splitlines()
    assert int(modules.removesuffix(" modules")) > 300
    assert list(tmp_path.iterdir()) == []
