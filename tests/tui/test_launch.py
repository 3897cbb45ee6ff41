"""What `ui` and `demo` take, and what they refuse before the terminal is touched."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sipbreakout_tui.tui.launch import options_of, speaks_utf8
from tests.cli.conftest import Cli
from tests.tui.in_pty import PROGRAM, in_pty


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Cli:
    """Run the command line in this process, which has no terminal."""
    from sipbreakout_tui.cli.running import run
    from tests.cli.conftest import Answer

    def call(*arguments: str) -> Answer:
        capsys.readouterr()
        code = run(arguments)
        return Answer(code, *capsys.readouterr())

    return call


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep this user's files out of it."""
    monkeypatch.setenv("SIPBREAKOUT_STATE_DIR", str(tmp_path / "state"))
    (tmp_path / "config.toml").write_text("version = 1\n", encoding="utf-8")
    monkeypatch.setenv("SIPBREAKOUT_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.delenv("SIPBREAKOUT_PROFILE", raising=False)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ui", "--frobnicate"], "Unrecognized arguments: --frobnicate. Try: sipbreakout ui --help"),
        (["ui", "--profile"], "Argument --profile: expected one argument. Try: sipbreakout ui --help"),
        (["ui", "--prof", "x"], "Unrecognized arguments: --prof. Try: sipbreakout ui --help"),
        (["demo", "--profile=x"], "Unrecognized arguments: --profile=x. Try: sipbreakout demo --help"),
        (["demo", "--theme", "\x1b[31m"], "Argument --theme: invalid choice: "),
        (["-v", "ui", "--theme", "blue"], "Argument --theme: invalid choice: 'blue'"),
        (["ui", "nowhere.pcap"], "cannot read nowhere.pcap: No such file or directory"),
        (["demo", "a\0b"], "cannot read a\\x00b: "),
        (["demo", os.sep], f"cannot read {os.sep}: it is a folder"),
        (["ui", "--profile", "nobody"], "--profile: no profile is named 'nobody': expected one of embedded"),
    ],
    ids=" ".join,
)
def test_wrong_arguments_are_one_line(cli: Cli, arguments: list[str], said: str) -> None:
    answer = cli(*arguments)
    assert answer.code == 2
    assert answer.error().startswith(said)


@pytest.mark.parametrize("arguments", [[], ["ui"], ["demo"]], ids=" ".join)
def test_without_a_terminal_it_says_what_to_use(cli: Cli, arguments: list[str]) -> None:
    answer = cli(*arguments)
    assert answer.code == 2
    assert answer.error().startswith("stdin and stdout are no terminal: the terminal UI needs one.")
    assert "sipbreakout list" in answer.err


def test_default_profile_that_is_not_there(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIPBREAKOUT_PROFILE", "nobody")
    assert cli().error().startswith("SIPBREAKOUT_PROFILE: no profile is named 'nobody'")
    assert cli("demo").error().startswith("stdin")
    monkeypatch.delenv("SIPBREAKOUT_PROFILE")
    (tmp_path / "config.toml").write_text("nonsense", encoding="utf-8")
    answer = cli()
    assert answer.code == 2
    assert "config.toml: is not TOML" in answer.error()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="everything can be read by root")
def test_capture_that_may_not_be_read(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "x.pcap"
    path.write_bytes(b"")
    path.chmod(0)
    assert cli("ui", str(path)).error() == f"cannot read {path}: Permission denied"


@pytest.mark.parametrize("order", [["ui", "-h"], ["ui", "--help"], ["-v", "ui", "--help"]], ids=" ".join)
def test_help_names_every_option(cli: Cli, order: list[str]) -> None:
    answer = cli(*order)
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith("usage: sipbreakout ui ")
    assert all(name in answer.out for option in options_of(demo=False) for name in option.names)


def test_help_lists_both(cli: Cli) -> None:
    assert {"ui", "demo", "web", "screenshot"} <= {line.split()[0] for line in cli("-h").out.splitlines() if line}


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("ui --r", "--read-only"),
        ("ui --theme l", "light"),
        ("ui --profile sand", "sandbox"),
        ("dem", "demo"),
    ],
)
def test_completion(line: str, offered: str) -> None:
    words = {"COMP_WORDS": f"sipbreakout {line}", "COMP_CWORD": str(len(line.split()))}
    done = subprocess.run(
        PROGRAM,
        env={**os.environ, **words, "_SIPBREAKOUT_COMPLETE": "complete_bash"},
        capture_output=True,
        encoding="utf-8",
        check=True,
        timeout=30,
    )
    assert done.stdout.split() == [offered]


@pytest.mark.parametrize(
    ("environment", "encoding", "speaks"),
    [
        ({"LANG": "en_GB.UTF-8"}, "utf-8", True),
        ({"LANG": "en_GB.UTF-8"}, "UTF8", True),
        ({"LANG": "en_GB.ISO-8859-1"}, "iso8859-1", False),
        ({"LANG": "C.UTF-8", "LC_ALL": "C"}, "utf-8", False),
        ({"LC_ALL": "POSIX"}, "utf-8", False),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, "utf-8", False),
        ({"LANG": "C", "LC_CTYPE": "nb_NO.UTF-8"}, "utf-8", True),
        ({"LC_ALL": "nb_NO.UTF-8", "LANG": "C"}, "utf-8", True),
        ({"LC_CTYPE": "C.UTF-8"}, "utf-8", True),
        ({}, "utf-8", True),
        ({}, "", False),
    ],
)
def test_locale(environment: dict[str, str], encoding: str, speaks: bool) -> None:
    assert speaks_utf8(environment, encoding) is speaks


# On a terminal

_START = "import sys; from sipbreakout_tui.__main__ import main; sys.argv = ['sipbreakout', *{arguments}]; "
_ASK = """
try:
    main()
finally:
    print('loaded:', *sorted({'typer', 'matplotlib', 'networkx'} & set(sys.modules)), 'end')
"""
_INTERRUPTED = """
import os, signal
signal.signal(signal.SIGINT, signal.default_int_handler)

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == {name!r}:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Finder())
main()
"""


@pytest.mark.parametrize("arguments", [[], ["demo"], ["ui", "--read-only"]], ids=str)
def test_starts_without_typer(arguments: list[str]) -> None:
    code = _START.format(arguments=arguments) + _ASK
    with in_pty("-c", code, program=[sys.executable]) as program:
        program.until(b"registrations")
        program.press(b"q")
        assert program.end() == 0
        assert program.assert_restored().endswith(b"loaded: end\r\n")


@pytest.mark.parametrize("name", ["argparse", "textual.app", "sipbreakout_tui.tui.terminal.driver"])
def test_ctrl_c_while_it_starts(name: str) -> None:
    code = _START.format(arguments=["demo"]) + _INTERRUPTED.format(name=name)
    with in_pty("-c", code, program=[sys.executable]) as program:
        assert program.end() == 128 + signal.SIGINT
    assert program.written == b""


def test_a_capture_is_opened(tmp_path: Path) -> None:
    capture = Path(__file__).parents[1] / "trace" / "data"
    path = min(capture.rglob("*.pcap"))
    with in_pty("demo", "--", str(path)) as program:
        program.until(path.name.encode())
        program.signal(signal.SIGTERM)
        assert program.end() == 128 + signal.SIGTERM
