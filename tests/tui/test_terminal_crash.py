"""Reports of crashes: complete for us, without anything of the user's."""

import os
import stat
import sys
from collections import deque
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.worker import WorkerFailed

from sipbreakout_tui.config import Secret, SecretRef, met
from sipbreakout_tui.tui.terminal import crash
from sipbreakout_tui.tui.terminal.crash import CrashReport, report_crash
from sipbreakout_tui.tui.terminal.masking import masked

PROFILES = """
version = 1
[profiles.mine]
target = "core.example.net:443"
token = { env = "MY_TOKEN" }
"""


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SIPBREAKOUT_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("SIPBREAKOUT_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setattr("sipbreakout_tui.config.secret._met", deque())
    return tmp_path / "state"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("list index out of range", "list index out of range"),
        ("'NoneType' object has no attribute 'rows'", "'NoneType' object has no attribute 'rows'"),
        ("No nodes match '#table' on CallPlace()", "No nodes match '(hidden)' on CallPlace()"),
        ("No module named 'sipbreakout_tui.tui.x'", "No module named 'sipbreakout_tui.tui.x'"),
        ("password=hunter2", "password=(hidden)"),
        ("{'client_secret': 'abc'}", "{'client_secret': (hidden)}"),
        ("Authorization: Bearer abc.def", "Authorization: (hidden) (hidden)"),
        ("got bearer abc", "got bearer (hidden)"),
        ("https://me:pw@host/path?key=1#x", "https://(hidden)@host/path?(hidden)"),
        ("sip:alice@example.net", "sip:(hidden)@example.net"),
        ("call of +47 911 22 333 failed", "call of (number) failed"),
        ("004791122333", "(number)"),
        ("key 0123456789abcdef0123", "key (hidden)"),
        ("dGhpcyBpcyBhIHNlY3JldA==", "(hidden)"),
        ("-----BEGIN KEY-----\nabc\n-----END KEY----- x", "(hidden) x"),
        ("expected 35 turns in 483 ms", "expected 35 turns in 483 ms"),
    ],
)
def test_masked(text: str, shown: str) -> None:
    assert masked(text) == shown


@given(st.from_regex(r"\A[A-Za-z0-9+/]{15,60}[0-9]\Z"), st.sampled_from(["{}", "x {} y", "'{}'", "k={}"]))
def test_no_token_gets_through(token: str, form: str) -> None:
    assert token not in masked(form.format(token))


def failing(secret: str) -> None:
    hidden_local = secret
    try:
        int(hidden_local)
    except ValueError:
        raise KeyError(secret) from None


def caught(secret: str) -> KeyError:
    try:
        failing(secret)
    except KeyError as error:
        return error
    raise AssertionError


def test_report_says_where(state: Path) -> None:
    text = CrashReport(caught("s3cret"), "call > Question").text()
    assert "open: call > Question" in text
    assert f"Python {sys.version.split()[0]} on " in text
    assert "textual " in text
    assert "builtins.KeyError: '(hidden)'" in text
    assert "test_terminal_crash.py:" in text
    assert " in failing\n" in text
    assert str(Path.home()) not in text
    assert "hidden_local" not in text
    assert "s3cret" not in text


def test_secrets_of_the_profiles_are_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.toml").write_text(PROFILES, encoding="utf-8")
    monkeypatch.setenv("MY_TOKEN", "swordfish")
    report = CrashReport(RuntimeError("the core said swordfish"), "call")
    assert report.headline() == "unexpected RuntimeError: the core said (hidden)"
    assert "swordfish" not in report.text()


def test_secrets_of_commands_and_endpoints_are_known_once_they_were_met() -> None:
    SecretRef(command=(sys.executable, "-c", "print('marlin')")).resolve()
    met(Secret("barracuda"))
    report = CrashReport(RuntimeError("the core said marlin, barracuda, trout"), "call")
    assert report.headline() == "unexpected RuntimeError: the core said (hidden), (hidden), trout"


def test_worker_cause_and_group() -> None:
    group = ExceptionGroup("several", [ValueError("one"), OSError("two")])
    outer = RuntimeError("outer")
    outer.__cause__ = group
    text = CrashReport(WorkerFailed(outer), "").text()
    assert "WorkerFailed" not in text
    assert "builtins.RuntimeError: outer" in text
    assert "caused by builtins.ExceptionGroup: several" in text
    assert "one of its group: builtins.ValueError: one" in text


def test_endless_recursion_and_circles_are_short() -> None:
    def again() -> None:
        again()

    try:
        again()
    except RecursionError as error:
        error.__cause__ = ValueError("a circle")
        error.__cause__.__cause__ = error
        text = CrashReport(error, "").text()
    assert " more …" in text
    assert text.count("\n") < crash.MOST_FRAMES + 20


class Unspeakable(Exception):
    """Fails where it is told."""

    def __str__(self) -> str:
        raise TypeError("no text")


def test_error_whose_text_fails() -> None:
    assert CrashReport(Unspeakable(), "").headline() == "unexpected Unspeakable: its message cannot be had"


def test_reports_are_private_and_few(state: Path) -> None:
    folder = state / "crashes"
    folder.mkdir(parents=True)
    for number in range(crash.KEPT + 5):
        (folder / f"crash-20200101T0000{number:02}Z-1.txt").write_text("old", encoding="utf-8")
    (folder / "mine.txt").write_text("not ours", encoding="utf-8")
    said = report_crash(ValueError("x"), "trace")
    (new,) = [path for path in folder.glob("crash-*") if "-2020" not in path.name]
    assert said.endswith(f"This is a bug. A report without secrets is in {new}")
    assert len(list(folder.glob("crash-*"))) == crash.KEPT
    assert (folder / "mine.txt").exists()
    if os.name == "posix":
        assert stat.S_IMODE(new.stat().st_mode) == 0o600


def test_folder_that_cannot_be_made(state: Path) -> None:
    state.write_bytes(b"")
    assert "No report could be written to " in report_crash(ValueError("x"), "trace")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_full_disk(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opening = os.open
    monkeypatch.setattr(os, "open", lambda path, flags, mode: opening("/dev/full", os.O_WRONLY))
    said = report_crash(ValueError("x"), "trace")
    assert said.endswith("crashes: No space left on device")
