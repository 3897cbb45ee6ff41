"""The wheel, installed as a stranger installs it."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.packaging.building import ROOT, build

SECONDS = 60
"""The longest that one command may take."""

INSTALL_SECONDS = 600

NO_INDEX = (
    "NewConnectionError",
    "ConnectTimeoutError",
    "ConnectionError",
    "ProxyError",
    "SSLError",
    "ReadTimeoutError",
    "connection broken",
    "Failed to establish a new connection",
    "Temporary failure in name resolution",
)
"""What pip says where it reaches no package index."""


@dataclass(frozen=True)
class Installed:
    """An environment of its own with the wheel in it, used from a folder of its own."""

    venv: Path
    home: Path

    def __post_init__(self) -> None:
        """Write a profile file that says nothing: one that is named has to be there."""
        (self.home / "config.toml").write_text("version = 1\n", encoding="utf-8")

    @property
    def program(self) -> tuple[str, ...]:
        script = self.venv / "bin" / "sipbreakout"
        return (str(script),) if script.exists() else (str(self.venv / "bin" / "python"), "-m", "sipbreakout_tui")

    @property
    def environment(self) -> Mapping[str, str]:
        base = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "SIPBREAKOUT"))}
        return {
            **base,
            "COLUMNS": "100",
            "HOME": str(self.home),
            "MPLCONFIGDIR": str(self.home / "matplotlib"),
            "PYTHONWARNINGS": "error",
            "SIPBREAKOUT_CONFIG": str(self.home / "config.toml"),
            "SIPBREAKOUT_STATE_DIR": str(self.home / "state"),
        }

    def run(self, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        """Run the installed program and check its exit code."""
        done = subprocess.run(
            [*self.program, *arguments],
            cwd=self.home,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=SECONDS,
        )
        assert done.returncode == code, (arguments, done)
        return done


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of this test run share."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "packaging"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def plain_venv(shared_folder: Path) -> Path:
    """The folder of an environment with the wheel and no extra."""
    return installed_once(shared_folder, "plain", "")


@pytest.fixture(scope="session")
def web_venv(shared_folder: Path, plain_venv: Path) -> Path:
    """The folder of an environment with what the extra `web` adds to the plain one."""
    return installed_once(shared_folder, "web", "[web]", plain_venv)


@pytest.fixture
def installed(plain_venv: Path, tmp_path: Path) -> Installed:
    return Installed(plain_venv, tmp_path)


@pytest.fixture
def with_web(web_venv: Path, tmp_path: Path) -> Installed:
    return Installed(web_venv, tmp_path)


def installed_once(shared: Path, name: str, extra: str, base: Path | None = None) -> Path:
    """Make the environment unless another process of the test run did; skip where there is no index."""
    venv = shared / name
    for file in locked(shared / f"{name}.lock"):
        if not (outcome := file.read_text(encoding="utf-8")):
            outcome = install(venv, shared / f"{name}-wheel", extra, base)
            file.write_text(outcome, encoding="utf-8")
    if outcome.startswith("no index"):
        pytest.skip(outcome)
    assert outcome == "installed", outcome
    return venv


def locked(path: Path) -> Iterator[Path]:
    """Yield the file once, while no other process has it."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield path


def install(venv: Path, folder: Path, extra: str, base: Path | None) -> str:
    """Build the wheel and install it, on top of another environment; return `installed`, or what went wrong."""
    folder.mkdir()
    wheel = build("wheel", folder)
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True, timeout=INSTALL_SECONDS)
    if base is not None:
        (packages,) = venv.glob("lib/python*/site-packages")
        (below,) = base.glob("lib/python*/site-packages")
        (packages / "base.pth").write_text(f"{below}\n", encoding="utf-8")
    pip = [str(venv / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-compile", "--retries", "1"]
    pip += ["--disable-pip-version-check", "--constraint", str(ROOT / "constraints.txt"), f"{wheel}{extra}"]
    done = subprocess.run(pip, capture_output=True, encoding="utf-8", check=False, timeout=INSTALL_SECONDS)
    if done.returncode == 0:
        return "installed"
    if "PIP_NO_INDEX" in os.environ or any(words in done.stderr for words in NO_INDEX):
        return f"no index to install from: {done.stderr.strip().splitlines()[-1]}"
    return done.stderr
