"""What the parties of a captured call did, in the model's words."""

from sipbreakout_model import CalleeBehaviour, RouteType, Scenario, TasBehaviour
from sipbreakout_model.numbers import e164_or_none
from sipbreakout_tui.trace.call import PlacedLeg, SeenCall
from sipbreakout_tui.trace.numbers import international, same, stripped, strippings, without_country

_CALLEE_OF_STATUS = {
    486: CalleeBehaviour.BUSY,
    600: CalleeBehaviour.BUSY,
    603: CalleeBehaviour.DECLINES,
    408: CalleeBehaviour.SILENT,
    487: CalleeBehaviour.SILENT,
}


_USUAL = {
    RouteType.LOOP: TasBehaviour.RETURNS,
    RouteType.LOOP_MO: TasBehaviour.RETURNS,
    RouteType.LOOP_MT: TasBehaviour.RETURNS,
    RouteType.FALLBACK: TasBehaviour.ANSWERS,
}
"""What USUAL means."""


def callee_behaviour(call: SeenCall) -> CalleeBehaviour:
    """Return what whoever the core rang in the callee's place did; answering where nobody was rung."""
    rung = [leg for leg in call.first_turn if leg.from_core and not leg.to_tas]
    if not rung:
        # A TAS rung by FALLBACK whose callee leg is not in the capture: something kept the callee from answering.
        return CalleeBehaviour.ANSWERS
    return _behaviour_of(rung[-1])


def _behaviour_of(leg: PlacedLeg) -> CalleeBehaviour:
    if leg.answered:
        return CalleeBehaviour.ANSWERS
    if leg.status is not None:
        return _CALLEE_OF_STATUS.get(leg.status, CalleeBehaviour.UNREACHABLE)
    if leg.leg.cancelled_at is not None or leg.leg.ringing_at is not None:
        return CalleeBehaviour.SILENT
    return CalleeBehaviour.UNREACHABLE if leg.leg.events else CalleeBehaviour.SILENT


def tas_behaviour(leg: PlacedLeg, kind: RouteType, prefixes: tuple[str, ...]) -> TasBehaviour:
    """Return what a TAS did with the leg it was rung on.

    Args:
        leg: From the core to the TAS.
        kind: The type of the registration that rang it.
        prefixes: The prefixes of that registration.
    """
    back = leg.returns[0] if leg.returns else None
    if kind is RouteType.FORK:
        return _of_fork(leg)
    if back is not None:
        return _of_return(leg, back, prefixes, kind)
    if not leg.leg.heard and not leg.answered:
        return TasBehaviour.UNREACHABLE
    if leg.answered:
        return TasBehaviour.ANSWERS
    status = leg.status
    if status is not None and 300 <= status < 400:
        return TasBehaviour.REDIRECTS if kind is not RouteType.FALLBACK else TasBehaviour.REJECTS
    return TasBehaviour.REJECTS if leg.refused and status != 408 else TasBehaviour.SILENT


def _of_fork(leg: PlacedLeg) -> TasBehaviour:
    if leg.answered:
        return TasBehaviour.ANSWERS
    if not leg.leg.heard:
        return TasBehaviour.UNREACHABLE
    return TasBehaviour.REJECTS if leg.refused else TasBehaviour.USUAL


def _of_return(leg: PlacedLeg, back: PlacedLeg, prefixes: tuple[str, ...], kind: RouteType) -> TasBehaviour:
    if session_id_kept(leg, back) is False and any(after.to_tas for after in back.after):
        return TasBehaviour.RETURNS_WITHOUT_SESSION_ID
    if leg.called is not None and back.called is not None and not asks_alike(leg, back, prefixes):
        if kind is not RouteType.FALLBACK and prefix_left_on(leg, back, prefixes):
            return TasBehaviour.RETURNS_WITH_PREFIX
        if e164_or_none(international(back.called)) is not None:
            return TasBehaviour.FORWARDS
    if session_id_kept(leg, back) is False and not back.after:
        return TasBehaviour.RETURNS_WITHOUT_SESSION_ID
    if kind is not RouteType.FALLBACK and answered_before(leg, back):
        return TasBehaviour.ANSWERS_THEN_RETURNS
    return TasBehaviour.RETURNS


