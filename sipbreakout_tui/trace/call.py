"""A call as a capture shows it: its legs with their parties, its turns, and who has it in the end."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from sipbreakout_model import LegEnd, Party
from sipbreakout_tui.trace.leg import SeenLeg
from sipbreakout_tui.trace.linking import Confidence, Evidence, Group, confidence_of
from sipbreakout_tui.trace.numbers import added, asked_for, international, plain, same
from sipbreakout_tui.trace.parties import Parties

_TAIL = 7
"""Digits by which a number is known again, whatever prefixes were stacked before it."""

_ENDS = {408: LegEnd.NO_ANSWER, 480: LegEnd.FAILED, 482: LegEnd.LOOPED, 483: LegEnd.LOOPED, 487: LegEnd.CANCELLED}


@dataclass(slots=True, eq=False)
class PlacedLeg:
    """A leg between the parties of a call."""

    leg: SeenLeg = field(repr=False)
    source: Party
    target: Party
    before: "PlacedLeg | None" = field(repr=False)
    """The leg that it continues; None for a call's first leg."""
    evidence: tuple[Evidence, ...] = ()
    """What says that it continues it."""
    gap: bool = False
    """Whether a leg between the two is not in the capture."""
    after: list["PlacedLeg"] = field(default_factory=list, repr=False)
    """The legs that continue it, in order."""
    returns: list["PlacedLeg"] = field(default_factory=list, repr=False)
    """Those of them by which the TAS brought its call back."""
    to_tas: bool = field(init=False)
    """Whether the core rings the TAS."""
    from_tas: bool = field(init=False)
    """Whether the TAS calls the core."""
    from_core: bool = field(init=False)
    """Whether the core rings somebody."""

    def __post_init__(self) -> None:
        """Tell the kinds of leg apart once: they are asked for often."""
        self.from_core = self.source is Party.CORE
        self.to_tas = self.from_core and self.target is Party.TAS
        self.from_tas = self.source is Party.TAS and self.target is Party.CORE

    @property
    def called(self) -> str | None:
        """The number in its INVITE, as captured; None where no INVITE names one."""
        return self.leg.invite.called

    @property
    def at(self) -> float:
        """Unix time in seconds of its INVITE."""
        return self.leg.at

    @property
    def status(self) -> int | None:
        """Its final status; None where none was seen."""
        return self.leg.status

    @property
    def answered(self) -> bool:
        """Whether it was answered with a 2xx."""
        return self.leg.status is not None and self.leg.status < 300

    @property
    def refused(self) -> bool:
        """Whether it ended with a status of 300 or more that no CANCEL asked for."""
        status = self.leg.status
        return status is not None and status >= 300 and not (status == 487 and self.leg.cancelled_at is not None)

    @property
    def end(self) -> LegEnd | None:
        """How it ended, as the model says it; None where the capture does not show it."""
        status = self.leg.status
        if status is None:
            return LegEnd.FAILED if self.leg.events else None
        if status < 300:
            return LegEnd.ANSWERED
        return _ENDS.get(status, LegEnd.FAILED if 500 <= status < 600 else LegEnd.REJECTED)

    @property
    def confidence(self) -> Confidence:
        """How sure it is that it continues the leg before it."""
        if self.before is None:
            return Confidence.CERTAIN
        return confidence_of(self.evidence)


@dataclass(eq=False)
class SeenCall:
    """One call: everything that the capture shows of it."""

    number: int
    """From 1, in the order in which calls begin."""
    legs: tuple[PlacedLeg, ...]
    """The legs that start or end at the core, in the order in which they start; at least one."""
    elsewhere: tuple[SeenLeg, ...]
    """Legs within the core, and behind the TAS."""
    doubts: tuple[SeenLeg, ...]
    """Legs that may belong to another call."""
    prefixes: tuple[str, ...]
    """The prefixes that may stand before a number on a leg to the TAS."""
    to_tas: tuple[PlacedLeg, ...]
    """Every leg from the core to a TAS; `len` of it is how often the core called the TAS."""
    callee: str | None
    """The number called first, with its plus and without prefixes; None where no INVITE names it."""

    @property
    def at(self) -> float:
        """Unix time in seconds of its first INVITE."""
        return self.legs[0].leg.at

    @property
    def entry(self) -> PlacedLeg | None:
        """The leg by which the call reached the core first; None where the capture does not show it."""
        first = self.legs[0]
        return first if first.target is Party.CORE and first.before is None else None

    @property
    def confidence(self) -> Confidence:
        """How sure it is that these legs are one call."""
        return min(leg.confidence for leg in self.legs)

    @property
    def caller(self) -> str | None:
        """The caller's number with its plus; None if withheld or not seen."""
        number = self.legs[0].leg.invite.caller
        return None if number is None else international(number)

    @cached_property
    def turns(self) -> tuple[tuple[PlacedLeg, ...], ...]:
        """The legs by turn; a further turn begins where the core sends a call to a TAS again that it was at."""
        if len(self.to_tas) < 2:
            return (self.legs,)
        met: dict[int, frozenset[tuple[str, str]]] = {}
        starts = []
        for index, leg in enumerate(self.legs):
            known = frozenset() if leg.before is None else met[id(leg.before)]
            if leg.to_tas:
                key = (leg.leg.invite.host, plain(leg.called or "")[-_TAIL:])
                if key in known:
                    starts.append(index)
                else:
                    known |= {key}
            met[id(leg)] = known
        bounds = [0, *starts, len(self.legs)]
        return tuple(self.legs[start:end] for start, end in pairwise(bounds))

    @property
    def first_turn(self) -> tuple[PlacedLeg, ...]:
        """The legs until the call goes round again."""
        return self.turns[0]

    @property
    def loops(self) -> bool:
        """Whether a TAS got the same call again, on the same way."""
        return len(self.to_tas) > 1 and len(self.turns) > 1

    @cached_property
    def outcome(self) -> "SeenOutcome":
        """How it ended."""
        return _outcome(self)


