"""Every picture that the figure tests measure: each route type, each failure, long numbers and hosts."""

import random
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from sipbreakout_model import (
    E164,
    AlignedLeg,
    Alignment,
    Call,
    CalleeBehaviour,
    CallFlow,
    Leg,
    LegEnd,
    LegMatch,
    ObservedLeg,
    Party,
    Policy,
    Registration,
    RegistrationBook,
    Scenario,
    TasBehaviour,
    UnmatchedReturn,
    route,
)
from sipbreakout_tui.diagram.figure import (
    draw_alignment,
    draw_difference,
    draw_fleet,
    draw_ladder,
    draw_legs,
    draw_lives,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

AT = 1_790_000_000.0
A, B, C = "+4711111111", "+4722222222", "+4733333333"
TAS, MAIL = "sips:tas.example.com", "sips:voicemail.example.net:5061"
LONG_A, LONG_B, LONG_C = (f"+{digit * 32}" for digit in "123")
LONG_TAS = f"sips:{'long-host-name.' * 3}{'e' * 15}:50610"  # a host of 60 characters
LONG_MAIL = f"sips:{'b' * 55}.test"  # the same without a place to break

Row = tuple[str, str, str, str, str]


def flow(
    *rows: Row,
    scenario: Scenario | None = None,
    policy: Policy | None = None,
    caller: str | None = A,
    callee: str = B,
    placed_by: str | None = None,
    age: float = 1128.0,
) -> CallFlow:
    """Return the flow of a call while the rows are registered."""
    book = RegistrationBook()
    for row in rows:
        book.upsert(Registration.parse(*row), AT - age)
    return route(Call.parse(caller, callee, AT, placed_by), book, scenario or Scenario(), policy or Policy())


_LOOP: Row = (A, TAS, "LOOP", "00", "11")
_MAILBOX: Row = (B, MAIL, "FALLBACK", "", "12")
_SILENT = CalleeBehaviour.SILENT
_LOST = TasBehaviour.RETURNS_WITHOUT_SESSION_ID
_FORWARDS = TasBehaviour.FORWARDS

FLOWS: dict[str, CallFlow] = {
    "nobody": flow(),
    "anonymous": flow((B, TAS, "LOOP_MT", "", "11"), caller=None),
    "short number": flow(callee="112"),
    "expired": flow(_LOOP, age=3700.0),
    "LOOP": flow(_LOOP),
    "LOOP_MO": flow((A, TAS, "LOOP_MO", "", "")),
    "LOOP_MT": flow((B, TAS, "LOOP_MT", "", "11")),
    "LOOP_MT of the caller": flow((A, TAS, "LOOP_MT", "", "11")),
    "FORK": flow((B, TAS, "FORK", "", "11")),
    "FALLBACK": flow((B, TAS, "FALLBACK", "", "11")),
    "INGRESS": flow((B, TAS, "INGRESS", "", ""), placed_by=TAS),
    "INGRESS of nobody": flow(_LOOP, placed_by=TAS),
    "both LOOP": flow(_LOOP, (B, MAIL, "LOOP", "00", "11")),
    **{f"FALLBACK, {doing}": flow(_MAILBOX, scenario=Scenario(callee=doing)) for doing in CalleeBehaviour},
    **{f"FORK, {doing}": flow((B, TAS, "FORK", "", "1"), scenario=Scenario(callee=doing)) for doing in CalleeBehaviour},
    **{
        f"LOOP, TAS {doing}": flow(
            _LOOP, scenario=Scenario(tas=doing, forwards_to=E164(C) if doing is _FORWARDS else None)
        )
        for doing in TasBehaviour
    },
    **{
        f"FORK, TAS {doing}": flow((B, TAS, "FORK", "", "11"), scenario=Scenario(tas=doing))
        for doing in (TasBehaviour.ANSWERS, TasBehaviour.REJECTS, TasBehaviour.SILENT, TasBehaviour.UNREACHABLE)
    },
    **{
        f"FALLBACK, TAS {doing}": flow(
            _MAILBOX,
            scenario=Scenario(callee=_SILENT, tas=doing, forwards_to=E164(C) if doing is _FORWARDS else None),
        )
        for doing in (
            *(TasBehaviour.RETURNS, TasBehaviour.REJECTS, TasBehaviour.SILENT, TasBehaviour.UNREACHABLE),
            *(_LOST, _FORWARDS),
        )
    },
    "loop without end": flow(_LOOP, scenario=Scenario(tas=_LOST, resets_max_forwards=True)),
    "return refused": flow(_LOOP, scenario=Scenario(tas=_LOST), policy=Policy(unmatched_return=UnmatchedReturn.REJECT)),
    "LOOP then FALLBACK": flow(_LOOP, _MAILBOX, scenario=Scenario(callee=_SILENT)),
    "LOOP then FALLBACK, one TAS": flow(_LOOP, (B, TAS, "FALLBACK", "", "12"), scenario=Scenario(callee=_SILENT)),
    "LOOP then FALLBACK loops": flow(_LOOP, _MAILBOX, scenario=Scenario(callee=_SILENT, fallback_tas=_LOST)),
    "long": flow(
        (LONG_A, LONG_TAS, "LOOP", "0" * 16, "1" * 16),
        (LONG_B, LONG_MAIL, "FALLBACK", "3" * 16, "4" * 16),
        scenario=Scenario(callee=_SILENT),
        caller=LONG_A,
        callee=LONG_B,
    ),
    "long, forwarded": flow(
        (LONG_B, LONG_MAIL, "FALLBACK", "3" * 16, "4" * 16),
        scenario=Scenario(callee=_SILENT, tas=_FORWARDS, forwards_to=E164(LONG_C)),
        caller=LONG_A,
        callee=LONG_B,
    ),
    "long, loops": flow(
        (LONG_A, LONG_MAIL, "LOOP", "0" * 16, "1" * 16),
        (LONG_B, LONG_TAS, "FALLBACK", "3" * 16, "4" * 16),
        scenario=Scenario(callee=_SILENT, fallback_tas=_LOST),
        caller=LONG_A,
        callee=LONG_B,
    ),
    "long, one TAS": flow(
        (LONG_A, LONG_TAS, "LOOP", "0" * 16, "1" * 16),
        (LONG_B, LONG_TAS, "FALLBACK", "3" * 16, "4" * 16),
        scenario=Scenario(callee=_SILENT),
        caller=LONG_A,
        callee=LONG_B,
    ),
    "long, expired": flow(
        (LONG_B, LONG_MAIL, "FALLBACK", "3" * 16, "4" * 16), caller=LONG_A, callee=LONG_B, age=3700.0
    ),
    "long, placed by a TAS": flow(
        (LONG_B, LONG_TAS, "INGRESS", "", ""), caller=LONG_A, callee=LONG_B, placed_by=LONG_TAS
    ),
}


def fleet(count: int, tases: int = 4, *, long: bool = False) -> RegistrationBook:
    """Return a book of this many registrations, some of them expired, always the same."""
    dice = random.Random(count)
    book = RegistrationBook()
    kinds = ["LOOP"] * 4 + ["LOOP_MO", "LOOP_MT", "FORK", "FALLBACK", "INGRESS"]
    for index in range(count):
        number = f"+{10**31 + index}" if long else f"+47{10_000_000 + index}"
        tas = min(int(dice.expovariate(0.8)), tases - 1)
        uri = f"sips:{'b' * 55}{tas:02}.test" if long else f"sips:tas{tas}.example.com"
        age = None if index % 97 == 96 else dice.random() * 3700
        book.upsert(Registration.parse(number, uri, dice.choice(kinds)), None if age is None else AT - age)
    return book


def plan(book: RegistrationBook) -> dict[E164 | str, float]:
    """Return a plan that is late for every tenth lease and leaves every seventh out."""
    ends = [(lease.registration.number, lease.expires_at) for lease in book]
    return {
        number: end + (60 if index % 10 == 9 else -600)
        for index, (number, end) in enumerate(ends)
        if end is not None and index % 7 != 6
    }


def observed(leg: Leg, **changed: object) -> ObservedLeg:
    """Return the leg as a capture shows it."""
    seen = {"number": leg.number, "called": leg.called, "end": leg.end, "status": leg.status, **changed}
    return ObservedLeg(source=leg.source, target=leg.target, starts_after=leg.starts_after, frames=(3, 8), **seen)  # type: ignore[arg-type]


def alignment(flow: CallFlow, called: str) -> Alignment:
    """Return an alignment with a leg of every match."""
    first, tas, *rest = flow.legs
    return Alignment(
        (
            AlignedLeg(LegMatch.AS_PREDICTED, observed(first), first),
            AlignedLeg(LegMatch.DIFFERENT_NUMBER, observed(tas, called=called), tas),
            *(AlignedLeg(LegMatch.NOT_VISIBLE, None, leg) for leg in rest[:1]),
            *(AlignedLeg(LegMatch.MISSING, None, leg) for leg in rest[1:]),
            AlignedLeg(LegMatch.UNEXPECTED, observed(tas, number=12, called=None, end=None, status=None), None),
        ),
        "Leg 3 came back without the Session-ID of leg 2: the core took it for a new call (R9).",
        35,
        1,
    )


def looped(flow: CallFlow, rung: int, turns: int | None) -> Alignment:
    """Return an alignment of a call all of whose legs are as predicted, and which goes round."""
    legs = tuple(AlignedLeg(LegMatch.AS_PREDICTED, observed(leg), leg) for leg in flow.legs)
    return Alignment(legs, "The core took it for a new call (R9).", rung, turns)


EVERY_MATCH = Alignment(
    (AlignedLeg(LegMatch.UNEXPECTED, ObservedLeg(1, Party.TAS, Party.CORE, None, 0.0, LegEnd.FAILED, 503), None),), ""
)

DRAWINGS: dict[str, "Callable[..., Axes]"] = {
    **{f"legs: {name}": partial(draw_legs, flow) for name, flow in FLOWS.items()},
    **{f"ladder: {name}": partial(draw_ladder, flow) for name, flow in FLOWS.items()},
    "difference: mended": partial(draw_difference, FLOWS[f"LOOP, TAS {_LOST}"], FLOWS["LOOP"]),
    "difference: none": partial(draw_difference, FLOWS["LOOP"], FLOWS["LOOP"]),
    "difference: lost": partial(draw_difference, FLOWS["LOOP"], FLOWS["nobody"]),
    "difference: long": partial(draw_difference, FLOWS["long"], FLOWS["long, loops"]),
    "fleet: none": partial(draw_fleet, fleet(0), AT),
    "fleet: 9": partial(draw_fleet, fleet(9), AT),
    "fleet: 150 long": partial(draw_fleet, fleet(150, 40, long=True), AT),
    "fleet: 2,000": partial(draw_fleet, fleet(2000), AT),
    "fleet: 10,000": partial(draw_fleet, fleet(10_000, 3), AT),
    "lives: none": partial(draw_lives, fleet(0), AT),
    "lives: 9": partial(draw_lives, fleet(9), AT, plan(fleet(9))),
    "lives: 9 without plan": partial(draw_lives, fleet(9), AT),
    "lives: 30 long": partial(draw_lives, fleet(30, long=True), AT, plan(fleet(30, long=True))),
    "lives: 2,000": partial(draw_lives, fleet(2000), AT, plan(fleet(2000))),
    "lives: 100 without plan": partial(draw_lives, fleet(100), AT),
    "alignment": partial(draw_alignment, alignment(FLOWS["LOOP"], B)),
    "alignment: long": partial(draw_alignment, alignment(FLOWS["long"], LONG_B)),
    "alignment: looped": partial(draw_alignment, looped(FLOWS[f"LOOP, TAS {_LOST}"], 35, 35)),
    "alignment: looped without end": partial(draw_alignment, looped(FLOWS["loop without end"], 1_000_000, None)),
    "alignment: looped against the prediction": partial(draw_alignment, looped(FLOWS["LOOP"], 12, 1)),
    "alignment: looped, long": partial(draw_alignment, looped(FLOWS["long, loops"], 70, 35)),
    "alignment: no loop": partial(draw_alignment, looped(FLOWS["LOOP then FALLBACK"], 2, 2)),
    "alignment: one leg loops": partial(draw_alignment, replace(EVERY_MATCH, turns_observed=10**9, turns_predicted=0)),
    "alignment: one leg": partial(draw_alignment, EVERY_MATCH),
    "alignment: none": partial(draw_alignment, Alignment((), "No call found.")),
}
