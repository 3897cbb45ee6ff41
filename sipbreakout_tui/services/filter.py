r"""The filter language of lists: words, `field:value`, `!not`, `ttl:<10m`, `/regex/`.

All terms of a filter have to hold. A word is found anywhere in a row, in either case; `field:value` in that
field only; `!` turns a term round; `ttl:<10m` and `ttl:>1h` compare the remaining life; `/…/` is a regular
expression over the whole row. Quotes keep spaces together: `"words:not acceptable"`.
"""

import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

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


class _Condition(NamedTuple):
    """One term: a word that is looked up in the haystack, or anything else that a row is asked."""

    needle: str | None
    search: Callable[[str], object] | None
    """What a regular expression finds in a haystack, or None."""
    term: Term
    wanted: bool


class Filter:
    """A filter that was read once and is asked for many rows."""

    __slots__ = ("_conditions", "text")

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
        self._conditions = [_condition(word, fields, known) for word in _words(text)]

    def matches(self, row: Filtered, at: float) -> bool:
        """Return whether the row passes at Unix time `at` (s)."""
        return all(condition.term(row, at) is condition.wanted for condition in self._conditions)

    def select(
        self, rows: Sequence[Filtered], haystacks: Sequence[str], at: float, among: Sequence[int] | None = None
    ) -> list[int]:
        """Return the indices of the rows that pass at Unix time `at` (s), in the order of `among`.

        Args:
            rows: All rows.
            haystacks: The haystack of each, made before: a hundred thousand of them cost more than the search.
            at: Unix time in seconds.
            among: Which rows are asked; None: all of them.
        """
        chosen: Sequence[int] = range(len(rows)) if among is None else among
        # Words first: they are the quickest, and leave the least to the others.
        for needle, search, term, wanted in sorted(self._conditions, key=lambda condition: condition.needle is None):
            if needle is not None:
                chosen = [index for index in chosen if (needle in haystacks[index]) is wanted]
            elif search is not None:
                chosen = [index for index in chosen if (search(haystacks[index]) is not None) is wanted]
            else:
                chosen = [index for index in chosen if term(rows[index], at) is wanted]
        return list(chosen)


def _words(text: str) -> list[str]:
    lexer = shlex.shlex(text, posix=True, punctuation_chars=False)
    lexer.whitespace_split = True
    lexer.commenters = lexer.escape = ""
    try:
        return list(lexer)
    except ValueError:  # a quote that is still open while somebody types
        return text.split()


def _condition(word: str, fields: tuple[str, ...], compared: Compared) -> _Condition:
    wanted = True
    while word.startswith("!") and len(word) > 1:
        word, wanted = word[1:], not wanted
    if len(word) > 1 and word.startswith("/") and word.endswith("/"):
        search = _search(word[1:-1])
        return _Condition(None, search, lambda row, at: search(row.haystack) is not None, wanted)
    name, colon, value = word.partition(":")
    # `sips:host` is a word: what a URI is written like must not be taken for a field.
    if colon and name.lower() not in ("sip", "sips"):
        return _Condition(None, None, _field(name.lower(), value.lower(), fields, compared), wanted)
    needle = word.lower()
    return _Condition(needle, None, lambda row, at: needle in row.haystack, wanted)


def _search(text: str) -> Callable[[str], object]:
    try:
        return re.compile(text, re.IGNORECASE).search
    except re.error as error:
        raise InvalidValue(f"/{text}/ is not a regular expression: {error}") from error


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
