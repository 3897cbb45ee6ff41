"""Captures, read and understood: every call with its diagnosis."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from sipbreakout_model import Party
from sipbreakout_tui.collector import without_collector
from sipbreakout_tui.trace.assembling import Assembled, assemble
from sipbreakout_tui.trace.call import SeenCall, place
from sipbreakout_tui.trace.capture.heard import Source
from sipbreakout_tui.trace.connections import add_attempts, attach_events, troubled_tas
from sipbreakout_tui.trace.diagnosis.case import build_case, same_call
from sipbreakout_tui.trace.diagnosis.diagnose import Diagnosis, diagnose
from sipbreakout_tui.trace.diagnosis.knowledge import Knowledge
from sipbreakout_tui.trace.diagnosis.matching import View
from sipbreakout_tui.trace.leg import SeenLeg
from sipbreakout_tui.trace.linking import link_legs
from sipbreakout_tui.trace.messages import Messages
from sipbreakout_tui.trace.parties import Known, Parties, find_parties

REDIAL_SECONDS = 60.0
"""A call between the same numbers this soon after one that nobody answered is the caller dialling again."""


@dataclass(eq=False)
class Trace:
    """What captures show, and why."""

    assembled: Assembled
    parties: Parties
    view: View
    calls: tuple[SeenCall, ...]
    """In the order in which they begin."""
    diagnoses: tuple[Diagnosis, ...]
    """One a call, in the same order."""
    elsewhere: int
    """Calls none of whose legs touches the core."""
    unread: Counter[str] = field(default_factory=Counter)
    """How many packets could not be read, by reason."""

    @property
    def messages(self) -> Messages:
        """Every SIP message."""
        return self.assembled.messages

    @cached_property
    def verdicts(self) -> Counter[str]:
        """How many calls have which verdict."""
        return Counter(diagnosis.verdict.id for diagnosis in self.diagnoses)

    @cached_property
    def loops(self) -> list[tuple[str, str, int, int]]:
        """Calls that went round, by number and TAS: number, TAS, calls, turns; the most turns first."""
        found: dict[tuple[str, str], list[int]] = defaultdict(list)
        for diagnosis in self.diagnoses:
            seen = diagnosis.case.seen
            if seen.loops:
                registration = diagnosis.case.maker(seen.to_tas[0])
                number = str(registration.number) if registration is not None else seen.caller or "unknown"
                found[number, diagnosis.case.tas_name(seen.to_tas[0])].append(len(seen.to_tas))
        rows = [(number, tas, len(turns), sum(turns)) for (number, tas), turns in found.items()]
        return sorted(rows, key=lambda row: (-row[3], row))


def read_trace(
    sources: Sequence[Source],
    knowledge: Knowledge | None = None,
    *,
    core: Collection[str] = (),
    tas: Collection[str] = (),
    cancelled: Callable[[], bool] = lambda: False,
) -> Trace:
    """Read captures to their end and diagnose every call.

    Args:
        sources: One a capture file; they stay open, as a message's bytes are read from them when asked for.
        knowledge: Registrations over time; None: those that explain the legs are inferred.
        core: Addresses of the core, where they are given.
        tas: Addresses or host names of TASes, where they are given.
        cancelled: Asked now and then; True ends the reading, and what was read is diagnosed.
    """
    with without_collector():
        assembled = assemble(list(sources), cancelled=cancelled)
        return understand(assembled, knowledge, core=core, tas=tas)


def understand(
    assembled: Assembled,
    knowledge: Knowledge | None = None,
    *,
    core: Collection[str] = (),
    tas: Collection[str] = (),
) -> Trace:
    """Diagnose the calls of captures that are read already; arguments as of `read_trace`."""
    legs = assembled.legs
    sources = assembled.messages.sources
    hosts = knowledge.hosts() if knowledge is not None else set()
    for leg in legs:
        leg.events.clear()
    _tell_ports_apart(legs)
    loose = attach_events(legs, [event for source in sources for event in source.events])
    parties = find_parties(legs, core, tas, hosts)
    troubled = troubled_tas(legs, loose, parties.core)
    if troubled:
        parties = Parties(parties.core, parties.core_known, parties.tas | troubled, parties.tas_known)
    prefixes = _longest_first(knowledge.prefixes()) if knowledge is not None else ()
    groups = link_legs(legs, parties, prefixes)
    add_attempts(groups, loose, parties)
    groups.sort(key=lambda group: group.legs[0].at)
    calls: list[SeenCall] = []
    elsewhere = 0
    for group in groups:
        call = place(group, parties, len(calls) + 1, prefixes)
        if call is None:
            elsewhere += 1
        else:
            calls.append(call)
    view = _view(calls)
    names = {leg.target_at: leg.invite.host for leg in legs if leg.target_at in parties.tas}
    said = _assumed(parties)
    diagnoses = []
    for call, earlier in zip(calls, _redials(calls), strict=True):
        case = build_case(call, assembled.messages, view, knowledge, names)
        case.redial_of, case.assumptions = earlier, said
        diagnoses.append(diagnose(case))
    unread = Counter[str]()
    for source in sources:
        unread += source.unread
    return Trace(assembled, parties, view, tuple(calls), tuple(diagnoses), elsewhere, unread)


def _tell_ports_apart(legs: Sequence[SeenLeg]) -> None:
    """Where one address calls itself, as in a laboratory on one machine, its ports are different parties."""
    shared = {leg.source.address for leg in legs if leg.source.address == leg.target.address}
    for leg in legs if shared else ():
        if leg.source.address in shared:
            leg.source_at = str(leg.source)
        if leg.target.address in shared:
            leg.target_at = str(leg.target)


def _longest_first(prefixes: set[str]) -> tuple[str, ...]:
    return tuple(sorted(prefixes, key=lambda prefix: (-len(prefix), prefix)))


def _view(calls: Sequence[SeenCall]) -> View:
    sides = {Party.TAS in (leg.source, leg.target) for call in calls for leg in call.legs if leg.leg.row >= 0}
    return View(subscribers=False in sides, tas=True in sides)


def _assumed(parties: Parties) -> tuple[str, ...]:
    said = []
    if parties.core_known is Known.INFERRED:
        said.append(f"inferred from who calls whom: the core is {', '.join(sorted(parties.core)) or 'not seen'}")
    if parties.tas_known is Known.INFERRED and parties.tas:
        said.append(f"inferred from who calls whom: the TAS is {', '.join(sorted(parties.tas))}")
    return tuple(said)


def _redials(calls: Sequence[SeenCall]) -> list[SeenCall | None]:
    """Return for each call the one between the same numbers that failed shortly before it."""
    by_numbers: dict[tuple[str | None, str | None], list[int]] = defaultdict(list)
    for index, call in enumerate(calls):
        by_numbers[call.caller, call.callee].append(index)
    found: list[SeenCall | None] = [None] * len(calls)
    for indices in by_numbers.values():
        for one, two in pairwise(indices):
            before, after = calls[one], calls[two]
            first = before.legs[0].leg
            failed = first.status is not None and first.status >= 300
            if failed and same_call(before, after) and 0 <= after.at - first.open_until < REDIAL_SECONDS:
                found[two] = before
    return found
