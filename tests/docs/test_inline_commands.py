"""Commands and options that stand in the sentences of README.md, CONTRIBUTING.md and docs/ are those of the program."""

import re
import shlex
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from typer.core import TyperArgument, TyperGroup
from typer.main import get_command

from sipbreakout_tui.cli.commands import app
from sipbreakout_tui.cli.running import run
from tests.docs.pages import ROOT, inline_code, pages

ROOT_COMMAND: Any = get_command(app)
PLACEHOLDER = re.compile(r"[A-Z][A-Z:]*|.*…")
"""What a sentence has in place of a word, such as NUMBER or `127.0.0.1:…`."""

CHOICES = frozenset(("FORMAT", "THEME", "TYPE", "WORD"))
"""What options are marked with whose help names every value that they take."""

MESSAGES = ("sipbreakout web needs aiohttp, which is not installed: pip install 'sipbreakout-tui[web]'",)
"""What the program says, and nobody types; `tests/packaging` sees it said."""

SHOWING = frozenset(("explain-code", "explain-rule"))
"""Commands that only look their words up."""


def check_command(text: str) -> None:
    """Fail unless somebody could type this, with words of their own for the placeholders."""
    _, *words = shlex.split(text.partition(" | ")[0])
    command, words = command_of([word for word in words if word != "…"])
    check_options(command, words)
    if command.name in SHOWING and not any(map(PLACEHOLDER.fullmatch, words)):
        assert run([command.name, *words]) == 0, text


def command_of(words: list[str]) -> tuple[Any, list[str]]:
    """Return the command, or the group, that the words begin with, and the rest."""
    command = ROOT_COMMAND
    while isinstance(command, TyperGroup) and words and not words[0].startswith("-"):
        assert words[0] in command.commands, f"there is no command {words[0]!r}"
        command, words = command.commands[words[0]], words[1:]
    return command, words


def check_options(command: Any, words: list[str]) -> None:
    """Fail where a command has no such option, an option no such value, or where words are left over."""
    context = command.context_class(command)
    parameters = command.get_params(context)
    values, rest, order = command.make_parser(context).parse_args(list(words))
    for option in (each for each in order if each.metavar in CHOICES):
        value = values[option.name]
        known = re.findall(r"[\w-]+", option.help)
        assert PLACEHOLDER.fullmatch(value) or value in known, f"{option.opts[0]} takes no {value!r}: {option.help}"
    room = [each.nargs for each in parameters if isinstance(each, TyperArgument)]
    assert rest == [], f"{rest} is too much: there is room for {room}"


def check_option(text: str) -> None:
    """Fail unless some command has this option, with this value where one is given."""
    words = shlex.split(text)
    assert any(map(partial(takes, words), commands_below(ROOT_COMMAND))), f"no command takes {text}"


def takes(words: list[str], command: Any) -> bool:
    """Return whether a command takes an option, which may stand without its value."""
    named = [each for each in command.get_params(command.context_class(command)) if words[0] in each.opts]
    if not named:
        return False
    try:
        check_options(command, words if len(words) > 1 or named[0].is_flag else [*words, "…"])
    except AssertionError:
        return False
    return True


def commands_below(group: TyperGroup) -> Iterator[Any]:
    for command in group.commands.values():
        yield command
        if isinstance(command, TyperGroup):
            yield from commands_below(command)


CHECKS = {"sipbreakout ": check_command, "--": check_option}


def named_on(page: Path) -> list[tuple[str, str]]:
    found = inline_code(page.read_text(encoding="utf-8"))
    return [(start, text) for text in found for start in CHECKS if text.startswith(start) and text not in MESSAGES]


NAMED = [
    pytest.param(start, text, id=f"{page.name}: {text}")
    for page in pages()
    if page != ROOT / "docs" / "commands.md"  # generated from the definitions
    for start, text in dict.fromkeys(named_on(page))
]


@pytest.mark.parametrize(("start", "text"), NAMED)
def test_it_can_be_typed(start: str, text: str) -> None:
    CHECKS[start](text)


def test_messages_stand_on_a_page() -> None:
    everywhere = [text for page in pages() for text in inline_code(page.read_text(encoding="utf-8"))]
    assert set(MESSAGES) <= set(everywhere)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("sipbreakout explan FILE", "no command 'explan'"),
        ("sipbreakout ledger paths", "no command 'paths'"),
        ("sipbreakout explain-rule R88", "R88"),
        ("sipbreakout trace FILE --ledgers", "--ledgers"),
        ("sipbreakout explain … --format svgg", "takes no 'svgg'"),
        ("sipbreakout config path too", "too"),
        ("--format htm", "no command takes --format htm"),
        ("--formats", "no command takes --formats"),
    ],
)
def test_what_cannot_be_typed_is_found(text: str, why: str) -> None:
    (check,) = [CHECKS[start] for start in CHECKS if text.startswith(start)]
    with pytest.raises(Exception, match=why):
        check(text)
