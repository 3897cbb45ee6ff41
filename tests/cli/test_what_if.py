"""`sipbreakout what-if` and `sipbreakout fleet`, and the pictures of `explain`."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Cli

REGISTRATIONS = """
[[registration]]
number = "+4711111111"
sip_uri = "sips:tas.example.com"
route_type = "LOOP"
mobile_originating_prefix = "00"
accepted_at = 2026-11-22T12:00:00Z

[[registration]]
number = "+4722222222"
sip_uri = "sips:voicemail.example.com"
route_type = "FALLBACK"
accepted_at = 2026-11-22T12:00:00Z
"""
CALL = ("+4711111111", "+4722222222", "--at", "2026-11-22T12:10:00Z")


@pytest.fixture
def registrations(tmp_path: Path) -> str:
    path = tmp_path / "registrations.toml"
    path.write_text(REGISTRATIONS, encoding="utf-8")
    return str(path)


def test_set_shows_legs_gained_and_lost(cli: Cli, registrations: str) -> None:
    answer = cli(
        "what-if", *CALL, "--registrations", registrations, "--tas", "returns-without-session-id",
        "--set", "+4711111111.route_type=LOOP_MT",
    )  # fmt: skip
    assert (answer.code, answer.err) == (0, "")
    lines = answer.out.splitlines()
    assert lines[0].startswith("+ 2  core → callee")
    assert [line[0] for line in lines[:3]] == ["+", "-", "-"]
    assert lines[3] == "looped (483) → answered by the callee"


def test_later_lets_the_registration_expire(cli: Cli, registrations: str) -> None:
    answer = cli("what-if", *CALL, "--registrations", registrations, "--later", "50m", "--format", "json")
    assert answer.code == 0
    found = json.loads(answer.out)
    assert [leg["target"] for leg in found["lost"]] == ["tas", "core"]
    assert any("expired 0 s before" in step["text"] for step in found["why"])
    assert found["outcome_changed"] is False


def test_drop_and_against(cli: Cli, registrations: str, tmp_path: Path) -> None:
    dropped = cli("what-if", *CALL, "--registrations", registrations, "--drop", "+4711111111")
    empty = tmp_path / "nobody.toml"
    empty.write_text("", encoding="utf-8")
    against = cli("what-if", *CALL, "--registrations", registrations, "--against", str(empty))
    for answer in (dropped, against):
        assert answer.code == 0
        assert "- 2  core → TAS" in answer.out
    same = cli("what-if", *CALL, "--registrations", registrations, "--against", registrations)
    assert same.out == "no difference\n"


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ((), "nothing is changed"),
        (("--set", "nonsense"), "'nonsense'"),
        (("--drop", "+4799999999"), "+4799999999"),
        (("--later", "soon"), "'soon'"),
        (("--against", "missing.toml"), "missing.toml"),
        (("--drop", "+4711111111", "--format", "gif"), "'gif'"),
    ],
)
def test_what_cannot_be_changed_is_refused(cli: Cli, registrations: str, options: tuple[str, ...], named: str) -> None:
    answer = cli("what-if", *CALL, "--registrations", registrations, *options)
    assert (answer.code, answer.out) == (2, "")
    assert named in answer.err
    assert "Traceback" not in answer.err


@pytest.mark.parametrize(
    ("form", "start"),
    [
        ("svg", b"<?xml"),
        ("png", b"\x89PNG"),
        ("pdf", b"%PDF"),
        ("graphml", b"<graphml"),
        ("mermaid", b"sequenceDiagram"),
        ("diagram", "┌".encode()),
        ("ladder", b""),
    ],
)
def test_explain_draws_into_a_file(cli: Cli, registrations: str, tmp_path: Path, form: str, start: bytes) -> None:
    path = tmp_path / f"picture.{form}"
    answer = cli("explain", *CALL, "--registrations", registrations, "--format", form, "-o", str(path))
    assert (answer.code, answer.out, answer.err) == (0, "", "")
    content = path.read_bytes()
    assert content.startswith(start)
    assert b"+4711111111" in content or form in ("png", "pdf", "ladder")


@pytest.mark.parametrize("form", ["diagram", "ladder"])
def test_ascii_pictures_hold_nothing_else(cli: Cli, registrations: str, form: str) -> None:
    answer = cli("explain", *CALL, "--registrations", registrations, "--format", form, "--ascii")
    assert answer.code == 0
    assert answer.out.isascii()
    assert "TAS" in answer.out


@pytest.mark.parametrize(
    ("command", "name", "start"),
    [
        (["explain"], "x.png", b"\x89PNG"),
        (["explain"], "x.SVG", b"<?xml"),
        (["explain"], "x.json", b"{"),
        (["explain"], "x.graphml", b"<graphml"),
        (["explain"], "x.txt", b"+4711111111 calls"),
        (["explain"], "x", b"+4711111111 calls"),
        (["explain", "--format", "text"], "x.json", b"+4711111111 calls"),
        (["what-if", "--drop", "+4711111111"], "x.pdf", b"%PDF"),
        (["what-if", "--drop", "+4711111111"], "x.txt", b""),
    ],
)
def test_the_suffix_says_the_format_where_no_option_does(
    cli: Cli, registrations: str, tmp_path: Path, command: list[str], name: str, start: bytes
) -> None:
    answer = cli(*command, *CALL, "--registrations", registrations, "-o", str(tmp_path / name))
    assert (answer.code, answer.out, answer.err) == (0, "", "")
    assert (tmp_path / name).read_bytes().startswith(start)


@pytest.mark.parametrize(
    ("command", "name", "said"),
    [
        (["explain", "--format", "text"], "x.png", "--format text and -o 'x.png' contradict each other"),
        (["explain", "--format", "svg"], "x.png", "--format svg and -o 'x.png' contradict each other"),
        (["explain"], "x.html", "-o 'x.html': 'html' is no format of this command: expected one of text, json, diagr"),
        (["explain"], "x.jpg", "-o 'x.jpg': 'jpg' is no format of this command"),
        (["what-if", "--drop", "+4711111111"], "x.graphml", "-o 'x.graphml': 'graphml' is no format of this command"),
        (["what-if", "--drop", "+4711111111", "--format", "json"], "x.svg", "--format json and -o 'x.svg' contradict"),
    ],
)
def test_a_suffix_that_the_content_would_belie_is_refused(
    cli: Cli,
    registrations: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: list[str],
    name: str,
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = cli(*command, *CALL, "--registrations", registrations, "-o", name)
    assert (answer.code, answer.error().startswith(said)) == (2, True)
    assert not Path(name).exists()


def test_difference_as_a_picture(cli: Cli, registrations: str, tmp_path: Path) -> None:
    path = tmp_path / "difference.svg"
    answer = cli(
        "what-if", *CALL, "--registrations", registrations, "--drop", "+4711111111", "--format", "svg", "-o", str(path)
    )
    assert (answer.code, answer.err) == (0, "")
    assert b"<svg" in path.read_bytes()


@pytest.mark.parametrize(
    ("name", "start"), [("fleet.svg", b"<?xml"), ("fleet.png", b"\x89PNG"), ("f.graphml", b"<graphml")]
)
def test_fleet_by_suffix(cli: Cli, registrations: str, tmp_path: Path, name: str, start: bytes) -> None:
    path = tmp_path / name
    answer = cli("fleet", "--registrations", registrations, "--at", "2026-11-22T12:10:00Z", "-o", str(path))
    assert (answer.code, answer.out, answer.err) == (0, "", "")
    assert path.read_bytes().startswith(start)


def test_fleet_of_an_unknown_format_is_refused(cli: Cli, registrations: str, tmp_path: Path) -> None:
    answer = cli("fleet", "--registrations", registrations, "-o", str(tmp_path / "fleet.gif"))
    assert answer.code == 2
    assert "'gif'" in answer.err
