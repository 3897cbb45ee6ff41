"""A message's lines for reading: what in them is what, where a search finds something, and how two differ."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import islice
from typing import Literal, NamedTuple

Kind = Literal["start", "name", "number", "session", "via", "body"]

MOST_HITS = 1000
MOST_COMPARED = 400
"""How many lines of a message are compared: a body may have tens of thousands."""

# Bounded: a message may be one number of sixty thousand digits.
_NUMBER = re.compile(r"(?<![0-9*#+])\+?[0-9*#]{3,40}(?=@)|(?<=tel:)\+?[0-9*#]{3,40}")
_UUID = re.compile(r"[0-9a-fA-F]{32}")
_BRANCH = re.compile(r"branch=[^;,\s]+", re.IGNORECASE)
_HEADER = re.compile(r"[^\s:]{1,60}[ \t]*:")
_VIAS = ("via", "v")


class Part(NamedTuple):
    """Characters of a line that are something."""

    start: int
    stop: int
    kind: Kind


def parts_of(lines: Sequence[str]) -> list[list[Part]]:
    """Return for each line of a shown message what stands out in it."""
    found: list[list[Part]] = []
    in_body = False
    for index, line in enumerate(lines):
        in_body = in_body or (index > 0 and not line)
        if in_body:
            found.append([Part(0, len(line), "body")])
            continue
        parts = [Part(match.start(), match.end(), "number") for match in _NUMBER.finditer(line)]
        if not index:
            parts.insert(0, Part(0, len(line), "start"))
        elif (name := _HEADER.match(line)) is not None:
            word = name[0][:-1].strip().lower()
            parts.insert(0, Part(0, name.end(), "name"))
            if word == "session-id":
                parts += [Part(match.start(), match.end(), "session") for match in _UUID.finditer(line)]
            elif word in _VIAS:
                parts += [Part(match.start(), match.end(), "via") for match in _BRANCH.finditer(line)]
        found.append(parts)
    return found


class Hit(NamedTuple):
    """Where a search found something."""

    line: int
    start: int
    stop: int


def hits(lines: Sequence[str], wanted: str) -> list[Hit]:
    """Return where a text stands in the lines, in either case, MOST_HITS at most; nowhere for an empty one."""
    if not wanted:
        return []
    pattern = re.compile(re.escape(wanted), re.IGNORECASE)
    found = (Hit(index, *match.span()) for index, line in enumerate(lines) for match in pattern.finditer(line))
    return list(islice(found, MOST_HITS))


@dataclass(frozen=True, slots=True)
class DifferenceLine:
    """A line of two messages beside each other."""

    sign: str
    """`-` only in the first, `+` only in the second, a space: in both."""
    text: str
    changed: tuple[int, int] | None = None
    """The characters that are not those of the other message's line, where there is one of the same header."""


def difference(one: Sequence[str], two: Sequence[str]) -> Iterator[DifferenceLine]:
    """Yield how a message's lines became another's, header by header; of long ones the first MOST_COMPARED lines."""
    left = max(len(one), len(two)) - MOST_COMPARED
    one, two = one[:MOST_COMPARED], two[:MOST_COMPARED]
    for tag, low, high, low_two, high_two in SequenceMatcher(None, one, two, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from (DifferenceLine(" ", line) for line in one[low:high])
        else:
            yield from _replaced(one[low:high], list(two[low_two:high_two]), starts=not low and not low_two)
    if left > 0:
        yield DifferenceLine(" ", f"… {left} more lines are not compared")


def _replaced(gone: Sequence[str], new: list[str], *, starts: bool) -> Iterator[DifferenceLine]:
    for index, line in enumerate(gone):
        name = _name(line)
        if starts and not index:
            other = new[0] if new else None
        else:
            other = next((text for text in new if name and _name(text) == name), None)
        if other is None:
            yield DifferenceLine("-", line)
            continue
        new.remove(other)
        before, after = _changed(line, other)
        yield DifferenceLine("-", line, before)
        yield DifferenceLine("+", other, after)
    yield from (DifferenceLine("+", line) for line in new)


def _name(line: str) -> str:
    match = _HEADER.match(line)
    return "" if match is None else match[0][:-1].strip().lower()


def _changed(one: str, two: str) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return what lies between the common start and the common end of two lines."""
    limit = min(len(one), len(two))
    start = next((index for index in range(limit) if one[index] != two[index]), limit)
    end = next((index for index in range(limit - start) if one[-1 - index] != two[-1 - index]), limit - start)
    return (start, len(one) - end), (start, len(two) - end)
