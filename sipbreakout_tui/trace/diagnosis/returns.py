"""Verdicts about how the TAS brought the call back, and what the core made of it."""

from sipbreakout_model import FixOwner, Party, RouteType
from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.trace.call import PlacedLeg
from sipbreakout_tui.trace.diagnosis.case import Case
from sipbreakout_tui.trace.diagnosis.finding import Finding, Remedy
from sipbreakout_tui.trace.diagnosis.scenario import asks_alike, prefix_left_on, session_id_kept
from sipbreakout_tui.trace.invite import NIL_UUID, local_uuid, remote_uuid
from sipbreakout_tui.trace.numbers import international, plain, same

_HOW = {
    "absent": "without a Session-ID",
    "new": "with a Session-ID of its own",
    "swapped": "with the Session-ID's two UUIDs swapped",
    "nil": "with the nil Session-ID",
    "malformed": "with a Session-ID that is no UUID of 32 hex digits",
}


def session_id_lost(case: Case) -> Finding | None:
    """R9, R15: the TAS brought the call back without the Session-ID of its leg."""
    lost = _first_lost(case)
    if lost is None:
        return None
    leg, back = lost
    how = how_lost(leg, back)
    rows = [leg.leg.row, back.leg.row]
    text = (
        f"The TAS {case.tas_name(leg)} brought the call back in frame {case.invite_frame(back)} {_HOW[how]}; "
        f"{case.number_of(leg)} has {leg.leg.invite.local_uuid}"
    )
    again = next((after for after in back.after if after.to_tas), None)
    if again is not None:
        rows.append(again.leg.row)
        text += f". The core took it for a new call, and {_met_again(case, leg, again)}{_turns(case)}"
    elif back.refused and not back.after:
        text += f". The core refused it with {back.status}"
    elif back.after:
        text += ". The core went on with it all the same"
    text += _how_it_ended(case, rows)
    what = f"Let the TAS {case.tas_name(leg)} put the Session-ID of the leg it was rung on into the leg it returns (R8)"
    return Finding("session-id-lost", text, tuple(rows), how, Remedy(FixOwner.TAS_VENDOR, what))


def _first_lost(case: Case) -> tuple[PlacedLeg, PlacedLeg] | None:
    forwards = forward_loop(case) is not None
    for leg in case.seen.to_tas:
        for back in leg.returns:
            if session_id_kept(leg, back) is False and not (forwards and not asks_alike(leg, back, case.prefixes)):
                return leg, back
    return None


def how_lost(leg: PlacedLeg, back: PlacedLeg) -> str:
    """Return in which way a return's Session-ID is not its leg's: absent, new, swapped, nil or malformed."""
    session_id = back.leg.invite.session_id
    if session_id is None or not session_id.strip():
        return "absent"
    local = session_id.partition(";")[0].strip().lower()
    if remote_uuid(session_id) == leg.leg.invite.local_uuid:
        return "swapped"
    if local == NIL_UUID:
        return "nil"
    return "malformed" if local_uuid(session_id) is None else "new"


def _met_again(case: Case, leg: PlacedLeg, again: PlacedLeg) -> str:
    registration = case.maker(again)
    if registration is None or case.maker(leg) is None:
        return "sent it to the TAS again"
    given = " (inferred)" if case.inferred is not None else ""
    return f"{registration.route_type} of {registration.number}{given} was met again"


def _turns(case: Case) -> str:
    turns = len(case.seen.to_tas)
    return f": {turns} turns" if turns > 1 else ""


def _how_it_ended(case: Case, rows: list[int]) -> str:
    """Return what ended a loop, and add the message that shows it."""
    for status, words in ((483, "483 Too Many Hops"), (482, "482 Loop Detected")):
        final = [leg.leg for leg in case.seen.legs if leg.status == status and leg.leg.final_row is not None]
        if final:
            first = min(final, key=lambda leg: leg.final_at or 0.0)
            row = first.final_row if first.final_row is not None else first.row
            rows.append(row)
            return f", ended by {words} in frame {case.frame(row)}"
    return ""


def forward_loop(case: Case) -> Finding | None:
    """R15: forwards lead back to a number that the call was at before."""
    seen = case.seen
    if not seen.loops:
        return None
    forwarded = [
        (leg, back)
        for leg in seen.to_tas
        for back in leg.returns
        if back.called is not None and not asks_alike(leg, back, case.prefixes) and not _prefixed(case, leg, back)
    ]
    numbers = {international(back.called) for _, back in forwarded if back.called is not None}
    if len(numbers) < 2 and not (forwarded and seen.callee in numbers):
        return None
    rows = [leg.leg.row for pair in forwarded[:3] for leg in pair]
    names = " and ".join(sorted(visible(number) for number in numbers))
    text = (
        f"The call is forwarded in a circle between {names}: the TAS asks for another number in frame "
        f"{case.invite_frame(forwarded[0][1])}, and the core called the TAS {len(seen.to_tas)} times"
    ) + _how_it_ended(case, rows)
    what = "Forward to a number whose own forwarding does not lead back, or return the call with its Session-ID (R15)"
    return Finding("forward-loop", text, tuple(rows), None, Remedy(FixOwner.TAS_VENDOR, what))


def _prefixed(case: Case, leg: PlacedLeg, back: PlacedLeg) -> bool:
    return prefix_left_on(leg, back, case.prefixes) or plain(back.called or "").endswith(plain(leg.called or "")[-7:])


