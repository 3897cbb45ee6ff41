"""Trouble with connections: evidence for legs that got no answer, and for legs without a readable INVITE."""

from sipbreakout_tui.trace.capture.heard import ConnectionEvent, ConnectionTrouble
from sipbreakout_tui.trace.invite import read_invite
from sipbreakout_tui.trace.leg import SeenLeg
from sipbreakout_tui.trace.linking import Group, Link
from sipbreakout_tui.trace.parties import Parties

_BEFORE = 1.0
"""Seconds before its INVITE at which a leg's connection may have failed."""
_AFTER = 40.0
"""Seconds after its INVITE at which trouble still explains the leg: 64 * T1 (RFC 3261 section 17.1.1.2) and some."""

_FATAL = frozenset(ConnectionTrouble) - {ConnectionTrouble.RESET}


def attach_events(legs: list[SeenLeg], events: list[ConnectionEvent]) -> list[ConnectionEvent]:
    """Give each unanswered leg the trouble of its hop; return the events that belong to no leg."""
    silent: dict[tuple[str, str], list[SeenLeg]] = {}
    for leg in legs:
        if not leg.heard:
            silent.setdefault((leg.source.address, leg.target.address), []).append(leg)
    rest = []
    for event in events:
        mine = [
            leg
            for leg in silent.get((event.source.address, event.target.address), ())
            if leg.at - _BEFORE <= event.at <= leg.at + _AFTER
        ]
        for leg in mine:
            leg.events.append(event)
        if not mine and event.trouble in _FATAL:
            rest.append(event)
    return rest


def troubled_tas(legs: list[SeenLeg], events: list[ConnectionEvent], core: frozenset[str]) -> set[str]:
    """Return the addresses that the core failed to connect to and that no readable leg ends or starts at."""
    ends = {end.address for leg in legs for end in (leg.source, leg.target)}
    return {
        event.target.address
        for event in events
        if event.source.address in core and event.target.address not in ends and event.target.address not in core
    }


def add_attempts(groups: list[Group], events: list[ConnectionEvent], parties: Parties) -> None:
    """Give each call whose leg to the TAS failed before its INVITE that leg: without number, with the trouble."""
    attempts: dict[int, SeenLeg] = {}
    for event in events:
        if event.source.address not in parties.core or event.target.address not in parties.tas:
            continue
        waiting = [group for group in groups if _waits(group, event, parties, attempts)]
        if not waiting:
            continue
        group = max(waiting, key=lambda group: group.legs[0].at)
        known = attempts.get(id(group))
        if known is not None:
            known.events.append(event)
            continue
        attempt = SeenLeg(event.source, event.target, "TCP", event.at, read_invite(b""), -1, [], events=[event])
        attempts[id(group)] = attempt
        group.links[id(attempt)] = Link(group.legs[0], ())
        group.legs.append(attempt)
        group.legs.sort(key=lambda leg: leg.at)


def _waits(group: Group, event: ConnectionEvent, parties: Parties, attempts: dict[int, SeenLeg]) -> bool:
    """Return whether the call was at the core at that moment, and no INVITE of it went to a TAS."""
    first = group.legs[0]
    if first.status is not None and first.status < 300 and (first.final_at or event.at) < event.at:
        return False  # answered before: it waits for nobody
    if first.target_at not in parties.core or not first.at <= event.at or not first.open_at(event.at):
        return False
    return id(group) in attempts or not any(leg.target_at in parties.tas for leg in group.legs)
