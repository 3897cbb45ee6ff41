"""Every fenced block of README.md, CONTRIBUTING.md and docs/ does what its page says.

A block `console` shows commands with their output, which `make docs` writes. The commands of blocks `sh` are run, or
held to account by a rule, and blocks `python` are run, page by page. A block `text` right below one of these shows
what it printed, after `sh` in part and with other times and ports. Files are read by what reads them.
"""

import configparser
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from docs.generate import session
from sipbreakout_model.registration_text import TextFormat, book_of, parse_registrations
from sipbreakout_tui.config import load_keys, load_profiles
from sipbreakout_tui.core.tokens import Tokens
from sipbreakout_tui.tui.keymap import keymap_problems
from sipbreakout_tui.tui.scopes import all_scopes
from tests.docs.pages import Block, blocks, blocks_of, pages
from tests.docs.reader import a_reader, commands_of, environment_in, logical_lines

SECONDS = 120
PROFILE_FILE = {"version", "default", "keys", "profiles"}
DIAGRAMS = ("flowchart", "graph", "sequenceDiagram", "stateDiagram")


def check_session(block: Block, _folder: Path) -> None:
    """Commands with their output: it is what they print now."""
    assert block.text == session(block.text), "run make docs"


def check_toml(block: Block, folder: Path) -> None:
    """A file of registrations or of tokens, or a profile file or part of one, as the program reads it."""
    document = tomllib.loads(block.text)
    path = folder / "block.toml"
    path.write_text(("" if "version" in document else "version = 1\n") + block.text, encoding="utf-8")
    if "registration" in document:
        book_of(parse_registrations(block.text, TextFormat.TOML))
    elif "token" in document:
        path.write_text(block.text, encoding="utf-8")
        Tokens.read(path)
    else:
        assert document.keys() <= PROFILE_FILE, "no file of the program is like this"
        load_profiles(path)
        assert keymap_problems(load_keys(path), all_scopes()) == []


def check_json(block: Block, _folder: Path) -> None:
    json.loads(block.text)


def check_csv(block: Block, _folder: Path) -> None:
    book_of(parse_registrations(block.text, TextFormat.CSV))


def check_unit(block: Block, _folder: Path) -> None:
    """A systemd unit: what it starts is a command of the program."""
    unit = configparser.ConfigParser(interpolation=None, strict=False)
    unit.read_string(block.text)
    program, *words = unit["Service"]["ExecStart"].split()
    assert Path(program).name == "sipbreakout"
    done = run_python("-m", "sipbreakout_tui", words[0], "--help")
    assert done.returncode == 0, done.stderr


def check_text(block: Block, _folder: Path) -> None:
    """A picture or an excerpt; nothing that somebody would type."""
    typed = [line for line in block.text.splitlines() if line.startswith(("$ ", "sipbreakout ", "pip ", "make "))]
    assert typed == [], "a command stands in a block sh or console"


def check_diagram(block: Block, _folder: Path) -> None:
    assert block.text.startswith(DIAGRAMS)


CHECKS: Mapping[str, Callable[[Block, Path], None]] = {
    "console": check_session,
    "csv": check_csv,
    "ini": check_unit,
    "json": check_json,
    "mermaid": check_diagram,
    "text": check_text,
    "toml": check_toml,
}
PAGE_BY_PAGE = ("sh", "python")
"""Their blocks follow one another, and are tested as a page."""


def with_blocks(*languages: str) -> list[Path]:
    return [page for page in pages() if any(block.language in languages for block in blocks(page))]


def run_python(*arguments: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=None if folder is None else environment_in(folder),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        encoding="utf-8",
        timeout=SECONDS,
    )


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_every_block_has_a_language_that_is_tested(page: Path) -> None:
    for block in blocks(page):
        assert block.language in (*CHECKS, *PAGE_BY_PAGE), f"{block}: nothing tests blocks of {block.language!r}"


@pytest.mark.parametrize("page", with_blocks(*CHECKS), ids=lambda page: page.name)
def test_blocks_are_what_the_program_says_and_reads(page: Path, tmp_path: Path) -> None:
    for block in blocks(page):
        if block.language in CHECKS:
            try:
                CHECKS[block.language](block, tmp_path)
            except Exception as error:
                error.add_note(str(block))
                raise


@pytest.mark.parametrize("page", with_blocks("sh"), ids=lambda page: page.name)
def test_commands_do_what_the_page_says(page: Path, tmp_path: Path) -> None:
    follow(page, tmp_path)


