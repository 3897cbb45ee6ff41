"""What is loaded when: neither the model nor help drag in anything heavy."""

import subprocess
import sys

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
