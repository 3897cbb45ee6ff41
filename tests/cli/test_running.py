"""Exit codes, errors as one line, streams that close, ctrl-c, logs."""

import errno
import os
import signal
import subprocess
import sys
import time
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from sipbreakout_tui import __version__
from sipbreakout_tui.__main__ import main
from sipbreakout_tui.cli import logs
from sipbreakout_tui.services.calls import flow_text
from tests.cli.conftest import AT, ENVIRONMENT, PROGRAM, SECONDS, Answer, Cli

CALL = ("explain", "+4711111111", "+4722222222")
ESCAPE = "\x1b[31m"


def test_version(process: Cli) -> None:
    assert process("--version") == Answer(0, f"sipbreakout {__version__}\n", "")


def test_console_script_is_main() -> None:
    (script,) = entry_points(group="console_scripts", name="sipbreakout")
    assert script.load() is main


@pytest.mark.parametrize("word", ["--help", "-h"])
def test_help_is_a_result(cli: Cli, word: str) -> None:
    answer = cli(word)
    assert (answer.code, answer.err) == (0, "")
    assert all(name in answer.out for name in ("explain ", "hazards ", "explain-rule ", "--show-completion"))


def test_without_a_command_and_a_terminal_it_says_so(process: Cli) -> None:
    answer = process()
    assert answer.code == 2
    assert answer.error().startswith("stdin and stdout are no terminal: the terminal UI needs one.")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["frobnicate"], "No such command 'frobnicate'. Try: sipbreakout --help"),
        (["--frobnicate"], "No such option: --frobnicate. Try: sipbreakout --help"),
        (["explain"], "Missing argument 'CALLER'. Try: sipbreakout explain --help"),
        (["explain", "+4711111111"], "Missing argument 'CALLEE'. Try: sipbreakout explain --help"),
        ([*CALL], "Missing option '--registrations'. Try: sipbreakout explain --help"),
        (["hazards"], "Missing option '--registrations'. Try: sipbreakout hazards --help"),
        (
            [*CALL, "x", "--registrations", "x.toml"],
            "Got unexpected extra argument",
        ),
        (["hazards", "--registrations"], "Option '--registrations' requires an argument"),
        (["hazards", "--utc=1"], "Option '--utc' does not take a value"),
    ],
)
def test_usage_errors_are_one_line(cli: Cli, arguments: list[str], said: str) -> None:
    answer = cli(*arguments)
    assert answer.code == 2
    assert answer.error().startswith(said)


@pytest.mark.parametrize(
    "arguments",
    [
        [ESCAPE],
        [f"--{ESCAPE}"],
        ["explain-rule", ESCAPE],
        ["hazards", "--registrations", f"{ESCAPE}\n.toml"],
        ["hazards", "--registrations", ESCAPE],
        ["hazards", "--registrations", "\udcff.toml"],
        ["hazards", "--registrations", "\0.toml"],
        ["hazards", "--registrations", "x.toml", "--at", ESCAPE],
        ["hazards", "--registrations", "x.toml", "--format", f"{ESCAPE}\u202e"],
        ["--log-file", f"/nowhere/{ESCAPE}", "explain-rule"],
    ],
)
def test_arguments_reach_the_terminal_escaped(cli: Cli, arguments: list[str]) -> None:
    answer = cli(*arguments)
    assert answer.code in (1, 2)
    answer.error()


