"""How the program leaves the terminal: after signals, a crash, a stop; and what it writes while it is open."""

import os
import re
import signal
import stat
import sys
from pathlib import Path

import pytest

from tests.tui.faulty import SECRET
from tests.tui.in_pty import OPEN_SCREEN, InPty, in_pty

F9 = b"\x1b[20~"
ROOT = Path(__file__).parents[2]
FAULTY = (sys.executable, "-m", "tests.tui.faulty")

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs a pty")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An environment in which no file of this user is touched."""
    (tmp_path / "config.toml").write_text("version = 1\n", encoding="utf-8")
    paths = {"SIPBREAKOUT_STATE_DIR": str(tmp_path / "state"), "SIPBREAKOUT_CONFIG": str(tmp_path / "config.toml")}
    return {**paths, "TMPDIR": str(tmp_path), "PYTHONPATH": str(ROOT)}


def opened(program: InPty) -> None:
    program.until(b"serving")


def test_sigterm_ends_it_in_order(environment: dict[str, str], tmp_path: Path) -> None:
    with in_pty("demo", environment=environment) as program:
        program.until(b"\x1b]2;sipbreakout: demo\x07")
        opened(program)
        program.signal(signal.SIGTERM)
        assert program.end() == 128 + signal.SIGTERM
        assert b"error" not in program.assert_restored()
        assert program.written.index(b"\x1b[22;2t") < program.written.rindex(b"\x1b[23;2t"), "the title is put back"
    assert list(tmp_path.glob("sipbreakout-demo*")) == []


def test_sighup_closes_the_ledger(environment: dict[str, str], tmp_path: Path) -> None:
    with in_pty("ui", environment=environment) as program:
        program.until(b"embedded 127.0.0.1:50051")
        program.signal(signal.SIGHUP)
        assert program.end() == 128 + signal.SIGHUP
        assert b"error" not in program.assert_restored()
    assert [path.name for path in (tmp_path / "state").glob("ledger*")] == ["ledger.sqlite3"]


def test_closed_terminal_ends_it(environment: dict[str, str], tmp_path: Path) -> None:
    with in_pty("demo", environment=environment) as program:
        opened(program)
        program.hang_up()
        assert program.process.wait(30) == 128 + signal.SIGHUP
    assert list((tmp_path / "state").glob("crashes/*")) == []


@pytest.mark.parametrize(("mode", "said"), [("bulk", b"3 of 12 done, stopped"), ("bulk-stubborn", b"3 of 12 done")])
def test_signal_stops_and_reports_a_bulk_action(environment: dict[str, str], mode: str, said: bytes) -> None:
    with in_pty(mode, "demo", program=FAULTY, environment=environment) as program:
        opened(program)
        program.press(F9)
        program.until(b"bulk runs")
        program.signal(signal.SIGTERM)
        assert program.end() == 128 + signal.SIGTERM
        left = program.assert_restored()
    assert b"sipbreakout: warning: stopped by SIGTERM: delete: " + said in left


def test_second_signal_ends_it_at_once(environment: dict[str, str]) -> None:
    with in_pty("hang", "demo", program=FAULTY, environment=environment) as program:
        opened(program)
        program.press(F9)
        program.until(b"hangs now")
        program.signal(signal.SIGTERM)
        program.read(0.2)
        program.signal(signal.SIGTERM)
        assert program.end() == 128 + signal.SIGTERM
        program.assert_restored()


def test_a_thread_that_goes_on_does_not_keep_it(environment: dict[str, str]) -> None:
    with in_pty("thread", "demo", program=FAULTY, environment=environment) as program:
        opened(program)
        program.press(F9)
        program.until(b"thread runs")
        program.press(b"q")
        assert program.end() == 0
        program.assert_restored()


@pytest.mark.parametrize("how", ["ctrl+z", "SIGSTOP"])
def test_stopped_and_back(environment: dict[str, str], how: str) -> None:
    with in_pty("demo", environment=environment) as program:
        opened(program)
        if how == "ctrl+z":
            program.press(b"\x1a")
        else:
            program.signal(signal.Signals[how])
        program.until_state("T")
        program.read()
        if how == "ctrl+z":
            program.assert_restored()
        program.signal(signal.SIGCONT)
        start = len(program.written)
        program.until(OPEN_SCREEN, start)
        program.until(b"serving", start)
        program.press(b"q")
        assert program.end() == 0
        program.assert_restored()


