"""Verdicts about registrations that did not apply: expired, not in force, never known, the other direction."""

from collections.abc import Iterator

from sipbreakout_model import E164, FixOwner, Registration
from sipbreakout_model.hazards import upsert_command
from sipbreakout_model.sentences import duration
from sipbreakout_tui.trace.diagnosis.case import Case
from sipbreakout_tui.trace.diagnosis.finding import Finding, Remedy
from sipbreakout_tui.trace.diagnosis.knowledge import Standing, State


def _parties(case: Case) -> Iterator[tuple[str, E164, State]]:
    """Yield the caller's and the callee's number with what their registrations were at the call."""
    if case.call is None or case.knowledge is None:
        return
    for role, number in (("caller", case.call.caller), ("callee", case.call.callee)):
        if isinstance(number, E164) and not (role == "caller" and case.call.placed_by is not None):
            yield role, number, case.knowledge.state(number, case.call.at)


def _applies(role: str, registration: Registration) -> bool:
    kind = registration.route_type
    return kind.applies_mo if role == "caller" else kind.applies_mt


def _went_straight(case: Case) -> bool:
    """Return whether a subscriber's call met no registration, as predicted, and nothing of it is hidden."""
    if case.call is None or case.call.placed_by is not None:
        return False
    return case.registration is None and case.fits and not case.hides_much and not case.seen.to_tas


def _row(case: Case) -> tuple[int, ...]:
    return (case.seen.legs[0].leg.row,)


_NEAR_SECONDS = 2.0
"""By which the clocks of core and capture may well differ."""


def near_the_invite(case: Case) -> str:
    """Return a sentence on a lease that began or ended at nearly the moment of the call, as one not yet told (V2)."""
    for role, number, state in _parties(case):
        lease = state.lease
        if lease is None or lease.accepted_at is None or not _applies(role, lease.registration):
            continue
        age, left = case.seen.at - lease.accepted_at, (lease.remaining(case.seen.at) or 0.0)
        match state.standing:
            case Standing.ACTIVE if left <= _NEAR_SECONDS:
                when = f"had {left:.2f} s to live at the INVITE"
            case Standing.ACTIVE if age <= _NEAR_SECONDS:
                when = f"was accepted {age:.2f} s before the INVITE"
            case Standing.EXPIRED if -left <= _NEAR_SECONDS:
                when = f"ended {-left:.2f} s before the INVITE"
            case Standing.NOT_YET if -age <= _NEAR_SECONDS:
                when = f"was accepted {-age:.2f} s after the INVITE"
            case _:
                continue
        kind = lease.registration.route_type
        return f". {kind} of the {role} {number} {when}, and the clocks of core and capture may differ (V2)"
    return ""


def registration_expired(case: Case) -> Finding | None:
    """V2: a registration that would have decided had ended."""
    if not _went_straight(case):
        return None
    for role, number, state in _parties(case):
        if state.standing is not Standing.EXPIRED or state.lease is None or state.seconds is None:
            continue
        registration = state.lease.registration
        if _applies(role, registration):
            text = (
                f"{registration.route_type} of the {role} {number} had expired {duration(state.seconds)} before the "
                "call, so the core rang the callee directly (R1, R3)"
            )
            what = f"Upsert {registration.route_type} of {number} again, and keep it refreshed (V2)"
            remedy = Remedy(FixOwner.SUBSCRIBER, what, upsert_command(registration))
            return Finding("registration-expired", text, _row(case), None, remedy)
    return None


def registration_not_in_force(case: Case) -> Finding | None:
    """R1, V7: deleted, not yet made, or nobody knows."""
    straight = _went_straight(case)
    for role, number, state in _parties(case):
        lease = state.lease
        kind = "registration" if lease is None else str(lease.registration.route_type)
        if lease is not None and not _applies(role, lease.registration):
            continue
        remedy = None
        if state.standing is Standing.DELETED and straight:
            why = "had been deleted" if state.seconds is None else f"had been deleted {duration(state.seconds)} before"
        elif state.standing is Standing.NOT_YET and straight:
            why = (
                "was accepted only after"
                if state.seconds is None
                else f"was accepted only {duration(state.seconds)} after"
            )
        elif state.standing is Standing.UNKNOWN and not case.fits:
            why = "is unknown at the moment of"
        else:
            continue
        text = f"{kind} of the {role} {number} {why} the call's INVITE"
        if state.standing is Standing.UNKNOWN:
            text += ": a request without an answer may have changed it (V7)"
        if lease is not None:
            remedy = Remedy(
                FixOwner.SUBSCRIBER, f"Register {number} before it is called (R1)", upsert_command(lease.registration)
            )
        return Finding("registration-not-in-force", text, _row(case), None, remedy)
    return None


def no_registration(case: Case) -> Finding | None:
    """R3: neither number was ever registered."""
    if not _went_straight(case) or case.call is None or not isinstance(case.call.callee, E164):
        return None
    if case.knowledge is None:
        text = "No registrations were given, and the legs need none: the core rang the callee directly (R3)"
        return Finding("no-registration", text, _row(case))
    states = [state.standing for _, _, state in _parties(case)]
    if any(standing is not Standing.NEVER for standing in states):
        return None
    numbers = " or ".join(str(number) for _, number, _ in _parties(case))
    text = f"No registration of {numbers} is known, so the core rang the callee directly (R3)"
    return Finding("no-registration", text, _row(case))


def other_direction(case: Case) -> Finding | None:
    """R2: a registration is in force that does not apply to calls in this direction."""
    if not _went_straight(case):
        return None
    for role, number, state in _parties(case):
        if state.standing is not Standing.ACTIVE or state.lease is None:
            continue
        kind = state.lease.registration.route_type
        if not _applies(role, state.lease.registration):
            direction = "outgoing" if role == "caller" else "incoming"
            text = f"{kind} of the {role} {number} is in force, but does not apply to {direction} calls (R2)"
            return Finding("other-direction", text, _row(case))
    return None