def answered_before(leg: PlacedLeg, back: PlacedLeg) -> bool:
    """Return whether the TAS had answered before it brought the call back."""
    return leg.answered and leg.leg.final_at is not None and leg.leg.final_at <= back.at


def session_id_kept(leg: PlacedLeg, back: PlacedLeg) -> bool | None:
    """Return whether a return carries the Session-ID of its leg (R8); None where that leg has none."""
    uuid = leg.leg.invite.local_uuid
    return None if uuid is None else back.leg.invite.local_uuid == uuid


def asks_alike(leg: PlacedLeg, back: PlacedLeg, prefixes: tuple[str, ...]) -> bool:
    """Return whether a return asks for the number that the TAS was rung for, without prefix."""
    if leg.called is None or back.called is None:
        return True
    ways = strippings(leg.called, prefixes)
    if any(same(way, back.called) for way in ways[1:] or ways):
        return True
    return without_country(back.called, leg.called)


def prefix_left_on(leg: PlacedLeg, back: PlacedLeg, prefixes: tuple[str, ...]) -> bool:
    """Return whether a return asks for the number with the prefix still on it (R11)."""
    if leg.called is None or back.called is None or not stripped(leg.called, prefixes)[1]:
        return False
    return leg.called.removeprefix("+") == back.called.removeprefix("+")


def scenario_of(call: SeenCall, kind: RouteType | None, prefixes: tuple[str, ...], callee: CalleeBehaviour) -> Scenario:
    """Return the scenario that the capture shows.

    Args:
        call: What was seen.
        kind: The type of the registration that rings the first TAS; None where none does.
        prefixes: The prefixes of that registration.
        callee: What the callee did.
    """
    to_tas = [leg for leg in call.first_turn if leg.to_tas]
    does = TasBehaviour.USUAL if not to_tas or kind is None else tas_behaviour(to_tas[0], kind, prefixes)
    if kind is not None and does is _USUAL.get(kind):
        does = TasBehaviour.USUAL
    forwards_to = None
    if does is TasBehaviour.FORWARDS and to_tas[0].returns:
        forwards_to = e164_or_none(international(to_tas[0].returns[0].called or ""))
    fallback = TasBehaviour.USUAL
    if len(to_tas) > 1:
        fallback = tas_behaviour(to_tas[1], RouteType.FALLBACK, prefixes)
    if not call.loops and does is TasBehaviour.USUAL and fallback is TasBehaviour.USUAL:
        return Scenario(callee)  # hops are counted only where a call loops
    entry = call.entry
    hops = None if entry is None else entry.leg.invite.max_forwards
    return Scenario(
        callee,
        does,
        TasBehaviour.USUAL if fallback is TasBehaviour.FORWARDS else fallback,
        forwards_to,
        resets_max_forwards=max_forwards_reset(call) is not None,
        hops_per_turn=_hops_per_turn(call),
        max_forwards=70 if hops is None or hops > 255 else hops,
    )


def _hops_per_turn(call: SeenCall) -> int:
    hops = [leg.leg.invite.max_forwards for leg in call.to_tas[:2]]
    if len(hops) == 2 and hops[0] is not None and hops[1] is not None and hops[0] > hops[1]:
        return hops[0] - hops[1]
    return 2


def max_forwards_reset(call: SeenCall) -> tuple[PlacedLeg, PlacedLeg] | None:
    """Return the first leg to the TAS and its return whose Max-Forwards is not below it (R10)."""
    for leg in call.to_tas:
        for back in leg.returns:
            one, two = leg.leg.invite.max_forwards, back.leg.invite.max_forwards
            if one is not None and two is not None and two >= one:
                return leg, back
    return None
