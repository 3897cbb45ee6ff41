"""Which legs a call makes, and why: R3 to R6, R8 to R15, one small function a rule.

`route` is the only place where routing is decided. Which registration a call meets (R1, R2, R16)
and which prefix its TAS sees (R7) stand in `meeting`.
"""

import math

from sipbreakout_model.book import Registrations
from sipbreakout_model.callflow import CallFlow, LegEnd, Loop, Outcome, OutcomeKind, Party
from sipbreakout_model.draft import Draft, LegDraft
from sipbreakout_model.errors import ScenarioError
from sipbreakout_model.meeting import Met, meet, number_for_tas
from sipbreakout_model.numbers import E164, e164_or_none
from sipbreakout_model.registration import Registration, RouteType
from sipbreakout_model.scenario import Call, CalleeBehaviour, Policy, Scenario, TasBehaviour, UnmatchedReturn
from sipbreakout_model.sentences import duration
from sipbreakout_model.tas_uri import TasUri

FALLBACK_SECONDS = 30.0
"""Seconds after the INVITE at which a callee counts as silent under FALLBACK (R6, guide)."""

TOO_MANY_HOPS = "483 Too Many Hops"

_USUAL_SCENARIO = Scenario()
_DEFAULT_POLICY = Policy()

_ANSWERED_BY_TAS = Outcome(OutcomeKind.ANSWERED, Party.TAS, 200)
_TAS_REJECTS = Outcome(OutcomeKind.REJECTED, None, 603)
_TAS_REDIRECTS = Outcome(OutcomeKind.REJECTED, None, 302)
_TAS_SILENT = Outcome(OutcomeKind.NO_ANSWER, None, 408)
_TAS_UNREACHABLE = Outcome(OutcomeKind.FAILED, None, 408)
_FORBIDDEN = Outcome(OutcomeKind.REJECTED, None, 403)
_NOT_FOUND = Outcome(OutcomeKind.REJECTED, None, 404)

_ANSWERED_BY_CALLEE = Outcome(OutcomeKind.ANSWERED, Party.CALLEE, 200)
_ANSWERED_BY_OTHER = Outcome(OutcomeKind.ANSWERED, Party.OTHER, 200)
_UNANSWERED = {
    CalleeBehaviour.BUSY: Outcome(OutcomeKind.REJECTED, None, 486),
    CalleeBehaviour.SILENT: Outcome(OutcomeKind.NO_ANSWER, None, 408),
    CalleeBehaviour.UNREACHABLE: Outcome(OutcomeKind.FAILED, None, 480),
    CalleeBehaviour.DECLINES: Outcome(OutcomeKind.REJECTED, None, 603),
}

_LACKS = {
    RouteType.FORK: (
        TasBehaviour.RETURNS,
        TasBehaviour.ANSWERS_THEN_RETURNS,
        TasBehaviour.REDIRECTS,
        TasBehaviour.RETURNS_WITHOUT_SESSION_ID,
        TasBehaviour.RETURNS_WITH_PREFIX,
        TasBehaviour.FORWARDS,
    ),
    RouteType.FALLBACK: (
        TasBehaviour.ANSWERS_THEN_RETURNS,
        TasBehaviour.REDIRECTS,
        TasBehaviour.RETURNS_WITH_PREFIX,
    ),
}
"""What a TAS that these types ring cannot do; under the LOOP types it can do everything."""


def route(
    call: Call,
    registrations: Registrations,
    scenario: Scenario = _USUAL_SCENARIO,
    policy: Policy = _DEFAULT_POLICY,
) -> CallFlow:
    """Return the legs that the call makes, and why.

    Args:
        call: Who calls whom, when.
        registrations: Who is registered; a `RegistrationBook` or anything else with its look-ups.
        scenario: What the parties do.
        policy: How the core does what nobody published.

    Raises:
        ScenarioError: The TAS that is rung cannot do what the scenario says.
    """
    draft = Draft(call, registrations, scenario, policy)
    if call.placed_by is not None:
        first = draft.add(Party.TAS, Party.CORE, str(call.callee), "R9")
        return draft.flow(_r13_or_unmatched(draft, first, call.callee, call.placed_by))
    first = draft.add(Party.CALLER, Party.CORE, str(call.callee), "")
    return draft.flow(_new_call(draft, first, call.callee))


