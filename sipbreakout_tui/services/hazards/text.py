"""Hazards as lines for people."""

from collections import Counter

from sipbreakout_model import E164, Hazard
from sipbreakout_model.times import local_time

SHOWN_NUMBERS = 5
"""How many numbers of one hazard are named; of the others only how many they are is said."""


def hazard_lines(hazards: list[Hazard], registrations: int, at: float, *, utc: bool = False) -> list[str]:
    """Return a summary line and three lines a hazard, in the order given.

    Args:
        hazards: What `find_hazards` found.
        registrations: How many registrations it looked at.
        at: Unix time in seconds that it looked at.
        utc: Whether the moment is given in UTC instead of local time.
    """
    among = f"in {_counted(registrations, 'registration')} at {local_time(at, utc=utc)}"
    if not hazards:
        return [f"no hazards {among}"]
    counts = Counter(hazard.severity for hazard in hazards)
    found = ", ".join(_counted(counts[severity], str(severity)) for severity in sorted(counts, reverse=True))
    lines = [f"{found} {among}"]
    for hazard in hazards:
        lines += [
            f"{hazard.severity!s:<7}  {hazard.id}  {_some(hazard.numbers)}",
            f"         {hazard.text}",
            f"         Fix: {hazard.fix}",
        ]
    return lines


def _counted(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _some(numbers: tuple[E164, ...]) -> str:
    shown = ", ".join(str(number) for number in numbers[:SHOWN_NUMBERS])
    left = len(numbers) - SHOWN_NUMBERS
    return f"{shown} and {left} more" if left > 0 else shown