def test_signal_while_it_is_stopped(environment: dict[str, str]) -> None:
    with in_pty("demo", environment=environment) as program:
        opened(program)
        program.press(b"\x1a")
        program.until_state("T")
        program.signal(signal.SIGTERM)
        program.signal(signal.SIGCONT)
        assert program.end() == 128 + signal.SIGTERM
        program.assert_restored()


@pytest.mark.parametrize("mode", ["handler", "worker", "render"])
def test_crash_leaves_a_report_without_secrets(environment: dict[str, str], tmp_path: Path, mode: str) -> None:
    with in_pty(mode, "demo", program=FAULTY, environment=environment) as program:
        opened(program)
        program.press(F9)
        assert program.end() == 1
        left = program.assert_restored().decode()
    (line,) = re.findall(r"sipbreakout: error: .*", left)
    assert "unexpected LookupError: no route for (number)" in line
    path = Path(line.rpartition(" is in ")[2].strip())
    assert path.parent == tmp_path / "state" / "crashes"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    report = path.read_text(encoding="utf-8")
    assert "open: registrations" in report
    assert re.search(r"^  .*faulty\.py:\d+ in ", report, re.MULTILINE)
    for text in (report, program.written.decode()):
        assert not any(word in text for word in (SECRET, "4799999999", "def-123", "Xk29fQpl"))
    assert "local_secret" not in report + left
    assert "Traceback" not in left


def test_crash_where_no_report_can_be_written(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "state").write_bytes(b"a file")
    with in_pty("handler", "demo", program=FAULTY, environment=environment) as program:
        opened(program)
        program.press(F9)
        assert program.end() == 1
        left = program.assert_restored()
    assert b"This is a bug. No report could be written to " in left


def test_stderr_is_held_back(environment: dict[str, str], tmp_path: Path) -> None:
    log = tmp_path / "log"
    with in_pty(
        *("noise", "demo", "-v", "--log-file", str(log)),
        program=FAULTY,
        environment={**environment, "PYTHONWARNINGS": "default"},
    ) as program:
        opened(program)
        program.press(F9)
        program.until(b"noise made")
        shown = program.written
        program.press(b"q")
        assert program.end() == 0
        left = program.assert_restored()
    for said in (b"from a C library", b"from print", b"UserWarning: from a warning", b"from a logger"):
        assert said not in shown
        assert left.count(said) == 1
    assert rb"colour \x1b[31m" in left
    assert "from a logger" in log.read_text(encoding="utf-8")


WALK = (b"?", b"\x1b", b"\x10", b"\x1b", b"2", b"3", b"4", b"5", b"o", b"\x1b", b"1", b" ", b"d", b"\x1b")
"""Keys that show every place, and dialogs."""


def walked(environment: dict[str, str], *arguments: str) -> bytes:
    """Return all that the program writes on a walk through it."""
    with in_pty("demo", *arguments, environment=environment) as program:
        opened(program)
        for key in WALK:
            program.press(key)
            program.read(0.3)
        program.signal(signal.SIGTERM)
        assert program.end() == 128 + signal.SIGTERM
        program.assert_restored()
    return program.written


def test_ascii_only(environment: dict[str, str]) -> None:
    written = walked(environment, "--ascii")
    assert written.isascii()
    assert b" 1 Registrations " in written


def test_another_locale_implies_ascii(environment: dict[str, str]) -> None:
    with in_pty("demo", environment={**environment, "LC_ALL": "C"}) as program:
        opened(program)
        program.press(b"q")
        assert program.end() == 0
    assert program.written.isascii()


def test_no_colour(environment: dict[str, str]) -> None:
    written = walked({**environment, "NO_COLOR": "1"})
    codes = {code for found in re.findall(rb"\x1b\[([0-9;]*)m", written) for code in found.split(b";")}
    assert codes <= {b"", b"0", b"1", b"2", b"3", b"4", b"7", b"9"}
    assert b"\x1b[1;7m 1 Registrations " in written
    assert re.search(rb"\x1b\[(1;)?7m\xe2\x96\xb8", written), "the row under the cursor"
