"""What every picture of a call flow says: its parties, its links between them, and the words beside them.

Pure: the pictures in text need no graph library for it.
"""

from dataclasses import dataclass

from sipbreakout_model import AbsentLeg, CallFlow, Leg, Party, Registration

_NOTES = {"R8": "same Session-ID", "R9": "no Session-ID", "R11": "prefix left on", "R12": "forwarded"}

PHRASES = {
    200: "OK",
    302: "Moved Temporarily",
    403: "Forbidden",
    404: "Not Found",
    408: "Request Timeout",
    480: "Temporarily Unavailable",
    483: "Too Many Hops",
    486: "Busy Here",
    487: "Request Terminated",
    603: "Decline",
}
"""Reason phrases of the final answers that occur (RFC 3261 section 21)."""


@dataclass(frozen=True, slots=True)
class Node:
    """A party of the picture."""

    name: str
    """`caller`, `core`, `callee`, `tas`, `tas 2`, `other`, `other 2`, …"""
    party: Party
    address: str | None
    """Number or `sips:` URI, where it is known."""

    @property
    def label(self) -> str:
        """The words for people, such as `TAS 2`."""
        return f"{self.party}{self.name.removeprefix(self.party.value)}"


@dataclass(frozen=True, slots=True)
class Link:
    """A leg of the picture, made or absent."""

    source: str
    """The node's name."""
    target: str
    number: int | None
    """None: an absent leg without a fixed place."""
    rule: str
    leg: Leg | None = None
    """None: it is not made."""
    reason: str | None = None
    """Why it is not made."""
    prefix: str | None = None
    """The digits that R7 put before the number."""
    note: str | None = None
    """What is to be said beside the number."""
    because: str | None = None
    """Whose registration rings the TAS or lets its call in, such as `LOOP of the caller`."""
    looped: bool = False
    """Whether a loop repeats it."""

    @property
    def called(self) -> str:
        """The number in its INVITE, a prefix set apart: `+00 4722222222`; empty where it is not made."""
        if self.leg is None:
            return ""
        called = self.leg.called
        return called if self.prefix is None else f"+{self.prefix} {called[1 + len(self.prefix) :]}"


@dataclass(frozen=True, slots=True)
class Shape:
    """The parties of a flow by name, and its links: those made in order, then the absent ones."""

    nodes: dict[str, Node]
    links: tuple[Link, ...]


def shape_of(flow: CallFlow) -> Shape:
    """Return what a picture of the flow shows; parties stand in the order in which legs reach them."""
    names = _Names(flow)
    links = [_made(flow, leg, names) for leg in flow.legs]
    rung = next((link.target for link in reversed(links) if names.nodes[link.target].party is Party.TAS), None)
    links += [_absent(absent, names, rung) for absent in flow.absent]
    return Shape(names.nodes, tuple(links))


def loop_words(flow: CallFlow) -> str | None:
    """Return how often a flow's loop turns and what ends it, such as `× 35, then 483 Too Many Hops`."""
    if flow.loop is None:
        return None
    return "without end" if flow.loop.turns is None else f"× {flow.loop.turns}, then {flow.loop.ended_by}"


def status_words(status: int) -> str:
    """Return a final answer with its phrase, such as `486 Busy Here`."""
    return f"{status} {PHRASES[status]}" if status in PHRASES else str(status)


class _Names:
    """Which node stands for which party; a second TAS is another party, and so is a second other number."""

    def __init__(self, flow: CallFlow) -> None:
        self.nodes: dict[str, Node] = {}
        self._flow = flow

    def of(self, party: Party, registration: Registration | None, called: str | None = None) -> str:
        """Return the node's name, made where it is new."""
        address = self._address(party, registration, called)
        name, count = party.value, 1
        while name in self.nodes:
            if address in (None, self.nodes[name].address):
                return name
            count += 1
            name = f"{party.value} {count}"
        self.nodes[name] = Node(name, party, address)
        return name

    def _address(self, party: Party, registration: Registration | None, called: str | None) -> str | None:
        call = self._flow.call
        if party is Party.CALLER:
            return "anonymous" if call.caller is None else str(call.caller)
        if party is Party.CALLEE:
            return str(call.callee)
        if party is Party.TAS:
            uri = call.placed_by if registration is None else registration.sip_uri
            return None if uri is None else str(uri)
        return called if party is Party.OTHER else None


def _made(flow: CallFlow, leg: Leg, names: _Names) -> Link:
    loop = flow.loop
    prefix = note = because = None
    if leg.registration is not None and (leg.target is Party.TAS or (leg.source is Party.TAS and leg.rule == "R13")):
        because = _because(flow, leg.registration)
    if leg.target is Party.TAS:
        asked = _asked_before(flow, leg)
        prefix = leg.called[1 : len(leg.called) - len(asked) + 1] or None
        note = f"prefix {prefix}" if prefix else None
    elif leg.source is Party.TAS and leg.number > 1:
        note = _NOTES.get(leg.rule)
        if leg.rule == "R15":
            lost = any(step.rule == "R15" and step.code == "session_id_lost" for step in flow.steps)
            note = "no Session-ID" if lost else "same Session-ID"
    return Link(
        names.of(leg.source, leg.registration),
        names.of(leg.target, leg.registration, leg.called),
        leg.number,
        leg.rule,
        leg,
        prefix=prefix,
        note=note,
        because=because,
        looped=loop is not None and loop.first_leg <= leg.number <= loop.last_leg,
    )


def _because(flow: CallFlow, registration: Registration) -> str:
    whose = {flow.call.caller: "the caller", flow.call.callee: "the callee"}.get(registration.number)
    return f"{registration.route_type} of {whose or registration.number}"


def _absent(absent: AbsentLeg, names: _Names, rung: str | None) -> Link:
    # What a TAS does not bring back, the one rung last does not.
    source = rung if rung is not None and absent.source is Party.TAS else names.of(absent.source, None)
    target = names.of(absent.target, absent.registration)
    return Link(source, target, absent.number, absent.reason.rule, reason=str(absent.reason))


def _asked_before(flow: CallFlow, leg: Leg) -> str:
    """Return the number that the core was asked for when it made this leg, prefix-free."""
    for former in reversed(flow.legs[: leg.number - 1]):
        if leg.called.endswith(former.called[1:]) and former.target is not Party.TAS:
            return former.called
    return leg.called
