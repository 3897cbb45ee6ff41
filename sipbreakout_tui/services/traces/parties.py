"""Which addresses take part in a trace, and what each is taken for."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from sipbreakout_model import Party
from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.services.traces.opening import OpenedTrace

_MOST_HOSTS = 3


@dataclass(frozen=True, slots=True)
class SeenAddress:
    """An address that legs start or end at."""

    address: str
    """As `open_trace` takes it; with its port where one address calls itself."""
    party: Party | None
    """CORE, TAS, or None: anybody else."""
    calls: int
    """INVITEs that it sent."""
    called: int
    """INVITEs that it got."""
    hosts: str
    """Host names under which it was called; safe to show."""


def seen_addresses(opened: OpenedTrace) -> list[SeenAddress]:
    """Return every address: the core's first, then the TAS's, then those with the most INVITEs."""
    trace = opened.trace
    calls, called = Counter[str](), Counter[str]()
    hosts: dict[str, dict[str, None]] = defaultdict(dict)
    for leg in trace.assembled.legs:
        calls[leg.source_at] += 1
        called[leg.target_at] += 1
        if leg.invite.host and leg.invite.host != leg.target.address:
            hosts[leg.target_at][leg.invite.host] = None
    found = []
    for address in calls.keys() | called.keys():
        names = [visible(host) for host in list(hosts[address])[:_MOST_HOSTS]]
        more = ", …" if len(hosts[address]) > _MOST_HOSTS else ""
        party = trace.parties.of(address)
        found.append(SeenAddress(address, party, calls[address], called[address], ", ".join(names) + more))
    order = {Party.CORE: 0, Party.TAS: 1, None: 2}
    found.sort(key=lambda seen: (order[seen.party], -seen.calls - seen.called, seen.address))
    return found