def test_unexpected_error_is_one_line_and_a_hint(
    cli: Cli, file: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError(f"broken\n{ESCAPE}")

    monkeypatch.setattr(flow_text, "flow_lines", broken)
    answer = cli(*CALL, "--registrations", file)
    assert answer.code == 1
    said = answer.error()
    assert said.startswith("unexpected KeyError: ")
    assert said.endswith("This is a bug. Run again with -v for the traceback.")

    log = tmp_path / "log"
    answer = cli("-v", "--log-file", str(log), *CALL, "--registrations", file)
    assert answer.code == 1
    assert "Traceback" in answer.err
    assert "\x1b" not in answer.err
    assert "Traceback" in log.read_text(encoding="utf-8")
    assert "again with -v" not in answer.err


@pytest.mark.parametrize("order", ["before", "after"])
def test_log_goes_to_stderr_and_file_wherever_the_options_stand(
    cli: Cli, file: str, tmp_path: Path, order: str
) -> None:
    log = tmp_path / "log.txt"
    options = ["-v", "--log-file", str(log)]
    command = ["hazards", "--registrations", file]
    quiet = cli(*command, "--at", AT)
    answer = cli(*(options + command if order == "before" else command + options), "--at", AT)
    assert (answer.code, answer.out) == (quiet.code, quiet.out)
    assert "read 4 registrations" in answer.err
    assert answer.err.count("\n") == log.read_text(encoding="utf-8").count("\n") > 0
    assert quiet.err == ""
    assert not logs.is_verbose()


def test_log_file_is_appended_to(cli: Cli, tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    log.write_text("before\n", encoding="utf-8")
    assert cli("--log-file", str(log), "explain-rule").code == 0
    assert log.read_text(encoding="utf-8").startswith("before\n")


def test_log_file_that_cannot_be_written(cli: Cli, tmp_path: Path) -> None:
    answer = cli("--log-file", str(tmp_path), "explain-rule")
    assert answer.code == 1
    assert answer.error() == f"cannot write the log {tmp_path}: Is a directory"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["explain", "--help"],
        ["--version"],
        ["explain-rule"],
        [*CALL, "--registrations", "{file}"],
        [*CALL, "--registrations", "{file}", "--format", "json"],
        ["hazards", "--registrations", "{file}"],
    ],
    ids=" ".join,
)
def test_broken_pipe_is_silent(file: str, arguments: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [*PROGRAM, *(word.format(file=file) for word in arguments)],
            stdout=writing,
            stderr=subprocess.PIPE,
            env=ENVIRONMENT,
            check=False,
            timeout=SECONDS,
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


def test_broken_stderr_is_silent(file: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [*PROGRAM, "-v", *CALL, "--registrations", f"{file}.csv"],
            stdout=subprocess.PIPE,
            stderr=writing,
            env=ENVIRONMENT,
            check=False,
            timeout=SECONDS,
        )
    finally:
        os.close(writing)
    assert done.returncode in (1, 2)
    assert done.stdout == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("form", ["text", "json"])
def test_full_disk_is_one_line(file: str, form: str) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*PROGRAM, *CALL, "--registrations", file, "--format", form],
            stdout=full,
            stderr=subprocess.PIPE,
            env=ENVIRONMENT,
            encoding="utf-8",
            check=False,
            timeout=SECONDS,
        )
    answer = Answer(done.returncode, "", done.stderr)
    assert answer.code == 1
    assert answer.error() == "cannot write the result to stdout: No space left on device"


@pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell")
def test_closed_stdout_is_one_line(file: str) -> None:
    done = subprocess.run(
        ["sh", "-c", '"$@" >&-', "sh", *PROGRAM, *CALL, "--registrations", file],
        capture_output=True,
        encoding="utf-8",
        env=ENVIRONMENT,
        check=False,
        timeout=SECONDS,
    )
    answer = Answer(done.returncode, done.stdout, done.stderr)
    assert answer.code == 1
    assert answer.error() == "cannot write the result: stdout is closed"


@pytest.mark.parametrize("form", ["text", "json"])
def test_terminal_without_unicode(file: str, form: str) -> None:
    done = subprocess.run(
        [*PROGRAM, *CALL, "--registrations", file, "--at", AT, "--format", form],
        capture_output=True,
        env={**ENVIRONMENT, "PYTHONIOENCODING": "ascii"},
        check=False,
        timeout=SECONDS,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    arrow = "core→TAS".encode() if form == "json" else rb"core \u2192 TAS"
    assert arrow in done.stdout


@pytest.mark.skipif(os.name != "posix", reason="needs named pipes")
def test_ctrl_c_ends_with_130(tmp_path: Path) -> None:
    pipe, result = tmp_path / "registrations.toml", tmp_path / "result.txt"
    os.mkfifo(pipe)
    # A test run in the background of a shell hands SIGINT on as ignored; Python then leaves it so.
    start = "import signal, runpy; signal.signal(signal.SIGINT, signal.default_int_handler); "
    start += "runpy.run_module('sipbreakout_tui', run_name='__main__')"
    arguments = [*CALL, "--registrations", str(pipe), "-o", str(result)]
    running = subprocess.Popen(
        [sys.executable, "-c", start, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    writing = -1
    try:
        writing = _opened_for_writing(pipe, running)
        out, err = _interrupted(running)
    finally:
        if writing >= 0:
            os.close(writing)
        running.kill()
        running.communicate()
    assert (running.returncode, out, err) == (130, b"", b"")
    assert not result.exists()


def _interrupted(running: subprocess.Popen[bytes]) -> tuple[bytes, bytes]:
    """Send ctrl-c, and again where the first one came just before the process began to wait in `read`."""
    for _ in range(SECONDS // 3):
        os.kill(running.pid, signal.SIGINT)
        try:
            return running.communicate(timeout=3)
        except subprocess.TimeoutExpired:
            continue
    raise AssertionError("ctrl-c did not end it")


def _opened_for_writing(pipe: Path, running: subprocess.Popen[bytes]) -> int:
    """Open the pipe as soon as the process reads from it: then it waits for what never comes."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and running.poll() is None:
        try:
            return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError as error:
            if error.errno != errno.ENXIO:
                raise
    raise AssertionError(f"never opened the file: {running.communicate(timeout=SECONDS)}")
