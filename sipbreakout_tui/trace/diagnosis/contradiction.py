"""What the legs of a call rule out: that a registration rang the TAS on a leg."""

import math
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from ipaddress import ip_address

from sipbreakout_model import Registration, RouteType
from sipbreakout_tui.trace.call import PlacedLeg, SeenCall
from sipbreakout_tui.trace.numbers import plain

TOGETHER_SECONDS = 0.5
"""Within which a fork's two legs begin."""
GIVEN_UP_SECONDS = 1.0
"""After the INVITE to the TAS, within which a fallback's callee is cancelled."""

_DISORDER_SECONDS = 0.05
"""By which two points of capture may disagree about what came first."""


class Why(Enum):
    """Why a registration cannot have rung the TAS on a leg."""

    OTHER_HOST = "other host"
    """The request URI names another host than its `sip_uri`."""
    CALLEE_FIRST = "callee first"
    """LOOP: the callee was rung before the TAS was (R4)."""
    CALLEE_NOT_RUNG = "callee not rung"
    """FORK, FALLBACK: the TAS was rung without the callee, or before it (R5, R6)."""
    CALLEE_GIVEN_UP = "callee given up"
    """FORK: the TAS was rung only when the callee's leg had ended (R5)."""
    CALLEE_RINGS_ON = "callee rings on"
    """FALLBACK: the TAS was rung while the callee's leg went on (R6)."""
    CALLEE_ANSWERED = "callee answered"
    """FALLBACK: the callee answered (R6)."""
    OTHER_PREFIX = "other prefix"
    """Another prefix stands before the number called than the registration's, or none (R7)."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A registration, and a leg to the TAS that it did not make."""

    why: Why
    leg: PlacedLeg
    registration: Registration
    callee: PlacedLeg | None = None
    """The callee's leg that proves it; None where there is none, or where it does not matter."""


def contradiction(
    call: SeenCall,
    leg: PlacedLeg,
    registration: Registration,
    *,
    callee_visible: bool,
    called_otherwise: bool = False,
) -> Contradiction | None:
    """Return what rules out that a registration rang the TAS on a leg; None where nothing does.

    Args:
        call: The call of the leg.
        leg: From the core to the TAS.
        registration: The one in question.
        callee_visible: Whether the captures would show the callee's leg.
        called_otherwise: Whether the leg asks for another number than the registration makes it ask for.
    """
    if names_another_host(call, leg, registration):
        return Contradiction(Why.OTHER_HOST, leg, registration)
    found = _against_order(call, leg, registration, callee_visible)
    if found is None and called_otherwise and _is_prefixed(leg.called, call.callee):
        return Contradiction(Why.OTHER_PREFIX, leg, registration)
    return found


def _is_prefixed(called: str | None, callee: str | None) -> bool:
    """Return whether a number is the callee's, with a prefix or without."""
    return bool(called and callee) and plain(called or "").endswith(plain(callee or ""))


def _against_order(
    call: SeenCall, leg: PlacedLeg, registration: Registration, callee_visible: bool
) -> Contradiction | None:
    beside = _beside(call, leg)
    if beside is not None and beside.gap:
        return None  # whatever lies between the two is not in the capture
    callee = None if beside is None or through_tas(beside, leg) else beside
    kind = registration.route_type
    if kind.loops:
        first = callee is not None and callee.at < leg.at
        return Contradiction(Why.CALLEE_FIRST, leg, registration, callee) if first else None
    if callee is None or callee.at - leg.at > TOGETHER_SECONDS:
        return Contradiction(Why.CALLEE_NOT_RUNG, leg, registration) if callee_visible else None
    why = _against_fork(leg, callee) if kind is RouteType.FORK else _against_fallback(leg, callee)
    return None if why is None else Contradiction(why, leg, registration, callee)


def names_another_host(call: SeenCall, leg: PlacedLeg, registration: Registration) -> bool:
    """Return whether a leg's request URI names a host that is not the registration's.

    An address proves nothing, nor does the core's own domain, which the caller's INVITE names.
    """
    asked, registered = _name(leg.leg.invite.host), _name(registration.sip_uri.host)
    own = "" if call.entry is None else _name(call.entry.leg.invite.host)
    return bool(asked and registered) and asked not in (registered, own)


@lru_cache(maxsize=4096)
def _name(host: str) -> str:
    """Return a host's name in lower case; empty for an address or nothing."""
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return host.lower().rstrip(".")
    return ""


def _beside(call: SeenCall, leg: PlacedLeg) -> PlacedLeg | None:
    """Return the first leg by which the core rang somebody else for the same incoming leg."""
    others = call.legs if leg.before is None else leg.before.after
    return next((other for other in others if other.before is leg.before and _rings_callee(other)), None)


def _rings_callee(leg: PlacedLeg) -> bool:
    return leg.from_core and not leg.to_tas


def through_tas(callee: PlacedLeg, leg: PlacedLeg) -> bool:
    """Return whether more hops lie before the callee's leg than before the TAS's: it came through the TAS."""
    one, two = callee.leg.invite.max_forwards, leg.leg.invite.max_forwards
    return one is not None and two is not None and one < two


def given_up_at(callee: PlacedLeg) -> float:
    """Return when a callee's leg ended without an answer, as Unix time in seconds; infinity where that was not seen."""
    ends = (callee.leg.final_at, callee.leg.cancelled_at)
    return math.inf if callee.answered else min((end for end in ends if end is not None), default=math.inf)


def _against_fork(leg: PlacedLeg, callee: PlacedLeg) -> Why | None:
    given_up = given_up_at(callee)
    # A TAS that is reached late may answer at once: then the callee is cancelled for its answer.
    for_tas = leg.leg.cancelled_at is None and given_up < (leg.leg.final_at or math.inf)
    instead = leg.at - callee.at > TOGETHER_SECONDS and given_up - leg.at < GIVEN_UP_SECONDS and for_tas
    return Why.CALLEE_GIVEN_UP if given_up <= leg.at or instead else None


def _against_fallback(leg: PlacedLeg, callee: PlacedLeg) -> Why | None:
    if callee.answered:
        return Why.CALLEE_ANSWERED
    given_up = given_up_at(callee)
    if given_up - leg.at <= _DISORDER_SECONDS or callee.leg.events:
        return None
    together = abs(leg.at - callee.at) <= TOGETHER_SECONDS
    return Why.CALLEE_RINGS_ON if together or GIVEN_UP_SECONDS <= given_up - leg.at < math.inf else None
