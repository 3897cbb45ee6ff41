"""`sipbreakout web`: what it runs in a tab, and what it says when it cannot."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.main import get_command

from sipbreakout_model import InvalidValue, SipBreakoutError
from sipbreakout_tui.cli.command import Command
from sipbreakout_tui.cli.web import web
from sipbreakout_tui.config import ConfigError
from sipbreakout_tui.tui.web import server

UI = [sys.executable, "-m", "sipbreakout_tui", "ui"]
DEMO = [sys.executable, "-m", "sipbreakout_tui", "demo"]


class Recorded(SipBreakoutError):
    """Ends a command where it would begin to serve."""


def run(*arguments: str) -> None:
    app = typer.Typer()
    app.command(cls=Command)(web)
    get_command(app).main(list(arguments), prog_name="web", standalone_mode=False)


@pytest.mark.parametrize(
    ("arguments", "port", "command"),
    [
        ([], 0, [*UI, "--read-only"]),
        (["--port", "8080", "--write"], 8080, UI),
        (["--demo", "--theme", "light"], 0, [*DEMO, "--read-only", "--theme", "light"]),
        (["--write", "--profile", "embedded"], 0, [*UI, "--profile", "embedded"]),
        (["a b.pcap", "--", "-c.pcap"], 0, [*UI, "--read-only", "--", "a b.pcap", "-c.pcap"]),
    ],
)
def test_what_a_tab_runs(
    arguments: list[str], port: int, command: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a b.pcap", "-c.pcap"):
        Path(name).write_bytes(b"")
    given: dict[str, Any] = {}

    def record(command: Sequence[str], **options: object) -> None:
        given.update(options, command=command)
        raise Recorded

    monkeypatch.setattr(server, "WebServer", record)
    with pytest.raises(Recorded):
        run(*arguments)
    assert (given["port"], given["command"]) == (port, command)


def test_values_that_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InvalidValue, match="--theme 'blue' is not known: expected one of dark, light"):
        run("--theme", "blue")
    with pytest.raises(InvalidValue, match="--demo and --profile 'embedded' contradict each other"):
        run("--demo", "--profile", "embedded")
    with pytest.raises(ConfigError, match="no profile is named 'nobody'"):
        run("--profile", "nobody")
    with pytest.raises(InvalidValue, match=r"cannot read nosuch\.pcap: No such file or directory"):
        run("nosuch.pcap")
    with pytest.raises(InvalidValue, match=r"cannot read nosuch\.pcap"):
        run("--demo", "nosuch.pcap")
    for port in ("-1", "65536", "x"):
        with pytest.raises(Exception, match=r"not in the range 0<=x<=65535|not a valid int"):
            run("--port", port)
    monkeypatch.setenv("SIPBREAKOUT_PROFILE", "nobody")
    with pytest.raises(ConfigError, match="SIPBREAKOUT_PROFILE: no profile is named 'nobody'"):
        run()


def test_without_textual_serve_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith(("textual_serve", "sipbreakout_tui.tui.web."))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "textual_serve", None)
    with pytest.raises(SipBreakoutError, match=r"not installed: pip install 'sipbreakout-tui\[web\]'$"):
        run()
