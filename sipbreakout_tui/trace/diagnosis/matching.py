"""Observed legs beside predicted ones."""

from collections.abc import Sequence
from dataclasses import dataclass

from sipbreakout_model import AlignedLeg, CallFlow, Leg, LegEnd, LegMatch, ObservedLeg, Party
from sipbreakout_tui.trace.call import PlacedLeg
from sipbreakout_tui.trace.messages import Messages
from sipbreakout_tui.trace.numbers import same


@dataclass(frozen=True, slots=True)
class View:
    """What the capture point shows: without any leg on a side, legs there are not visible."""

    subscribers: bool
    """Whether any leg between the core and somebody else than the TAS is in the captures."""
    tas: bool
    """Whether any leg between the core and the TAS is."""

    def shows(self, leg: Leg) -> bool:
        """Return whether a leg like this one would be seen."""
        return self.tas if Party.TAS in (leg.source, leg.target) else self.subscribers


@dataclass(frozen=True, slots=True)
class Pair:
    """An observed leg beside the predicted one; one of them may be missing."""

    match: LegMatch
    seen: PlacedLeg | None
    predicted: Leg | None

    @property
    def ended_otherwise(self) -> bool:
        """Whether the leg was answered although that is not predicted, or ended unanswered although it is."""
        if self.seen is None or self.predicted is None or self.seen.end is None:
            return False
        return self.seen.answered != (self.predicted.end is LegEnd.ANSWERED)

    @property
    def words(self) -> str:
        """How the two go together, in two words."""
        return "ended otherwise" if self.match is LegMatch.AS_PREDICTED and self.ended_otherwise else str(self.match)


def match_legs(seen: Sequence[PlacedLeg], flow: CallFlow | None, view: View) -> list[Pair]:
    """Return the legs of a call's first turn beside the predicted ones, in order."""
    predicted = list(flow.legs) if flow is not None else []
    partner = _partners(seen, predicted)
    taken = {leg.number for leg in partner.values()}
    absent = [leg for leg in predicted if leg.number not in taken]
    pairs: list[Pair] = []
    for leg in seen:
        mine = partner.get(id(leg))
        if mine is None:
            pairs.append(Pair(LegMatch.UNEXPECTED, leg, None))
            continue
        while absent and absent[0].number < mine.number:
            pairs.append(_absent(absent.pop(0), view))
        fits = leg.called is None or same(leg.called, mine.called)
        pairs.append(Pair(LegMatch.AS_PREDICTED if fits else LegMatch.DIFFERENT_NUMBER, leg, mine))
    return pairs + [_absent(leg, view) for leg in absent]


def _partners(seen: Sequence[PlacedLeg], predicted: Sequence[Leg]) -> dict[int, Leg]:
    """Return the predicted leg of each seen one: first those that agree in all, then in the parties alone."""
    partner: dict[int, Leg] = {}
    left = list(predicted)
    for agree in (_agrees, _between_same):
        for leg in seen:
            found = None if id(leg) in partner else next((other for other in left if agree(leg, other)), None)
            if found is not None:
                partner[id(leg)] = found
                left.remove(found)
    return partner


def _agrees(leg: PlacedLeg, other: Leg) -> bool:
    parties = _between_same(leg, other) or _stands_for(leg, other)
    return parties and (leg.called is None or same(leg.called, other.called))


def _between_same(leg: PlacedLeg, other: Leg) -> bool:
    return leg.source is other.source and leg.target is other.target


def _stands_for(leg: PlacedLeg, candidate: Leg) -> bool:
    """Return whether callee and other party differ only because the call's number is not known well."""
    rung = (Party.CALLEE, Party.OTHER)
    return leg.source is candidate.source and leg.target in rung and candidate.target in rung


def _absent(leg: Leg, view: View) -> Pair:
    return Pair(LegMatch.MISSING if view.shows(leg) else LegMatch.NOT_VISIBLE, None, leg)


def frames_of(leg: PlacedLeg, messages: Messages) -> tuple[int, ...]:
    """Return the frames of a leg's messages, and of trouble with its connection, each once."""
    rows = {messages.frames[row] for row in leg.leg.messages}
    return tuple(sorted(rows | {event.frame for event in leg.leg.events}))


def aligned(pairs: Sequence[Pair], messages: Messages, first_at: float) -> tuple[AlignedLeg, ...]:
    """Return the pairs as the model's alignment, which diagrams draw."""
    legs = []
    number = 0
    for pair in pairs:
        observed = None
        if pair.seen is not None:
            number += 1
            seen = pair.seen
            observed = ObservedLeg(
                number,
                seen.source,
                seen.target,
                seen.called,
                max(0.0, seen.at - first_at),
                seen.end,
                seen.status,
                frames_of(seen, messages),
            )
        legs.append(AlignedLeg(pair.match, observed, pair.predicted))
    return tuple(legs)
