"""One call with everything that its diagnosis needs: what was seen, what was in force, what should have happened."""

from dataclasses import dataclass, field, replace
from functools import cached_property

from sipbreakout_model import (
    E164,
    Call,
    CallFlow,
    InvalidValue,
    LegMatch,
    Outcome,
    OutcomeKind,
    Party,
    Policy,
    PrefixReading,
    Registration,
    RegistrationBook,
    Registrations,
    RouteType,
    Scenario,
    ScenarioError,
    TasUri,
    UnmatchedReturn,
    route,
)
from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.trace.call import PlacedLeg, SeenCall
from sipbreakout_tui.trace.diagnosis.contradiction import Contradiction, contradiction
from sipbreakout_tui.trace.diagnosis.finding import Finding
from sipbreakout_tui.trace.diagnosis.inference import inferred_registration
from sipbreakout_tui.trace.diagnosis.knowledge import Knowledge
from sipbreakout_tui.trace.diagnosis.matching import Pair, View, match_legs
from sipbreakout_tui.trace.diagnosis.scenario import callee_behaviour, scenario_of
from sipbreakout_tui.trace.messages import Messages
from sipbreakout_tui.trace.numbers import parsed, same

_POLICIES = (
    Policy(),
    Policy(prefix_reading=PrefixReading.PRESENCE),
    Policy(unmatched_return=UnmatchedReturn.REJECT),
)
_NOTHING = RegistrationBook()


@dataclass(eq=False)
class Prediction:
    """What `route` says to a call, and the first turn's legs beside it."""

    policy: Policy
    scenario: Scenario
    """What the parties did, as the legs show it."""
    flow: CallFlow | None
    """None where `route` cannot be asked."""
    pairs: list[Pair]
    """The first turn's legs beside the predicted ones."""

    registration: Registration | None = field(init=False)
    """The registration whose TAS the call rings first, or would ring; None where none applies."""
    differences: list[Pair] = field(init=False)
    """The legs that are not as predicted."""
    hidden: list[Pair] = field(init=False)
    """The legs predicted where the captures show nothing."""

    def __post_init__(self) -> None:
        """Tell at once what nearly every verdict asks for."""
        self.registration = None if self.flow is None else _met(self.flow)
        self.differences = [pair for pair in self.pairs if pair.match not in _FINE]
        self.hidden = [pair for pair in self.pairs if pair.match is LegMatch.NOT_VISIBLE]


_FINE = (LegMatch.AS_PREDICTED, LegMatch.NOT_VISIBLE)


def _met(flow: CallFlow) -> Registration | None:
    made = next((leg.registration for leg in flow.legs if leg.registration is not None), None)
    # A FALLBACK applies, too, where the callee answers and its TAS is not rung.
    made = made or next((leg.registration for leg in flow.absent if leg.reason.rule == "R6"), None)
    return None if made is None or made.route_type is RouteType.INGRESS else made


