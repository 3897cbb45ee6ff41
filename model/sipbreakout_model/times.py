"""Moments as text: Unix seconds, RFC 3339, or relative to a given now."""

import re
from datetime import UTC, datetime

from sipbreakout_model.errors import InvalidValue

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_RELATIVE = re.compile(r"([+-])((?:\d+(?:\.\d+)?[smhd])+)", re.ASCII)
_SPAN = re.compile(r"(\d+(?:\.\d+)?)([smhd])", re.ASCII)
_UNIX = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
# A day inside what datetime can show, so that every moment can be written in every time zone.
_EARLIEST = datetime(1, 1, 2, tzinfo=UTC).timestamp()
_LATEST = datetime(9999, 12, 31, tzinfo=UTC).timestamp()
_TIME = "Unix seconds or RFC 3339 such as 2026-11-22T12:00:00Z"
_MOMENT = f"{_TIME}, or a span from now such as -10m or +1h30m"


def parse_moment(text: str, now: float) -> float:
    """Return the Unix time in seconds that the text names.

    Args:
        text: Unix seconds, RFC 3339 (without an offset: local time), `now`, or a span from now such
            as `-10m`, `+50m`, `+1h30m`.
        now: Unix time in seconds that spans start from.

    Raises:
        InvalidValue: Any other form, or a moment outside the years 1 to 9999.
    """
    stripped = text.strip()
    if stripped == "now":
        return now
    relative = _RELATIVE.fullmatch(stripped)
    if relative is not None:
        span = parse_span(relative[2])
        return _within(now + span if relative[1] == "+" else now - span, text, _MOMENT)
    return _time(text, _MOMENT)


def parse_span(text: str) -> float:
    """Return the seconds of a span such as `50m` or `1h30m`.

    Raises:
        InvalidValue: Any other form.
    """
    parts = _SPAN.findall(text)
    if not parts or "".join(amount + unit for amount, unit in parts) != text:
        raise InvalidValue(f"{text!r} is no span: expected one such as 50m or 1h30m")
    return sum(float(amount) * _SECONDS[unit] for amount, unit in parts)


def parse_time(text: str) -> float:
    """Return the Unix time in seconds that Unix seconds or RFC 3339 text names.

    Raises:
        InvalidValue: Any other form, or a moment outside the years 1 to 9999.
    """
    return _time(text, _TIME)


def _time(text: str, expected: str) -> float:
    stripped = text.strip()
    try:
        # RFC 3339 section 5.6 allows t and z in lower case, fromisoformat does not.
        is_unix = _UNIX.fullmatch(stripped) is not None
        seconds = float(stripped) if is_unix else datetime.fromisoformat(stripped.upper()).timestamp()
    except (ValueError, OverflowError, OSError):
        raise InvalidValue(f"{text!r} is not a time: expected {expected}") from None
    return _within(seconds, text, expected)


def _within(seconds: float, text: str, expected: str) -> float:
    if not _EARLIEST <= seconds < _LATEST:
        raise InvalidValue(f"{text!r} lies outside the years 1 to 9999: expected {expected}")
    return seconds


def rfc3339(at: float) -> str:
    """Return a moment as RFC 3339 in UTC with milliseconds, as machine formats carry it."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def local_time(at: float, *, utc: bool = False) -> str:
    """Return a moment for people, to the second: local time with its offset, or UTC."""
    moment = datetime.fromtimestamp(at, UTC)
    return (moment if utc else moment.astimezone()).isoformat(sep=" ", timespec="seconds")
