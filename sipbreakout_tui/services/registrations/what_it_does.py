"""What a registration does to the calls of its number, as two small pictures."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from sipbreakout_model import (
    E164,
    Call,
    CalleeBehaviour,
    CallFlow,
    Registration,
    RegistrationBook,
    RouteType,
    Scenario,
    route,
)
from sipbreakout_tui.diagram.lines import Mark, Span, StyledLine
from sipbreakout_tui.diagram.text import leg_diagram
from sipbreakout_tui.diagram.words import Link, Shape, shape_of

_SOMEBODY = (E164("+4722222222"), E164("+4733333333"))
"""The other party of the calls: a number that is not the registered one."""

_AT = 0.0

Part = tuple[str, Mark | None]


class Doing(NamedTuple):
    """One call and what becomes of it."""

    title: str
    """Which call, such as `It calls (MO)`."""
    flow: CallFlow
    lines: tuple[StyledLine, ...]
    """A small picture: the legs, and below what the TAS is asked for and how the call ends."""


_HEADINGS = {
    True: ("What it does", "What it does"),
    None: ("What it does, if it is in force", "Does, if in force"),
    False: ("What it would do, if it were in force", "Would do, if in force"),
}


def heading(in_force: bool | None, *, short: bool = False) -> str:
    """Return what stands above the pictures of a registration that is in force, is not, or may be (None)."""
    return _HEADINGS[in_force][short]


@lru_cache(maxsize=512)
def what_it_does(registration: Registration) -> tuple[Doing, Doing]:
    """Return a call that the number places, and one that shows what the registration does to calls to it.

    Nobody else is registered. The second is a call that nobody answers under FALLBACK, and a call of the
    TAS under INGRESS: there the registration is met.
    """
    book = RegistrationBook()
    book.upsert(registration, None)
    number = registration.number
    other = next(somebody for somebody in _SOMEBODY if somebody != number)
    placed = Call(number, other, _AT)
    received = Call(other, number, _AT)
    title, scenario = "It is called (MT)", Scenario()
    if registration.route_type is RouteType.FALLBACK:
        title, scenario = "It is called (MT), no answer", Scenario(callee=CalleeBehaviour.SILENT)
    elif registration.route_type is RouteType.INGRESS:
        title, received = "The TAS calls it", Call(other, number, _AT, registration.sip_uri)
    return _doing("It calls (MO)", route(placed, book)), _doing(title, route(received, book, scenario))


def full_picture(registration: Registration, width: int) -> Iterator[StyledLine]:
    """Yield the same two calls as whole leg diagrams, one below the other, in `width` columns."""
    for doing in what_it_does(registration):
        yield _line([(doing.title, "party")])
        yield from leg_diagram(doing.flow, width)
        yield StyledLine("")


def _doing(title: str, flow: CallFlow) -> Doing:
    shape = shape_of(flow)
    lines = [*_rows(shape), *_said(flow, shape)]
    return Doing(title, flow, tuple(map(_line, lines)))


def _said(flow: CallFlow, shape: Shape) -> Iterator[list[Part]]:
    """Yield what is to be known beside the legs."""
    prefixed = next((link for link in shape.links if link.prefix), None)
    if prefixed is not None:
        plus, _, digits = prefixed.called.partition(" ")
        yield [("the TAS is asked for ", "note"), (plus, "prefix"), (f" {digits}", "number")]
    elif all(leg.registration is None for leg in flow.legs) and flow.call.placed_by is None:
        yield [("as without a registration", "absent")]
    yield [(f"→ {flow.outcome}", "outcome")]


def _rows(shape: Shape) -> Iterator[list[Part]]:
    """Yield a row for each leg out of the core, with the leg into it on the same row."""
    into: Link | None = None
    first = True
    labels = {name: node.label for name, node in shape.nodes.items()}
    edge = 0  # where a leg begins that leaves the core once more
    for link in shape.links:
        if link.target == "core":
            into = link
            continue
        if into is None:
            if link.leg is not None:
                yield [(" " * edge, None), (_leg(link, "╰"), "leg"), (f" {labels[link.target]}", "party")]
            continue
        if first:
            source = labels[into.source]
            edge = len(source) + 13
            yield [
                *((f"{source} ", "party"), (_leg(into), "leg")),
                *((" core ", "party"), (_leg(link), "leg"), (f" {labels[link.target]}", "party")),
            ]
        else:
            yield [
                *((f"{labels[link.target]} ", "party"), (_back(link), "leg")),
                *((" core ", "party"), (_back(into), "leg"), (f" {labels[into.source]}", "party")),
            ]
        into, first = None, False


def _leg(link: Link, begins: str = "─") -> str:
    return f"{begins}─{link.number}──▸"


def _back(link: Link) -> str:
    return f"◂──{link.number}──"


def _line(parts: Sequence[Part]) -> StyledLine:
    text, spans = "", []
    for part, mark in parts:
        if mark is not None:
            spans.append(Span(len(text), len(text) + len(part), mark))
        text += part
    return StyledLine(text, tuple(spans))