def _new_call(draft: Draft, entry: LegDraft, asked: E164 | str) -> Outcome:
    """Let the call that reached the core on `entry` meet a registration; take it for a loop if it met it before."""
    noticed, missed = len(draft.steps), len(draft.absent)
    met = meet(draft, asked)
    if met is None or not isinstance(asked, E164):
        entry.rule = entry.rule or "R3"
        return _r3_nothing_applies(draft, entry, asked)
    registration = met.lease.registration
    for known, number, first_entry in draft.entries:
        if known == registration and number == asked:
            del draft.steps[noticed:], draft.absent[missed:]
            return _r10_loop(draft, met, asked, first_entry, entry)
    draft.entries.append((registration, asked, entry))
    if registration.route_type.loops:
        entry.rule = entry.rule or "R4"
        return _r4_loop(draft, met, asked, entry.after)
    if registration.route_type is RouteType.FORK:
        entry.rule = entry.rule or "R5"
        return _r5_fork(draft, met, asked, entry.after)
    entry.rule = entry.rule or "R6"
    return _r6_fallback(draft, met, asked, entry.after)


def _r3_nothing_applies(draft: Draft, entry: LegDraft, asked: E164 | str) -> Outcome:
    draft.step("R3", "straight_to_callee")
    return _ring(draft, asked, "R3", None, entry.after)


def _ring(draft: Draft, number: E164 | str, rule: str, registration: Registration | None, after: float) -> Outcome:
    """Add the leg from the core to whoever is rung in the callee's place; return how it ends."""
    callee = draft.call.callee
    party = Party.CALLEE if number is callee or number == callee else Party.OTHER
    leg = draft.add(Party.CORE, party, str(number), rule, registration, after)
    if draft.scenario.callee is not CalleeBehaviour.ANSWERS:
        outcome = _UNANSWERED[draft.scenario.callee]
    else:
        outcome = _ANSWERED_BY_CALLEE if party is Party.CALLEE else _ANSWERED_BY_OTHER
    leg.ends_as(outcome)
    draft.step(rule, "rung", leg.number, party, outcome)
    return outcome


def _ring_tas(draft: Draft, met: Met, asked: E164, rule: str, after: float) -> LegDraft:
    """Add the leg from the core to the TAS of the registration met."""
    registration = met.lease.registration
    leg = draft.add(Party.CORE, Party.TAS, number_for_tas(draft, met, asked), rule, registration, after)
    draft.step(rule, "tas_rung", leg.number, registration.sip_uri, registration.route_type, registration.number)
    remaining = met.lease.remaining(draft.call.at + after)
    if remaining is not None and remaining <= 0:
        draft.step("R1", "lease_ended_before_leg", registration.number, -remaining, leg.number)
        draft.assume("R1", "assume_first_invite_decides")
    return leg


def _behaviour(draft: Draft, registration: Registration) -> TasBehaviour:
    """Return what the TAS of this registration does, or refuse what one rung by its type cannot do."""
    scenario, kind = draft.scenario, registration.route_type
    if draft.first_tas is None:
        draft.first_tas = registration
    is_first = registration is draft.first_tas or registration == draft.first_tas
    behaviour = scenario.tas if is_first else scenario.fallback_tas
    lacking = () if kind.loops else _LACKS[kind]
    if behaviour in lacking:
        can = ", ".join(known.value for known in TasBehaviour if known not in lacking)
        raise ScenarioError(f"{behaviour.name} is nothing that a TAS rung by {kind.name} does; it can: {can}")
    if behaviour is TasBehaviour.FORWARDS and scenario.forwards_to is None:
        raise ScenarioError(f"FORWARDS of a TAS rung by {kind.name} needs forwards_to: name the number")
    if scenario.forwards_to is not None and TasBehaviour.FORWARDS not in (
        scenario.tas,
        scenario.fallback_tas,
    ):
        raise ScenarioError(
            f"forwards_to {scenario.forwards_to} is given, but the TAS rung by {kind.name} does "
            f"{behaviour.name}: leave it out, or let the TAS do FORWARDS"
        )
    return behaviour


