"""A stranger who follows a page: every line of its `sh` blocks is run, or treated by a rule.

The reader has a folder, a home, settings and a ledger of their own, and a core on this machine, which stands in for
every core that a page names. What a rule does not cover fails, so that every line is accounted for.
"""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import chdir, contextmanager
from pathlib import Path
from typing import NamedTuple

from sipbreakout_tui.config import BUILT_IN
from sipbreakout_tui.core import BlockingCore
from tests.docs import by_rule
from tests.docs.pages import ROOT, Block
from tests.docs.pages import blocks as blocks_on
from tests.docs.staying import see_terminal_ui, see_until_ended

SECONDS = 60
"""The longest that one command may take."""

PROFILE = "docs"
"""The profile that is used where a page names none, or the one built in for a core at a fixed port."""

EXECUTED = frozenset(("cat", "cp", "diff", "echo", "grep", "head", "ls", "mkdir", "mv", "sort", "wc"))
"""What is executed beside sipbreakout, within the reader's folder."""

STAYING = frozenset(("keep", "serve", "web"))
"""Commands that go on until they are stopped."""

OPTIONS_AT_ONCE = frozenset(("--help", "-h", "--version", "--show-completion", "--install-completion"))

_OPERATORS = frozenset(("&&", "||", ";", "|", "&"))
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")
_EXIT_CODE = re.compile(r"#.*\bexit (?:code )?(\d+)")


class Reader:
    """Somebody who follows the pages, on a machine of their own."""

    def __init__(self, folder: Path, core: str, environment: Mapping[str, str]) -> None:
        self.folder = folder
        self.core = core
        self.environment = dict(environment)
        self.cloned: set[str] = set()
        self._printed: list[str] = []

    def follow(self, block: Block) -> str:
        """Run every line of a block; return what was printed."""
        self._printed = []
        for line in logical_lines(block.text):
            try:
                self._do(line)
            except (AssertionError, subprocess.TimeoutExpired) as error:
                raise AssertionError(f"{block}: {line}\n{error}") from error
        return "".join(self._printed)

    def _do(self, line: str) -> None:
        commands = commands_of(line)
        if not commands:
            return
        line = self._at_our_core(line)
        if all(map(_is_executed, commands)):
            for command in commands:
                if command.words[0] in EXECUTED:
                    outside = [word for word in command.words if word.startswith("/") or ".." in Path(word).parts]
                    assert outside == [], "this is outside of the reader's folder"
            assert not re.search(r"\$\(|`", line), "a rule is needed for what is expanded"
            self._execute(line)
            return
        assert "|" not in words_of(line), "a command that stays, or that a rule covers, stands in no pipe"
        for command in commands_of(line):
            with self._with(command.variables):
                if _is_executed(command):
                    self._execute(shlex.join(command.words))
                else:
                    self._rule(command.words)(self, command.words)

    def _rule(self, words: list[str]) -> "Callable[[Reader, list[str]], None]":
        name = Path(words[0]).name
        if name == "sipbreakout":
            return see_until_ended if STAYING & set(words[1:2]) else see_terminal_ui
        rule = by_rule.RULES.get(name)
        assert rule is not None, f"no rule of tests/docs covers {name!r}: run it, or hold it to account in by_rule.py"
        return rule

    def _execute(self, line: str) -> None:
        wanted = int(match[1]) if (match := _EXIT_CODE.search(line)) else 0
        done = subprocess.run(
            ["sh", "-c", line],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            encoding="utf-8",
            timeout=SECONDS,
        )
        assert done.returncode == wanted, f"exit code {done.returncode}\n{done.stdout}{done.stderr}"
        assert "Traceback" not in done.stderr, done.stderr
        self._printed += [done.stdout, done.stderr]

    @contextmanager
    def _with(self, variables: Mapping[str, str]) -> Iterator[None]:
        before = {name: self.environment.get(name) for name in variables}
        self.environment.update(variables)
        yield
        for name, value in before.items():
            if value is None:
                del self.environment[name]
            else:
                self.environment[name] = value

    def _at_our_core(self, line: str) -> str:
        """Return the line with every core that it names replaced by ours."""
        line = re.sub(r"(--profile[ =]|SIPBREAKOUT_PROFILE=)embedded\b", rf"\1{PROFILE}", line)
        return re.sub(r"--target[ =]\S+", f"--target {self.core} --plaintext", line)