@dataclass(frozen=True, slots=True)
class SeenOutcome:
    """How a call ended, as far as the capture shows it."""

    kind: str | None
    """`answered`, `rejected`, `no_answer`, `failed`, `looped`, `cancelled`; None where no end was seen."""
    by: Party | None
    """Who has the call; None unless answered."""
    status: int | None

    def __str__(self) -> str:
        """Return a few words."""
        if self.kind is None:
            return "end not seen"
        words = self.kind.replace("_", " ")
        if self.by is not None:
            return f"{words} by the {self.by}"
        return words if self.status is None else f"{words} ({self.status})"


def place(group: Group, parties: Parties, number: int, prefixes: tuple[str, ...]) -> SeenCall | None:
    """Return the call that the legs of a group make; None where none of them touches the core."""
    placed: dict[int, PlacedLeg] = {}
    nearest: dict[int, tuple[PlacedLeg | None, tuple[Evidence, ...], bool]] = {}
    legs: list[PlacedLeg] = []
    elsewhere: list[SeenLeg] = []
    for leg in group.legs:
        link = group.links.get(id(leg))
        before: PlacedLeg | None = None
        evidence: tuple[Evidence, ...] = ()
        gap = False
        if link is not None:
            before, evidence, gap = placed.get(id(link.before)), link.evidence, link.gap
            if before is None:
                before, _, gap_before = nearest.get(id(link.before), (None, (), False))
                gap = gap or gap_before
        source, target = parties.of(leg.source_at), parties.of(leg.target_at)
        if (source is Party.CORE) == (target is Party.CORE):
            nearest[id(leg)] = before, evidence, gap
            elsewhere.append(leg)
            continue
        if source is None:
            source = Party.CALLER if before is None else before.target
            source = Party.CALLEE if source is Party.CORE else source
        here = PlacedLeg(leg, source, target or Party.CALLEE, before, evidence, gap)
        placed[id(leg)] = here
        if before is not None:
            before.after.append(here)
            if here.from_tas:
                before.returns.append(here)
        legs.append(here)
    if not legs:
        return None
    callee = _asked(legs, prefixes)
    for here in legs:
        if here.target is Party.CALLEE and here.called is not None and callee and not _alike(here.called, callee):
            here.target = Party.OTHER
    to_tas = tuple(here for here in legs if here.to_tas)
    return SeenCall(number, tuple(legs), tuple(elsewhere), tuple(group.doubts), prefixes, to_tas, callee)


def _asked(legs: Sequence[PlacedLeg], prefixes: tuple[str, ...]) -> str | None:
    first = legs[0]
    if not first.to_tas and first.called is not None:
        return international(first.called)
    back = next((leg for leg in legs if not leg.to_tas and leg.called is not None), None)
    near = None if back is None else back.called
    if first.called is None:
        return None if near is None else international(near)
    if near is not None and added(first.called, near):
        return international(near)
    return international(asked_for(first.called, prefixes, near))


def _alike(one: str, other: str) -> bool:
    """Return whether two texts are forms of one number: `00` for the plus, or without country code."""
    if same(one, other):
        return True
    if one.startswith("+") and other.startswith("+"):
        return False
    long, short = sorted((plain(one), plain(other)), key=len, reverse=True)
    short = short.lstrip("0")
    return len(short) >= _TAIL and long.endswith(short)


def _outcome(call: SeenCall) -> SeenOutcome:
    first = call.entry or call.legs[0]
    status = first.status
    if status is None:
        ended = next((leg.status for leg in call.legs if leg.status in (482, 483)), None) if call.loops else None
        return SeenOutcome(None if ended is None else "looped", None, ended)
    if status < 300:
        return SeenOutcome("answered", _answerer(first), 200)
    if call.loops or status in (482, 483):
        return SeenOutcome("looped", None, status)
    if status == 487:
        return SeenOutcome("cancelled", None, status)
    if status == 408:
        last = call.legs[-1]
        silent = not last.to_tas or last.leg.heard
        return SeenOutcome("no_answer" if silent else "failed", None, status)
    return SeenOutcome("failed" if status == 480 or 500 <= status < 600 else "rejected", None, status)


def _answerer(first: PlacedLeg) -> Party | None:
    """Follow the answered legs to whoever has the call."""
    leg = first
    while True:
        on = next((after for after in reversed(leg.after) if after.answered), None)
        if on is None:
            break
        leg = on
    return None if leg.target is Party.CORE else leg.target
