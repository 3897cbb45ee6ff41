"""One SIP message from its bytes; nothing that stands there stops the reading."""

import re
from dataclasses import dataclass, field

from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.trace.sip.header import KNOWN, LISTS, Header, canonical
from sipbreakout_tui.trace.sip.splitting import WHITE, number, params, split
from sipbreakout_tui.trace.sip.values import Address, CSeq, ReasonValue, SessionId, Via, WarningValue

_HEAD_END = re.compile(rb"\n\r?\n")
_FOLD = re.compile(r"\r?\n[ \t]+")
_AUDIO = re.compile(rb"^m=audio[ \t]+[^ \t\r\n]+[ \t]+([^ \t\r\n]+)", re.MULTILINE)
_MANDATORY = ("Via", "From", "To", "Call-ID", "CSeq")
_SINGLE = frozenset({"Call-ID", "CSeq", "Content-Length", "Content-Type", "From", "Max-Forwards", "Session-ID", "To"})
_SHOWN_LENGTH = 60


@dataclass(frozen=True, slots=True)
class SipMessage:
    """A request or a response (RFC 3261 section 7); structured headers are parsed each time they are asked for."""

    raw: bytes = field(repr=False)
    """All bytes, as they came."""
    method: str | None
    """None for a response."""
    request_uri: str | None
    """As written."""
    status: int | None
    """100–699; None for a request."""
    reason: str
    """The words after the status; empty for a request."""
    version: str
    """`SIP/2.0`; empty where the start line has none."""
    headers: tuple[Header, ...] = field(repr=False)
    """In their order, lines without a colon among them."""
    body: bytes = field(repr=False)
    """As long as Content-Length says, or as what is there."""
    problems: tuple[str, ...]
    """What breaks the rules, in short sentences that are safe to show."""

    @classmethod
    def parse(cls, raw: bytes) -> "SipMessage":
        """Return the message of any bytes; what is wrong with them stands in `problems`."""
        problems: list[str] = []
        start = 0
        if raw[:1] in b"\r\n":
            start = len(raw) - len(raw.lstrip(b"\r\n"))
        end = _HEAD_END.search(raw, start)
        if end is None:
            problems.append("no empty line after the headers")
            head, rest = raw[start:].rstrip(b"\r\n"), b""
        else:
            head, rest = raw[start : end.start()], raw[end.end() :]
        text = head.decode("utf-8", "surrogateescape")
        if "\n " in text or "\n\t" in text:
            text = _FOLD.sub(" ", text)
        line, _, header_text = text.partition("\n")
        method, uri, status, reason, version = _start_line(line.rstrip("\r"), problems)
        headers, first = _headers(header_text, problems)
        if b"\r\n" not in head and b"\n" in head:
            problems.append("lines end with LF alone")
        problems.extend(f"no {name}" for name in _MANDATORY if name not in first)
        if method is not None and "Max-Forwards" not in first:
            problems.append("no Max-Forwards")
        cseq = first.get("CSeq")
        if cseq is not None and CSeq.parse(cseq) is None:
            problems.append(f"CSeq is {_brief(cseq)}, not a number and a method")
        body = _body(first.get("Content-Length"), rest, problems)
        return cls(raw, method, uri, status, reason, version, headers, body, tuple(problems))

    def first(self, name: str) -> str | None:
        """Return the whole value of the first header of a name, None where there is none.

        Args:
            name: Long or compact, in any case.
        """
        wanted = canonical(name)
        for header in self.headers:
            if header.name == wanted:
                return header.value
        return None

    def every(self, name: str) -> list[str]:
        """Return all values of a name in their order, split at commas where the header's grammar is a list.

        Args:
            name: Long or compact, in any case.
        """
        wanted = canonical(name)
        values = [header.value for header in self.headers if header.name == wanted]
        if wanted not in LISTS:
            return values
        return [part for value in values for part in split(value, ",")]

    @property
    def call_id(self) -> str | None:
        """The Call-ID, as written."""
        return self.first("Call-ID")

    @property
    def cseq(self) -> CSeq | None:
        """Number and method of CSeq; None where it is missing or broken."""
        value = self.first("CSeq")
        return None if value is None else CSeq.parse(value)

    @property
    def from_(self) -> Address | None:
        """Who the request says it is from."""
        return self._address("From")

    @property
    def to(self) -> Address | None:
        """Whom the request was first meant for."""
        return self._address("To")

    @property
    def vias(self) -> list[Via]:
        """The hops, the last one first; values that are none are left out."""
        return [via for value in self.every("Via") if (via := Via.parse(value)) is not None]

    @property
    def max_forwards(self) -> int | None:
        """The hops that are left."""
        return number(self.first("Max-Forwards") or "")

    @property
    def session_id(self) -> SessionId | None:
        """The Session-ID, also a malformed one."""
        value = self.first("Session-ID")
        return None if value is None else SessionId.parse(value)

    @property
    def icid(self) -> str | None:
        """The IMS charging identity: `icid-value` of P-Charging-Vector (RFC 7315)."""
        return params(split(self.first("P-Charging-Vector") or "", ";")).get("icid-value")

    @property
    def asserted(self) -> list[Address]:
        """Whom the network says the sender is: P-Asserted-Identity (RFC 3325)."""
        return [Address.parse(value) for value in self.every("P-Asserted-Identity")]

    @property
    def reason_headers(self) -> list[ReasonValue]:
        """The values of Reason (RFC 3326)."""
        return [ReasonValue.parse(value) for value in self.every("Reason")]

    @property
    def warnings(self) -> list[WarningValue]:
        """The values of Warning."""
        return [WarningValue.parse(value) for value in self.every("Warning")]

    @property
    def agent(self) -> str | None:
        """The program that sent it: User-Agent, else Server."""
        return self.first("User-Agent") or self.first("Server")

    @property
    def content_type(self) -> str | None:
        """The body's media type in lower case, without parameters."""
        value = self.first("Content-Type")
        return None if value is None else value.partition(";")[0].strip(WHITE).lower()

    @property
    def sdp_profile(self) -> list[str]:
        """The transport profile of each audio line of an SDP body, such as `RTP/AVP` or `UDP/TLS/RTP/SAVPF`."""
        kind = self.content_type or ("application/sdp" if self.body.startswith(b"v=0") else "")
        if kind != "application/sdp" and not kind.startswith("multipart/"):
            return []
        return [profile.decode("utf-8", "surrogateescape") for profile in _AUDIO.findall(self.body)]

    def _address(self, name: str) -> Address | None:
        value = self.first(name)
        return None if value is None else Address.parse(value)


