"""How the tests of the command line run it: in this process, or in one of its own."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sipbreakout_model import E164
from sipbreakout_tui.cli.running import run
from sipbreakout_tui.core import BlockingCore, Faults

PROGRAM = (sys.executable, "-m", "sipbreakout_tui")
"""The program in a process of its own."""

ENVIRONMENT = {**os.environ, "PYTHONWARNINGS": "error", "COLUMNS": "100"}

SECONDS = 30
"""The longest that one run may take."""

REGISTRATIONS = """
[[registration]]
number = "+4711111111"
sip_uri = "sips:tas.example.com"
route_type = "LOOP"
mobile_originating_prefix = "00"
mobile_terminating_prefix = "01"
accepted_at = 2026-11-22T11:59:00Z

[[registration]]
number = "+4722222222"
sip_uri = "sips:voicemail.example.com:5061"
route_type = "FALLBACK"

[[registration]]
number = "+4733333333"
sip_uri = "sips:fork.example.com"
route_type = "FORK"

[[registration]]
number = "+4744444444"
sip_uri = "sips:tas.example.com"
route_type = "INGRESS"
"""

AT = "2026-11-22T12:00:00Z"


@dataclass(frozen=True)
class Answer:
    """What a run left behind."""

    code: int
    out: str
    err: str

    def error(self) -> str:
        """The one error line, without its beginning; nothing else was printed."""
        assert self.out == ""
        assert self.err.startswith("sipbreakout: error: ")
        assert self.err.endswith("\n")
        assert self.err.count("\n") == 1, self.err
        assert self.err[:-1].isprintable(), repr(self.err)
        return self.err.removeprefix("sipbreakout: error: ").removesuffix("\n")


Cli = Callable[..., Answer]


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Cli:
    """Run the command line in this process."""

    def call(*arguments: str) -> Answer:
        capsys.readouterr()
        code = run(arguments)
        out, err = capsys.readouterr()
        return Answer(code, out, err)

    return call


@pytest.fixture
def process() -> Cli:
    """Run the command line in a process of its own; bytes that are not UTF-8 fail."""

    def call(*arguments: str) -> Answer:
        done = subprocess.run(
            [*PROGRAM, *arguments],
            capture_output=True,
            check=False,
            encoding="utf-8",
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            timeout=SECONDS,
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    return call


@pytest.fixture
def file(tmp_path: Path) -> str:
    """The path of a file with a registration of most types."""
    path = tmp_path / "registrations.toml"
    path.write_text(REGISTRATIONS, encoding="utf-8")
    return str(path)


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The state folder of the runs, and a profile file that says nothing."""
    folder = tmp_path / "state"
    monkeypatch.setenv("SIPBREAKOUT_STATE_DIR", str(folder))
    config = tmp_path / "config.toml"
    config.write_text("version = 1\n", encoding="utf-8")
    monkeypatch.setenv("SIPBREAKOUT_CONFIG", str(config))
    monkeypatch.delenv("SIPBREAKOUT_PROFILE", raising=False)
    return folder


@pytest.fixture
def core(state: Path) -> Iterator[BlockingCore]:
    """A core in this process that refuses one number."""
    with BlockingCore(faults=Faults(refuse=frozenset([E164(REFUSED)]))) as core:
        yield core


@pytest.fixture
def at(core: BlockingCore) -> tuple[str, ...]:
    """The options that choose the core."""
    return "--target", core.address, "--plaintext"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody wait between the attempts of one request."""
    monkeypatch.setattr("sipbreakout_tui.rpc.attempts.MAX_WAIT", 0.0)


REFUSED = "+4799999999"
"""What the core of these tests refuses."""

AWAY = "127.0.0.1:1"
"""Where no core listens."""
