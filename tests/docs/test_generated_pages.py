"""The generated pages tell of everything that there is."""

import ast
import re
from pathlib import Path

from docs.commands_page import command_paths, commands_page
from docs.diagnosis_page import FINDINGS, VERDICTS
from docs.generate import differing, generated_pages
from docs.keys_page import keys_page
from sipbreakout_tui.report.severity import FINE, NOTABLE, TROUBLE
from sipbreakout_tui.tui.launch import options_of
from sipbreakout_tui.tui.scopes import named_keys
from tests.docs.pages import ROOT


def test_generated_pages_are_what_is_generated_now() -> None:
    assert differing(generated_pages()) == [], "run make docs"


def test_a_page_that_is_stale_or_gone_is_named(tmp_path: Path) -> None:
    kept, stale, gone = (tmp_path / name for name in ("kept.md", "stale.md", "gone.md"))
    kept.write_text("new", encoding="utf-8")
    stale.write_text("old", encoding="utf-8")
    assert differing(dict.fromkeys((kept, stale, gone), "new")) == [stale, gone]


def test_headings_of_verdicts_are_their_ids() -> None:
    page = (ROOT / "docs" / "diagnosis.md").read_text(encoding="utf-8")
    headings = re.findall(r"^### (.*)$", page, flags=re.MULTILINE)
    assert headings == [each.verdict for each in VERDICTS]


def test_commands_are_all_there_with_their_options() -> None:
    page = commands_page()
    for path in command_paths():
        assert f"\n## sipbreakout {path}\n" in page
    for option in options_of(demo=False):
        assert option.help in page
    assert "| `--sip-uri URI` | The TAS, as in sips:tas.example.com or with a port. | required |\n" in page
    assert "| `--at TIME` | " in page
    assert "| `now` |\n" in page
    assert "`sipbreakout upsert --sip-uri URI --type TYPE [OPTIONS] NUMBER`" in page


def test_every_argument_and_option_has_words() -> None:
    rows = re.findall(r"^\| (`.*?) \|(.*?)\|", commands_page(), flags=re.MULTILINE)
    assert [row for row, words in rows if not words.strip()] == []


def test_keys_are_all_there_with_their_names() -> None:
    page = keys_page()
    for name, keys, words in named_keys():
        assert f"| `{name}` |\n" in page
        row = next(line for line in page.splitlines() if line.endswith(f"| `{name}` |"))
        for key in keys.split():
            assert f"`{key}`" in row
        assert words.lower() in row.lower()


def test_every_verdict_has_an_example_and_every_finding_words() -> None:
    shown = [each.verdict for each in VERDICTS]
    assert sorted(shown) == sorted((*TROUBLE, *NOTABLE, *FINE))
    beside = set(re.findall(r"^\| `([a-z0-9-]+)` \|", FINDINGS, flags=re.MULTILINE))
    assert found_by_the_program() == {*shown, *beside}


def found_by_the_program() -> set[str]:
    """Return the ids of all findings that the diagnosis makes, as its source names them."""
    found = set()
    for path in (ROOT / "sipbreakout_tui" / "trace" / "diagnosis").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Finding":
                found.add(ast.literal_eval(node.args[0]))
    return found
