"""What stands beside a leg, broken into rows."""

from typing import NamedTuple, TypeAlias

from sipbreakout_model import CallFlow, LegEnd
from sipbreakout_tui.diagram.canvas import Glyphs
from sipbreakout_tui.diagram.lines import Mark, plain, shortened
from sipbreakout_tui.diagram.words import Link, loop_words, status_words

Part: TypeAlias = tuple[str, Mark | None]
Row: TypeAlias = list[Part]

_ROW_BREAK = "\n"
_SHORTEST_NUMBER = 12
"""Characters of a number that are worth more than the word INVITE before it."""


class Field(NamedTuple):
    """A piece of text that is not broken."""

    before: str
    """What separates it from the piece before on the same row; a newline: it starts a row."""
    text: str
    mark: Mark | None


def leg_rows(link: Link, width: int, glyphs: Glyphs, *, invite_alone: bool = False) -> list[Row]:
    """Return the text of a leg in rows of at most `width` characters.

    Args:
        link: The leg.
        width: Characters in a row.
        glyphs: The alphabet.
        invite_alone: Whether the INVITE has a row of its own.
    """
    if link.leg is None:
        return _absent_rows(link, width, glyphs)
    dot, end = f" {glyphs.dot} ", end_words(link)
    if end is not None and len(end) > width:
        end = end.split()[0]
    fields = [Field(dot, text, mark) for text, mark in _beside(link, end) if text]
    if invite_alone:
        fields[0] = fields[0]._replace(before=_ROW_BREAK)
    invite = _invite(link, width, glyphs.ellipsis)
    return wrapped([*invite, *fields], width, glyphs.ellipsis)


def _beside(link: Link, end: str | None) -> tuple[tuple[str | None, Mark], ...]:
    return (link.note, "note"), (link.because, "note"), (link.rule, "rule"), (end, "end")


def loop_rows(flow: CallFlow, width: int, glyphs: Glyphs) -> list[Row]:
    """Return what is said of the flow's loop, in rows of at most `width` characters; none without a loop."""
    words = loop_words(flow)
    if words is None or flow.loop is None:
        return []
    text = f"legs {flow.loop.first_leg} to {flow.loop.last_leg} {words}".replace("×", glyphs.times)
    return wrapped([Field(" ", word, "looped") for word in plain_but(text, glyphs.times).split()], width)


def row_length(row: Row) -> int:
    """Return how many characters a row has."""
    return sum(len(part) for part, _ in row)


def end_words(link: Link) -> str | None:
    """Return how a leg ends, such as `486 Busy Here`; None if answered or ended by the loop that repeats it."""
    leg = link.leg
    if leg is None or leg.end is LegEnd.ANSWERED or leg.status is None or (link.looped and leg.end is LegEnd.LOOPED):
        return None
    return f"{leg.status} cancelled" if leg.end is LegEnd.CANCELLED else status_words(leg.status)


def plain_but(text: str, kept: str) -> str:
    """Return text from outside as printable ASCII, one character of ours kept."""
    return kept.join(plain(part) for part in text.split(kept))


def wrapped(fields: list[Field], width: int, ellipsis: str = "…") -> list[Row]:
    """Return the fields in as few rows of at most `width` characters as their order allows."""
    rows: list[Row] = []
    used = 0
    for before, full, mark in fields:
        text = shortened(full, width, ellipsis)
        if rows and before != _ROW_BREAK and used + len(before) + len(text) <= width:
            if before == " " and rows[-1][-1][1] == mark:
                rows[-1][-1] = (f"{rows[-1][-1][0]} {text}", mark)
            else:
                rows[-1] += [(before, None), (text, mark)] if before else [(text, mark)]
            used += len(before) + len(text)
        else:
            rows.append([(text, mark)])
            used = len(text)
    return rows


def _invite(link: Link, width: int, ellipsis: str) -> list[Field]:
    called, word = plain(link.called), "INVITE "
    if width < len(word) + _SHORTEST_NUMBER:
        word = ""
    room = width - len(word)
    fields = [Field("", word, "note")] if word else []
    plus_prefix, space, digits = called.partition(" ")
    if not space or room < len(plus_prefix) + 8:
        return [*fields, Field("", shortened(called, room, ellipsis), "number")]
    digits = shortened(digits, room - len(plus_prefix) - 1, ellipsis)
    return [*fields, Field("", plus_prefix, "prefix"), Field("", f" {digits}", "number")]


def _absent_rows(link: Link, width: int, glyphs: Glyphs) -> list[Row]:
    words = f"not made: {plain_but(link.reason or '', '→').replace('→', glyphs.arrow)}".split()
    fields = [Field(" ", word, "absent") for word in words]
    rows = wrapped([*fields, Field(f" {glyphs.dot} ", link.rule, "rule")], width, glyphs.ellipsis)
    if len(rows) > 1 and len(rows[-1]) == 1 and " " in rows[-2][0][0]:
        # The rule does not stand alone: the last word joins it.
        rest, _, last = rows[-2][0][0].rpartition(" ")
        rows[-2] = [(rest, "absent")]
        rows[-1] = wrapped([Field("", last, "absent"), Field(f" {glyphs.dot} ", link.rule, "rule")], width)[0]
    return rows
