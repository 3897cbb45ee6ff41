"""Enum words: how they are read, completed, and named in the help."""

import os
import subprocess
from enum import Enum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipbreakout_model import (
    CalleeBehaviour,
    InvalidNumber,
    InvalidValue,
    PrefixReading,
    TasBehaviour,
    UnmatchedReturn,
)
from sipbreakout_tui.cli import values
from tests.cli.conftest import ENVIRONMENT, PROGRAM, SECONDS, Cli

WORDS: dict[str, type[Enum]] = {
    "--callee": CalleeBehaviour,
    "--tas": TasBehaviour,
    "--prefix-reading": PrefixReading,
    "--unmatched-return": UnmatchedReturn,
}


@given(st.sampled_from([member for kind in WORDS.values() for member in kind]), st.data())
def test_word_in_either_case_with_dash_or_underscore(member: Enum, data: st.DataObject) -> None:
    written = "".join(
        data.draw(st.sampled_from("-_")) if char == "_" else data.draw(st.sampled_from([char, char.upper()]))
        for char in member.value
    )
    assert values.read_word("--x", written, type(member)) is member


@pytest.mark.parametrize("kind", WORDS.values())
def test_unknown_word_names_the_known(kind: type[Enum]) -> None:
    with pytest.raises(InvalidValue) as caught:
        values.read_word("--x", "foo", kind)
    known = ", ".join(member.value.replace("_", "-") for member in kind)
    assert str(caught.value) == f"--x 'foo' is not known: expected one of {known}"


@pytest.mark.parametrize(("option", "kind"), WORDS.items())
def test_help_names_every_word(cli: Cli, option: str, kind: type[Enum]) -> None:
    helped = "".join(cli("explain", "--help").out.split())
    text = helped.split(option, 1)[1]
    for member in kind:
        assert member.value.replace("_", "-") in text.split("[default", 1)[0]


@pytest.mark.parametrize("kind", WORDS.values())
def test_completion(kind: type[Enum]) -> None:
    assert values.words_of(kind.__name__)() == [member.value.replace("_", "-") for member in kind]


def test_refusal_keeps_its_class_and_names_the_option() -> None:
    with pytest.raises(InvalidNumber, match=r"^--x bad$"), values.naming("--x"):
        raise InvalidNumber("bad")


@pytest.mark.skipif(os.name != "posix", reason="completion of a POSIX shell")
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("sipbreakout explain-r", ["explain-rule"]),
        ("sipbreakout explain-rule V1", ["V1", "V10"]),
        ("sipbreakout explain --tas returns-with", ["returns-without-session-id", "returns-with-prefix"]),
        ("sipbreakout explain --format j", ["json"]),
    ],
)
def test_shell_completes(words: str, expected: list[str]) -> None:
    asked = {
        "_SIPBREAKOUT_COMPLETE": "complete_bash",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split()) - 1),
    }
    done = subprocess.run(
        PROGRAM, capture_output=True, encoding="utf-8", env={**ENVIRONMENT, **asked}, check=False, timeout=SECONDS
    )
    assert (done.stdout.split(), done.stderr) == (expected, "")
