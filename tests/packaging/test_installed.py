"""A short tour with the installed wheel, outside the checkout and without the tools of development."""

import json
import select
import shutil
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sipbreakout_tui import __version__
from tests.packaging.building import ROOT
from tests.packaging.conftest import SECONDS, Installed
from tests.tui.in_pty import OPEN_SCREEN, in_pty

EXAMPLES = ROOT / "docs" / "examples"
NUMBER, URI = "+4711111111", "sips:tas.example.com"


@contextmanager
def started(installed: Installed, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start a command that serves; give it and its first line, and end it after the block."""
    process = subprocess.Popen(
        [*installed.program, *arguments],
        cwd=installed.home,
        env=installed.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        assert process.stdout is not None
        assert select.select([process.stdout], [], [], SECONDS)[0], "no first line"
        yield process, process.stdout.readline().strip()
        process.send_signal(signal.SIGTERM)
        assert process.wait(SECONDS) == 0
    finally:
        process.kill()
        process.wait(SECONDS)
        if process.stdout is not None:
            process.stdout.close()


def example(installed: Installed, name: str) -> str:
    """Copy an example of the documentation to where the program is used, and return its name."""
    shutil.copy(EXAMPLES / name, installed.home)
    return name


def test_it_is_the_wheel_and_nothing_of_development_is_there(installed: Installed) -> None:
    ask = (
        "import importlib.util as u, sipbreakout_tui, sipbreakout_model, wgtwo; "
        "print(*(p.__file__ for p in (sipbreakout_tui, sipbreakout_model, wgtwo)), sep='\\n'); "
        "print([n for n in ('pytest', 'hypothesis', 'IPython', 'keyring', 'textual_serve', 'tests') if u.find_spec(n)])"
    )
    done = subprocess.run(
        [str(installed.venv / "bin" / "python"), "-c", ask],
        cwd=installed.home,
        env=installed.environment,
        capture_output=True,
        encoding="utf-8",
        check=True,
        timeout=SECONDS,
    )
    *files, found = done.stdout.splitlines()
    assert found == "[]"
    assert all(Path(file).is_relative_to(installed.venv) for file in files), files


def test_version_and_explanation(installed: Installed) -> None:
    assert installed.run("--version").stdout == f"sipbreakout {__version__}\n"
    registrations = example(installed, "registrations.toml")
    at = ("--at", "2026-11-22T12:00:00Z")
    said = installed.run("explain", NUMBER, "+4722222222", "--registrations", registrations, *at)
    assert "LOOP of the caller +4711111111 decides" in said.stdout
    assert said.stderr == ""


def test_trace_of_a_capture(installed: Installed) -> None:
    capture, registrations = example(installed, "looping-call.pcap.gz"), example(installed, "registrations.toml")
    said = installed.run("trace", capture, "--registrations", registrations).stdout
    assert "session-id-lost (absent)" in said
    page = "call.html"
    installed.run("trace", capture, "--registrations", registrations, "--format", "html", "-o", page)
    assert "</html>" in (installed.home / page).read_text(encoding="utf-8")


def test_pictures_of_a_call(installed: Installed) -> None:
    registrations = example(installed, "registrations.toml")
    installed.run(
        "explain", NUMBER, "+4722222222", "--registrations", registrations, "--format", "png", "-o", "call.png"
    )
    assert (installed.home / "call.png").read_bytes().startswith(b"\x89PNG")
    installed.run("screenshot", "trace", "--demo", "-o", "trace.svg")
    assert "looping-call" in (installed.home / "trace.svg").read_text(encoding="utf-8")


def test_registrations_on_a_core(installed: Installed) -> None:
    with started(installed, "serve", "--listen", "127.0.0.1:0") as (_, address):
        at = ("--target", address, "--plaintext")
        uri = ("--sip-uri", URI)
        installed.run("upsert", NUMBER, *uri, "--type", "LOOP", *at)
        (row,) = json.loads(installed.run("list", "--target", address, "--json").stdout)
        assert (row["number"], row["sip_uri"]) == (NUMBER, URI)
        installed.run("delete", NUMBER, *uri, *at)
        assert json.loads(installed.run("list", "--target", address, "--json").stdout) == []


def test_the_terminal_ui_opens_and_quits(installed: Installed) -> None:
    with in_pty("demo", program=installed.program, environment=installed.environment) as running:
        running.until(OPEN_SCREEN)
        running.until(NUMBER.encode())
        running.press(b"q")
        assert running.end() == 0
        running.assert_restored()


def test_web_without_its_extra_names_it(installed: Installed) -> None:
    done = installed.run("web", code=1)
    assert done.stdout == ""
    assert done.stderr.splitlines()[-1].endswith("which is not installed: pip install 'sipbreakout-tui[web]'")
    assert len(done.stderr.splitlines()) == 1


def test_web_with_its_extra_answers_and_ends(with_web: Installed) -> None:
    with started(with_web, "web", "--demo") as (_, url), urllib.request.urlopen(url, timeout=SECONDS) as answer:
        assert answer.status == 200
        assert b"</html>" in answer.read()