def _r4_loop(draft: Draft, met: Met, asked: E164, after: float) -> Outcome:
    """LOOP, LOOP_MO, LOOP_MT: through the TAS first."""
    behaviour = _behaviour(draft, met.lease.registration)
    tas = _ring_tas(draft, met, asked, "R4", after)
    if behaviour in (TasBehaviour.USUAL, TasBehaviour.RETURNS):
        return _r8_return(draft, tas, asked, after)
    if behaviour is TasBehaviour.ANSWERS_THEN_RETURNS:
        return _answers_then_returns(draft, tas, asked, after)
    if behaviour is TasBehaviour.RETURNS_WITHOUT_SESSION_ID:
        draft.step("R9", "session_id_lost", tas.number + 1, tas.number)
        back = draft.add(Party.TAS, Party.CORE, asked.text, "R9", tas.registration, after)
        return _r13_or_unmatched(draft, back, asked, met.lease.registration.sip_uri)
    if behaviour is TasBehaviour.RETURNS_WITH_PREFIX:
        return _r11_prefix_left_on(draft, tas, asked, after)
    if behaviour is TasBehaviour.FORWARDS and draft.scenario.forwards_to is not None:
        return _r12_forward(draft, tas, draft.scenario.forwards_to, after)
    outcome, code = {
        TasBehaviour.ANSWERS: (_ANSWERED_BY_TAS, "tas_answers"),
        TasBehaviour.REJECTS: (_TAS_REJECTS, "tas_rejects"),
        TasBehaviour.REDIRECTS: (_TAS_REDIRECTS, "tas_redirects"),
        TasBehaviour.SILENT: (_TAS_SILENT, "tas_silent"),
        TasBehaviour.UNREACHABLE: (_TAS_UNREACHABLE, "tas_unreachable"),
    }[behaviour]
    rule = "R14" if behaviour is TasBehaviour.UNREACHABLE else "R4"
    draft.step(rule, code, tas.number)
    draft.misses(tas.number + 1, Party.TAS, Party.CORE, rule, code, tas.number)
    draft.misses(tas.number + 2, Party.CORE, Party.CALLEE, "R4", "no_return_no_callee", tas.number + 1)
    if behaviour is TasBehaviour.REDIRECTS:
        draft.assume("R4", "assume_redirect_not_followed")
    if behaviour is TasBehaviour.UNREACHABLE:
        draft.assume("R14", "assume_unreachable_status")
    return outcome


def _answers_then_returns(draft: Draft, tas: LegDraft, asked: E164, after: float) -> Outcome:
    """R4: the TAS answers, then brings the call back; if nobody answers that, it still has the call."""
    tas.ends_as(_ANSWERED_BY_TAS)
    draft.step("R4", "tas_answers_then_returns", tas.number)
    draft.assume("R4", "assume_answers_then_returns")
    outcome = _r8_return(draft, tas, asked, after)
    if outcome.kind in (OutcomeKind.ANSWERED, OutcomeKind.LOOPED):
        return outcome
    for leg in draft.legs[tas.number :]:
        if leg.end is None:
            leg.ends_as(outcome)
    draft.step("R4", "tas_keeps_call", outcome)
    return _ANSWERED_BY_TAS


