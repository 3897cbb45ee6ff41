"""Where the legs are not what the registrations make: in words, and which registration would make them."""

from dataclasses import replace

from sipbreakout_model import Registration, RegistrationBook, RouteType
from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.trace.diagnosis.case import Case, predict
from sipbreakout_tui.trace.diagnosis.contradiction import Contradiction, Why
from sipbreakout_tui.trace.diagnosis.finding import Finding
from sipbreakout_tui.trace.diagnosis.in_force import near_the_invite
from sipbreakout_tui.trace.diagnosis.inference import inferred_registration


def registration_contradicted(case: Case) -> Finding | None:
    """R4 to R7: the registrations given do not ring the TAS as it was rung."""
    if case.knowledge is None or not case.contradicted:
        return None
    first = case.seen.to_tas[0]
    said = contradicting(case) or [f"{case.number_of(first)} rings a TAS, which none of them does"]
    why = f"{'; '.join(said)}{near_the_invite(case)}{what_would(case)}"
    text = f"These legs are not what the registrations given make: {why}"
    legs = [one.leg for one in case.contradictions] or [first]
    callees = [one.callee for one in case.contradictions if one.callee is not None]
    return Finding("registration-contradicted", text, tuple(leg.leg.row for leg in legs + callees if leg.leg.row >= 0))


def contradicting(case: Case, told: Why | None = None) -> list[str]:
    """Return a clause for each leg to the TAS that its registration did not make.

    Args:
        case: The call.
        told: What has been said of the legs already.
    """
    return [_clause(case, one) for one in case.contradictions if one.why is not told]


def _clause(case: Case, one: Contradiction) -> str:
    leg, registration = case.number_of(one.leg), one.registration
    maker = f"{registration.route_type} of {registration.number}"
    callee = "" if one.callee is None else case.number_of(one.callee)
    match one.why:
        case Why.OTHER_HOST:
            asked = visible(one.leg.leg.invite.host)
            return f"{leg} goes to {asked}, but {maker} names {visible(registration.sip_uri.host)}"
        case Why.OTHER_PREFIX:
            return f"{leg} asks for {visible(one.leg.called or 'no number')}, which has not the prefix of {maker} (R7)"
        case Why.CALLEE_FIRST:
            return f"{leg} rings the TAS after {callee} rang the callee, but {maker} rings the TAS first (R4)"
        case Why.CALLEE_NOT_RUNG:
            order, rule = (
                ("first", "R6") if registration.route_type is RouteType.FALLBACK else ("at the same time", "R5")
            )
            return f"no leg to the callee is seen before {leg}, but {maker} rings the callee {order} ({rule})"
        case Why.CALLEE_GIVEN_UP:
            return f"{leg} rings the TAS in the place of {callee}, but {maker} rings both at the same time (R5)"
        case Why.CALLEE_RINGS_ON:
            return f"{leg} rings the TAS while {callee} goes on, but {maker} waits for its end (R6)"
        case Why.CALLEE_ANSWERED:
            return f"{leg} rings the TAS although the callee answers {callee}, but {maker} does not then (R6)"


def what_would(case: Case) -> str:
    """Return a sentence that names the registration which would make these legs, as one not yet told; else nothing."""
    other = another_registration(case)
    if other is None:
        return ""
    prefix = other.mobile_originating_prefix or other.mobile_terminating_prefix
    added = f" with prefix {prefix}" if prefix else ""
    return (
        f". What was seen, {other.route_type} of {other.number} at {visible(str(other.sip_uri))}{added} would make: "
        "were the registrations given in force at the core?"
    )


def another_registration(case: Case) -> Registration | None:
    """Return the registration that the legs would fit, where they do not fit those given."""
    if case.knowledge is None or case.call is None or not case.seen.to_tas or case.fits:
        return None
    other = inferred_registration(case.seen)
    if other is None:
        return None
    book = RegistrationBook()
    book.upsert(other, None)
    prediction = predict(case.seen, case.call, book, case.view)
    return other if replace(case, registrations=book, prediction=prediction).fits else None
