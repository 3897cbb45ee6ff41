"""The text of hazards."""

from sipbreakout_model import E164, Hazard, Severity
from sipbreakout_tui.services.hazards.text import hazard_lines

AT = 1795348800.0


def hazard(severity: Severity, count: int) -> Hazard:
    numbers = tuple(E164(f"+47{index:08}") for index in range(count))
    return Hazard("kind", severity, numbers, "what it is", "what to do")


def test_summary_and_three_lines_a_hazard() -> None:
    hazards = [hazard(Severity.ERROR, 1), hazard(Severity.NOTICE, 42), hazard(Severity.NOTICE, 5)]
    shown = "+4700000000, +4700000001, +4700000002, +4700000003, +4700000004"
    assert hazard_lines(hazards, 50, AT, utc=True) == [
        "1 error, 2 notices in 50 registrations at 2026-11-22 12:00:00+00:00",
        "error    kind  +4700000000",
        "         what it is",
        "         Fix: what to do",
        f"notice   kind  {shown} and 37 more",
        "         what it is",
        "         Fix: what to do",
        f"notice   kind  {shown}",
        "         what it is",
        "         Fix: what to do",
    ]


def test_none() -> None:
    assert hazard_lines([], 0, AT, utc=True) == ["no hazards in 0 registrations at 2026-11-22 12:00:00+00:00"]