def _r5_fork(draft: Draft, met: Met, asked: E164, after: float) -> Outcome:
    """The callee and the TAS are rung together; who answers first has the call."""
    behaviour = _behaviour(draft, met.lease.registration)
    callee_end = _ring(draft, asked, "R5", None, after)
    callee = draft.legs[-1]
    tas = _ring_tas(draft, met, asked, "R5", after)
    if behaviour is TasBehaviour.ANSWERS:
        if draft.scenario.callee not in (CalleeBehaviour.BUSY, CalleeBehaviour.UNREACHABLE):
            callee.ends(LegEnd.CANCELLED, 487)
        draft.step("R5", "tas_answers_first", tas.number, callee.number)
        return _ANSWERED_BY_TAS
    if behaviour is TasBehaviour.REJECTS:
        tas.ends(LegEnd.REJECTED, 486)
        draft.step("R5", "tas_branch_rejected", tas.number, callee.number)
    elif behaviour is TasBehaviour.UNREACHABLE:
        tas.ends_as(_TAS_UNREACHABLE)
        draft.step("R14", "tas_branch_unreachable", tas.number, callee.number)
        draft.assume("R14", "assume_unreachable_status")
    elif draft.scenario.callee is CalleeBehaviour.ANSWERS:
        tas.ends(LegEnd.CANCELLED, 487)
        draft.step("R5", "callee_answers_first", callee.number, tas.number)
    elif draft.scenario.callee is CalleeBehaviour.DECLINES:
        tas.ends(LegEnd.CANCELLED, 487)
        draft.step("R5", "declined_everywhere", callee.number, tas.number)
    else:
        tas.ends_as(_TAS_SILENT)
        draft.step("R5", "nobody_answers", callee.number)
    return callee_end


def _r6_fallback(draft: Draft, met: Met, asked: E164, after: float) -> Outcome:
    """The callee is rung; the TAS only if the callee does not answer."""
    callee_end = _ring(draft, asked, "R6", None, after)
    return _unanswered(draft, met, asked, callee_end, after, "R6")


def _r6b_fallback_after_return(draft: Draft, number: E164, callee_end: Outcome, after: float) -> Outcome:
    """The FALLBACK of a number that is rung after a return or a forward; each is met once a call (R15)."""
    lease = draft.active(number)
    if lease is None or lease.registration.route_type is not RouteType.FALLBACK:
        return callee_end
    if number in draft.fallbacks_met:
        draft.step("R15", "fallback_met_already", number)
        draft.assume("R15", "assume_fallback_once")
        return callee_end
    draft.assume("R6b", "assume_fallback_after_return", number)
    return _unanswered(draft, Met(lease, by_caller=False), number, callee_end, after, "R6b")


def _unanswered(draft: Draft, met: Met, number: E164, callee_end: Outcome, after: float, rule: str) -> Outcome:
    """Ring the TAS of a FALLBACK if the callee's leg ended unanswered (R6)."""
    callee = draft.legs[-1]
    registration = met.lease.registration
    doing = draft.scenario.callee
    if doing in (CalleeBehaviour.ANSWERS, CalleeBehaviour.DECLINES):
        code = "no_fallback_answered" if doing is CalleeBehaviour.ANSWERS else "no_fallback_declined"
        draft.step(rule, code, callee.number)
        place = callee.number + 1
        draft.misses(place, Party.CORE, Party.TAS, rule, code, callee.number, registration=registration)
        if doing is CalleeBehaviour.DECLINES:
            draft.assume("R6", "assume_declined_ends")
        return callee_end
    behaviour = _behaviour(draft, registration)
    if doing is CalleeBehaviour.UNREACHABLE:
        draft.assume("R6", "assume_unreachable_falls_back")
    if doing is CalleeBehaviour.SILENT:
        after += FALLBACK_SECONDS
    draft.fallbacks_met.add(number)
    # Its FALLBACK was masked by the caller's registration at first (R2); now it is met after all.
    draft.absent[:] = [absent for absent in draft.absent if absent.registration != registration]
    draft.step(rule, "falls_back", callee.number, callee_end)
    tas = _ring_tas(draft, met, number, rule, after)
    if behaviour is TasBehaviour.RETURNS_WITHOUT_SESSION_ID:
        draft.step("R15", "session_id_lost", tas.number + 1, tas.number)
        draft.assume("R15", "assume_fallback_may_return")
        back = draft.add(Party.TAS, Party.CORE, number.text, "R15", registration, after)
        return _r13_or_unmatched(draft, back, number, registration.sip_uri)
    if behaviour is TasBehaviour.RETURNS:
        draft.assume("R15", "assume_fallback_may_return")
        return _r8_return(draft, tas, number, after, "R15")
    if behaviour is TasBehaviour.FORWARDS and draft.scenario.forwards_to is not None:
        draft.assume("R15", "assume_fallback_may_return")
        return _r12_forward(draft, tas, draft.scenario.forwards_to, after, "R15")
    if behaviour is TasBehaviour.REJECTS:
        draft.step(rule, "tas_rejects", tas.number)
        return _TAS_REJECTS
    if behaviour is TasBehaviour.SILENT:
        tas.ends_as(_TAS_SILENT)
        draft.step(rule, "fallback_silent", tas.number, callee.number)
        return callee_end
    if behaviour is TasBehaviour.UNREACHABLE:
        tas.ends_as(_TAS_UNREACHABLE)
        draft.step("R14", "fallback_unreachable", tas.number, callee.number)
        draft.assume("R14", "assume_unreachable_status")
        return callee_end
    draft.step(rule, "tas_answers", tas.number)
    return _ANSWERED_BY_TAS


