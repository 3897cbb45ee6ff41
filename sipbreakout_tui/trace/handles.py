"""A leg's handle: what to search either side's logs for, and what its messages say of its end."""

import re
from dataclasses import dataclass

from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.trace.call import PlacedLeg
from sipbreakout_tui.trace.leg import SeenLeg
from sipbreakout_tui.trace.messages import Messages
from sipbreakout_tui.trace.sip import ReasonValue, SipMessage, WarningValue

_TOLD = re.compile(rb"\n(?:reason|warning)[ \t]*:", re.IGNORECASE)
_AGENT = re.compile(rb"\n(?:user-agent|server)[ \t]*:", re.IGNORECASE)
"""Which messages are worth reading in full: a capture has hundreds of thousands."""


@dataclass(frozen=True, slots=True)
class LegHandle:
    """What finds a leg in the logs of either side; every text is safe to show."""

    call_id: str
    """Empty where no INVITE was read."""
    session_id: str | None
    """The Session-ID of its INVITE as captured, `;remote=` too."""
    icid: str | None
    """The `icid-value` of its P-Charging-Vector."""
    agent: str | None
    """The program that sent the INVITE: its User-Agent, else its Server."""
    answering_agent: str | None
    """The program that answered: Server or User-Agent of the final response."""
    released_by: str | None
    """Who ended it, as `caller`, `core`, `tas`, `callee` or `other`: whoever sent the BYE, the CANCEL or the final
    error; None where no end was seen."""
    released_with: str | None
    """`BYE`, `CANCEL` or the final status, such as `603`; None where no end was seen."""
    reason: tuple[str, ...]
    """What its Reason headers say (RFC 3326), each once, such as `Q.850 cause 17: user busy`."""
    warning: tuple[str, ...]
    """What its Warning headers say, each once, such as `399 core.example: no route`."""
    ring_seconds: float | None
    """Seconds from the first 180 to 183 to the final answer or the CANCEL, whichever came first; None if it never
    rang, or no end of it was seen."""
    trouble: tuple[str, ...]
    """What happened to the connection that should have carried it, such as `TLS alert: unknown CA (frame 7)`."""


def leg_handle(leg: PlacedLeg, messages: Messages) -> LegHandle:
    """Return a leg's handle, reading those of its messages again that can say something.

    Args:
        leg: The leg.
        messages: The messages of its trace.
    """
    seen = leg.leg
    reasons: dict[str, None] = {}
    warnings: dict[str, None] = {}
    for row in seen.messages:
        raw = messages.raw(row)
        if _TOLD.search(raw):
            message = SipMessage.parse(raw)
            reasons |= dict.fromkeys(_reason(value) for value in message.reason_headers)
            warnings |= dict.fromkeys(_warning(value) for value in message.warnings)
    by, how = _released(leg)
    return LegHandle(
        visible(seen.invite.call_id),
        _shown(seen.invite.session_id),
        _shown(seen.invite.icid),
        _agent(seen.row, messages),
        _agent(seen.final_row, messages),
        by,
        how,
        tuple(reasons),
        tuple(warnings),
        _ring_seconds(seen),
        tuple(_trouble(event.trouble.value, event.detail, event.frame) for event in seen.events),
    )


def _agent(row: int | None, messages: Messages) -> str | None:
    if row is None or row < 0:
        return None
    raw = messages.raw(row)
    return _shown(SipMessage.parse(raw).agent) if _AGENT.search(raw) else None


def _released(leg: PlacedLeg) -> tuple[str | None, str | None]:
    seen = leg.leg
    if seen.ended_at is not None:
        return (leg.source if seen.ended_by_source else leg.target).value, "BYE"
    if seen.cancelled_at is not None and seen.status in (None, 487):
        return leg.source.value, "CANCEL"
    if seen.status is not None and seen.status >= 300:
        return leg.target.value, str(seen.status)
    return None, None


def _ring_seconds(seen: SeenLeg) -> float | None:
    ends = [at for at in (seen.final_at, seen.cancelled_at) if at is not None]
    return max(0.0, min(ends) - seen.ringing_at) if ends and seen.ringing_at is not None else None


def _shown(text: str | None) -> str | None:
    return visible(text) if text else None


def _reason(value: ReasonValue) -> str:
    words = value.protocol if value.cause is None else f"{value.protocol} cause {value.cause}"
    return visible(f"{words}: {value.text}" if value.text else words)


def _warning(value: WarningValue) -> str:
    words = " ".join(filter(None, ("" if value.code is None else str(value.code), value.agent)))
    return visible(f"{words}: {value.text}" if value.text else words)


_WORDS = {
    "unanswered": "TCP connect without an answer",
    "refused": "TCP connect refused",
    "reset": "TCP reset",
    "tls_alert": "TLS alert",
    "icmp_unreachable": "ICMP: unreachable",
}


def _trouble(kind: str, detail: str, frame: int) -> str:
    words = _WORDS[kind]
    return visible(f"{words}: {detail} (frame {frame})" if detail else f"{words} (frame {frame})")
