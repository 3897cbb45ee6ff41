"""Moments as text: Unix seconds, RFC 3339, or relative to a given now."""

import math
import re
from datetime import UTC, datetime

from sipbreakout_model.errors import InvalidValue

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_RELATIVE = re.compile(r"([+-])((?:\d+(?:\.\d+)?[smhd])+)")
_SPAN = re.compile(r"(\d+(?:\.\d+)?)([smhd])")
_EXPECTED = "expected Unix seconds, RFC 3339 such as 2026-11-22T12:00:00Z, or a span such as -10m or +1h30m"


def parse_moment(text: str, now: float) -> float:
    """Return the Unix time in seconds that the text names.

    Args:
        text: Unix seconds, RFC 3339 (without an offset: local time), `now`, or a span from now such
            as `-10m`, `+50m`, `+1h30m`.
        now: Unix time in seconds that spans start from.

    Raises:
        InvalidValue: Any other form.
    """
    stripped = text.strip()
    if stripped == "now":
        return now
    relative = _RELATIVE.fullmatch(stripped)
    if relative is not None:
        span = sum(float(amount) * _SECONDS[unit] for amount, unit in _SPAN.findall(relative[2]))
        return now + span if relative[1] == "+" else now - span
    return parse_time(text)


def parse_time(text: str) -> float:
    """Return the Unix time in seconds that Unix seconds or RFC 3339 text names.

    Raises:
        InvalidValue: Any other form.
    """
    stripped = text.strip()
    try:
        if re.fullmatch(r"-?\d+(\.\d+)?", stripped):
            seconds = float(stripped)
        else:
            seconds = datetime.fromisoformat(stripped).timestamp()
    except (ValueError, OverflowError, OSError):
        raise InvalidValue(f"{text!r} is not a time: {_EXPECTED}") from None
    if not math.isfinite(seconds):
        raise InvalidValue(f"{text!r} is not a time: {_EXPECTED}")
    return seconds


def rfc3339(at: float) -> str:
    """Return a moment as RFC 3339 in UTC with milliseconds, as machine formats carry it."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def local_time(at: float, *, utc: bool = False) -> str:
    """Return a moment for people, to the second: local time with its offset, or UTC."""
    moment = datetime.fromtimestamp(at, UTC)
    return (moment if utc else moment.astimezone()).isoformat(sep=" ", timespec="seconds")
