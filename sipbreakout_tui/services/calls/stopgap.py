"""What stops a loop at once on our side, until the TAS is mended: registrations that cannot loop."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from sipbreakout_model import (
    E164,
    Call,
    CalleeBehaviour,
    CallFlow,
    Lease,
    Party,
    Policy,
    Registration,
    RegistrationBook,
    Registrations,
    RouteType,
    Scenario,
    ScenarioError,
    TasBehaviour,
    route,
)
from sipbreakout_model.counterfactual import STRANGER
from sipbreakout_tui.services.registrations.plan import Change, ChangeKind

_Doing = Callable[[Registration], TasBehaviour]
"""What the TAS of a registration does."""


@dataclass(frozen=True, slots=True)
class Stopgap:
    """The changes after which a call does not loop."""

    changes: tuple[Change, ...]
    """One for each number whose registration has to change: the other party's too, where it has the same TAS."""
    flow: CallFlow
    """What the call does then."""

    def __str__(self) -> str:
        """Return what to do, as sentences without the last full stop."""
        return ". ".join(map(_sentence, self.changes))


def stopgap(
    call: Call, registrations: Registrations, scenario: Scenario | None = None, policy: Policy | None = None
) -> Stopgap | None:
    """Return the smallest changes of our registrations that stop a loop, or None: it does not loop, or nothing helps.

    Only the route type changes. The new one is the first of those after the present one (LOOP, LOOP_MO,
    LOOP_MT, FORK, FALLBACK, INGRESS) that brings the TAS into no further calls and with which no call from
    or to the number loops, whoever answers. One under which nobody knows what such a TAS does is passed
    over. A registration need never be deleted: INGRESS leaves the TAS the calls that it places itself.

    A TAS with a fault is taken to have it for every number that it serves.

    Args:
        call: The one that loops; for a captured one give the present as its time, as what was in force
            may have been changed meanwhile.
        registrations: Who is registered.
        scenario: What the parties do; None: the usual.
        policy: How the core does what nobody published; None: the default.

    Raises:
        ScenarioError: As `route`.
    """
    scenario, policy = scenario or Scenario(), policy or Policy()
    as_it_is = route(call, registrations, scenario, policy)
    doing = _doing(as_it_is, scenario)
    held = _Changed(registrations)
    changes: list[Change] = []
    flow: CallFlow | None = as_it_is
    while flow is None or flow.loop is not None:
        change = _change(call, held, doing, scenario, policy)
        if change is None:
            return None
        changes.append(change)
        held.put(change.registration)
        flow = _flow(call, held, doing, scenario, policy)
    return Stopgap(tuple(changes), flow) if changes else None


class _Changed:
    """Registrations as they are, but for some numbers."""

    def __init__(self, registrations: Registrations) -> None:
        self._registrations = registrations
        self._leases: dict[E164, Lease] = {}

    def put(self, registration: Registration) -> None:
        self._leases[registration.number] = Lease(registration, None)

    def active(self, number: E164, at: float) -> Lease | None:
        return self._leases.get(number) or self._registrations.active(number, at)

    def last(self, number: E164) -> Lease | None:
        return self._leases.get(number) or self._registrations.last(number)


def _rung(flow: CallFlow) -> list[Registration]:
    """Return the registrations whose TAS the call rings, each once, in order."""
    legs = [leg.registration for leg in flow.legs if leg.target is Party.TAS]
    return list(dict.fromkeys(registration for registration in legs if registration is not None))


def _usually_rung(call: Call, registrations: Registrations, scenario: Scenario, policy: Policy) -> list[Registration]:
    """Return the registrations whose TAS the call rings if each TAS does the usual."""
    usual = replace(scenario, tas=TasBehaviour.USUAL, fallback_tas=TasBehaviour.USUAL, forwards_to=None)
    return _rung(route(call, registrations, usual, policy))


def _doing(flow: CallFlow, scenario: Scenario) -> _Doing:
    """Return what each TAS does: those that the call rings as the scenario says, of others those on the same host too.

    A scenario speaks of the first and the second TAS of a call, which are others after a change.
    """
    rung = _rung(flow)
    does = dict(
        zip((registration.number for registration in rung), (scenario.tas, scenario.fallback_tas), strict=False)
    )

    def doing(registration: Registration) -> TasBehaviour:
        if registration.number in does:
            return does[registration.number]
        same = [other.number for other in rung if other.sip_uri.same_host(registration.sip_uri)]
        return does[same[0]] if same else TasBehaviour.USUAL

    return doing


def _flow(
    call: Call, registrations: Registrations, doing: _Doing, scenario: Scenario, policy: Policy
) -> CallFlow | None:
    """Return what the call does where each TAS does its own; None where nobody knows what one of them does."""
    does = [doing(registration) for registration in _usually_rung(call, registrations, scenario, policy)]
    first, second = [*does, TasBehaviour.USUAL, TasBehaviour.USUAL][:2]
    to = scenario.forwards_to if TasBehaviour.FORWARDS in (first, second) else None
    try:
        return route(call, registrations, replace(scenario, tas=first, fallback_tas=second, forwards_to=to), policy)
    except ScenarioError:
        return None


def _change(call: Call, held: _Changed, doing: _Doing, scenario: Scenario, policy: Policy) -> Change | None:
    """Return the change of the first registration that the call meets and that has to be another one."""
    for registration in _usually_rung(call, held, scenario, policy):
        wanted = _harmless(registration, doing, scenario, policy)
        if wanted is not None and wanted != registration:
            return Change(ChangeKind.REPLACE, wanted, registration)
    return None


def _harmless(registration: Registration, doing: _Doing, scenario: Scenario, policy: Policy) -> Registration | None:
    """Return the registration with the first route type that lets no call of the number loop; maybe its own."""
    own = registration.route_type
    kinds = list(RouteType)
    for kind in kinds[kinds.index(own) :]:
        if kind.applies_mo <= own.applies_mo and kind.applies_mt <= own.applies_mt:
            wanted = replace(registration, route_type=kind)
            if not _may_loop(wanted, doing, scenario, policy):
                return wanted
    return None


def _may_loop(registration: Registration, doing: _Doing, scenario: Scenario, policy: Policy) -> bool:
    book = RegistrationBook()
    book.upsert(registration, None)
    number = registration.number
    for call in (Call(number, STRANGER, 0.0), Call(STRANGER, number, 0.0)):
        for callee in CalleeBehaviour:
            flow = _flow(call, book, doing, replace(scenario, callee=callee), policy)
            if flow is None or flow.loop is not None:
                return True
    return False


def _sentence(change: Change) -> str:
    wanted, before = change.registration, change.before
    instead = "" if before is None else f" instead of {before.route_type}"
    return f"Register {wanted.number} as {wanted.route_type}{instead} until the TAS {wanted.sip_uri} is mended"