@dataclass(eq=False)
class Case:
    """A call and what it is held against."""

    seen: SeenCall
    messages: Messages
    view: View
    knowledge: Knowledge | None
    call: Call | None
    """The call as the model takes it; None where the number called is not known."""
    registrations: Registrations
    """Who is registered: as known, or the registration inferred."""
    inferred: Registration | None
    """The registration that was inferred because none were given."""
    prediction: Prediction
    redial_of: SeenCall | None = None
    """The call between the same numbers that ended without an answer shortly before."""
    assumptions: tuple[str, ...] = ()
    """What was taken for granted about the captures."""

    @property
    def flow(self) -> CallFlow | None:
        """What `route` says to the call; None where it cannot be asked."""
        return self.prediction.flow

    @property
    def pairs(self) -> list[Pair]:
        """The first turn's legs beside the predicted ones."""
        return self.prediction.pairs

    @property
    def registration(self) -> Registration | None:
        """The registration whose TAS the call rings first, as predicted; None where none applies."""
        return self.prediction.registration

    @cached_property
    def prefixes(self) -> tuple[str, ...]:
        """The prefixes of the registration that rings the first TAS, else all that are known."""
        return _prefixes(self.seen, self.registration)

    @cached_property
    def contradictions(self) -> list[Contradiction]:
        """What rules out that the registrations rang the TAS as the first turn's legs show."""
        found = (self._contradiction(leg) for leg in self.seen.first_turn if leg.to_tas)
        return [one for one in found if one is not None]

    @property
    def contradicted(self) -> bool:
        """Whether the registrations are not what rang the TAS on one of its legs."""
        unpredicted = self.flow is not None and self.registration is None and bool(self.seen.to_tas)
        return unpredicted or bool(self.contradictions)

    def maker(self, leg: PlacedLeg) -> Registration | None:
        """Return the registration that rang the TAS on a leg; None where none is known that the legs allow."""
        return None if self._contradiction(leg) is not None else self._predicted_maker(leg)

    def _contradiction(self, leg: PlacedLeg) -> Contradiction | None:
        registration = self._predicted_maker(leg)
        if registration is None:
            return None
        pair = self._pair_of(leg)
        otherwise = pair is not None and pair.match is LegMatch.DIFFERENT_NUMBER
        return contradiction(
            self.seen, leg, registration, callee_visible=self.view.subscribers, called_otherwise=otherwise
        )

    def _predicted_maker(self, leg: PlacedLeg) -> Registration | None:
        pair = self._pair_of(leg)
        made = None if pair is None or pair.predicted is None else pair.predicted.registration
        return made or self.registration

    def _pair_of(self, leg: PlacedLeg) -> Pair | None:
        return next((pair for pair in self.pairs if pair.seen is leg), None)

    @cached_property
    def fits(self) -> bool:
        """Whether every leg is as predicted or lies where the captures show nothing, and so does the outcome."""
        if self.flow is None or self.differences or self.contradictions or not self.ends_as_predicted:
            return False
        return not any(leg.gap for leg in self.seen.first_turn)

    @property
    def differences(self) -> list[Pair]:
        """The legs that are not as predicted."""
        return self.prediction.differences

    @property
    def hidden(self) -> list[Pair]:
        """The legs predicted where the captures show nothing."""
        return self.prediction.hidden

    @property
    def hides_much(self) -> bool:
        """Whether too much is hidden to call the call healthy: a leg of the TAS, or one leg alone.

        A capture between core and TAS shows neither the first nor the last leg of a LOOP, and is enough.
        """
        hidden = self.hidden
        return len(hidden) == 1 or any(Party.TAS in _ends(pair) for pair in hidden)

    @property
    def end_seen(self) -> bool:
        """Whether the capture shows who has the call, or how it failed."""
        return self.seen.outcome.kind is not None

    @property
    def ends_as_predicted(self) -> bool:
        """Whether the call ended as predicted, as far as its end was seen."""
        if self.flow is None:
            return False
        expected, seen = self.flow.outcome, self.seen.outcome
        if seen.kind is None:
            return True
        if seen.kind == "answered" or expected.kind is OutcomeKind.ANSWERED:
            return seen.kind == expected.kind.value and (seen.by is None or _alike(seen.by, expected))
        return (seen.kind == "looped") == (expected.kind is OutcomeKind.LOOPED)

    def frame(self, row: int) -> int:
        """Return the frame of a message."""
        return self.messages.frames[row]

    def frames_of(self, finding: Finding) -> tuple[int, ...]:
        """Return the frames that prove a finding, in order, each once."""
        frames = {self.messages.frames[row] for row in finding.rows}
        return tuple(sorted(frames.union(finding.more_frames)))

    def invite_frame(self, leg: PlacedLeg) -> int:
        """Return the frame of a leg's INVITE."""
        return self.messages.frames[leg.leg.row]

    def number_of(self, leg: PlacedLeg) -> str:
        """Return what a leg is called in a sentence: `leg 2 (frame 3)`."""
        for turn, legs in enumerate(self.seen.turns, 1):
            for number, other in enumerate(legs, 1):
                if other is leg:
                    which = f"leg {number}" if turn == 1 else f"leg {number} of turn {turn}"
                    return f"{which} (frame {self.invite_frame(leg)})"
        return f"frame {self.invite_frame(leg)}"

    def tas_name(self, leg: PlacedLeg) -> str:
        """Return the TAS of a leg for people: its host where known, else its address; safe to show."""
        tas = leg if leg.to_tas else leg.before if leg.before is not None and leg.before.to_tas else None
        if tas is not None and tas.leg.invite.host:
            return visible(tas.leg.invite.host)
        if leg.leg.row < 0 and self.registration is not None:
            return self.registration.sip_uri.host
        return leg.leg.target_at if leg.to_tas else leg.leg.source_at