def _start_line(line: str, problems: list[str]) -> tuple[str | None, str | None, int | None, str, str]:
    """Return method, request URI, status, reason and version."""
    if line[:4].upper() == "SIP/":
        version, _, rest = line.partition(" ")
        code, _, reason = rest.lstrip(" ").partition(" ")
        status = int(code) if len(code) == 3 and code.isascii() and code.isdigit() and 100 <= int(code) <= 699 else None
        if status is None:
            problems.append(f"status {_brief(code)} is not 100 to 699")
        _check_version(version, problems)
        return None, None, status, reason.strip(WHITE), version
    method, _, rest = line.partition(" ")
    uri, space, version = rest.strip(WHITE).rpartition(" ")
    if not (method and space and version[:4].upper() == "SIP/"):
        problems.append(f"start line {_brief(line)} is neither a request's nor a response's")
        return None, None, None, "", ""
    uri = uri.strip(WHITE)
    if " " in uri or "\t" in uri:
        problems.append("white space within the request URI")
    _check_version(version, problems)
    return method, uri, None, "", version


def _check_version(version: str, problems: list[str]) -> None:
    if version.upper() != "SIP/2.0":
        problems.append(f"version {_brief(version)} is not SIP/2.0")


def _headers(text: str, problems: list[str]) -> tuple[tuple[Header, ...], dict[str, str]]:
    """Return the headers, and the first value of each name."""
    headers: list[Header] = []
    first: dict[str, str] = {}
    differing: set[str] = set()
    without_colon = 0
    known = KNOWN.get
    for line in text.split("\n") if text else ():
        given, colon, value = line.partition(":")
        name = known(given)
        if name is None:
            if not colon:
                headers.append(Header("", "", line.strip(WHITE)))
                without_colon += 1
                continue
            given = given.strip(WHITE)
            name = canonical(given)
        value = value.strip(WHITE)
        headers.append(Header(name, given, value))
        if name not in first:
            first[name] = value
        elif name in _SINGLE and first[name] != value:
            differing.add(name)
    if without_colon:
        problems.append(f"{without_colon} header line{'s' if without_colon > 1 else ''} without a colon")
    problems.extend(f"several {name} headers that differ" for name in sorted(differing))
    return tuple(headers), first


def _body(length_text: str | None, rest: bytes, problems: list[str]) -> bytes:
    if length_text is None:
        return rest
    length = number(length_text)
    if length is None:
        problems.append(f"Content-Length is {_brief(length_text)}, not a number")
        return rest
    if length != len(rest):
        problems.append(f"Content-Length {length} but {len(rest)} bytes follow")
    return rest[:length]


def _brief(text: str) -> str:
    shown = visible(text[:_SHOWN_LENGTH])
    return f"'{shown}…'" if len(text) > _SHOWN_LENGTH else f"'{shown}'"
