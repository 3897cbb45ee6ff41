"""One leg: an INVITE between two adjacent parties, and all that belongs to it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tests.trace.traffic.pcap import Endpoint
from tests.trace.traffic.sip import Message, request, response, sdp
from tests.trace.traffic.wire import Wire

NIL = "0" * 32


@dataclass(frozen=True)
class Party:
    """Somebody on the wire."""

    host: str
    port: int
    agent: str
    sends_from: int
    """The port that its requests leave from."""
    webrtc: bool = False

    @property
    def listens(self) -> Endpoint:
        return Endpoint(self.host, self.port)

    @property
    def sends(self) -> Endpoint:
        return Endpoint(self.host, self.sends_from)

    def at(self, port: int) -> "Party":
        """Return the party on another port, for requests and responses."""
        return replace(self, port=port, sends_from=port)


class Leg:
    """Writes what passes between the two parties of one INVITE."""

    def __init__(self, wire: Wire, source: Party, target: Party, invite: Message, far: str) -> None:
        """Prepare the leg; nothing is sent yet.

        Args:
            wire: What passes is written here.
            source: Who sends the INVITE.
            target: Who gets it.
            invite: The INVITE.
            far: The Session-ID that the far end calls its own, or nothing where responses carry none.
        """
        self.wire = wire
        self.source = source
        self.target = target
        self.invite = invite
        self.far = far
        self.own_tag = "t" + invite.branch[-10:]
        self.to_tag = ""
        self._requests = 0

    @property
    def uri(self) -> str:
        return self.invite.start.split()[1]

    @property
    def call_id(self) -> str:
        return self.invite.one("Call-ID")

    @property
    def session(self) -> str:
        """The local UUID of the INVITE, or nothing."""
        return self.invite.one("Session-ID").partition(";")[0]

    def forth(self, message: Message) -> None:
        self.wire.send(self.source.sends, self.target.listens, message)

    def back(self, message: Message) -> None:
        self.wire.send(self.target.listens, self.source.listens, message)

    def call(self) -> None:
        self.forth(self.invite)

    def respond(
        self, status: int, reason: str | None = None, *, tag: str = "", headers: Sequence[tuple[str, str]] = ()
    ) -> None:
        """Answer the INVITE; a 200 brings an SDP answer, all above 100 a To tag."""
        if status > 100:
            self.to_tag = tag or self.own_tag
        told = [("Server", self.target.agent), *headers]
        if status > 100:
            told += self._end_headers(status)
        message = response(self.invite, status, reason, self.to_tag, told)
        if status == 200:
            body = sdp(self.target.host, self.target.webrtc)
            message = replace(message.having("Content-Type", "application/sdp"), body=body)
        self.back(message)

    def acknowledge_failure(self) -> None:
        to = self._to(self.invite.one("To"))
        self.forth(self._same_hop("ACK", to))

    def cancel(self, headers: Sequence[tuple[str, str]] = ()) -> None:
        """Send the CANCEL and its 200, not yet the 487."""
        cancel = self._same_hop("CANCEL", self.invite.one("To"))
        self.forth(replace(cancel, headers=(*cancel.headers, *headers)))
        self.back(response(cancel, 200, "canceling", self.own_tag, [("Server", self.target.agent)]))

    def in_dialog(
        self,
        method: str,
        below: Sequence[str] = (),
        *,
        by_target: bool = False,
        headers: Sequence[tuple[str, str]] = (),
    ) -> Message:
        """Send a request within the dialog, and return it.

        Args:
            method: ACK (of a 200), BYE, INVITE, REFER, …
            below: The Vias that the request arrived with, where the sender is a proxy.
            by_target: Whether the leg's target sends it.
            headers: What else it carries.
        """
        self._requests += 1
        sender = self.target if by_target else self.source
        _, sequence, _ = ("", *self.invite.one("CSeq").split())
        number = int(sequence) if method == "ACK" else int(sequence) + self._requests
        via = f"{self.invite.vias()[0].split()[0]} {sender.host}:{sender.port}"
        near, far = self.invite.one("From"), self._to(self.invite.one("To"))
        told = [
            ("Via", f"{via};branch={self.invite.branch}{method[0].lower()}{self._requests}{'t' * by_target}"),
            *(("Via", value) for value in below),
            ("From", far if by_target else near),
            ("To", near if by_target else far),
            ("Call-ID", self.call_id),
            ("CSeq", f"{number} {method}"),
            ("Max-Forwards", str(70 - len(below))),
            *headers,
        ]
        contact = self.source if by_target else self.target
        message = request(method, f"sip:{contact.host}:{contact.port}", told)
        if method == "INVITE":
            body = sdp(sender.host, sender.webrtc)
            message = replace(message.having("Content-Type", "application/sdp"), body=body)
        if by_target:
            self.wire.send(self.target.sends, self.source.listens, message)
        else:
            self.forth(message)
        return message

    def respond_to(self, message: Message, status: int, *, by_target: bool = True) -> None:
        """Answer a request of the dialog."""
        agent = self.target.agent if by_target else self.source.agent
        answer = response(message, status, None, "", [("Server", agent)])
        if by_target:
            self.back(answer)
        else:
            self.wire.send(self.source.listens, self.target.listens, answer)

    def _same_hop(self, method: str, to: str) -> Message:
        sequence = self.invite.one("CSeq").split()[0]
        told = [
            ("Via", self.invite.vias()[0]),
            ("From", self.invite.one("From")),
            ("To", to),
            ("Call-ID", self.call_id),
            ("CSeq", f"{sequence} {method}"),
            ("Max-Forwards", self.invite.one("Max-Forwards")),
        ]
        return request(method, self.uri, told)

    def _to(self, value: str) -> str:
        return f"{value};tag={self.to_tag}" if self.to_tag else value

    def _end_headers(self, status: int) -> list[tuple[str, str]]:
        told = [("Contact", f"<sip:{self.target.host}:{self.target.port}>")] if status < 300 else []
        if self.far:
            told.append(("Session-ID", f"{self.far};remote={self.session or NIL}"))
        return told
