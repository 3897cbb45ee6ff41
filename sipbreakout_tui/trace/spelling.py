"""The few header fields that put a message to its leg, found by their usual spelling.

Nearly every message spells them one way, and finding them there costs a tenth of parsing. Whatever is spelled
otherwise (compact, in other case, folded) is spelled the usual way first.
"""

import re

_FOLD = re.compile(rb"\r?\n[ \t]+")
_PARAMETER = re.compile(rb"[ \t]*;[ \t]*(tag|branch)[ \t]*=[ \t]*", re.IGNORECASE)
_TAG = re.compile(rb";[ \t]*tag[ \t]*=[ \t]*([^;,\s>]+)", re.IGNORECASE)
_SESSION_ID = re.compile(rb"\n(?i:session-id)[ \t]*:[ \t]*([^\r\n]*)")
_CSEQ = re.compile(rb"\nCSeq:[ \t]*([0-9]{1,10})[ \t]+([^\s]+)")
_USUAL = {
    b"via": b"Via",
    b"v": b"Via",
    b"from": b"From",
    b"f": b"From",
    b"to": b"To",
    b"t": b"To",
    b"call-id": b"Call-ID",
    b"i": b"Call-ID",
    b"cseq": b"CSeq",
    b"max-forwards": b"Max-Forwards",
    b"session-id": b"Session-ID",
}


def is_usual(data: bytes) -> bool:
    """Return whether the message names the headers that are looked for in the usual way, unfolded."""
    return (
        data.find(b"\nVia: ") > 0
        and data.find(b"\nFrom: ") > 0
        and data.find(b"\nTo: ") > 0
        and data.find(b"\nCall-ID: ") > 0
        and data.find(b"\nCSeq: ") > 0
        and data.find(b"\n ") < 0
        and data.find(b"\n\t") < 0
    )


def respelled(data: bytes) -> bytes:
    """Return the message's start line and the headers that are looked for, spelled the usual way; no body."""
    end = re.search(rb"\r?\n\r?\n", data)
    head = _FOLD.sub(b" ", data if end is None else data[: end.start()])
    start, *lines = head.split(b"\n")
    kept = [start.rstrip(b"\r")]
    for line in lines:
        name, _, value = line.partition(b":")
        usual = _USUAL.get(name.strip().lower())
        if usual is not None:
            value = _PARAMETER.sub(lambda found: b";" + found[1].lower() + b"=", value.strip())
            kept.append(usual + b": " + value)
    return b"\r\n".join(kept) + b"\r\n"


def call_id_in(data: bytes) -> bytes:
    """Return the Call-ID; empty where there is none."""
    start = data.find(b"\nCall-ID: ")
    return data[start + 10 : data.find(b"\n", start + 10)].strip() if start >= 0 else b""


def tag_in(data: bytes, name: bytes) -> bytes:
    """Return the tag in From or To; empty where there is none.

    Args:
        data: The message, spelled in the usual way.
        name: Line feed, From or To, colon, space.
    """
    start = data.find(name)
    if start < 0:
        return b""
    end = data.find(b"\n", start + 1)
    at = data.find(b";tag=", start, end if end > 0 else None)
    if at >= 0:
        return data[at + 5 : end].strip().partition(b";")[0]
    line = data[start:end]
    match = _TAG.search(line) if b"=" in line else None
    return match[1] if match is not None else b""


def session_id_in(data: bytes) -> bytes:
    """Return the Session-ID; empty where there is none."""
    start = data.find(b"\nSession-ID:")
    if start >= 0:
        return data[start + 12 : data.find(b"\n", start + 12)].strip()
    match = _SESSION_ID.search(data)
    return match[1].strip() if match is not None else b""


def cseq_in(data: bytes) -> tuple[int, bytes]:
    """Return number and method of CSeq; 0 and empty where there is none."""
    match = _CSEQ.search(data)
    return (int(match[1]), match[2]) if match is not None else (0, b"")
