"""Which addresses are the core's and which the TAS's: given, from the registrations, or inferred."""

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from sipbreakout_model import Party
from sipbreakout_tui.trace.leg import SeenLeg
from sipbreakout_tui.trace.numbers import added, same


class Known(Enum):
    """How it is known whose addresses they are."""

    GIVEN = "given"
    REGISTRATIONS = "registrations"
    """The request URI names the host of a registration's `sip_uri`."""
    INFERRED = "inferred"
    """From who calls whom."""

    def __str__(self) -> str:
        """Return the words for people."""
        return {"given": "given", "registrations": "from the registrations' hosts"}.get(self.value, "inferred")


@dataclass(frozen=True, slots=True)
class Parties:
    """Whose addresses they are; all others are subscribers' or other networks'."""

    core: frozenset[str]
    core_known: Known
    tas: frozenset[str]
    tas_known: Known

    def of(self, address: str) -> Party | None:
        """Return CORE, TAS, or None: anybody else."""
        if address in self.core:
            return Party.CORE
        return Party.TAS if address in self.tas else None

    def element(self, address: str) -> str:
        """Return what stands for the address when legs are linked: all of the core's count as one, all TASes', too."""
        if address in self.core:
            return "core"
        return "tas" if address in self.tas else address

    def __str__(self) -> str:
        """Return who is who in one line."""
        tas = ", ".join(sorted(self.tas)) or "none seen"
        core = ", ".join(sorted(self.core)) or "none seen"
        return f"core {core} ({self.core_known}), TAS {tas} ({self.tas_known})"


def find_parties(
    legs: list[SeenLeg],
    core: Collection[str] = (),
    tas: Collection[str] = (),
    hosts: Collection[str] = (),
) -> Parties:
    """Return whose addresses take part in the legs.

    Args:
        legs: All legs of the captures.
        core: The core's addresses, where they are given.
        tas: The TAS's addresses or host names, where they are given.
        hosts: Hosts of the registrations' `sip_uri`, lower case.
    """
    addresses = {end for leg in legs for end in (leg.source_at, leg.target_at)}
    wanted = {host.lower() for host in (*tas, *hosts)}
    named = _named(legs, wanted, addresses)
    tas_set = {text for text in tas if text in addresses} | named
    core_set = set(core)
    tas_known = Known.GIVEN if tas else Known.REGISTRATIONS
    core_known = Known.GIVEN
    if not core_set:
        core_known = Known.REGISTRATIONS if tas_set else Known.INFERRED
        core_set = _core_beside(legs, tas_set, wanted) if tas_set else set()
        if not core_set:
            core_known = Known.INFERRED
            core_set = _hub(legs, tas_set)
    core_set -= tas_set
    if not tas_set:
        tas_known = Known.INFERRED
        tas_set = _returning(legs, core_set)
    else:
        tas_set |= _other_tas_addresses(legs, core_set, tas_set)
    if core_known is not Known.GIVEN:
        core_set |= _other_core_addresses(legs, core_set, tas_set)
    return Parties(frozenset(core_set), core_known, frozenset(tas_set - core_set), tas_known)


def _named(legs: Sequence[SeenLeg], hosts: set[str], addresses: set[str]) -> set[str]:
    """Return the addresses that stand behind the hosts: where INVITEs that name them end."""
    if not hosts:
        return set()
    found = hosts & addresses
    placing: set[str] = set()
    ends: set[str] = set()
    asked_otherwise: set[str] = set()
    for leg in legs:
        if leg.invite.host in hosts:
            ends.add(leg.target_at)
        else:
            asked_otherwise.add(leg.target_at)
        vias = leg.invite.vias
        if vias and vias[0][1] in hosts:
            found.add(leg.source_at)
        if len(vias) == 1 and leg.invite.caller_host in hosts:
            placing.add(leg.source_at)
    found |= {address for address in ends if not _hands_on(address, legs, hosts, ends)} or ends
    # Whoever places calls from such a host is the TAS; a core that is a B2BUA hands From on, and is called itself.
    found |= placing - asked_otherwise - {leg.target_at for leg in legs if leg.source_at in placing}
    return found


def _hands_on(address: str, legs: Sequence[SeenLeg], hosts: set[str], ends: set[str]) -> bool:
    """Return whether INVITEs that name a TAS pass through an element of the core here.

    It sends them on to another end of such INVITEs, and has to do with others than those two sides of them.
    """
    before = {leg.source_at for leg in legs if leg.target_at == address and leg.invite.host in hosts}
    behind = {leg.target_at for leg in legs if leg.source_at == address and leg.invite.host in hosts}
    if not behind & ends:
        return False
    beside = {leg.target_at for leg in legs if leg.source_at == address}
    beside |= {leg.source_at for leg in legs if leg.target_at == address}
    return bool(beside - before - behind - {address})


