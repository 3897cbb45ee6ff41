"""Call flows to draw: one of each kind by name, and one of every shape that the rules can give."""

from collections.abc import Iterator
from functools import cache

from sipbreakout_model import (
    E164,
    Call,
    CalleeBehaviour,
    CallFlow,
    Policy,
    Registration,
    RegistrationBook,
    RouteType,
    Scenario,
    ScenarioError,
    TasBehaviour,
    route,
)
from tests.model.expectations import POLICIES, TYPES, Case, scenarios

AT = 1_790_000_000.0
CAROL = "+4733333333"
LOOP = ("+4711111111", "LOOP", "00", "11", "sips:tas.example.com")
FORK = ("+4722222222", "FORK", "", "22", "sips:tas.example.com")
FALLBACK = ("+4722222222", "FALLBACK", "", "22", "sips:voicemail.example.net")
CAROLS_FALLBACK = (CAROL, "FALLBACK", "", "33", "sips:voicemail.example.net")
INGRESS = ("+4722222222", "INGRESS", "", "", "sips:tas.example.com")
LONG = ("+" + "1" * 32, "LOOP", "0" * 16, "", f"sips:{'a' * 48}.example.com")

_T, _C = TasBehaviour, CalleeBehaviour


def flow_of(
    *rows: tuple[str, str, str, str, str],
    scenario: Scenario | None = None,
    placed_by: str | None = None,
    caller: str = "+4711111111",
    callee: str = "+4722222222",
) -> CallFlow:
    book = RegistrationBook()
    for number, kind, mo, mt, uri in rows:
        book.upsert(Registration.parse(number, uri, kind, mo, mt), AT)
    return route(Call.parse(caller, callee, AT, placed_by), book, scenario or Scenario(), Policy())


FLOWS = {
    "nobody": flow_of(),
    "loop": flow_of(LOOP),
    "looped": flow_of(LOOP, scenario=Scenario(tas=_T.RETURNS_WITHOUT_SESSION_ID)),
    "endless": flow_of(LOOP, scenario=Scenario(tas=_T.RETURNS_WITHOUT_SESSION_ID, resets_max_forwards=True)),
    "rejected": flow_of(LOOP, scenario=Scenario(tas=_T.REJECTS)),
    "unreachable": flow_of(LOOP, scenario=Scenario(tas=_T.UNREACHABLE)),
    "answers then returns": flow_of(LOOP, scenario=Scenario(tas=_T.ANSWERS_THEN_RETURNS, callee=_C.BUSY)),
    "fork": flow_of(FORK),
    "fork, TAS answers": flow_of(FORK, scenario=Scenario(tas=_T.ANSWERS)),
    "fallback": flow_of(FALLBACK),
    "fallback, busy": flow_of(FALLBACK, scenario=Scenario(callee=_C.BUSY)),
    "fallback, returns": flow_of(FALLBACK, scenario=Scenario(callee=_C.BUSY, tas=_T.RETURNS)),
    "fallback, looped": flow_of(FALLBACK, scenario=Scenario(callee=_C.SILENT, tas=_T.RETURNS_WITHOUT_SESSION_ID)),
    "forwarded": flow_of(
        LOOP, CAROLS_FALLBACK, scenario=Scenario(callee=_C.BUSY, tas=_T.FORWARDS, forwards_to=E164(CAROL))
    ),
    "two TASes loop": flow_of(
        LOOP,
        CAROLS_FALLBACK,
        scenario=Scenario(
            callee=_C.BUSY,
            tas=_T.FORWARDS,
            forwards_to=E164(CAROL),
            fallback_tas=_T.RETURNS_WITHOUT_SESSION_ID,
        ),
    ),
    "wrong direction": flow_of(("+4711111111", "LOOP_MT", "", "11", "sips:tas.example.com")),
    "ingress": flow_of(INGRESS, placed_by="sips:tas.example.com"),
    "long": flow_of(
        LONG, caller="+" + "1" * 32, callee="+" + "2" * 32, scenario=Scenario(tas=_T.RETURNS_WITHOUT_SESSION_ID)
    ),
}


@cache
def every_shape() -> tuple[CallFlow, ...]:
    """Return a flow for every sequence of legs, ends, loops and absent legs in the cross product of the model."""
    found: dict[object, CallFlow] = {}
    for case in _cases():
        try:
            flow = route(case.call, case.book(), case.scenario, case.policy)
        except ScenarioError:
            continue
        legs = tuple((leg.source, leg.target, leg.rule, leg.end, leg.status, leg.starts_after) for leg in flow.legs)
        absent = tuple((leg.number, leg.target, leg.reason.code) for leg in flow.absent)
        found.setdefault((legs, absent, flow.loop), flow)
    return tuple(found.values())


def _cases() -> Iterator[Case]:
    for caller in TYPES:
        for callee in TYPES:
            for scenario in scenarios():
                for policy in POLICIES:
                    yield Case(caller, callee, scenario, policy)
    for caller in (RouteType.LOOP, RouteType.FALLBACK, None):
        for callee in (RouteType.FALLBACK, None):
            for fallback_tas in TasBehaviour:
                for scenario in scenarios(fallback_tas):
                    for policy in POLICIES[:2]:
                        yield Case(caller, callee, scenario, policy, other=RouteType.FALLBACK)
