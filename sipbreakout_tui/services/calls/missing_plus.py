"""Numbers whose plus was forgotten: an error in a caller, and odd in a called number (R16)."""

from sipbreakout_model.numbers import e164_or_none

LONGEST_SHORT_NUMBER = 6
"""Digits; a longer number without a plus is probably one whose plus was forgotten."""


def lacks_plus(text: str) -> bool:
    """Return whether a text is digits alone, and more of them than short and emergency numbers have."""
    return text.isascii() and text.isdigit() and len(text) > LONGEST_SHORT_NUMBER


def with_plus(text: str) -> str | None:
    """Return the number in E.164 form that a text without a plus probably means, or None."""
    meant = f"+{text.removeprefix('00')}"
    return meant if e164_or_none(meant) else None


def caller_to_write(text: str) -> str:
    """Return what to write in place of a caller that lacks its plus."""
    return f"write {with_plus(text) or 'it with plus and country code, as in +4711111111'}, or anonymous"