def _core_beside(legs: Iterable[SeenLeg], tas: set[str], hosts: set[str]) -> set[str]:
    """Return who calls the TAS: the core does, with the TAS's host; what stands behind the TAS calls it, too."""
    calling = [leg for leg in legs if leg.target_at in tas and leg.source_at not in tas]
    by_host = {leg.source_at for leg in calling if leg.invite.host in hosts}
    return by_host or {leg.source_at for leg in calling}


def _hub(legs: list[SeenLeg], tas: set[str]) -> set[str]:
    """Return the address that most legs start or end at, of those that both call and are called."""
    calling: dict[str, list[SeenLeg]] = defaultdict(list)
    called: dict[str, int] = defaultdict(int)
    for leg in legs:
        calling[leg.source_at].append(leg)
        called[leg.target_at] += 1
    both = [address for address in calling if called[address] and address not in tas]
    if not both:
        toward_tas = [leg.source_at for leg in legs if leg.invite.called and leg.invite.called.startswith("+0")]
        first = toward_tas or [leg.target_at for leg in legs if leg.target_at not in tas]
        return set(first[:1])

    def rank(address: str) -> tuple[int, int, float, float]:
        sent = calling[address]
        prefixed = sum((leg.invite.called or "").startswith("+0") for leg in sent)
        hops = [leg.invite.max_forwards for leg in sent if leg.invite.max_forwards is not None]
        # Only the core adds prefixes; of two that call one another it is earlier on the way: more hops are left.
        mean = sum(hops) / len(hops) if hops else 0.0
        return len(sent) + called[address], prefixed, mean, -min(leg.at for leg in sent)

    return {max(both, key=rank)}


def _returning(legs: list[SeenLeg], core: set[str]) -> set[str]:
    """Return who gets calls of the core with a prefix, or brings calls of the core back."""
    found: set[str] = set()
    asked: dict[str, set[str]] = defaultdict(set)
    rung: dict[tuple[str, str | None], float] = {}
    for leg in legs:
        if leg.target_at in core and leg.invite.called:
            for key in _identities(leg):
                asked[key].add(leg.invite.called)
        if leg.source_at in core:
            way = leg.target_at, leg.invite.caller
            rung[way] = min(leg.at, rung.get(way, leg.at))
    for leg in legs:
        source, target, called = leg.source_at, leg.target_at, leg.invite.called
        if source in core and called and target not in core:
            if called.startswith("+0") or any(
                added(called, number) and not same(called, number) for key in _identities(leg) for number in asked[key]
            ):
                found.add(target)
        elif target in core and source not in core and leg.invite.caller and _after(leg, rung):
            found.add(source)
    return found | _other_tas_addresses(legs, core, found)


def _after(leg: SeenLeg, rung: dict[tuple[str, str | None], float]) -> bool:
    """Return whether the core had rung this leg's source for the same caller before."""
    return rung.get((leg.source_at, leg.invite.caller), math.inf) < leg.at


def _identities(leg: SeenLeg) -> tuple[str, ...]:
    uuid = leg.invite.local_uuid
    return (leg.invite.call_id,) if uuid is None else (leg.invite.call_id, uuid)


def _other_tas_addresses(legs: list[SeenLeg], core: set[str], tas: set[str]) -> set[str]:
    """Return who brings a call back that went to the TAS, from an address of its own."""
    gone = {branch for leg in legs if leg.target_at in tas and leg.source_at in core for branch in [leg.branch]} - {""}
    uuids = {uuid for leg in legs if leg.target_at in tas and leg.source_at in core for uuid in leg.response_uuids}
    return {
        leg.source_at
        for leg in legs
        if leg.target_at in core
        and leg.source_at not in core
        and (
            any(branch in gone for branch, _ in leg.invite.vias[1:])
            or (leg.invite.local_uuid is not None and leg.invite.local_uuid in uuids)
        )
    }


def _other_core_addresses(legs: list[SeenLeg], core: set[str], tas: set[str]) -> set[str]:
    """Return further addresses of the core: what a leg of the core came in at, and where the TAS returns calls to."""
    before = {leg.branch: leg.target_at for leg in legs if leg.branch}
    found = {
        before[leg.invite.vias[1][0]]
        for leg in legs
        if leg.source_at in core and len(leg.invite.vias) > 1 and leg.invite.vias[1][0] in before
    }
    sending = {leg.source_at for leg in legs if leg.target_at not in tas}
    # Whoever sends on to the core is another element of the TAS.
    beside_core = {leg.source_at for leg in legs if leg.target_at in core}
    found |= {
        leg.target_at
        for leg in legs
        if leg.source_at in tas and leg.target_at in sending and leg.target_at not in beside_core
    }
    return found - tas