def _r8_return(draft: Draft, tas: LegDraft, asked: E164, after: float, rule: str = "R8") -> Outcome:
    """The TAS brings the call back with its Session-ID; the core rings the number it asks for."""
    back = draft.add(Party.TAS, Party.CORE, asked.text, rule, tas.registration, after)
    draft.step("R8", "returned", back.number, tas.number)
    return _r6b_fallback_after_return(draft, asked, _ring(draft, asked, "R8", tas.registration, after), after)


def _r13_or_unmatched(draft: Draft, back: LegDraft, asked: E164 | str, tas: TasUri) -> Outcome:
    """A call from a TAS without a known Session-ID: INGRESS lets it in (R13), else it is unmatched (R9)."""
    lease = draft.registrations.active(asked, draft.call.at + back.after) if isinstance(asked, E164) else None
    if lease is None or lease.registration.route_type is not RouteType.INGRESS:
        if draft.call.placed_by is not None:
            draft.step("R13", "no_ingress", asked, tas)
    elif not lease.registration.sip_uri.same_host(tas):
        draft.step("R13", "ingress_of_other_tas", asked, lease.registration.sip_uri, tas)
    else:
        back.rule, back.registration = "R13", lease.registration
        draft.step("R13", "ingress", asked, tas)
        draft.assume("R13", "assume_ingress_only")
        return _ring(draft, asked, "R13", lease.registration, back.after)
    return _r9_unmatched(draft, back, asked)


def _r9_unmatched(draft: Draft, back: LegDraft, asked: E164 | str) -> Outcome:
    """A call from a TAS that the core cannot match: refused, or taken for a new call."""
    if draft.policy.unmatched_return is UnmatchedReturn.REJECT:
        draft.step("R9", "return_refused", back.number)
        draft.assume("R9", "assume_unmatched", draft.policy.unmatched_return)
        draft.misses(back.number + 1, Party.CORE, Party.CALLEE, "R9", "return_refused", back.number)
        return _FORBIDDEN
    draft.step("R9", "new_call", back.number)
    draft.assume("R9", "assume_unmatched", draft.policy.unmatched_return)
    draft.moment = draft.call.at + back.after
    draft.fallbacks_met.clear()
    return _new_call(draft, back, asked)


