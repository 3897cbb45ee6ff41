"""A line of a picture: plain text, and which part of it is what.

It is shown without parsing any markup, so no text from outside can be taken for markup.
"""

from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

from sipbreakout_tui.safe_text import visible

Mark: TypeAlias = Literal[
    "party",  # the name of a party
    "address",  # its number or URI
    "leg",  # line, head and number of a leg that is made
    "looped",  # the same of a leg that a loop repeats, and what is said of the loop
    "absent",  # a leg that is not made, its reason, and parties that no leg reaches
    "number",  # the number called
    "prefix",  # the prefix of R7 in it
    "note",
    "rule",
    "end",  # how a leg ends that is not answered
    "time",
    "outcome",
]
"""What a part of a line is; how that looks is for who shows it."""


class Span(NamedTuple):
    """A part of a line."""

    start: int
    """The first character."""
    stop: int
    """The character after the last."""
    mark: Mark


class LegSpan(NamedTuple):
    """A part of a line that shows a leg."""

    start: int
    """The first character."""
    stop: int
    """The character after the last."""
    place: int
    """The leg's place among the flow's legs followed by its absent ones, from 0."""


@dataclass(frozen=True, slots=True)
class StyledLine:
    """One line; `str()` of it is the plain text, as wide in columns as it is long."""

    text: str
    spans: tuple[Span, ...] = ()
    """In order, not overlapping."""
    legs: tuple[LegSpan, ...] = field(default=(), compare=False)
    """Where legs stand, in any order: so that one of them can be pointed at."""

    def __str__(self) -> str:
        """Return the plain text."""
        return self.text


def plain(text: str) -> str:
    r"""Return text from outside as printable ASCII; anything else becomes its escape, such as `\x1b`."""
    if text.isascii() and text.isprintable():
        return text
    return visible(text).encode("ascii", "backslashreplace").decode("ascii")


def shortened(text: str, width: int, ellipsis: str = "…") -> str:
    """Return the text, its middle left out where it is longer than `width` characters."""
    if len(text) <= width:
        return text
    kept = width - len(ellipsis)
    if kept < 2:
        return text[: max(width, 0)]
    return f"{text[: kept - kept // 2]}{ellipsis}{text[len(text) - kept // 2 :]}"
