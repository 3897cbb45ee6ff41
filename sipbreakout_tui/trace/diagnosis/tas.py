"""Verdicts about what the TAS did with the leg that it was rung on, and how forks and fallbacks went."""

from sipbreakout_model import FixOwner, Party, RouteType
from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.trace.call import PlacedLeg
from sipbreakout_tui.trace.diagnosis.case import Case
from sipbreakout_tui.trace.diagnosis.finding import Finding, Remedy


def tas_unreachable(case: Case) -> Finding | None:
    """R14: no DNS answer, no connection, no TLS: no response at all."""
    for leg in case.seen.to_tas:
        if leg.leg.heard or leg.returns:
            continue
        events = leg.leg.events
        if not events and leg.status is None and not _given_up(leg):
            continue  # the capture may end before the answer
        seen = str(events[0].trouble) if events else "it sent no response of any kind"
        detail = f" ({visible(events[0].detail)})" if events and events[0].detail else ""
        where = f"frame {events[0].frame}" if events else case.number_of(leg)
        text = f"The core could not reach the TAS {case.tas_name(leg)}: {seen}{detail}, {where}"
        what = f"Make the TAS {case.tas_name(leg)} reachable over TLS, with a certificate valid for that host (V8, R14)"
        rows = () if leg.leg.row < 0 else (leg.leg.row,)
        frames = tuple(event.frame for event in events)
        return Finding("tas-unreachable", text, rows, None, Remedy(FixOwner.TAS_VENDOR, what), frames)
    return None


def _given_up(leg: PlacedLeg) -> bool:
    """Return whether the core gave up the leg, or the call ended or went on without it."""
    before = leg.before
    return leg.leg.cancelled_at is not None or before is None or before.status is not None


def tas_rejected(case: Case) -> Finding | None:
    """R4, R5, R6: the TAS refused its leg of its own."""
    for leg in case.seen.to_tas:
        status = leg.status
        if leg.returns or not leg.refused or status is None or status < 400 or leg.leg.final_row is None:
            continue
        if status == 408 and not leg.leg.heard:
            continue
        refusal = f"with {status} in frame {case.frame(leg.leg.final_row)}"
        text = f"The TAS {case.tas_name(leg)} refused {case.number_of(leg)} {refusal}"
        what = f"Find out at the TAS {case.tas_name(leg)} why it answered {status}: search its log for the Call-ID"
        rows = (leg.leg.row, leg.leg.final_row)
        return Finding("tas-rejected", text, rows, None, Remedy(FixOwner.TAS_VENDOR, what))
    return None


def tas_redirected(case: Case) -> Finding | None:
    """R4: a 3xx, which the core does not follow [assumed]."""
    for leg in case.seen.to_tas:
        status = leg.status
        if status is not None and 300 <= status < 400 and leg.leg.final_row is not None:
            text = (
                f"The TAS {case.tas_name(leg)} redirected {case.number_of(leg)} with {status} in frame "
                f"{case.frame(leg.leg.final_row)}; the core does not follow it (assumed)"
            )
            what = "Bring the call back as a new leg to the core instead of redirecting it (R4, R12)"
            return Finding(
                "tas-redirected",
                text,
                (leg.leg.row, leg.leg.final_row),
                None,
                Remedy(FixOwner.TAS_VENDOR, what),
            )
    return None


def no_return(case: Case) -> Finding | None:
    """R4: the TAS rang, and neither answered nor brought the call back."""
    for leg in _silent_legs(case):
        if leg.leg.ringing_at is not None and _loops(case, leg):
            text = (
                f"The TAS {case.tas_name(leg)} rang on {case.number_of(leg)}, but neither answered it nor brought "
                f"the call back{_waited(case, leg)}"
            )
            what = f"Let the TAS {case.tas_name(leg)} answer its leg, or return the call (R4)"
            return Finding("no-return", text, _rows(leg), None, Remedy(FixOwner.TAS_VENDOR, what))
    return None


def tas_silent(case: Case) -> Finding | None:
    """R4, R6: the TAS took its leg and did nothing with it."""
    for leg in _silent_legs(case):
        text = (
            f"The TAS {case.tas_name(leg)} took {case.number_of(leg)} and neither answered it nor brought the call "
            f"back{_waited(case, leg)}"
        )
        what = f"Let the TAS {case.tas_name(leg)} answer its leg, or return the call (R4)"
        return Finding("tas-silent", text, _rows(leg), None, Remedy(FixOwner.TAS_VENDOR, what))
    return None


def _silent_legs(case: Case) -> list[PlacedLeg]:
    """Return the legs to a TAS that it did nothing with, although nobody else had taken the call."""
    silent = []
    for leg in case.seen.to_tas:
        if leg.returns or leg.answered or not leg.leg.heard or (leg.refused and leg.status not in (408, 504)):
            continue
        if leg.status is None and leg.leg.cancelled_at is None and not (leg.before and leg.before.status):
            continue  # the capture ends before the leg does
        # A fork's TAS that only rings leaves the call to the callee: that is what FORK is for (R5).
        if kind_of(case, leg) is RouteType.FORK or _beside_answered(leg) or _caller_hung_up(case, leg):
            continue
        silent.append(leg)
    return silent


