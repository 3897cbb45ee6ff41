r"""The filter language of lists: words, `field:value`, `!not`, `ttl:<10m`, `/regex/`.

All terms of a filter have to hold. A word is found anywhere in a row, in either case; `field:value` in that
field only; `!` turns a term round; `ttl:<10m` and `ttl:>1h` compare the remaining life; `/…/` is a regular
expression over the whole row. Quotes keep spaces together: `"words:not acceptable"`.
"""

import re
import shlex
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from sipbreakout_model import InvalidValue

_SPAN = re.compile(r"([<>])(\d+(?:\.\d+)?)([smh]?)")
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600}


class Filtered(Protocol):
    """What a row offers to a filter."""

    @property
    def haystack(self) -> str:
        """Every field that words look at, lower case, separated by newlines."""

    def field(self, name: str, at: float) -> str | None:
        """Return a field's text at Unix time `at` (s) in lower case, or None where there is no such field."""


class Living(Filtered, Protocol):
    """A row that `ttl:` can be asked of."""

    def remaining(self, at: float) -> float | None:
        """Return the seconds left to live, or None where that is not known."""


Term = Callable[[Any, float], bool]
"""Whether a row passes at Unix time `at` (s)."""

Compared = Mapping[str, Callable[[str], Term]]
"""Fields whose values are compared: by name, what reads the text after the colon.

It raises InvalidValue where that cannot be read.
"""


class Filter:
    """A filter that was read once and is asked for many rows."""

    __slots__ = ("_terms", "text")

    def __init__(self, text: str, fields: tuple[str, ...], compared: Compared | None = None) -> None:
        """Read the text.

        Args:
            text: Terms separated by spaces; empty lets every row through.
            fields: The names that `field:value` may use.
            compared: The names whose values are compared; None: `ttl`, of rows that are `Living`.

        Raises:
            InvalidValue: A field that is not there, a span or regular expression that cannot be read.
        """
        self.text = text
        known = _LIVES if compared is None else compared
        self._terms = [_term(word, fields, known) for word in _words(text)]

    def matches(self, row: Filtered, at: float) -> bool:
        """Return whether the row passes at Unix time `at` (s)."""
        return all(term(row, at) for term in self._terms)


def _words(text: str) -> list[str]:
    lexer = shlex.shlex(text, posix=True, punctuation_chars=False)
    lexer.whitespace_split = True
    lexer.commenters = lexer.escape = ""
    try:
        return list(lexer)
    except ValueError:  # a quote that is still open while somebody types
        return text.split()


def _term(word: str, fields: tuple[str, ...], compared: Compared) -> Term:
    if word.startswith("!") and len(word) > 1:
        inner = _term(word[1:], fields, compared)
        return lambda row, at: not inner(row, at)
    if len(word) > 1 and word.startswith("/") and word.endswith("/"):
        return _regex(word[1:-1])
    name, colon, value = word.partition(":")
    # `sips:host` is a word: what a URI is written like must not be taken for a field.
    if colon and name.lower() not in ("sip", "sips"):
        return _field(name.lower(), value.lower(), fields, compared)
    needle = word.lower()
    return lambda row, at: needle in row.haystack


def _regex(text: str) -> Term:
    try:
        found = re.compile(text, re.IGNORECASE).search
    except re.error as error:
        raise InvalidValue(f"/{text}/ is not a regular expression: {error}") from error
    return lambda row, at: found(row.haystack) is not None


def _field(name: str, value: str, fields: tuple[str, ...], compared: Compared) -> Term:
    if name in compared:
        return compared[name](value)
    if name not in fields:
        *most, last = (*fields, *compared)
        raise InvalidValue(f"{name!r} is no field: expected {', '.join(most)} or {last}")
    return lambda row, at: value in (row.field(name, at) or "") if value else not row.field(name, at)


def _ttl(value: str) -> Term:
    span = _SPAN.fullmatch(value)
    if span is None:
        raise InvalidValue(f"ttl:{value} is not a comparison: expected ttl:<10m or ttl:>1h")
    seconds = float(span[2]) * _SECONDS[span[3]]
    below = span[1] == "<"

    def compare(row: Living, at: float) -> bool:
        left = row.remaining(at)
        return left is not None and (left < seconds if below else left > seconds)

    return compare


_LIVES: Compared = {"ttl": _ttl}
