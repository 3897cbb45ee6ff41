"""Which registration would explain a call's legs, where none is given."""

from functools import lru_cache

from sipbreakout_model import E164, InvalidValue, Registration, RouteType, TasUri
from sipbreakout_model.registration import MAX_PREFIX_DIGITS
from sipbreakout_tui.trace.call import PlacedLeg, SeenCall
from sipbreakout_tui.trace.diagnosis.contradiction import (
    GIVEN_UP_SECONDS,
    TOGETHER_SECONDS,
    given_up_at,
    through_tas,
)
from sipbreakout_tui.trace.numbers import added, parsed


def inferred_registration(call: SeenCall) -> Registration | None:
    """Return a registration that would make the legs to the TAS; None where there is none or no number for it."""
    caller = None if call.caller is None else parsed(call.caller)
    callee = None if call.callee is None else parsed(call.callee)
    first = call.legs[0]
    if first.from_tas:
        uri = _uri(first.leg.invite.vias[0][1] if first.leg.invite.vias else "", first.leg.source.address)
        return Registration(callee, uri, RouteType.INGRESS) if isinstance(callee, E164) and uri else None
    if not call.to_tas:
        return None
    leg = call.to_tas[0]
    uri = _uri(leg.leg.invite.host, leg.leg.target.address)
    kind = _kind(leg)
    number = callee if kind is RouteType.FALLBACK or not isinstance(caller, E164) else caller
    if uri is None or not isinstance(number, E164):
        return None
    prefix = added(leg.called or "", call.callee or "") or _zeros(leg.called or "")
    if not prefix.isdigit() or len(prefix) > MAX_PREFIX_DIGITS:
        prefix = ""
    if number is caller:
        return Registration(number, uri, kind, mobile_originating_prefix=prefix)
    return Registration(number, uri, kind, mobile_terminating_prefix=prefix)


def _kind(leg: PlacedLeg) -> RouteType:
    """Tell the types apart by whether, and when, the core rang the callee without the TAS."""
    if leg.before is None:
        return RouteType.LOOP
    direct = next((other for other in leg.before.after if other.from_core and not other.to_tas), None)
    if direct is None or direct.gap or through_tas(direct, leg):
        return RouteType.LOOP
    given_up = given_up_at(direct)
    after_it = leg.at >= given_up
    instead = leg.at - direct.at > TOGETHER_SECONDS and given_up - leg.at < GIVEN_UP_SECONDS
    return RouteType.FALLBACK if after_it or instead else RouteType.FORK


def _zeros(called: str) -> str:
    """Return the zeros after the plus: no country code begins with one, so they belong to a prefix."""
    digits = called.removeprefix("+")
    return digits[: len(digits) - len(digits.lstrip("0"))] if called.startswith("+") else ""


@lru_cache(maxsize=1024)
def _uri(host: str, address: str) -> TasUri | None:
    for name in (host, address):
        try:
            return TasUri(name)
        except InvalidValue:
            continue
    return None
