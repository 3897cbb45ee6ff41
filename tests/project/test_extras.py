"""Extras that pages, recipes and messages name are those of the project."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXTRAS = set(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"])
NAMED = re.compile(r"(?:['\"\s]\.|sipbreakout[-_]tui|\.whl)\[([a-z][\w,-]*)\]")
"""Extras after the project itself, as in '.[web,keyring]' or sipbreakout-tui[web]."""


def naming() -> dict[str, set[str]]:
    """Return the extras that each file names, by its path."""
    paths = [ROOT / "Makefile", ROOT / ".ci" / "run", *ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    paths += (ROOT / "sipbreakout_tui").rglob("*.py")
    found = {}
    for path in paths:
        named = {extra for extras in NAMED.findall(path.read_text("utf-8")) for extra in extras.split(",")}
        if named:
            found[path.relative_to(ROOT).as_posix()] = named
    return found


@pytest.mark.parametrize(("path", "named"), naming().items())
def test_extras_exist(path: str, named: set[str]) -> None:
    assert named <= EXTRAS, f"{path}: no extra is named {', '.join(named - EXTRAS)}"


def test_recipes_and_pages_are_looked_at() -> None:
    assert {"Makefile", "docs/installing.md", "docs/notebooks.md", "sipbreakout_tui/cli/web.py"} <= set(naming())


def test_every_extra_has_its_row() -> None:
    page = (ROOT / "docs" / "installing.md").read_text("utf-8")
    table = page.partition("| extra |")[2].partition("\n\n")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == EXTRAS
