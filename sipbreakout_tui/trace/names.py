"""What to call the two sides of a call: by number, else by address; only who withheld it is anonymous."""

import re
from collections.abc import Callable

from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.trace.call import SeenCall

WITHHELD = "anonymous"
"""What a caller is called who withheld the identity (RFC 3323)."""

MAX_PART = 60
"""Characters of a user or of a host that are shown."""

# Nothing that `Redaction` would not take for a user or a host.
_ADDRESS = re.compile(r'sips?:(?:([^@;?>\s:"<,]+)[^@>\s"<,]*@)?(\[[0-9a-f:.]+\]|[a-z0-9._+-]+)', re.IGNORECASE)
_WITHHELD_USERS = ("anonymous", "restricted", "unavailable")
_WITHHELD_HOST = ".invalid"


def caller_name(seen: SeenCall) -> str | None:
    """Return the caller's number, else the address in From, or `anonymous`; None where From names nobody.

    Not safe to show: see `shown_name`.
    """
    if seen.caller is not None:
        return seen.caller
    parts = _parts(seen.legs[0].leg.invite.from_value)
    if parts is None:
        return None
    user, host = parts
    withheld = user.lower() in _WITHHELD_USERS or host.lower().endswith(_WITHHELD_HOST)
    return WITHHELD if withheld else _joined(user, host)


def callee_name(seen: SeenCall) -> str | None:
    """Return the number called, else the address that the first INVITE asks for; None where it names nobody."""
    if seen.callee is not None:
        return seen.callee
    parts = _parts(seen.legs[0].leg.invite.uri)
    return None if parts is None else _joined(*parts)


def shown_name(name: str | None, absent: str, mask: Callable[[str], str] | None = None) -> str:
    """Return a name made safe to show.

    Args:
        name: Of either side, as the capture has it.
        absent: What stands for no name.
        mask: What captured text goes through; it knows addresses by their scheme.
    """
    if name is None:
        return absent
    text = visible(name)
    if mask is None or name == WITHHELD:
        return text
    bare = text.lstrip("+").isdigit()
    return mask(text) if bare else mask(f"sip:{text}").removeprefix("sip:")


def _parts(text: str) -> tuple[str, str] | None:
    """Return user, empty where there is none, and host of the first SIP URI in a text."""
    match = _ADDRESS.search(text)
    return None if match is None else (match[1] or "", match[2])


def _joined(user: str, host: str) -> str:
    return f"{_cut(user)}@{_cut(host)}" if user else _cut(host)


def _cut(text: str) -> str:
    return text if len(text) <= MAX_PART else f"{text[:MAX_PART]}…"
