"""Which registration a call meets (R1, R2, R16) and which prefix its TAS sees (R7)."""

from dataclasses import dataclass

from sipbreakout_model.callflow import Party, Step
from sipbreakout_model.draft import Draft
from sipbreakout_model.numbers import E164
from sipbreakout_model.registration import Lease, RouteType
from sipbreakout_model.scenario import PrefixReading


@dataclass(frozen=True, slots=True)
class Met:
    """The registration that decides, and whose side of the call it is on."""

    lease: Lease
    by_caller: bool
    """Whether it is the caller's, met in direction MO; else the callee's, met in MT."""


def meet(draft: Draft, asked: E164 | str) -> Met | None:
    """Return the registration that decides a call to `asked` at the draft's moment (R2), or None (R3)."""
    if not isinstance(asked, E164):
        draft.step("R16", "short_number", asked)
        draft.assume("R16", "assume_short_number", asked)
        return None
    caller = draft.call.caller
    ignored: list[tuple[Lease, Step]] = []
    outgoing = None
    if caller is None:
        draft.step("R2", "no_caller")
    else:
        outgoing = _applying(draft, caller, "caller", ignored)
    incoming = _applying(draft, asked, "callee", ignored)
    if outgoing is not None:
        if incoming is not None and asked != caller:
            masked = Step("R2", "masked", (incoming.registration.route_type, asked, caller))
            draft.steps.append(masked)
            draft.assume("R2", "assume_caller_first", caller, asked)
            ignored.append((incoming, masked))
        _decided(draft, outgoing, "caller")
    elif incoming is not None:
        _decided(draft, incoming, "callee")
    met = outgoing or incoming
    for lease, why in ignored:
        if lease.registration.route_type is not RouteType.INGRESS:
            draft.misses(None, Party.CORE, Party.TAS, *why[:2], *why.operands, registration=lease.registration)
    return None if met is None else Met(met, outgoing is not None)


def _applying(draft: Draft, number: E164, role: str, ignored: list[tuple[Lease, Step]]) -> Lease | None:
    """Return the number's lease if it is in force (R1) and applies in its direction (R2)."""
    moment = draft.moment
    lease = draft.registrations.active(number, moment)
    if lease is None:
        lease = draft.registrations.last(number)
        if lease is None:
            draft.step("R1", "not_registered", role, number)
            return None
        kind = lease.registration.route_type
        remaining = lease.remaining(moment)
        if remaining is not None and remaining <= 0:
            why = Step("R1", "expired", (kind, role, number, -remaining))
        elif lease.accepted_at is not None and lease.accepted_at > moment:
            why = Step("R1", "not_yet", (kind, role, number, lease.accepted_at - moment))
        else:
            why = Step("R1", "not_in_force", (kind, role, number))
    else:
        kind = lease.registration.route_type
        if kind.applies_mo if role == "caller" else kind.applies_mt:
            return lease
        if kind is RouteType.INGRESS:
            why = Step("R2", "ingress_ignored", (role, number))
        else:
            why = Step("R2", "wrong_direction", (kind, role, number, "incoming" if role == "caller" else "outgoing"))
    draft.steps.append(why)
    ignored.append((lease, why))
    return None


def _decided(draft: Draft, lease: Lease, role: str) -> None:
    registration = lease.registration
    remaining = lease.remaining(draft.moment)
    if remaining is None:
        draft.step("R2", "decides_timeless", registration.route_type, role, registration.number)
    else:
        draft.step("R2", "decides", registration.route_type, role, registration.number, remaining)


def number_for_tas(draft: Draft, met: Met, asked: E164) -> str:
    """Return the number in the INVITE to the TAS: `asked` with the prefix of R7 after its plus."""
    registration = met.lease.registration
    originating = registration.mobile_originating_prefix
    terminating = registration.mobile_terminating_prefix
    by_cause, by_presence = met.by_caller, met.by_caller or _caller_holds(draft)
    shows_originating = by_cause if draft.policy.prefix_reading is PrefixReading.CAUSE else by_presence
    if by_cause is not by_presence and originating != terminating:
        both = (terminating or "none", originating or "none")
        draft.assume("R7", "assume_prefix_reading", draft.policy.prefix_reading, *both)
    prefix = originating if shows_originating else terminating
    if not prefix:
        draft.step("R7", "no_prefix", registration.number)
        return asked.text
    called = f"+{prefix}{asked.digits}"
    field = "mobile_originating_prefix" if shows_originating else "mobile_terminating_prefix"
    draft.step("R7", "prefix", field, prefix, registration.number, called)
    if not registration.route_type.loops:
        draft.assume("R7", "assume_prefix_beyond_loop", registration.route_type)
    return called


def _caller_holds(draft: Draft) -> bool:
    """Return whether the caller holds any active registration but INGRESS (PrefixReading.PRESENCE)."""
    caller = draft.call.caller
    lease = None if caller is None else draft.active(caller)
    return lease is not None and lease.registration.route_type is not RouteType.INGRESS