def _beside_answered(leg: PlacedLeg) -> bool:
    """Return whether a fork's other branch was answered, or refused the whole call."""
    if leg.before is None:
        return False
    others = [other for other in leg.before.after if other.from_core and not other.to_tas]
    return any(other.answered or (other.status or 0) >= 600 for other in others)


HANG_UP_SECONDS = 5.0
"""A caller who hangs up within this time did so of their own; later, they waited for the TAS in vain."""


def _caller_hung_up(case: Case, leg: PlacedLeg) -> bool:
    entry = case.seen.entry
    cancelled = None if entry is None else entry.leg.cancelled_at
    return cancelled is not None and cancelled - leg.at < HANG_UP_SECONDS


def _waited(case: Case, leg: PlacedLeg) -> str:
    end = leg.leg.final_at or leg.leg.cancelled_at or (leg.before.leg.final_at if leg.before is not None else None)
    return "" if end is None else f" within {end - leg.at:.1f} s"


def _rows(leg: PlacedLeg) -> tuple[int, ...]:
    more = (leg.leg.cancel_row, leg.leg.final_row)
    return (leg.leg.row, *(row for row in more if row is not None))


def _loops(case: Case, leg: PlacedLeg) -> bool:
    """Return whether the leg was made by a type that goes through the TAS first."""
    kind = kind_of(case, leg)
    return kind is None or kind.loops


def kind_of(case: Case, leg: PlacedLeg) -> RouteType | None:
    """Return the type of the registration that rang the TAS on this leg; None where none is known."""
    maker = case.maker(leg)
    return None if maker is None else maker.route_type


def tas_answered(case: Case) -> Finding | None:
    """R4: the TAS answered the call itself."""
    if _rings_others(case):
        return None
    for leg in case.seen.to_tas:
        if not leg.answered or leg.returns or not _loops(case, leg):
            continue
        text = f"The TAS {case.tas_name(leg)} answered {case.number_of(leg)} itself: nobody else was rung (R4)"
        return Finding("tas-answered", text, _rows(leg))
    return None


def _rings_others(case: Case) -> bool:
    """Return whether anybody else was rung: before the TAS, or after a return that is not in the capture."""
    return any(other.from_core and not other.to_tas for other in case.seen.legs)


def transferred(case: Case) -> Finding | None:
    """REFER or Replaces moved the call (RFC 3515, RFC 3891)."""
    for leg in case.seen.legs:
        if leg.leg.refers:
            row = leg.leg.refers[0]
            text = f"A REFER in frame {case.frame(row)} transferred the call"
            return Finding("transferred", text, (row,))
        if leg.leg.invite.replaces:
            text = f"The INVITE in frame {case.invite_frame(leg)} replaces another dialog: the call was transferred"
            return Finding("transferred", text, (leg.leg.row,))
    return None


def fork_won_by_tas(case: Case) -> Finding | None:
    """R5: the TAS answered first."""
    for leg in case.seen.to_tas:
        if not leg.answered or _answered_before(leg) or kind_of(case, leg) is not RouteType.FORK:
            continue
        by = case.seen.outcome.by
        if by in (Party.TAS, None):
            has = "" if by is None else " and has the call"
            text = f"The TAS {case.tas_name(leg)} answered {case.number_of(leg)} first{has} (R5)"
            return Finding("fork-won-by-tas", text, _rows(leg))
    return None


def _answered_before(leg: PlacedLeg) -> bool:
    """Return whether a fork's other branch was answered before this one."""
    others = [] if leg.before is None else leg.before.after
    mine = leg.leg.final_at or leg.at
    return any(other.answered and (other.leg.final_at or other.at) < mine for other in others if other is not leg)


def fallback_taken(case: Case) -> Finding | None:
    """R6: the callee did not answer, so the TAS was rung."""
    for leg in case.seen.to_tas:
        if kind_of(case, leg) is not RouteType.FALLBACK:
            continue
        before = [other for other in case.seen.legs if other.from_core and not other.to_tas and other.at <= leg.at]
        why = ""
        rows: tuple[int, ...] = (leg.leg.row,)
        if before:
            callee = before[-1].leg
            status = callee.status
            silent = callee.cancelled_at is not None or status in (408, 487, None)
            why = f" did not answer for {leg.at - before[-1].at:.1f} s" if silent else f" ended with {status}"
            why = f": {case.number_of(before[-1])}{why}"
            rows = (before[-1].leg.row, leg.leg.row)
        has = " and answered" if leg.answered else ""
        text = (
            f"The callee did not answer, so the core rang the TAS {case.tas_name(leg)}{why}; "
            f"the TAS was rung{has} on {case.number_of(leg)} (R6)"
        )
        return Finding("fallback-taken", text, rows)
    return None


def caller_cancelled(case: Case) -> Finding | None:
    """The caller hung up before anybody answered."""
    leg = case.seen.entry or case.seen.legs[0]
    row = leg.leg.cancel_row
    if row is None or leg.answered or leg.to_tas:
        return None
    after = (leg.leg.cancelled_at or leg.at) - leg.at
    text = f"The caller gave up after {after:.1f} s with a CANCEL in frame {case.frame(row)}"
    return Finding("caller-cancelled", text, (leg.leg.row, row))
