"""What somebody should know before they leave the program."""

from collections.abc import Iterable

from sipbreakout_tui.services.registrations.listing import Row, lives
from sipbreakout_tui.services.registrations.live import EXPIRING_SECONDS

SHOWN = 10
"""How many registrations are named."""


def about_to_end(rows: Iterable[Row], at: float) -> list[Row]:
    """Return the registrations that nobody keeps and that end within ten minutes of Unix time `at` (s), next first."""
    ending = [
        (row.expires_at, row)
        for row in rows
        if row.expires_at is not None and not row.kept and at < row.expires_at <= at + EXPIRING_SECONDS
    ]
    return [row for _, row in sorted(ending)]


def leaving_words(rows: Iterable[Row], at: float, bulk: str | None = None) -> str | None:
    """Return why somebody may want to stay, in lines; None: nothing keeps them.

    Args:
        rows: What is known of each number.
        at: Unix time in seconds.
        bulk: The state of a bulk action that is under way; None: there is none.
    """
    parts = []
    if bulk is not None:
        parts.append(f"Under way: {bulk}\nQuitting stops it; what is not sent yet is left out.")
    ending = about_to_end(rows, at)
    if ending:
        count = "1 registration that nobody keeps ends"
        if len(ending) > 1:
            count = f"{len(ending)} registrations that nobody keeps end"
        lines = [f"{count} within 10 minutes:"]
        lines += [f"  {row.number:<16} in {lives(row.remaining(at))}" for row in ending[:SHOWN]]
        if len(ending) > SHOWN:
            lines.append(f"  and {len(ending) - SHOWN} more")
        parts.append("\n".join(lines))
    return "\n\n".join(parts) or None
