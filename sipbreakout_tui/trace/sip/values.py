"""The values of structured SIP headers."""

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from sipbreakout_tui.trace.sip.splitting import WHITE, number, params, quote_end, split, unquoted
from sipbreakout_tui.trace.sip.uri import Uri, host_and_port

_UUID = re.compile(r"[0-9a-fA-F]{32}")


class CSeq(NamedTuple):
    """The number of a request within its dialogue, and its method."""

    number: int
    method: str

    @classmethod
    def parse(cls, text: str) -> "CSeq | None":
        """Return the value of a CSeq header, None where it is none."""
        words = text.split(maxsplit=1)
        value = number(words[0]) if words else None
        return cls(value, words[1].strip(WHITE)) if value is not None and len(words) == 2 else None


@dataclass(frozen=True, slots=True)
class Address:
    """Who stands in From, To, Contact, P-Asserted-Identity and the like."""

    display: str
    """The display name without quotes; empty where there is none."""
    uri: Uri
    params: dict[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Return the address of any text; without `<>`, parameters belong to the header (RFC 3261 section 20)."""
        text = text.strip(WHITE)
        bracket = text.find("<", quote_end(text, 1) if text.startswith('"') else 0)
        if bracket < 0:
            parts = split(text, ";")
            return cls("", Uri.parse(parts[0] if parts else ""), params(parts[1:]))
        inner, _, tail = text[bracket + 1 :].partition(">")
        return cls(unquoted(text[:bracket].strip(WHITE)), Uri.parse(inner), params(split(tail, ";")))

    @property
    def tag(self) -> str | None:
        """The tag of From or To."""
        return self.params.get("tag")


@dataclass(frozen=True, slots=True)
class Via:
    """One hop that a request came through."""

    transport: str
    """Upper case, such as `UDP` or `TLS`."""
    host: str
    """IPv6 without brackets."""
    port: int | None
    params: dict[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str) -> "Via | None":
        """Return one value of a Via header, None where it has no transport or no host."""
        parts = split(text, ";")
        protocol = parts[0].split("/", 2) if parts else []
        words = protocol[2].split(maxsplit=1) if len(protocol) == 3 else []
        if len(words) < 2:
            return None
        host, port, _ = host_and_port(words[1])
        return cls(words[0].upper(), host, port, params(parts[1:]))

    @property
    def branch(self) -> str | None:
        """The transaction's name."""
        return self.params.get("branch")

    @property
    def received(self) -> str | None:
        """The address that the request came from, without brackets."""
        value = self.params.get("received")
        return value if value is None else value.strip("[]")


@dataclass(frozen=True, slots=True)
class SessionId:
    """The end-to-end session (RFC 7989, RFC 7329)."""

    local: str
    """The sender's half, as written."""

    @classmethod
    def parse(cls, text: str) -> "SessionId":
        """Return the value of a Session-ID header, whatever stands there."""
        return cls(text.partition(";")[0].strip(WHITE))

    @property
    def uuid(self) -> str | None:
        """The sender's half in lower case; None where it is not 32 hex digits."""
        return self.local.lower() if _UUID.fullmatch(self.local) else None


class ReasonValue(NamedTuple):
    """Why a request or an end came (RFC 3326)."""

    protocol: str
    """Such as `SIP` or `Q.850`."""
    cause: int | None
    text: str | None

    @classmethod
    def parse(cls, text: str) -> "ReasonValue":
        """Return one value of a Reason header."""
        protocol, _, tail = text.partition(";")
        found = params(split(tail, ";"))
        return cls(protocol.strip(WHITE), number(found.get("cause", "")), found.get("text"))


class WarningValue(NamedTuple):
    """What an element had to say about a response (RFC 3261 section 20.43)."""

    code: int | None
    agent: str
    text: str

    @classmethod
    def parse(cls, text: str) -> "WarningValue":
        """Return one value of a Warning header; missing words are empty."""
        code, agent, rest = [*text.split(maxsplit=2), "", "", ""][:3]
        return cls(number(code), agent, unquoted(rest))
