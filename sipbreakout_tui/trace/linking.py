"""Which leg goes on as which: evidence adds up, and what differs never parts two legs.

A leg is continued at the element where it ends: the core sends an incoming leg on, a TAS returns a leg
of the core. What speaks for it is kept with every link.
"""

import math
import re
from collections import defaultdict, deque
from dataclasses import dataclass
from enum import Enum, IntEnum

from sipbreakout_tui.trace.leg import GRACE_SECONDS, SeenLeg
from sipbreakout_tui.trace.numbers import plain, same, stripped
from sipbreakout_tui.trace.parties import Parties

ORDER_SECONDS = 0.1
"""How much earlier than the leg before it a leg may be seen: captures of several interfaces interleave."""

_UNKNOWN_HOPS = 1000
_PARTS = re.compile(r"[0-9A-Za-z]{8,}")

_TAIL = 7
"""Digits by which numbers are looked up; they are compared in full afterwards."""


class Confidence(IntEnum):
    """How sure a link is."""

    POSSIBLE = 1
    """Only the numbers agree while the earlier leg stands, and no other leg comes into question."""
    LIKELY = 2
    """An identifier agrees that several calls may share (icid, a derived Call-ID), or numbers and hops do."""
    CERTAIN = 3
    """An identifier that one call alone has agrees: Via branch, Session-ID, Call-ID."""

    def __str__(self) -> str:
        """Return the word."""
        return str(self.name).lower()


class Evidence(Enum):
    """What two legs have in common."""

    VIA = "Via branch"
    SESSION_ID = "Session-ID"
    ANSWERER_SESSION_ID = "Session-ID of the responses"
    CALL_ID = "Call-ID"
    ICID = "icid"
    DERIVED_CALL_ID = "derived Call-ID"
    NUMBERS = "numbers"
    HOPS = "Max-Forwards"
    """One or two less than before, where the numbers agree, too."""

    weight: int
    confidence: Confidence

    def __str__(self) -> str:
        """Return the words."""
        return str(self.value)


for _index, _evidence in enumerate(reversed(Evidence)):
    _evidence.weight = 1 << _index
    _evidence.confidence = (
        Confidence.POSSIBLE
        if _evidence in (Evidence.NUMBERS, Evidence.HOPS)
        else Confidence.LIKELY
        if _evidence in (Evidence.ICID, Evidence.DERIVED_CALL_ID)
        else Confidence.CERTAIN
    )


@dataclass(frozen=True, slots=True)
class Link:
    """A leg and the one before it on the call's way."""

    before: SeenLeg
    evidence: tuple[Evidence, ...]
    gap: bool = False
    """Whether a leg between the two is not in the capture."""


def confidence_of(evidence: tuple[Evidence, ...]) -> Confidence:
    """Return the confidence of the best of the evidence; numbers and hops together are likely."""
    best = max((item.confidence for item in evidence), default=Confidence.POSSIBLE)
    return Confidence.LIKELY if best is Confidence.POSSIBLE and Evidence.HOPS in evidence else best


@dataclass(slots=True)
class Group:
    """The legs of one call, and how they hang together."""

    legs: list[SeenLeg]
    """In the order of the call's way: no leg comes before the one that it continues."""
    links: dict[int, Link]
    """By `id` of the later leg; the first leg has none, nor one whose forerunner is unknown."""
    doubts: list[SeenLeg]
    """Legs that may continue one of several legs: they were joined to none."""