def _r10_loop(draft: Draft, met: Met, asked: E164, first_entry: LegDraft, back: LegDraft) -> Outcome:
    """The same registration is met again: the call goes round until Max-Forwards is used up."""
    registration = met.lease.registration
    scenario = draft.scenario
    seconds = back.after - first_entry.after
    turns: int | None = None
    ended_by: str | None = None
    status: int | None = None
    draft.step("R9", "met_again", registration.route_type, registration.number, back.number)
    if scenario.resets_max_forwards:
        draft.step("R10", "no_hop_bound")
    else:
        turns = math.ceil((scenario.max_forwards - 1) / scenario.hops_per_turn)
        lapse = _first_lapse(draft, first_entry, seconds, turns)
        if lapse is None or _goes_round_anyway(draft, asked, draft.call.at + first_entry.after + lapse * seconds):
            ended_by, status = TOO_MANY_HOPS, 483
            draft.step("R10", "hop_bound", scenario.max_forwards, scenario.hops_per_turn, turns)
        else:
            turns, ended_by = lapse, f"the end of a registration after {duration(lapse * seconds)}"
            draft.step("R9", "lapse_ends_loop", lapse * seconds, turns)
    first, last = first_entry.number + 1, back.number
    draft.loop = Loop(first, last, turns, ended_by, None if turns is None else turns * seconds)
    if registration.route_type.loops:
        draft.misses(last + 1, Party.CORE, Party.CALLEE, "R9", "never_itself", back.number)
    return Outcome(OutcomeKind.LOOPED, None, status)


def _first_lapse(draft: Draft, first_entry: LegDraft, seconds: float, turns: int) -> int | None:
    """Return the first turn that finds a registration of the loop not in force any more; R9 asks anew each turn."""
    if not seconds:
        return None
    made_by = {leg.registration for leg in draft.legs[first_entry.number :] if leg.registration is not None}
    for turn in range(1, turns):
        moment = draft.call.at + first_entry.after + turn * seconds
        for registration in made_by:
            lease = draft.registrations.active(registration.number, moment)
            if lease is None or lease.registration != registration:
                return turn
    return None


def _goes_round_anyway(draft: Draft, asked: E164, moment: float) -> bool:
    """Return whether the call loops through other registrations, too, when it is a new call at `moment`."""
    later = Draft(Call(draft.call.caller, asked, moment), draft.registrations, draft.scenario, draft.policy)
    later.first_tas = draft.first_tas
    entry = later.add(Party.TAS, Party.CORE, asked.text, "R9")
    return _new_call(later, entry, asked).kind is OutcomeKind.LOOPED


def _r11_prefix_left_on(draft: Draft, tas: LegDraft, asked: E164, after: float) -> Outcome:
    """The TAS asks for the number with the prefix still on it."""
    if tas.called == asked.text:
        return _r8_return(draft, tas, asked, after)
    draft.assume("R11", "assume_prefix_left_on")
    wrong = e164_or_none(tas.called)
    if wrong is not None and draft.registrations.last(wrong) is not None:
        draft.step("R11", "prefix_reaches_other", tas.number + 1, tas.called)
        return _r12_forward(draft, tas, wrong, after)
    back = draft.add(Party.TAS, Party.CORE, tas.called, "R11", tas.registration, after)
    draft.step("R11", "prefix_left_on", back.number, tas.called)
    draft.misses(back.number + 1, Party.CORE, Party.CALLEE, "R11", "prefix_left_on", back.number, tas.called)
    return _NOT_FOUND


def _r12_forward(draft: Draft, tas: LegDraft, to: E164, after: float, back_rule: str = "R8") -> Outcome:
    """The TAS asks for another number: the core rings it, and only its FALLBACK applies.

    A forward to the callee is a return, by `back_rule`.
    """
    if to == draft.call.callee:
        return _r8_return(draft, tas, to, after, back_rule)
    back = draft.add(Party.TAS, Party.CORE, to.text, "R12", tas.registration, after)
    draft.step("R12", "forwarded", back.number, to)
    draft.assume("R12", "assume_forward")
    return _r6b_fallback_after_return(draft, to, _ring(draft, to, "R12", tas.registration, after), after)
