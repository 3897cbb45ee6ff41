"""`sipbreakout screenshot`: what it refuses, and where the picture goes."""

from pathlib import Path

import pytest

from sipbreakout_tui.tui.screenshots import taking
from tests.cli.conftest import Cli


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "'nowhere' is no place of the terminal UI: expected one of registrations, call, trace, hazards,"),
        (["call", "--theme", "blue"], "--theme 'blue' is not known: expected one of dark, light"),
        (["call", "--size", "80"], "--size '80' is no size of a screen"),
        (["call", "--size", "39x24"], "--size '39x24' is no size of a screen"),
        (["call", "--size", "80x201"], "--size '80x201' is no size of a screen"),
        (["call", "--size", "٨٠x24"], "--size '٨٠x24' is no size of a screen"),
        (["call", "--profile", "nobody"], "--profile: no profile is named 'nobody'"),
        (["call", "--demo", "-o", "x.png"], "-o 'x.png': a screenshot is an SVG picture: name a file"),
        ([], "Missing argument 'PLACE'. Try: sipbreakout screenshot --help"),
    ],
)
def test_refused(cli: Cli, state: Path, arguments: list[str], said: str) -> None:
    answer = cli("screenshot", *arguments)
    assert answer.code == 2
    assert answer.error().startswith(said)


def test_picture_goes_to_stdout_or_a_file(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = []

    def take(place: str, size: tuple[int, int], *, theme: str, only_ascii: bool) -> str:
        given.append((place, size, theme, only_ascii))
        return "<svg>→</svg>"

    monkeypatch.setattr(taking, "demo_screenshot", take)
    answer = cli("screenshot", "trace", "--demo", "--size", "80X24", "--theme", "light", "--ascii")
    assert (answer.code, answer.out, answer.err) == (0, "<svg>→</svg>", "")
    path = tmp_path / "x.svg"
    answer = cli("screenshot", "call", "--demo", "-o", str(path))
    assert (answer.code, answer.out, answer.err) == (0, "", "")
    assert path.read_text(encoding="utf-8") == "<svg>→</svg>"
    assert given == [("trace", (80, 24), "light", True), ("call", (120, 36), "dark", False)]
    answer = cli("screenshot", "call", "--demo", "-o", str(tmp_path / "none" / "x.svg"))
    assert answer.code == 1
    assert answer.error().startswith("cannot write ")


def test_picture_of_a_profile(process: Cli, state: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.svg"
    answer = process("screenshot", "journal", "--size", "60x20", "-o", str(path))
    assert (answer.code, answer.out, answer.err) == (0, "", "")
    assert "embedded" in path.read_text(encoding="utf-8")
