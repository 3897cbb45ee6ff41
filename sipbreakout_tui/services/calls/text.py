"""What is said of a call beside its pictures: how registrations stand, a leg whole, text and command to copy."""

import shlex
from dataclasses import fields
from typing import Literal, NamedTuple, TypeAlias

from sipbreakout_model import E164, Registrations
from sipbreakout_model.callflow import CallFlow
from sipbreakout_model.sentences import duration
from sipbreakout_model.times import rfc3339
from sipbreakout_tui.diagram.text import leg_diagram
from sipbreakout_tui.diagram.words import shape_of, status_words
from sipbreakout_tui.services.calls.flow_text import flow_lines
from sipbreakout_tui.services.calls.question import Answer, Question
from sipbreakout_tui.services.registrations.listing import lives

EXPIRING_SECONDS = 600.0
"""A lease that nobody keeps is about to end when it has less to live."""

StandingKind: TypeAlias = Literal["in force", "expiring", "out of force", "none"]


class Standing(NamedTuple):
    """How a number's registration stands at the moment of a call."""

    kind: StandingKind
    text: str


def standing(registrations: Registrations, number: E164 | str | None, at: float, *, kept: bool = False) -> Standing:
    """Return how the registration of a caller or callee stands at Unix time `at` (s).

    Args:
        registrations: Who is registered.
        number: Who; None: withheld, a text: a short number.
        at: Unix time in seconds of the call.
        kept: Whether it is refreshed before it ends.
    """
    if not isinstance(number, E164):
        return Standing("none", "withheld: meets nothing" if number is None else "short number: meets nothing")
    refreshed = ", kept" if kept else ""
    lease = registrations.active(number, at)
    if lease is not None:
        left = lease.remaining(at)
        if left is None:
            return Standing("in force", str(lease.registration.route_type))
        ending = left < EXPIRING_SECONDS and not kept
        text = f"{lease.registration.route_type}, {_span(left)} left{refreshed}"
        return Standing("expiring" if ending else "in force", text)
    last = registrations.last(number)
    left = None if last is None else last.remaining(at)
    if last is None or left is None:
        return Standing("none", "not registered")
    kind = last.registration.route_type
    if left <= 0:
        return Standing("out of force", f"{kind}, expired {_span(-left)} before{refreshed}")
    return Standing("out of force", f"{kind}, accepted {_span((last.accepted_at or 0.0) - at)} later")


def _span(seconds: float) -> str:
    return lives(seconds) if seconds < 3600 else duration(seconds)


def leg_count(flow: CallFlow) -> int:
    """Return how many legs can be stepped through: those made, then those that are not."""
    return len(flow.legs) + len(flow.absent)


def leg_words(flow: CallFlow, place: int) -> list[str]:
    """Return everything of a leg in two lines.

    Args:
        flow: The call.
        place: The leg's place among those made followed by those that are not, from 0.
    """
    shape = shape_of(flow)
    link = shape.links[place]
    ends = [
        node.label if node.address is None or node.name == "core" else f"{node.label} {node.address}"
        for node in (shape.nodes[link.source], shape.nodes[link.target])
    ]
    way = f"{ends[0]} → {ends[1]}"
    leg = link.leg
    if leg is None:
        number = "" if link.number is None else f" {link.number}"
        return [f"No leg{number}  {way}", f"{link.reason} ({link.rule})"]
    loop = flow.loop
    end = str(leg.end) if leg.status is None else f"{leg.end} ({status_words(leg.status)})"
    if link.looped and loop is not None:
        end = "goes round without end" if loop.turns is None else f"goes round {loop.turns} times, then {loop.ended_by}"
    made_by = link.rule
    if leg.registration is not None:
        made_by = f"{link.rule}, {leg.registration.route_type} of {leg.registration.number}"
    said = f", {link.note}" if link.note else ""
    return [
        f"Leg {leg.number}  {way}",
        f"INVITE {leg.request_uri}{said}  ·  after {duration(leg.starts_after)}  ·  {end}  ·  by {made_by}",
    ]


def answer_text(answer: Answer, *, width: int = 96) -> str:
    """Return the explanation with its diagram, to paste into a ticket.

    Args:
        answer: What was asked and what came of it.
        width: Columns of the diagram.
    """
    lines = flow_lines(answer.flow, answer.fix)
    if answer.stopgap is not None:
        lines += ["At once", f"  {answer.stopgap}", f"  Then: {answer.stopgap.flow.outcome}"]
    return "\n".join([*lines, "", *(line.text for line in leg_diagram(answer.flow, width))]) + "\n"


_FLAGS = {
    "callee_does": "--callee",
    "tas": "--tas",
    "fallback_tas": "--fallback-tas",
    "forwards_to": "--forwards-to",
    "placed_by": "--placed-by",
    "prefix_reading": "--prefix-reading",
    "unmatched_return": "--unmatched-return",
    "hops_per_turn": "--hops-per-turn",
    "max_forwards": "--max-forwards",
    "resets_max_forwards": "--resets-max-forwards",
}


def explain_command(question: Question, at: float) -> str:
    """Return the command line that asks the same of registrations in a file."""
    usual = Question()
    words = ["sipbreakout", "explain", question.caller.strip(), question.callee.strip()]
    words += ["--registrations", "registrations.toml", "--at", rfc3339(at)]
    for each in fields(Question):
        value = getattr(question, each.name)
        unused = each.name == "forwards_to" and not question.forwards
        if each.name not in _FLAGS or value == getattr(usual, each.name) or unused:
            continue
        words.append(_FLAGS[each.name])
        if value is not True:
            words.append(value.strip().replace("_", "-"))
    return shlex.join(words)