class Command(NamedTuple):
    """A command of a line."""

    words: list[str]
    variables: dict[str, str]
    """Those that are set for it alone."""


def _is_executed(command: Command) -> bool:
    name, *words = command.words
    if Path(name).name != "sipbreakout":
        return name in EXECUTED
    if {"--forget", *OPTIONS_AT_ONCE} & set(words):
        return True
    first = next((word for word in words if not word.startswith("-")), "ui")
    return first not in STAYING | {"ui", "demo"}


def logical_lines(text: str) -> list[str]:
    """Return the lines of a block that say something, each with those that continue it."""
    joined = text.replace("\\\n", " ")
    return [line.strip() for line in joined.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def words_of(line: str) -> list[str]:
    """Return the words and operators of a line, without its comment."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="&|;<>")
    lexer.whitespace_split = True
    return list(lexer)


def commands_of(line: str) -> list[Command]:
    """Return the commands of a line, without redirections."""
    found = [Command([], {})]
    words = iter(words_of(line))
    for word in words:
        if word in _OPERATORS:
            found.append(Command([], {}))
        elif set(word) <= set("<>"):
            next(words, None)
        elif not found[-1].words and _ASSIGNMENT.match(word):
            name, _, value = word.partition("=")
            found[-1].variables[name] = value
        else:
            found[-1].words.append(word)
    return [command for command in found if command.words]


@contextmanager
def a_reader(page: Path, folder: Path) -> Iterator[Reader]:
    """Give somebody who follows a page, with a core, for the time of the block."""
    with BlockingCore() as core:
        programs = folder / ".venv" / "bin"
        programs.mkdir(parents=True)
        program = programs / "sipbreakout"
        program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m sipbreakout_tui "$@"\n', encoding="utf-8")
        program.chmod(0o755)
        examples = folder / "docs" / "examples"
        examples.mkdir(parents=True)
        for path in (ROOT / "docs" / "examples").iterdir():
            (examples / path.name).write_bytes(path.read_bytes())
        (folder / "config.toml").write_text(_profiles(page, core.address), encoding="utf-8")
        reader = Reader(folder, core.address, environment_in(folder))
        with chdir(folder):
            yield reader


def environment_in(folder: Path) -> dict[str, str]:
    """Return the environment of somebody whose home is a folder."""
    unwanted = ("SIPBREAKOUT_", "XDG_", "MAKE", "MFLAGS")
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(unwanted)},
        "HOME": str(folder),
        "PATH": os.pathsep.join((str(folder / ".venv" / "bin"), os.environ.get("PATH", os.defpath))),
        "MPLBACKEND": "agg",
        "MPLCONFIGDIR": str(folder / "matplotlib"),
        "SIPBREAKOUT_CONFIG": str(folder / "config.toml"),
        "SIPBREAKOUT_STATE_DIR": str(folder / "state"),
    }


def _profiles(page: Path, core: str) -> str:
    """Return a profile file in which all profiles that the page names lead to our core, those built in, too."""
    text = "\n".join(block.text for block in blocks_on(page) if block.language == "sh")
    named = re.findall(r"(?:--profile[ =]|SIPBREAKOUT_PROFILE=)([A-Za-z0-9._-]+)", text)
    names = dict.fromkeys((PROFILE, *BUILT_IN, *named))
    tables = [f'[profiles.{name}]\ntarget = "{core}"\nplaintext = true\n' for name in names if name != "embedded"]
    return "\n".join(["version = 1", f'default = "{PROFILE}"', *tables])
