"""The smallest change that makes a call right (what-if)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

from sipbreakout_model.book import RegistrationBook, Registrations
from sipbreakout_model.callflow import CallFlow, Party
from sipbreakout_model.errors import ScenarioError
from sipbreakout_model.numbers import E164
from sipbreakout_model.registration import Lease, Registration, RouteType
from sipbreakout_model.routing import route
from sipbreakout_model.scenario import Call, Policy, Scenario, TasBehaviour

STRANGER = E164("+999000000001")
"""A number of an unassigned country code, registered nowhere: the other end of an example call."""

_USUAL_SCENARIO = Scenario()
_DEFAULT_POLICY = Policy()


class FixKind(Enum):
    """What is changed, smallest first."""

    KEEP_SESSION_ID = "keep_session_id"
    STRIP_PREFIX = "strip_prefix"
    REACH_TAS = "reach_tas"
    ANSWER = "answer"
    REFRESH = "refresh"
    CLEAR_PREFIX = "clear_prefix"
    CHANGE_ROUTE_TYPE = "change_route_type"
    DROP_REGISTRATION = "drop_registration"


class FixOwner(Enum):
    """Who can make the change."""

    TAS_VENDOR = "tas_vendor"
    SUBSCRIBER = "subscriber"
    """Whoever makes the registration for the number."""
    CORE = "core"
    """The operator's core: only a captured call shows faults of it, `fixes` supposes none."""

    def __str__(self) -> str:
        """Return the words for people."""
        return "TAS vendor" if self is FixOwner.TAS_VENDOR else self.value


@dataclass(frozen=True, slots=True)
class Fix:
    """One change after which the call is right."""

    kind: FixKind
    owner: FixOwner
    text: str
    """What to do, as a sentence."""
    registration: Registration
    """The registration concerned; as it should be, where the fix changes it."""
    flow: CallFlow
    """What the call does after the change."""
    affects: str
    """Which calls of the number have the same trouble, as a sentence."""

    def __str__(self) -> str:
        """Return both sentences."""
        return f"{self.text}. {self.affects}"


@dataclass(frozen=True, slots=True)
class _Mend:
    kind: FixKind
    behaviour: TasBehaviour
    text: str


_MENDS = {
    TasBehaviour.RETURNS_WITHOUT_SESSION_ID: _Mend(
        FixKind.KEEP_SESSION_ID,
        TasBehaviour.RETURNS,
        "Let the TAS {uri} put the Session-ID of the leg it was rung on into the leg it returns (R8)",
    ),
    TasBehaviour.RETURNS_WITH_PREFIX: _Mend(
        FixKind.STRIP_PREFIX,
        TasBehaviour.RETURNS,
        "Let the TAS {uri} take the prefix off before it returns the call (R11)",
    ),
    TasBehaviour.UNREACHABLE: _Mend(
        FixKind.REACH_TAS,
        TasBehaviour.USUAL,
        "Make the TAS {uri} reachable over TLS, with a certificate valid for {host} (V8, R14)",
    ),
    TasBehaviour.SILENT: _Mend(
        FixKind.ANSWER, TasBehaviour.USUAL, "Let the TAS {uri} answer its leg, or return the call (R4)"
    ),
}
"""What a fault of a TAS becomes once it is mended."""


def smallest_fix(
    call: Call,
    registrations: Registrations,
    scenario: Scenario = _USUAL_SCENARIO,
    policy: Policy = _DEFAULT_POLICY,
) -> Fix | None:
    """Return the smallest change that makes the call right, or None: nothing is wrong with it.

    Wrong is a loop, a call that a fault of the TAS spoils (Session-ID lost, prefix left on, silent,
    unreachable), or one that a registration would have met had it been in force.

    Raises:
        ScenarioError: As `route`.
    """
    return next(fixes(call, registrations, scenario, policy), None)


def fixes(call: Call, registrations: Registrations, scenario: Scenario, policy: Policy) -> Iterator[Fix]:
    """Yield every single change that makes the call right, smallest first; nothing if it is right.

    Raises:
        ScenarioError: As `route`.
    """
    flow = route(call, registrations, scenario, policy)
    rung = _rung(flow)
    if not rung:
        yield from _refreshes(call, registrations, scenario, policy)
        return
    intended = route(call, registrations, _without_faults(scenario), policy).outcome
    if flow.outcome == intended:
        return
    direct = route(call, RegistrationBook(), scenario, policy).outcome
    candidates = [
        *_tas_changes(registrations, scenario, rung),
        *_registration_changes(registrations, scenario, rung),
        *_both_tas_changes(registrations, scenario, rung),
    ]
    for change in candidates:
        try:
            after = route(call, change.registrations, change.scenario, policy)
        except ScenarioError:
            continue  # the new route type's TAS cannot do what the scenario says: nothing to promise
        if after.outcome in (intended, direct) and after.outcome != flow.outcome:
            yield Fix(
                change.kind,
                change.owner,
                change.text,
                change.registration,
                after,
                _affected(rung[0], scenario, policy),
            )