def loop_detected(case: Case) -> Finding | None:
    """R10: an element recognised the call and answered 482."""
    for leg in case.seen.legs:
        if leg.status == 482 and leg.leg.final_row is not None:
            who = leg.target if leg.target is not Party.CALLEE else "element rung in the callee's place"
            text = (
                f"The {who} recognised the call as one it had sent on and ended it with 482 Loop Detected "
                f"in frame {case.frame(leg.leg.final_row)}"
            )
            what = "Return the call with the Session-ID of the leg that the TAS was rung on (R8)"
            return Finding(
                "loop-detected", text, (leg.leg.row, leg.leg.final_row), None, Remedy(FixOwner.TAS_VENDOR, what)
            )
    return None


def prefix_left_on_verdict(case: Case) -> Finding | None:
    """R11: the TAS asks for the number with the prefix still on it."""
    for leg in case.seen.to_tas:
        for back in leg.returns:
            if not prefix_left_on(leg, back, case.prefixes) and not _still_prefixed(case, leg, back):
                continue
            if not (back.called or "").startswith("+") and back.after:
                continue  # `00` for the plus, and the core took it so: another form of the number
            ended = f"; it ended with {back.status}" if back.refused else ""
            text = (
                f"The TAS {case.tas_name(leg)} brought the call back in frame {case.invite_frame(back)} for "
                f"{visible(back.called or '')}, with the prefix still on the number{ended}"
            )
            what = f"Let the TAS {case.tas_name(leg)} take the prefix off before it returns the call (R11)"
            return Finding("prefix-left-on", text, (leg.leg.row, back.leg.row), None, Remedy(FixOwner.TAS_VENDOR, what))
    return None


def _still_prefixed(case: Case, leg: PlacedLeg, back: PlacedLeg) -> bool:
    """Return whether the return asks for exactly what leg 2 asks for, which is not what the caller dialled."""
    if leg.called is None or back.called is None or case.seen.callee is None:
        return False
    entry = case.seen.entry
    if entry is None or entry.called is None or case.prefixes:
        return False
    return back.called == leg.called and not same(leg.called, entry.called)


def caller_changed(case: Case) -> Finding | None:
    """R9: the TAS rewrote or withheld the caller."""
    for leg in case.seen.to_tas:
        caller = leg.leg.invite.caller
        for back in leg.returns:
            now = back.leg.invite.caller
            if caller is None or same(caller, now):
                continue
            shown = "withholds the caller" if now is None else f"names {visible(now)} as the caller"
            text = (
                f"The TAS {case.tas_name(leg)} {shown} in frame {case.invite_frame(back)}; "
                f"{case.number_of(leg)} names {visible(caller)}"
            )
            what = f"Let the TAS keep {visible(caller)} in P-Asserted-Identity and From of the leg it returns (R9)"
            return Finding("caller-changed", text, (leg.leg.row, back.leg.row), None, Remedy(FixOwner.TAS_VENDOR, what))
    return None


def return_refused(case: Case) -> Finding | None:
    """R9: the core refuses leg 3."""
    for leg in case.seen.to_tas:
        for back in leg.returns:
            if back.refused and not back.after and back.status not in (482, 483) and back.leg.final_row is not None:
                kept = session_id_kept(leg, back)
                why = {True: ", although it carries the Session-ID of its leg", None: "", False: ""}[kept]
                text = (
                    f"The core refused the TAS's return (frame {case.invite_frame(back)}) with {back.status} "
                    f"in frame {case.frame(back.leg.final_row)}{why}"
                )
                what = "Ask the operator why the core refuses the return, with its Call-ID and time"
                return Finding(
                    "return-refused", text, (back.leg.row, back.leg.final_row), None, Remedy(FixOwner.CORE, what)
                )
    return None


def media_refused(case: Case) -> Finding | None:
    """V8: media that the other side cannot take."""
    for leg in case.seen.legs:
        if leg.status not in (488, 606) or leg.leg.final_row is None:
            continue
        if any(after.status == leg.status for after in leg.after):
            continue  # handed on from the leg behind it
        profile = leg.leg.offered
        offered = f"{visible(profile)} is offered" if profile else "no audio profile is readable in the offer"
        who = leg.target
        text = f"The {who} refused the media with {leg.status} in frame {case.frame(leg.leg.final_row)}: {offered}"
        owner = FixOwner.TAS_VENDOR if Party.TAS in (leg.source, leg.target) else FixOwner.CORE
        what = "Offer and accept UDP/TLS/RTP/SAVPF with a DTLS fingerprint and ICE on the TAS's legs (V8)"
        return Finding("media-refused", text, (leg.leg.row, leg.leg.final_row), None, Remedy(owner, what))
    return None


def forwarded(case: Case) -> Finding | None:
    """R12: the TAS sent the call to another number."""
    for leg in case.seen.to_tas:
        for back in leg.returns:
            if back.called is None or asks_alike(leg, back, case.prefixes) or _prefixed(case, leg, back):
                continue
            maker = case.maker(leg)
            kind = None if maker is None else maker.route_type
            rule = "R15" if kind is RouteType.FALLBACK else "R12"
            text = (
                f"The TAS {case.tas_name(leg)} forwarded the call to {visible(international(back.called))} "
                f"in frame {case.invite_frame(back)} ({rule})"
            )
            return Finding("forwarded", text, (leg.leg.row, back.leg.row))
    return None


def tas_hunted(case: Case) -> Finding | None:
    """The TAS tried several destinations, or one several times."""
    for leg in case.seen.to_tas:
        backs = leg.returns
        if len(backs) > 1:
            frames = ", ".join(str(case.invite_frame(back)) for back in backs[:8])
            text = f"The TAS {case.tas_name(leg)} brought the call back {len(backs)} times, in frames {frames}"
            return Finding("tas-hunted", text, (leg.leg.row, *(back.leg.row for back in backs)))
    return None