class _Linker:
    def __init__(self, legs: list[SeenLeg], parties: Parties, prefixes: tuple[str, ...]) -> None:
        self._parties = parties
        self._prefixes = prefixes
        self._links: dict[int, Link] = {}
        self._doubts: set[int] = set()
        self._root: dict[int, int] = {}
        self._next: dict[int, list[SeenLeg]] = {}
        self._index: dict[tuple[str, str], list[SeenLeg]] = defaultdict(list)
        self._fresh: dict[tuple[str, str, str], list[SeenLeg]] = defaultdict(list)
        """Of the index, those that nothing continues yet."""
        self._in_order: list[SeenLeg] = []
        self._touched: set[str] = set()
        self._queue: deque[SeenLeg] = deque()
        self._waiting: dict[tuple[str, str], list[SeenLeg]] = defaultdict(list)
        self._arrived: list[tuple[str, str]] = []
        self._keys_of: dict[int, list[tuple[str, str]]] = {}
        self._by_branch = {leg.branch: leg for leg in legs if leg.branch}
        self._element = {leg.source_at: "" for leg in legs} | {leg.target_at: "" for leg in legs}
        for address in self._element:
            self._element[address] = parties.element(address)
        self._clean = {id(leg): self._asked(leg) for leg in legs}

    def _asked(self, leg: SeenLeg) -> str:
        """Return the digits of the number asked for: prefixes go only on legs to the TAS, `00` after them."""
        called = leg.invite.called or ""
        if self._prefixes and self._element[leg.target_at] == "tas":
            called = stripped(called, self._prefixes)[0]
        return plain(called)

    def link(self, legs: list[SeenLeg]) -> list[Group]:
        for leg in sorted(legs, key=lambda leg: leg.at):
            self._decide_until(leg.at - ORDER_SECONDS)
            if self._try(leg):
                self._wake()
            else:
                self._wait(leg)
        self._decide_until(math.inf)
        groups: dict[int, Group] = {}
        for leg in self._in_order:
            group = groups.setdefault(self._root[id(leg)], Group([], {}, []))
            group.legs.append(leg)
            if id(leg) in self._links:
                group.links[id(leg)] = self._links[id(leg)]
            if id(leg) in self._doubts:
                group.doubts.append(leg)
        for group in groups.values():
            if len(group.legs) > 2:
                _sort(group)
        return sorted(groups.values(), key=lambda group: group.legs[0].at)

    def _try(self, leg: SeenLeg) -> bool:
        """Link the leg if it is clear to what; a leg of nobody who sends calls on is a call's first."""
        element = self._element[leg.source_at]
        if self._knows_via(leg):
            link = self._by_via(leg, element, waiting=True)
            return link is not None and self._join(leg, link)
        if element not in ("core", "tas") and element not in self._touched:
            return self._join(leg, None)
        link = self._best(leg, self._fresh_at(element, leg))
        # With hops left between, a nearer leg may still come.
        if link is None or 1 < _hops_between(link.before, leg) < _UNKNOWN_HOPS:
            return False
        return self._join(leg, link)

    def _ends_at(self, leg: SeenLeg, element: str) -> bool:
        return self._element[leg.target_at] == element

    def _wait(self, leg: SeenLeg) -> None:
        """Let the leg wait for one that comes before it and is seen after it."""
        self._queue.append(leg)
        for key in self._keys(leg):
            self._waiting[key].append(leg)
        for branch, _ in leg.invite.vias[1:]:
            self._waiting["via", branch].append(leg)

    def _decide_until(self, moment: float) -> None:
        """Decide about the legs that waited long enough."""
        while self._queue and self._queue[0].at <= moment:
            leg = self._queue.popleft()
            if id(leg) not in self._root:
                self._join(leg, self._by_via(leg, self._element[leg.source_at]) or self._second_choice(leg))
                self._wake()

    def _join(self, leg: SeenLeg, link: Link | None) -> bool:
        """Enter a leg whose forerunner is decided; then those that waited for it."""
        self._root[id(leg)] = id(leg)
        if link is not None:
            self._links[id(leg)] = link
            self._doubts.discard(id(leg))
            self._next.setdefault(id(link.before), []).append(leg)
            self._root[id(leg)] = self._root[id(link.before)]
        self._in_order.append(leg)
        element = self._element[leg.target_at]
        self._touched.add(element)
        keys = self._keys(leg)
        if leg.response_uuids:
            keys = [*keys, *(("uuid", uuid) for uuid in leg.response_uuids)]
        for key in keys:
            self._fresh[element, *key].append(leg)
            self._index[key].append(leg)
        if self._waiting:
            self._arrived += keys
            self._arrived.append(("via", leg.branch))
        return True

    def _wake(self) -> None:
        """Try the legs that waited for what has arrived; not by recursion, as a loop may be long."""
        while self._arrived:
            key = self._arrived.pop()
            if key in self._waiting:
                still = [leg for leg in self._waiting.pop(key) if id(leg) not in self._root and not self._try(leg)]
                if still:
                    self._waiting[key] = still + self._waiting.get(key, [])

    def _second_choice(self, leg: SeenLeg) -> Link | None:
        """Return the link of a leg that continues nothing new: a fork's, a hunt's, or one across a gap."""
        element = self._element[leg.source_at]
        link = self._best(leg, self._fresh_at(element, leg))
        if link is not None:
            return link
        related = self._related(leg)
        here = [other for other in related if self._ends_at(other, element)]
        link = self._best(leg, [other for other in here if self._may_fork(other, leg, element)])
        return link if link is not None or element not in ("core", "tas") else self._across_gap(leg, related)

    def _knows_via(self, leg: SeenLeg) -> bool:
        """Return whether the capture has a leg that the Via headers name: only that one comes before it."""
        return any(
            known is not None and known is not leg
            for known in (self._by_branch.get(branch) for branch, _ in leg.invite.vias[1:])
        )

    def _keys(self, leg: SeenLeg) -> list[tuple[str, str]]:
        known = self._keys_of.get(id(leg))
        if known is not None:
            return known
        invite = leg.invite
        # What a B2BUA derives its Call-ID from stands in it whole.
        keys = [("part", part) for part in _PARTS.findall(invite.call_id.partition("@")[0])]
        if not keys and invite.call_id:
            keys.append(("call-id", invite.call_id))
        if (uuid := invite.local_uuid) is not None:
            keys.append(("uuid", uuid))
        if invite.icid:
            keys.append(("icid", invite.icid))
        if invite.caller:
            keys.append(("caller", plain(invite.caller)[-_TAIL:]))
        self._keys_of[id(leg)] = keys
        return keys

    def _by_via(self, leg: SeenLeg, element: str, *, waiting: bool = False) -> Link | None:
        """Follow the Via headers of a proxy: they name the way exactly; None while the nearest leg still waits."""
        tas_between = False
        for depth, (branch, host) in enumerate(leg.invite.vias[1:], 1):
            known = self._by_branch.get(branch)
            if known is not None and known is not leg and id(known) in self._root:
                gap = self._element[known.target_at] != element or (depth > 1 and tas_between)
                return Link(known, self._evidence(known, leg, Evidence.VIA), gap)
            if waiting and known is not None and known is not leg:
                return None
            tas_between |= host in self._parties.tas
        return None

    def _fresh_at(self, element: str, leg: SeenLeg) -> list[SeenLeg]:
        """Return the legs that end at an element, stand, are related to this one, and that nothing continues yet.

        What was continued is taken out on the way: a long loop leaves few to look at.
        """
        found: dict[int, SeenLeg] = {}
        for kind, value in self._keys(leg):
            key = (element, kind, value)
            entries = self._fresh.get(key)
            if entries:
                self._fresh[key] = left = [
                    other
                    for other in entries
                    if id(other) not in self._next and other.open_until + GRACE_SECONDS >= leg.at
                ]
                found |= {id(other): other for other in left}
        return list(found.values())

    def _related(self, leg: SeenLeg) -> list[SeenLeg]:
        """Return the legs that still stand and have an identifier or the caller in common with this one."""
        found: dict[int, SeenLeg] = {}
        for key in self._keys(leg):
            entries = self._index.get(key)
            if entries:
                self._index[key] = left = [other for other in entries if other.open_until + GRACE_SECONDS >= leg.at]
                found |= {id(other): other for other in left}
        return list(found.values())

    def _may_fork(self, before: SeenLeg, leg: SeenLeg, element: str) -> bool:
        """Return whether a leg that was continued already may be continued again: a fork, a fallback, a hunt."""
        children = self._next.get(id(before))
        if children is None:
            return False
        if element == "core":
            target = self._element[leg.target_at]
            return all(
                self._element[child.target_at] != target or not child.open_at(leg.at - 2.0) for child in children
            )
        evidence = self._evidence(before, leg)
        strong = any(item.confidence >= Confidence.LIKELY for item in evidence)
        return strong or all(child.status is not None and child.open_until <= leg.at for child in children)

    def _best(self, leg: SeenLeg, candidates: list[SeenLeg]) -> Link | None:
        best: list[tuple[int, int, SeenLeg, tuple[Evidence, ...]]] = []
        for other in candidates:
            evidence = self._evidence(other, leg)
            if not evidence or not _can_precede(other, leg):
                continue
            weight = sum(item.weight for item in evidence)
            best.append((weight, -_hops_between(other, leg), other, evidence))
        if not best:
            return None
        top = max(item[:2] for item in best)
        equal = [item for item in best if item[:2] == top]
        if len(equal) > 1:
            roots = {self._root[id(item[2])] for item in equal}
            if len(roots) > 1 and max(item.confidence for item in equal[0][3]) < Confidence.CERTAIN:
                self._doubts.add(id(leg))
                return None
        _, _, other, evidence = max(equal, key=lambda item: item[2].at)
        return Link(other, evidence)

    def _evidence(self, before: SeenLeg, leg: SeenLeg, *found: Evidence) -> tuple[Evidence, ...]:
        one, two = before.invite, leg.invite
        items = list(found)
        uuid = two.local_uuid
        if uuid is not None:
            if uuid == one.local_uuid:
                items.append(Evidence.SESSION_ID)
            elif uuid in before.response_uuids:
                items.append(Evidence.ANSWERER_SESSION_ID)
        if one.call_id and one.call_id == two.call_id:
            items.append(Evidence.CALL_ID)
        elif _derived(one.call_id, two.call_id):
            items.append(Evidence.DERIVED_CALL_ID)
        if one.icid and one.icid == two.icid:
            items.append(Evidence.ICID)
        if same(one.caller, two.caller) and self._same_asked(before, leg):
            items.append(Evidence.NUMBERS)
            if _hops_between(before, leg) <= 2:
                items.append(Evidence.HOPS)
        return tuple(items)

    def _same_asked(self, before: SeenLeg, leg: SeenLeg) -> bool:
        one, two = self._clean[id(before)], self._clean[id(leg)]
        if one == two:
            return bool(one)
        # The TAS may leave the prefix on; without registrations nobody knows the prefix.
        to_tas = "tas" in (self._element[before.target_at], self._element[leg.target_at])
        long, short = (one, two) if len(one) > len(two) else (two, one)
        return to_tas and len(short) >= _TAIL and long.endswith(short)

    def _across_gap(self, leg: SeenLeg, related: list[SeenLeg]) -> Link | None:
        """Join a leg of the core or the TAS whose forerunner is not in the capture to the call that it is of."""
        by_root: dict[int, tuple[int, int, SeenLeg, tuple[Evidence, ...]]] = {}
        for other in related:
            evidence = self._evidence(other, leg) if _can_precede(other, leg) else ()
            # Numbers alone bridge one missing leg, where the hops say that there is just one.
            if not evidence:
                continue
            if confidence_of(evidence) is Confidence.POSSIBLE and _hops_between(other, leg) > 4:
                self._doubts.add(id(leg))
                continue
            entry = (sum(item.weight for item in evidence), -_hops_between(other, leg), other, evidence)
            root = self._root[id(other)]
            if root not in by_root or entry[:2] > by_root[root][:2]:
                by_root[root] = entry
        if not by_root:
            return None
        ranked = sorted(by_root.values(), key=lambda entry: entry[:2])
        weight, _, other, evidence = ranked[-1]
        if len(ranked) > 1 and ranked[-2][0] == weight:
            self._doubts.add(id(leg))
            return None
        return Link(other, evidence, gap=True)


