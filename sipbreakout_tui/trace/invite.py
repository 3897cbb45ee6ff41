"""What correlation needs of an INVITE, read in one pass over its header lines.

A capture has tens of thousands of INVITEs: this reads a tenth of what `sip.SipMessage` reads, in a fifth
of the time, and takes whatever comes.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

NIL_UUID = "0" * 32
"""The Session-ID of somebody who has none yet (RFC 7989 section 5)."""

_UUID = re.compile(r"[0-9a-f]{32}")
_NUMBER = re.compile(r"sips?:([^@;?>\s]*)(?:[;?][^@>\s]*)?@|tel:([^;?>\s]*)", re.IGNORECASE)
_DISPLAY = re.compile(r'\s*"(?:[^"\\]|\\.)*"')
_HOST = re.compile(r"sips?:(?:[^@]*@)?(\[[^\]]*\]|[^:;?>\s]*)", re.IGNORECASE)
_DIALLED = re.compile(r"\+?[0-9*#]{1,40}")
_BRANCH = re.compile(r";\s*branch\s*=\s*([^;,\s]+)", re.IGNORECASE)
_SENT_BY = re.compile(r"SIP\s*/\s*[\w.]+\s*/\s*([\w-]+)\s+(\[[^\]]*\]|[^:;,\s]+)", re.IGNORECASE)
_ICID = re.compile(r"icid-value\s*=\s*\"?([^\";,\s]+)", re.IGNORECASE)
_BLANK = re.compile(rb"\n[ \t\r]*\n")
_FOLD = re.compile(r"\r?\n[ \t]+")
_SEPARATORS = str.maketrans("", "", "-.()")

_COMPACT = {"v": "via", "f": "from", "t": "to", "i": "call-id"}
_SINGLE = frozenset(("from", "to", "call-id", "cseq", "max-forwards", "session-id", "replaces"))
_SEVERAL = frozenset(("via", "p-asserted-identity", "p-charging-vector"))
_KNOWN_NAMES = 4096


@dataclass(slots=True)
class Invite:
    """The facts of one INVITE; texts are as captured and not safe to show."""

    called: str | None
    """The number in the request URI, as written without separators; None where it names no number."""
    host: str
    """The request URI's host, lower case."""
    caller: str | None
    """The number in P-Asserted-Identity, else in From; None if withheld or no number."""
    from_value: str
    """From, without the display name."""
    call_id: str
    cseq: int
    max_forwards: int | None
    vias: tuple[tuple[str, str], ...]
    """Branch and sent-by host of each Via, the newest first."""
    session_id: str | None
    """The Session-ID as captured, `;remote=` too; None where there is none."""
    icid: str | None
    replaces: bool
    size: int
    """Bytes."""
    via_transport: str
    """The transport that the topmost Via names, upper case; empty where there is none."""
    local_uuid: str | None
    """The Session-ID's local UUID, lower case; None if absent, nil or malformed."""
    uri: str
    """The request URI."""

    @property
    def caller_host(self) -> str:
        """The host in From, lower case."""
        return host_in(self.from_value)

    @property
    def branch(self) -> str:
        """The branch of the topmost Via; empty where there is none."""
        return self.vias[0][0] if self.vias else ""


def local_uuid(session_id: str | None) -> str | None:
    """Return the local UUID of a Session-ID that can identify a call; None if absent, nil or malformed."""
    if session_id is None:
        return None
    uuid = session_id.partition(";")[0].strip().lower()
    return uuid if _UUID.fullmatch(uuid) and uuid != NIL_UUID else None


def remote_uuid(session_id: str) -> str | None:
    """Return the remote UUID of a Session-ID, lower case; None where there is none."""
    match = re.search(r";\s*remote\s*=\s*([0-9a-f]{32})(?![0-9a-f])", session_id, re.IGNORECASE)
    return match[1].lower() if match else None