def follow(page: Path, folder: Path) -> None:
    found = blocks(page)
    with a_reader(page, folder) as reader:
        for block, after in zip(found, [*found[1:], None], strict=True):
            if block.language == "sh":
                printed = without_digits(reader.follow(block))
                if after is not None and after.shows_output_of(block):
                    missing = [line for line in without_digits(after.text) if line not in printed]
                    assert missing == [], f"{after}: the commands above it print something else: {printed}"


def without_digits(text: str) -> list[str]:
    """Return lines without what is never the same twice: times and ports."""
    return [re.sub(r"\d+|\s+", lambda match: "0" if match[0].isdigit() else " ", line) for line in text.splitlines()]


@pytest.mark.parametrize("page", with_blocks("python"), ids=lambda page: page.name)
def test_python_runs(page: Path, tmp_path: Path) -> None:
    run_cells(page, tmp_path)


def run_cells(page: Path, folder: Path) -> None:
    with a_reader(page, folder):
        cells = [block for block in blocks(page) if block.language == "python"]
        magic = any(line.startswith("%") for block in cells for line in block.text.splitlines())
        (folder / "cells.json").write_text(json.dumps([[str(block), block.text] for block in cells]), "utf-8")
        done = run_python("-c", CELLS.format(run=IN_IPYTHON if magic else IN_PYTHON), folder=folder)
        assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    printed = json.loads((folder / "printed.json").read_text("utf-8"))
    for cell, text in zip(cells, printed, strict=True):
        for shown in blocks(page):
            assert not shown.shows_output_of(cell) or shown.text == text, f"{shown}: the block above it prints\n{text}"


CELLS = """
import contextlib, io, json, pathlib
{run}
printed = []
for name, text in json.loads(pathlib.Path("cells.json").read_text("utf-8")):
    with contextlib.redirect_stdout(io.StringIO()) as out:
        run(name, text)
    printed.append(out.getvalue())
pathlib.Path("printed.json").write_text(json.dumps(printed), "utf-8")
"""
IN_PYTHON = """
names = dict(__name__="__main__")
def run(name, text):
    exec(compile(text, name, "exec"), names)
"""
IN_IPYTHON = """
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
def run(name, text):
    shell.run_cell(text).raise_error()
"""


def test_blocks_are_found_with_their_lines_and_languages(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    found = blocks_of(
        page, "text\n\n```sh\nls\n```\n\n- item\n\n  ```toml\n  a = 1\n  ```\n\n````text\n```\n````\n```\nx\n```\n"
    )
    assert [(block.line, block.language, block.text) for block in found] == [
        (3, "sh", "ls\n"),
        (9, "toml", "  a = 1\n"),
        (13, "text", "```\n"),
        (16, "", "x\n"),
    ]
    with pytest.raises(AssertionError, match="the block of line 1 does not end"):
        blocks_of(page, "```sh\nls\n")


def test_lines_are_read_as_a_shell_does() -> None:
    assert logical_lines("# what\n\na \\\n  b   # c\n") == ["a    b   # c"]
    found = commands_of("A=1 b 'c d' > e | f && g h; i &  # exit 1")
    assert [command.words for command in found] == [["b", "c d"], ["f"], ["g", "h"], ["i"]]
    assert [command.variables for command in found] == [{"A": "1"}, {}, {}, {}]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("curl https://example.com", "no rule of tests/docs covers 'curl'"),
        ("pip install 'sipbreakout-tui[nothing]'", "no extra is named nothing"),
        ("pip install something", "'something' is not this project"),
        ("make nothing", "the Makefile has no target nothing"),
        ("sipbreakout list --nothing", "No such option: --nothing"),
        ("sipbreakout list  # exit 1", "exit code 0"),
        ("sipbreakout serve --nothing", "exit code 2"),
        ("sipbreakout serve | cat", "stands in no pipe"),
        ("cat /etc/hostname", "outside of the reader's folder"),
        ("sipbreakout list $(curl https://example.com)", "a rule is needed for what is expanded"),
        ("cd nowhere", "nowhere is no folder"),
        ("sipbreakout list\n```\n\n```text\nnothing that it prints", "the commands above it print something else"),
    ],
)
def test_a_command_that_does_something_else_is_found(line: str, why: str, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"```sh\n{line}\n```\n", encoding="utf-8")
    with pytest.raises(AssertionError, match=why):
        follow(page, tmp_path)


def test_output_of_python_that_is_another_one_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```python\nprint(1)\n```\n\n```text\n2\n```\n", encoding="utf-8")
    with pytest.raises(AssertionError, match="the block above it prints"):
        run_cells(page, tmp_path)
