"""SIP messages as a start line, headers and a body; nothing of theirs is changed unasked."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

REASONS = {
    100: "Trying",
    180: "Ringing",
    183: "Session Progress",
    200: "OK",
    202: "Accepted",
    302: "Moved Temporarily",
    403: "Forbidden",
    404: "Not Found",
    407: "Proxy Authentication Required",
    408: "Request Timeout",
    480: "Temporarily Unavailable",
    482: "Loop Detected",
    483: "Too Many Hops",
    486: "Busy Here",
    487: "Request Terminated",
    488: "Not Acceptable Here",
    500: "Server Internal Error",
    503: "Service Unavailable",
    600: "Busy Everywhere",
    603: "Decline",
}

_TAG = re.compile(r";tag=([^;>,\s]+)")
_BRANCH = re.compile(r";branch=([^;,\s]+)")


@dataclass(frozen=True)
class Message:
    """A request or a response."""

    start: str
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""

    @classmethod
    def parse(cls, data: bytes) -> "Message":
        """Return the message of well-formed bytes without folded lines."""
        head, _, body = data.decode("utf-8", "surrogateescape").partition("\r\n\r\n")
        start, *lines = head.split("\r\n")
        headers = tuple((name, value.strip()) for name, _, value in (line.partition(":") for line in lines))
        return cls(start, headers, body)

    def encode(self) -> bytes:
        """Return the bytes, with the Content-Length that fits."""
        body = self.body.encode("utf-8", "surrogateescape")
        told = [(name, value) for name, value in self.headers if name.lower() != "content-length"]
        lines = [self.start, *(f"{name}: {value}" for name, value in told), f"Content-Length: {len(body)}", "", ""]
        return "\r\n".join(lines).encode("utf-8", "surrogateescape") + body

    @property
    def method(self) -> str:
        """The method of the request, or of the request that a response answers."""
        return self.one("CSeq").split()[-1]

    @property
    def status(self) -> int | None:
        return int(self.start.split()[1]) if self.start.startswith("SIP/2.0 ") else None

    def values(self, name: str) -> Iterator[str]:
        return (value for told, value in self.headers if told.lower() == name.lower())

    def one(self, name: str) -> str:
        """Return the first value of a header, or nothing."""
        return next(self.values(name), "")

    def vias(self) -> list[str]:
        return [value.strip() for line in self.values("Via") for value in line.split(",")]

    @property
    def branch(self) -> str:
        found = _BRANCH.search(next(iter(self.vias()), ""))
        return found[1] if found else ""

    def tag(self, name: str) -> str:
        """Return the tag of From or To, or nothing."""
        found = _TAG.search(self.one(name))
        return found[1] if found else ""

    def having(self, name: str, *values: str) -> "Message":
        """Return the message with these values of a header, where its first one stands, or at the end."""
        told = [(key, value) for key, value in self.headers if key.lower() != name.lower()]
        places = [index for index, (key, _) in enumerate(self.headers) if key.lower() == name.lower()]
        place = places[0] if places else len(told)
        return replace(self, headers=(*told[:place], *((name, value) for value in values), *told[place:]))


def request(method: str, uri: str, headers: Iterable[tuple[str, str]], body: str = "") -> Message:
    return Message(f"{method} {uri} SIP/2.0", tuple(headers), body)


def response(of: Message, status: int, reason: str | None, to_tag: str, headers: Iterable[tuple[str, str]]) -> Message:
    """Return the response to a request, with its Vias, From, To, Call-ID and CSeq."""
    told = [("Via", via) for via in of.vias()]
    to = of.one("To")
    if to_tag and ";tag=" not in to:
        to += f";tag={to_tag}"
    told += [("From", of.one("From")), ("To", to), ("Call-ID", of.one("Call-ID")), ("CSeq", of.one("CSeq"))]
    words = REASONS[status] if reason is None else reason
    return Message(f"SIP/2.0 {status} {words}", (*told, *headers))


def sdp(host: str, webrtc: bool, padding: int = 0) -> str:
    """Return an offer or answer: plain RTP, or what a TAS gets (V8).

    Args:
        host: Where the media go.
        webrtc: `UDP/TLS/RTP/SAVPF` with fingerprint and ICE, not `RTP/AVP`.
        padding: How many candidates to add, about 70 bytes each.
    """
    lines = ["v=0", f"o=- 1 1 IN IP4 {host}", "s=-", f"c=IN IP4 {host}", "t=0 0"]
    if webrtc:
        print_of = ":".join(f"{byte:02X}" for byte in range(16, 48))
        lines += [
            "m=audio 6000 UDP/TLS/RTP/SAVPF 0",
            "a=setup:actpass",
            f"a=fingerprint:sha-256 {print_of}",
            "a=ice-ufrag:8hhY",
            "a=ice-pwd:asd88fgpdd777uzjYhagZg",
        ]
    else:
        lines += ["m=audio 6000 RTP/AVP 0"]
    lines += ["a=rtpmap:0 PCMU/8000"]
    lines += [f"a=candidate:{index} 1 UDP 2130706431 {host} {6000 + index} typ host" for index in range(padding)]
    return "\r\n".join(lines) + "\r\n"
