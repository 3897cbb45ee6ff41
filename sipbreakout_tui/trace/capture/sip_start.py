"""Whether bytes begin like a SIP message."""

import re

LONGEST_LINE = 65_536
"""Bytes; a start line is not sought beyond."""
USUAL_METHODS = frozenset(
    method.encode()[:4]
    for method in (
        *("INVITE", "ACK ", "BYE ", "CANCEL", "OPTIONS", "REGISTER", "PRACK", "UPDATE", "INFO ", "REFER"),
        *("SUBSCRIBE", "NOTIFY", "MESSAGE", "PUBLISH"),
    )
)
"""The first four bytes of the requests that there usually are."""

_BLANK = re.compile(rb"[\r\n\x00]*")
_FIRST_WORD = re.compile(rb"[A-Za-z0-9.!%*_+`'~/-]{1,64}(?: |\Z)")
_VERSION = re.compile(rb"SIP/\d{1,3}\.\d{1,3}", re.IGNORECASE)
_STATUS = re.compile(rb"SIP/\d{1,3}\.\d{1,3} +[1-9]\d\d(?!\d)", re.IGNORECASE)
_CUT_REQUEST = re.compile(rb"[A-Z]{3,32} (?:sips?|tel|urn):")


def after_blank(data: bytes | bytearray, position: int = 0) -> int:
    """Return where the keep-alives (line ends, zeros) in front of a message end."""
    if position < len(data) and data[position] > 13:  # most often nothing is there to skip
        return position
    match = _BLANK.match(data, position)
    return match.end() if match else position


def begins_like_sip(data: bytes | bytearray, position: int = 0, *, more_follows: bool = False) -> bool | None:
    """Return whether a SIP message starts here; None: it depends on what follows.

    The first line must be a status line or end in ` SIP/2.0`; other versions, line feeds alone and
    white space at the end are let through (RFC 4475 has them).
    """
    if data.startswith(b"SIP/2.0 ", position):
        return True
    end = data.find(b"\n", position, position + LONGEST_LINE)
    if bytes(data[position : position + 4]) in USUAL_METHODS and data[max(end - 9, position) : end] == b" SIP/2.0\r":
        return True
    if not _FIRST_WORD.match(data, position):
        return False
    if end < 0:
        end = len(data)
        if end - position >= LONGEST_LINE:
            return False
        if more_follows:
            return None
    line = bytes(data[position:end]).rstrip()
    before, space, version = line.rpartition(b" ")
    if space and _VERSION.fullmatch(version):
        return b" " in before.strip() or (version == b"SIP/2.0" and line[:4] in USUAL_METHODS)
    return _STATUS.match(line) is not None


def begins_usually(data: bytes) -> bool:
    """Return whether a message starts here beyond doubt: a response, or a request of a usual method.

    The start line may go on behind the data.
    """
    start = after_blank(data)
    if data.startswith(b"SIP/2.0 ", start):
        return True
    return data[start : start + 4] in USUAL_METHODS and begins_like_cut_sip(data, start)


def begins_like_cut_sip(data: bytes, position: int) -> bool:
    """Return whether a message starts here that may have been cut off in its first line."""
    return bool(begins_like_sip(data, position)) or _CUT_REQUEST.match(data, position) is not None