@dataclass(frozen=True, slots=True)
class _Change:
    kind: FixKind
    owner: FixOwner
    text: str
    registration: Registration
    registrations: Registrations
    scenario: Scenario


class _Except:
    """Registrations as they are, but for one number."""

    def __init__(self, registrations: Registrations, number: E164, lease: Lease | None) -> None:
        self._registrations = registrations
        self._number = number
        self._lease = lease

    def active(self, number: E164, at: float) -> Lease | None:
        if number == self._number:
            return self._lease
        return self._registrations.active(number, at)

    def last(self, number: E164) -> Lease | None:
        return self._lease if number == self._number else self._registrations.last(number)


def _rung(flow: CallFlow) -> list[Registration]:
    """Return the registrations whose TAS the call rings, each once, in order."""
    made_by = [leg.registration for leg in flow.legs if leg.target is Party.TAS and leg.registration is not None]
    return list(dict.fromkeys(made_by))


def _without_faults(scenario: Scenario) -> Scenario:
    return replace(scenario, tas=_mended(scenario.tas), fallback_tas=_mended(scenario.fallback_tas))


def _mended(behaviour: TasBehaviour) -> TasBehaviour:
    return _MENDS[behaviour].behaviour if behaviour in _MENDS else behaviour


def _tas_changes(registrations: Registrations, scenario: Scenario, rung: list[Registration]) -> Iterator[_Change]:
    """Yield what the TASes of the call can do better: the first one, then a fallback's."""
    for behaviour, registration, mended in (
        (scenario.tas, rung[0], replace(scenario, tas=_mended(scenario.tas))),
        (scenario.fallback_tas, rung[-1], replace(scenario, fallback_tas=_mended(scenario.fallback_tas))),
    ):
        mend = _MENDS.get(behaviour)
        if mend is not None:
            uri = registration.sip_uri
            text = mend.text.format(uri=uri, host=uri.host)
            yield _Change(mend.kind, FixOwner.TAS_VENDOR, text, registration, registrations, mended)


def _both_tas_changes(registrations: Registrations, scenario: Scenario, rung: list[Registration]) -> Iterator[_Change]:
    """Yield the mend of both TASes together, for calls that two faults spoil."""
    singles = list(_tas_changes(registrations, scenario, rung))
    if len(singles) == 2:
        first, second = singles
        yield replace(first, text=f"{first.text}. {second.text}", scenario=_without_faults(scenario))


def _registration_changes(
    registrations: Registrations, scenario: Scenario, rung: list[Registration]
) -> Iterator[_Change]:
    """Yield what can be registered instead: no prefix, another type, nothing."""
    for registration in rung:
        number = registration.number
        bare = replace(registration, mobile_originating_prefix="", mobile_terminating_prefix="")
        others = [replace(registration, route_type=kind) for kind in RouteType if kind is not registration.route_type]
        for kind, changed, text in (
            (FixKind.CLEAR_PREFIX, bare, f"Register {number} without prefixes"),
            *(
                (
                    FixKind.CHANGE_ROUTE_TYPE,
                    other,
                    f"Register {number} as {other.route_type} instead of {registration.route_type}",
                )
                for other in others
            ),
            (FixKind.DROP_REGISTRATION, None, f"Delete the registration of {number}"),
        ):
            lease = None if changed is None else Lease(changed, None)
            held = _Except(registrations, number, lease)
            yield _Change(kind, FixOwner.SUBSCRIBER, text, changed or registration, held, scenario)


def _refreshes(call: Call, registrations: Registrations, scenario: Scenario, policy: Policy) -> Iterator[Fix]:
    """Yield the registrations that the call would have met had they been in force."""
    for number in (call.caller, call.callee):
        if not isinstance(number, E164) or registrations.active(number, call.at) is not None:
            continue
        last = registrations.last(number)
        if last is None:
            continue
        registration = last.registration
        after = route(call, _Except(registrations, number, Lease(registration, call.at)), scenario, policy)
        if registration in _rung(after):
            text = f"Upsert {registration.route_type} of {number} again before it expires, and keep it refreshed (V2)"
            affects = f"Every call of {number} that {registration.route_type} applies to misses it until then"
            yield Fix(FixKind.REFRESH, FixOwner.SUBSCRIBER, text, registration, after, affects)


def _affected(registration: Registration, scenario: Scenario, policy: Policy) -> str:
    """Return which calls of the number, to and from strangers, have the same trouble."""
    book = RegistrationBook()
    book.upsert(registration, None)
    number = registration.number
    troubled = []
    for words, call in (
        ("from", Call(number, STRANGER, 0.0)),
        ("to", Call(STRANGER, number, 0.0)),
    ):
        here = route(call, book, scenario, policy)
        if here.outcome != route(call, book, _without_faults(scenario), policy).outcome:
            troubled.append(words)
    if not troubled:
        return f"Other calls of {number} are not affected"
    return f"Every call {' and '.join(troubled)} {number} has the same trouble"
