"""Short texts that several screens show."""

import time

LONG_HOUR = 3600


def clock_time(at: float) -> str:
    """Return the local time of day, such as `12:04:31`."""
    return time.strftime("%H:%M:%S", time.localtime(at))


def moment(at: float) -> str:
    """Return the local day and time, such as `09-21 12:04:31`."""
    return time.strftime("%m-%d %H:%M:%S", time.localtime(at))


def life(seconds: float) -> str:
    """Return a span such as `45:10`, or `1:02:03` from an hour on."""
    whole = int(seconds)
    if whole >= LONG_HOUR:
        return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"
    return f"{whole // 60:02}:{whole % 60:02}"


def low_bar(part: float, width: int) -> str:
    """Return a bar of half height and in half cells, so that those of adjacent lines stand apart; else as `bar`."""
    halves = max(int(part * width * 2), 1 if part > 0 else 0)
    full, rest = divmod(min(halves, width * 2), 2)
    return ("▄" * full + "▖" * rest).ljust(width)


def bar(part: float, width: int) -> str:
    """Return a bar of eighths for a part from 0 to 1, never empty where the part is above 0."""
    eighths = max(int(part * width * 8), 1 if part > 0 else 0)
    full, rest = divmod(min(eighths, width * 8), 8)
    return ("█" * full + (" ▏▎▍▌▋▊▉"[rest] if rest else "")).ljust(width)
