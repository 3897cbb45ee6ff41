"""Findings beside the verdict: what is odd, whether or not it decided anything."""

from sipbreakout_model import E164, FixOwner, RouteType
from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.trace.diagnosis.case import Case
from sipbreakout_tui.trace.diagnosis.finding import Finding, Remedy
from sipbreakout_tui.trace.diagnosis.knowledge import Standing
from sipbreakout_tui.trace.diagnosis.scenario import max_forwards_reset
from sipbreakout_tui.trace.diagnosis.tas import kind_of
from sipbreakout_tui.trace.leg import LARGE_BYTES
from sipbreakout_tui.trace.numbers import asked_for, same, strippings, without_country


def max_forwards_reset_finding(case: Case) -> Finding | None:
    """R10: the TAS set Max-Forwards anew, which takes a loop's bound away."""
    reset = max_forwards_reset(case.seen)
    if reset is None:
        return None
    leg, back = reset
    text = (
        f"The TAS {case.tas_name(leg)} set Max-Forwards from {leg.leg.invite.max_forwards} to "
        f"{back.leg.invite.max_forwards} in frame {case.invite_frame(back)}: a loop would have no bound (R10)"
    )
    what = "Let the TAS hand Max-Forwards on, less one (RFC 3261 section 16.6)"
    return Finding("max-forwards-reset", text, (leg.leg.row, back.leg.row), None, Remedy(FixOwner.TAS_VENDOR, what))


def prefix_stacked(case: Case) -> Finding | None:
    """R7: a prefix stands before the number more than once."""
    callee = case.seen.callee
    if callee is None:
        return None
    for leg in case.seen.to_tas:
        if leg.called is None:
            continue
        ways = strippings(leg.called, case.prefixes)
        count = next((index for index, way in enumerate(ways) if same(way, callee)), 0)
        if count > 1:
            text = f"{case.number_of(leg)} asks for {visible(leg.called)}: a prefix stands there {count} times (R7)"
            what = "Let the TAS take the prefix off before it returns the call (R11)"
            return Finding("prefix-stacked", text, (leg.leg.row,), None, Remedy(FixOwner.TAS_VENDOR, what))
    return None


def number_form_changed(case: Case) -> Finding | None:
    """The same number in another form: `00` for the plus, or without country code."""
    for leg in case.seen.legs:
        before = leg.before
        if before is None or leg.called is None or before.called is None or leg.gap:
            continue
        one = asked_for(before.called, case.prefixes, leg.called) if before.to_tas else before.called
        two = asked_for(leg.called, case.prefixes, before.called) if leg.to_tas else leg.called
        if one in (two, leg.called) or before.called == leg.called:
            continue
        if same(one, two) or without_country(two, one):
            text = (
                f"The number changes its form from {visible(one)} to {visible(two)} in frame {case.invite_frame(leg)}"
            )
            what = "Write numbers with plus and country code (E.164) in the request URI"
            owner = FixOwner.TAS_VENDOR if leg.from_tas else FixOwner.CORE
            return Finding("number-form-changed", text, (before.leg.row, leg.leg.row), None, Remedy(owner, what))
    return None


def registration_changed_during_call(case: Case) -> Finding | None:
    """R1: a later change alters nothing for this call, except for a return that is taken for a new call (R9)."""
    if case.knowledge is None or case.call is None:
        return None
    end = max(case.messages.times[row] for leg in case.seen.legs for row in leg.leg.messages[-1:] or [leg.leg.row])
    for number in (case.call.caller, case.call.callee):
        if not isinstance(number, E164):
            continue
        before, after = case.knowledge.state(number, case.call.at), case.knowledge.state(number, end)
        if before.standing is not Standing.ACTIVE and after.standing is not Standing.ACTIVE:
            continue
        one = None if before.lease is None else before.lease.registration
        two = None if after.lease is None else after.lease.registration
        if (before.standing, one) == (after.standing, two):
            continue
        became = f"became {two.route_type}" if after.standing is Standing.ACTIVE and two is not None else "ended"
        if before.standing is not Standing.ACTIVE:
            became = "began"
        text = (
            f"The registration of {number} {became} during the call: its first INVITE decides (R1), "
            "a return without Session-ID meets the new state (R9)"
        )
        return Finding("registration-changed-during-call", text, (case.seen.legs[0].leg.row,))
    return None


def fork_6xx(case: Case) -> Finding | None:
    """R5: a 6xx from one branch ended the other."""
    if not any(kind_of(case, leg) is RouteType.FORK for leg in case.seen.to_tas):
        return None
    for leg in case.seen.legs:
        if leg.from_core and leg.status is not None and leg.status >= 600 and leg.leg.final_row is not None:
            text = (
                f"{case.number_of(leg)} was refused with {leg.status} in frame {case.frame(leg.leg.final_row)}: "
                "a 6xx ends both branches of a fork (RFC 3261 section 16.7)"
            )
            what = f"Let the {leg.target} refuse with a 4xx, such as 486, if the other branch shall go on ringing"
            owner = FixOwner.TAS_VENDOR if leg.to_tas else FixOwner.CORE
            return Finding("fork-6xx", text, (leg.leg.row, leg.leg.final_row), None, Remedy(owner, what))
    return None


def large_udp(case: Case) -> Finding | None:
    """RFC 3261 section 18.1.1: an INVITE too large for UDP, which fragments."""
    for leg in case.seen.legs:
        if leg.leg.too_large:
            text = (
                f"The INVITE of {case.number_of(leg)} has {leg.leg.invite.size} bytes over UDP: above {LARGE_BYTES} "
                "it may be lost in fragments (RFC 3261 section 18.1.1)"
            )
            owner = FixOwner.TAS_VENDOR if leg.from_tas else FixOwner.CORE
            what = "Send large requests over TCP or TLS"
            return Finding("large-udp", text, (leg.leg.row,), None, Remedy(owner, what))
    return None
