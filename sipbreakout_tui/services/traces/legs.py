"""The legs of a captured call beside the predicted ones: a line each, arrows between the same parties on both sides."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import wrap

from sipbreakout_model import Leg, LegEnd, LegMatch, Party, TasBehaviour
from sipbreakout_tui.diagram.lines import Mark, Span, StyledLine, plain, shortened
from sipbreakout_tui.diagram.words import loop_words
from sipbreakout_tui.services.calls.question import choice_words
from sipbreakout_tui.services.traces.text import handle_words
from sipbreakout_tui.services.traces.words import counted, end_words, frame_words, party_word
from sipbreakout_tui.trace.call import PlacedLeg
from sipbreakout_tui.trace.diagnosis.diagnose import Diagnosis
from sipbreakout_tui.trace.diagnosis.matching import Pair, frames_of

SIGNS = {
    LegMatch.AS_PREDICTED: "=",
    LegMatch.DIFFERENT_NUMBER: "≠",
    LegMatch.UNEXPECTED: "+",
    LegMatch.MISSING: "−",
    LegMatch.NOT_VISIBLE: "·",
}
_MEANINGS = {
    LegMatch.AS_PREDICTED: "as predicted",
    LegMatch.DIFFERENT_NUMBER: "another number",
    LegMatch.UNEXPECTED: "only seen",
    LegMatch.MISSING: "only predicted",
    LegMatch.NOT_VISIBLE: "predicted where the capture shows nothing",
}

MOST_LEGS = 200
"""How many legs a picture shows; a hostile capture has more."""

_ORDER = (Party.CALLER, Party.CORE, Party.TAS, Party.CALLEE, Party.OTHER)
_BESIDE = 24
"""Columns beside the arrows: the number of a leg, the number called, how it ended."""
_LABEL = 6
_STEPS = (9, 8, 7)
"""Columns from one party to the next, the widest that fits."""
_GAP = 5
"""Columns between the sides, with the sign in their middle."""

_Part = tuple[str, Mark | None]


@dataclass(frozen=True, slots=True)
class LegLine:
    """One line of the picture."""

    line: StyledLine
    pair: Pair


@dataclass(frozen=True, slots=True)
class LegsPicture:
    """What is drawn."""

    head: tuple[StyledLine, ...]
    """The two sides and their parties."""
    legs: tuple[LegLine, ...]
    foot: tuple[StyledLine, ...]
    """What repeats, what lies beside, and what the signs mean."""


def legs_picture(diagnosis: Diagnosis, width: int) -> LegsPicture:
    """Return the first turn's legs beside the predicted ones in `width` columns; where that is narrow, in words."""
    pairs = diagnosis.case.pairs[:MOST_LEGS]
    side = max((width - _GAP) // 2, 1)
    lanes = _Lanes.fitting(pairs, side)
    return LegsPicture(
        tuple(_head(diagnosis, side, lanes)),
        tuple(_legs(diagnosis, pairs, side, lanes)),
        tuple(_foot(diagnosis, pairs, side, width)),
    )


def leg_details(diagnosis: Diagnosis, pair: Pair) -> Iterator[tuple[str, str]]:
    """Yield what more there is to say of a line: name and value, safe to show."""
    case = diagnosis.case
    if pair.seen is not None:
        seen = pair.seen.leg
        yield "seen", f"{seen.source} → {seen.target} {plain(seen.transport)}, {end_words(pair.seen)}"
        yield "frames", frame_words(frames_of(pair.seen, case.messages))
        yield from handle_words(pair.seen, case)
    if pair.predicted is not None:
        leg = pair.predicted
        yield "predicted", f"leg {leg.number} {leg.source} → {leg.target}, INVITE for {leg.called} ({leg.rule})"
    if pair.match is not LegMatch.AS_PREDICTED:
        yield "is", f"{_MEANINGS[pair.match]}"
    elif pair.ended_otherwise and pair.predicted is not None:
        yield "is", f"as predicted, but ended otherwise than {_predicted_end(pair.predicted)[0]}"


class _Lanes:
    """A column for each party, from left to right, and the arrows between them."""

    def __init__(self, parties: Sequence[Party], step: int) -> None:
        self._parties = parties
        self._at = {party: _LABEL // 2 + index * step for index, party in enumerate(parties)}
        self.width = _LABEL + (len(parties) - 1) * step

    @classmethod
    def fitting(cls, pairs: Sequence[Pair], side: int) -> "_Lanes | None":
        """Return lanes for the parties of the legs, or None where there is no room for them."""
        met = {party for pair in pairs for leg in (pair.seen, pair.predicted) if leg for party in _ends(leg)}
        parties = [party for party in _ORDER if party in met or party in (Party.CALLER, Party.CORE, Party.TAS)]
        for step in _STEPS:
            lanes = cls(parties, step)
            if lanes.width + _BESIDE <= side:
                return lanes
        return None

    def labels(self) -> str:
        """Return the names of the parties, each above its lane."""
        line = ""
        for party in self._parties:
            name = party_word(party)
            line = line.ljust(self._at[party] - len(name) // 2) + name
        return line.ljust(self.width)

    def empty(self) -> str:
        """Return the lanes without a leg."""
        return "".join("│" if column in self._at.values() else " " for column in range(self.width))

    def arrow(self, source: Party, target: Party) -> tuple[str, int, int]:
        """Return the lanes with an arrow, and where the arrow begins and ends."""
        start, end = self._at[source], self._at[target]
        low, high = min(start, end), max(start, end)
        cells = list(self.empty())
        for column in range(low + 1, high):
            cells[column] = "┼" if cells[column] == "│" else "─"
        cells[start] = "├" if start < end else "┤"
        if start < end:
            cells[high - 1] = "▸"
        elif end < start:
            cells[low + 1] = "◂"
        return "".join(cells), (low if start < end else low + 1), (high if start < end else high + 1)


def _ends(leg: PlacedLeg | Leg) -> tuple[Party, Party]:
    return leg.source, leg.target


def _head(diagnosis: Diagnosis, side: int, lanes: _Lanes | None) -> Iterator[StyledLine]:
    parts: list[_Part] = [("   observed".ljust(side + _GAP), "party"), ("   predicted", "party")]
    given = _given(diagnosis)
    if len(given) + 13 <= side:
        parts.append((f" {given}", "absent"))
    yield _styled(parts)
    if lanes is not None:
        labels = f"   {lanes.labels()}"
        yield _styled([(f"{labels:<{side + _GAP}}{labels}".rstrip(), "address")])


def _given(diagnosis: Diagnosis) -> str:
    """Return what the TAS did, where that is not the usual: the prediction is made for it."""
    tas = diagnosis.case.prediction.scenario.tas
    return "" if tas is TasBehaviour.USUAL else f"if the TAS {choice_words(tas.value)}"


def _legs(diagnosis: Diagnosis, pairs: Sequence[Pair], side: int, lanes: _Lanes | None) -> Iterator[LegLine]:
    seen_loops = diagnosis.case.seen.loops
    flow = diagnosis.case.flow
    loop = None if flow is None else flow.loop
    number = 0
    for pair in pairs:
        left: list[_Part] = []
        right: list[_Part] = []
        if pair.seen is not None:
            number += 1
            seen = pair.seen
            looped = seen_loops and (seen.to_tas or seen.from_tas)
            left = _side(number, seen, seen.called or "no number", _seen_end(seen), lanes, side, looped)
        elif lanes is not None:
            left = [(f"   {lanes.empty()}", "absent")]
        if pair.predicted is not None:
            leg = pair.predicted
            looped = loop is not None and loop.first_leg <= leg.number <= loop.last_leg
            right = _side(leg.number, leg, leg.called, _predicted_end(leg), lanes, side, looped)
        elif lanes is not None:
            right = [(f"   {lanes.empty()}", "absent")]
        used = sum(len(text) for text, _ in left)
        mark: Mark = "absent" if pair.match in (LegMatch.AS_PREDICTED, LegMatch.NOT_VISIBLE) else "end"
        sign: _Part = (f"{SIGNS[pair.match]:^{_GAP}}", mark)
        yield LegLine(_styled([*left, (" " * (side - used), None), sign, *right]), pair)


def _side(
    number: int,
    leg: PlacedLeg | Leg,
    called: str,
    end: tuple[str, Mark],
    lanes: _Lanes | None,
    side: int,
    looped: bool,
) -> list[_Part]:
    """Return one side of a line, no longer than the side."""
    made: Mark = "looped" if looped else "leg"
    parts: list[_Part] = [(f"{number:>2} ", made)]
    if lanes is None:
        parts.append((f"{party_word(leg.source)} → {party_word(leg.target)} ".ljust(15), made))
    else:
        text, start, stop = lanes.arrow(leg.source, leg.target)
        parts += [(text[:start], "absent"), (text[start:stop], made), (text[stop:], "absent"), (" ", None)]
    used = sum(len(text) for text, _ in parts)
    words, mark = end
    room = max(side - used - len(words) - 1, 5)
    parts += [(shortened(plain(called), room).ljust(min(room, 16)), "number"), (" ", None), (words, mark)]
    return _cut(parts, side)


def _cut(parts: list[_Part], width: int) -> list[_Part]:
    kept: list[_Part] = []
    for text, mark in parts:
        kept.append((text[:width], mark))
        width -= len(text[:width])
    return kept


def _seen_end(leg: PlacedLeg) -> tuple[str, Mark]:
    if leg.status is None:
        return ("failed", "end") if leg.leg.events else ("–", "absent")
    return str(leg.status), "absent" if leg.status < 300 else "end"


def _predicted_end(leg: Leg) -> tuple[str, Mark]:
    if leg.end is LegEnd.ANSWERED:
        return "200", "absent"
    return (str(leg.end) if leg.status is None else str(leg.status)), "end"


def _foot(diagnosis: Diagnosis, pairs: Sequence[Pair], side: int, width: int) -> Iterator[StyledLine]:
    case, flow = diagnosis.case, diagnosis.case.flow
    later = [leg for turn in case.seen.turns[1:] for leg in turn]
    seen = f" ↻ turns 2 to {len(case.seen.turns)}: {counted(len(later), 'leg')}" if later else ""
    words = None if flow is None else loop_words(flow)
    predicted = f" ↻ legs {flow.loop.first_leg} to {flow.loop.last_leg} {words}" if flow and flow.loop else ""
    if len(predicted) > side:
        predicted = f" ↻ {words}"
    if seen or predicted:
        seen, predicted = shortened(seen, side), shortened(predicted, side)
        yield _styled([(f"{seen:<{side + _GAP}}", "looped"), (predicted, "looped")])
    if later:
        frames = [frame for leg in later for frame in frames_of(leg, case.messages)]
        yield from _told(f"frames {frame_words(frames)}", width)
    if flow is None:
        yield from _told("nothing can be predicted: the number called cannot be read", width)
    given = _given(diagnosis)
    if given and len(given) + 13 > side:
        yield from _told(f"predicted {given}", width)
    for absent in flow.absent if flow is not None else ():
        number = "" if absent.number is None else f" {absent.number}"
        yield from _told(f"no leg{number} {absent.source} → {absent.target}: {plain(str(absent.reason))}", width)
    for count, where in (
        (len(case.seen.elsewhere), "within the core or behind the TAS"),
        (len(case.seen.doubts), "that may belong to this call or to another one"),
        (len(case.pairs) - len(pairs), "more, not shown"),
    ):
        if count:
            yield from _told(f"{counted(count, 'leg')} {where}", width)
    met = {pair.match for pair in pairs}
    if met - {LegMatch.AS_PREDICTED}:
        legend = "   ".join(f"{SIGNS[match]} {words}" for match, words in _MEANINGS.items() if match in met)
        yield from _told(legend, width)


def _told(text: str, width: int) -> Iterator[StyledLine]:
    """Yield a text below the legs, in as many lines as it takes."""
    for index, line in enumerate(wrap(text, max(width - 5, 20))):
        yield _styled([(f"   {'  ' if index else ''}{line}", "absent")])


def _styled(parts: Sequence[_Part]) -> StyledLine:
    text, spans = "", []
    for part, mark in parts:
        if mark is not None and part:
            spans.append(Span(len(text), len(text) + len(part), mark))
        text += part
    return StyledLine(text, tuple(spans))