def _ends(pair: Pair) -> tuple[Party, ...]:
    return () if pair.predicted is None else (pair.predicted.source, pair.predicted.target)


def _alike(by: Party, expected: Outcome) -> bool:
    beyond = (Party.CALLEE, Party.OTHER)
    return by is expected.by or (by in beyond and expected.by in beyond)


def build_case(
    seen: SeenCall, messages: Messages, view: View, knowledge: Knowledge | None, hosts: dict[str, str]
) -> Case:
    """Return the call beside what `route` says to it.

    Args:
        seen: The call.
        messages: Its messages.
        view: What the captures show.
        knowledge: Registrations over time; None: one that explains the legs is inferred.
        hosts: The host names of TAS addresses, as the request URIs tell them.
    """
    inferred = None
    if knowledge is not None:
        registrations = knowledge.at(seen.at)
    else:
        inferred = inferred_registration(seen)
        registrations = _NOTHING
        if inferred is not None:
            book = RegistrationBook()
            book.upsert(inferred, None)
            registrations = book
    call = _model_call(seen, registrations, hosts)
    if call is None:
        nothing = Prediction(_POLICIES[0], Scenario(), None, match_legs(seen.first_turn, None, view))
        return Case(seen, messages, view, knowledge, None, registrations, inferred, nothing)
    case = Case(
        seen, messages, view, knowledge, call, registrations, inferred, predict(seen, call, registrations, view)
    )
    if (case.differences or not case.ends_as_predicted) and seen.to_tas:
        # Another reading of what nobody published counts if every leg fits it.
        for policy in _POLICIES[1:]:
            other = replace(case, prediction=predict(seen, call, registrations, view, policy))
            if other.fits:
                return other
    return case


def predict(
    seen: SeenCall, call: Call, registrations: Registrations, view: View, policy: Policy = _POLICIES[0]
) -> Prediction:
    """Ask `route` with the scenario that the legs show."""
    callee = callee_behaviour(seen)
    scenario = Scenario(callee=callee)
    flow = _route(call, registrations, scenario, policy)
    registration = None if flow is None else _met(flow)
    kind = None if registration is None else registration.route_type
    shown = scenario_of(seen, kind, _prefixes(seen, registration), callee)
    if shown != scenario:
        scenario, flow = shown, _route(call, registrations, shown, policy) or flow
    return Prediction(policy, scenario, flow, match_legs(seen.first_turn, flow, view))


def _prefixes(seen: SeenCall, registration: Registration | None) -> tuple[str, ...]:
    if registration is None:
        return seen.prefixes
    both = (registration.mobile_originating_prefix, registration.mobile_terminating_prefix)
    return tuple(prefix for prefix in both if prefix)


def _route(call: Call, registrations: Registrations, scenario: Scenario, policy: Policy) -> CallFlow | None:
    try:
        return route(call, registrations, scenario, policy)
    except ScenarioError:
        return None  # what was seen is nothing that the type's TAS does: held against its usual behaviour


def _model_call(seen: SeenCall, registrations: Registrations, hosts: dict[str, str]) -> Call | None:
    if seen.callee is None:
        return None
    callee = parsed(seen.callee)
    caller = None if seen.caller is None else parsed(seen.caller)
    first = seen.legs[0]
    placed_by = _tas_of(first, callee, registrations, hosts) if first.from_tas else None
    try:
        return Call(caller if isinstance(caller, E164) else None, callee, seen.at, placed_by)
    except InvalidValue:
        return None


def _tas_of(leg: PlacedLeg, callee: E164 | str, registrations: Registrations, hosts: dict[str, str]) -> TasUri | None:
    """Return the URI of the TAS that places a call: its host as known, else that of the callee's INGRESS."""
    address = leg.leg.source_at
    sent_by = leg.leg.invite.vias[0][1] if leg.leg.invite.vias else ""
    lease = registrations.active(callee, leg.at) if isinstance(callee, E164) else None
    if address not in hosts and lease is not None and sent_by in ("", address):
        return lease.registration.sip_uri
    for host in (hosts.get(address, ""), sent_by, address):
        try:
            return TasUri(host)
        except InvalidValue:
            continue
    return None


def same_call(one: SeenCall, other: SeenCall) -> bool:
    """Return whether two calls are between the same two numbers."""
    return same(one.caller, other.caller) and same(one.callee, other.callee)
