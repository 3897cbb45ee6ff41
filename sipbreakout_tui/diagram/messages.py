"""The SIP messages that a call flow amounts to, in the order in which they are sent."""

from dataclasses import dataclass

from sipbreakout_model import CallFlow, Leg, LegEnd, Party
from sipbreakout_tui.diagram.words import Link, Shape, shape_of, status_words


@dataclass(frozen=True, slots=True)
class Message:
    """One message between two adjacent parties."""

    link: Link
    """The leg it belongs to."""
    source: str
    """The node's name, see `Shape.nodes`."""
    target: str
    text: str
    """`INVITE`, `ACK`, `CANCEL`, or status and phrase of an answer."""
    after: float | None
    """Seconds after leg 1's INVITE; None where nothing says when."""
    lost: bool = False
    """Whether it never arrives."""

    @property
    def is_request(self) -> bool:
        """Whether it is no answer."""
        return not self.text[0].isdigit()


def sip_messages(flow: CallFlow, shape: Shape | None = None) -> list[Message]:
    """Return the messages of the flow.

    The model knows legs; these rules make messages of them:

    - Each INVITE is answered with 100 at once, unless it never reaches its TAS (R14): then nothing answers it.
    - A callee rings (180) unless busy or unreachable; a TAS rings only under FORK, and only until it is given up.
      180 passes back along the legs that led there, once on each.
    - A leg ends with its status, after all legs that it led to; answers other than 2xx have their ACK at once,
      hop by hop. Once leg 1 is answered with 200 the ACKs pass forward, in the order of the legs.
    - Under FORK the refusals come first, then the answer, then CANCEL and 487 (the 200 of a CANCEL is left out).
    - A callee given up for a FALLBACK has its final answer at the moment when the next leg starts.
    - A TAS that answers and then returns the call answers before its INVITE.
    - Legs of a loop stand once; what ends them is sent after its last turn. A loop without end ends nothing.

    Args:
        flow: What `route` predicts.
        shape: Its shape, if it is at hand.
    """
    exchange = _Exchange(flow, shape or shape_of(flow))
    exchange.start()
    return exchange.messages


class _Exchange:
    """The messages sent so far, and which leg led to which."""

    def __init__(self, flow: CallFlow, shape: Shape) -> None:
        self.messages: list[Message] = []
        self._shape = shape
        self._links: dict[int, Link] = {}
        self._legs = {leg.number: leg for leg in flow.legs}
        self._parents: dict[int, int] = {}
        self._children: dict[int, list[int]] = {number: [] for number in self._legs}
        self._rung: set[int] = set()
        self._ended: set[int] = set()
        self._unacknowledged: list[int] = []
        self._early = {step.operands[0] for step in flow.steps if step.code == "tas_answers_then_returns"}
        last_into: dict[str, int] = {}
        for link, leg in zip(shape.links, flow.legs, strict=False):
            self._links[leg.number] = link
            parent = last_into.get(link.source)
            if parent is not None:
                self._parents[leg.number] = parent
                self._children[parent].append(leg.number)
            last_into[link.target] = leg.number

    def start(self) -> None:
        self._leg(1)
        self._acknowledge()

    def _leg(self, number: int) -> None:
        """Send what belongs to a leg and to those it leads to, but its final answer."""
        leg, children = self._legs[number], self._children[number]
        if not self._invite(leg):
            return
        if number in self._early:
            for answered in self._back(number):
                self._final(answered)
            self._acknowledge()
        if len(children) > 1 and all(self._legs[child].rule == "R5" for child in children):
            self._fork(children)
        else:
            for child, following in zip(children, [*children[1:], None], strict=False):
                self._leg(child)
                self._final(child, None if following is None else self._legs[following].starts_after)
        if self._rings(leg):
            self._ring(number)
        if number == 1:
            self._final(1)

    def _fork(self, branches: list[int]) -> None:
        reached = [number for number in branches if self._invite(self._legs[number])]
        for number in reached:
            if self._rings(self._legs[number]):
                self._ring(number)
        for number in sorted(reached, key=lambda number: _FORK_ORDER.get(self._legs[number].end, 0)):
            self._final(number)

    def _invite(self, leg: Leg) -> bool:
        """Send a leg's INVITE; return whether it arrives."""
        unreachable = leg.target is Party.TAS and leg.end is LegEnd.FAILED and not self._children[leg.number]
        self._send(leg.number, "INVITE", leg.starts_after, lost=unreachable)
        if unreachable:
            self._ended.add(leg.number)
            return False
        self._send(leg.number, "100 Trying", leg.starts_after)
        return True

    def _rings(self, leg: Leg) -> bool:
        if leg.target is Party.TAS:
            return leg.rule == "R5" and leg.end in (LegEnd.CANCELLED, LegEnd.NO_ANSWER)
        if leg.target is Party.CORE:
            return False
        return leg.end in (LegEnd.ANSWERED, LegEnd.NO_ANSWER, LegEnd.CANCELLED) or leg.status == 603

    def _ring(self, number: int) -> None:
        for passed in self._back(number):
            if passed not in self._rung and passed not in self._ended:
                self._rung.add(passed)
                self._send(passed, "180 Ringing")

    def _back(self, number: int) -> list[int]:
        """Return the leg and those that led to it, back to leg 1."""
        way = [number]
        while way[-1] in self._parents:
            way.append(self._parents[way[-1]])
        return way

    def _final(self, number: int, after: float | None = None) -> None:
        """Send how a leg ends, once."""
        leg = self._legs[number]
        if number in self._ended or leg.status is None:
            return
        self._ended.add(number)
        if leg.end is LegEnd.CANCELLED:
            self._send(number, "CANCEL", after)
        self._send(number, status_words(leg.status), after)
        if leg.status == 200:
            self._unacknowledged.append(number)
        else:
            self._send(number, "ACK", after)

    def _acknowledge(self) -> None:
        for number in sorted(self._unacknowledged):
            self._send(number, "ACK")
        self._unacknowledged.clear()

    def _send(self, number: int, text: str, after: float | None = None, *, lost: bool = False) -> None:
        link = self._links[number]
        forward = not text[0].isdigit()
        source, target = (link.source, link.target) if forward else (link.target, link.source)
        self.messages.append(Message(link, source, target, text, after, lost))


_FORK_ORDER = {LegEnd.ANSWERED: 1, LegEnd.CANCELLED: 2}