def read_invite(data: bytes) -> Invite:
    """Return the facts of an INVITE; what is missing or broken is empty or None, never an error."""
    single, several = _headers(data)
    start = data[: data.find(b"\n") + 1 or None].decode("latin-1").split(" ", 2)
    uri = start[1].strip() if len(start) > 1 else ""
    lines = several.get("via", [])
    vias = [_via(text) for line in lines for text in line.split(",")]
    from_value = _without_display(single.get("from", ""))
    caller = icid = None
    for line in several.get("p-asserted-identity", ()):
        for value in _without_display(line).split(","):
            caller = caller or number_in(value)
    for line in several.get("p-charging-vector", ()):
        icid = icid or _icid(line)
    session_id = single.get("session-id")
    return Invite(
        number_in(uri),
        host_in(uri),
        caller or number_in(from_value),
        from_value,
        single.get("call-id", ""),
        _whole(single.get("cseq", "")) or 0,
        _whole(single.get("max-forwards", "")),
        tuple(vias),
        session_id,
        icid,
        "replaces" in single,
        len(data),
        _transport(lines),
        local_uuid(session_id),
        uri,
    )


def _headers(data: bytes) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Return the wanted headers: those with one value, and those with several."""
    end = data.find(b"\r\n\r\n")
    if end < 0 and (blank := _BLANK.search(data)):
        end = blank.start()
    # Decoded once and taken apart as text: a third of the time that bytes take.
    head = (data if end < 0 else data[:end]).decode("utf-8", "surrogateescape")
    if "\n " in head or "\n\t" in head:
        head = _FOLD.sub(" ", head)
    single: dict[str, str] = {}
    several: dict[str, list[str]] = {}
    for line in head.split("\n")[1:]:
        given, _, value = line.partition(":")
        name = _wanted.get(given)
        if name is None:
            name = _learn(given)
        if not name:
            continue
        if name in _SINGLE:
            single.setdefault(name, value.strip())
        else:
            several.setdefault(name, []).append(value.strip())
    return single, several


_wanted: dict[str, str] = {}
"""Header names as written, with the one that is wanted or an empty one: a capture has a few dozen spellings."""


def _learn(given: str) -> str:
    name = given.strip().lower()
    name = _COMPACT.get(name, name)
    name = name if name in _SINGLE or name in _SEVERAL else ""
    if len(_wanted) < _KNOWN_NAMES and len(given) < 100:
        _wanted[given] = name
    return name


def _via(text: str) -> tuple[str, str]:
    # By the usual spelling first: a search without regard to case looks at every letter.
    start = text.find(";branch=")
    if start >= 0:
        branch = text[start + 8 :].partition(";")[0].strip()
    else:
        match = _BRANCH.search(text)
        branch = match[1] if match else ""
    sent_by = _SENT_BY.match(text.lstrip())
    return branch, sent_by[2].strip("[]").lower() if sent_by else ""


def _icid(text: str) -> str | None:
    start = text.find("icid-value=")
    match = _ICID.match(text, start) if start >= 0 else _ICID.search(text)
    return match[1] if match else None


def _transport(vias: Sequence[str]) -> str:
    words = vias[0].split("/", 2)[-1].split(None, 1) if vias else []
    return words[0].upper() if words else ""


def _without_display(text: str) -> str:
    """Return an address without the quoted name before it, which may hold anything."""
    return _DISPLAY.sub("", text) if '"' in text else text


def _whole(text: str) -> int | None:
    words = text.split(None, 1)
    digits = words[0] if words else ""
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 12 else None


@lru_cache(maxsize=4096)
def number_in(text: str) -> str | None:
    """Return the number that an address or URI names, without separators; None where it names none."""
    start, at = text.find("sip:"), text.find("@")
    user = text[start + 4 : at] if 0 <= start < at else ""
    # Nearly always digits stand there; everything else is for the regular expression.
    if not user.removeprefix("+").isalnum():
        match = _NUMBER.search(text)
        if match is None:
            return None
        user = (match[1] or match[2] or "").translate(_SEPARATORS)
    if "%" in user:
        user = user.replace("%2B", "+").replace("%2b", "+").replace("%23", "#").replace("%2A", "*").replace("%2a", "*")
    return user if _DIALLED.fullmatch(user) else None


@lru_cache(maxsize=4096)
def host_in(uri: str) -> str:
    """Return the host of a SIP URI, lower case and without brackets; empty where it has none."""
    match = _HOST.search(uri)
    return match[1].strip("[]").lower() if match else ""