def link_legs(legs: list[SeenLeg], parties: Parties, prefixes: tuple[str, ...] = ()) -> list[Group]:
    """Return the calls that the legs make, in the order in which they begin.

    Args:
        legs: All legs of the captures, in any order.
        parties: Whose addresses they are.
        prefixes: The prefixes of the registrations concerned.
    """
    return _Linker(legs, parties, prefixes).link(legs)


def _sort(group: Group) -> None:
    """Bring the legs into the order in which they start; what continues a leg stands behind it."""
    place: dict[int, tuple[float, int]] = {}
    for leg in group.legs:
        link = group.links.get(id(leg))
        after, depth = (leg.at, 0) if link is None else place[id(link.before)]
        place[id(leg)] = (leg.at, 0) if leg.at > after else (after, depth + 1)
    group.legs.sort(key=lambda leg: place[id(leg)])


def _hops_between(before: SeenLeg, leg: SeenLeg) -> int:
    """Return how many hops lie between two legs; many where Max-Forwards does not tell or was set anew."""
    one, two = before.invite.max_forwards, leg.invite.max_forwards
    return one - two if one is not None and two is not None and one > two else _UNKNOWN_HOPS


def _can_precede(before: SeenLeg, leg: SeenLeg) -> bool:
    return before is not leg and before.at <= leg.at + ORDER_SECONDS


def _derived(one: str, two: str) -> bool:
    """Return whether a Call-ID was made from another: with something before or behind it, or before its host."""
    if min(len(one), len(two)) < 8:
        return False
    long, short = (one, two) if len(one) > len(two) else (two, one)
    core = short.partition("@")[0]
    return short in long or (len(core) >= 8 and core in long.partition("@")[0])
