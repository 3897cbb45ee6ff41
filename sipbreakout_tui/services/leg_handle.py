"""What to search the logs of either side of a leg with."""

import re
from dataclasses import dataclass
from typing import NamedTuple

from sipbreakout_model import Party
from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.trace.call import PlacedLeg
from sipbreakout_tui.trace.messages import Messages

_FOLD = re.compile(rb"\r?\n[ \t]+")


@dataclass(frozen=True, slots=True)
class LegHandle:
    """A leg's identifiers and end; texts are safe to show, None where the capture has none."""

    call_id: str | None
    session_id: str | None
    icid: str | None
    agent: str | None
    """The User-Agent (or Server) of the INVITE's sender."""
    server: str | None
    """The Server (or User-Agent) of whoever gave the final response."""
    released_by: Party | None
    """Who ended the leg, or refused it."""
    released_with: str | None
    """`BYE`, `CANCEL`, or the final status."""
    reason: str | None
    """The Reason headers (RFC 3326) of BYE, CANCEL or final response, joined by `; `."""
    warning: str | None
    """The Warning headers of the final response."""
    ring_seconds: float | None
    """Seconds from the first 18x to the final response, or to the CANCEL."""


def leg_handle(leg: PlacedLeg, messages: Messages) -> LegHandle:
    """Return what to search logs with; reads two or three messages of the leg again."""
    seen = leg.leg
    invite = _read(messages, seen.row)
    final = _read(messages, seen.final_row)
    ends = [_read(messages, row) for row in (_bye_row(leg, messages), seen.cancel_row) if row is not None]
    released_by, released_with = _released(leg)
    reasons = dict.fromkeys(text for head in (*ends, final) for text in _values(head, b"\nreason"))
    return LegHandle(
        _shown(seen.invite.call_id),
        _shown(seen.invite.session_id),
        _shown(seen.invite.icid),
        _first(invite, b"\nuser-agent", b"\nserver"),
        _first(final, b"\nserver", b"\nuser-agent"),
        released_by,
        released_with,
        "; ".join(reasons) or None,
        "; ".join(_values(final, b"\nwarning")) or None,
        _ring_seconds(leg),
    )


def _released(leg: PlacedLeg) -> tuple[Party | None, str | None]:
    seen = leg.leg
    if seen.ended_at is not None:
        return leg.source if seen.ended_by_source else leg.target, "BYE"
    if seen.cancelled_at is not None and seen.status in (None, 487):
        return leg.source, "CANCEL"
    if seen.status is not None and seen.status >= 300:
        return leg.target, str(seen.status)
    return None, None


def _ring_seconds(leg: PlacedLeg) -> float | None:
    seen = leg.leg
    until = seen.final_at if seen.final_at is not None else seen.cancelled_at
    if seen.ringing_at is None or until is None:
        return None
    return round(max(0.0, until - seen.ringing_at), 3)


def _bye_row(leg: PlacedLeg, messages: Messages) -> int | None:
    """Return the row of the BYE: the leg keeps its time only."""
    ended_at = leg.leg.ended_at
    if ended_at is None:
        return None
    times = messages.times
    rows = (row for row in reversed(leg.leg.messages) if times[row] == ended_at)
    return next((row for row in rows if messages.raw(row).startswith(b"BYE ")), None)


class _Head(NamedTuple):
    """A message's start line and headers, as they are and in lower case: searched four times as fast as by regex."""

    data: bytes
    lower: bytes


def _read(messages: Messages, row: int | None) -> _Head:
    """Return a message's head, unfolded; empty where there is no message."""
    if row is None or row < 0:
        return _Head(b"", b"")
    data = messages.raw(row)
    end = data.find(b"\r\n\r\n")
    head = data[: end if end >= 0 else None]
    if b"\n " in head or b"\n\t" in head:
        head = _FOLD.sub(b" ", head)
    return _Head(head, head.lower())


def _values(head: _Head, name: bytes) -> list[str]:
    """Return a header's values, safe to show; its name in lower case, a newline before it."""
    found = []
    at = head.lower.find(name)
    while at >= 0:
        end = head.data.find(b"\n", at + 1)
        rest = head.data[at + len(name) : end if end >= 0 else None].lstrip(b" \t")
        if rest.startswith(b":") and (shown := _shown(rest[1:].decode("utf-8", "surrogateescape"))):
            found.append(shown)
        at = head.lower.find(name, at + 1)
    return found


def _first(head: _Head, *names: bytes) -> str | None:
    return next((value for name in names for value in _values(head, name)), None)


def _shown(text: str | None) -> str | None:
    return visible(text.strip()) if text and text.strip() else None
