"""Scripts believable calls through core and TAS, leg by leg; everything the domain speaks of is a parameter.

A leg is made from the one before it, as a proxy does (the same Call-ID, one more Via) or as a B2BUA
does (all its own, and only the Session-ID goes through). What all legs do together, from ringing to
hanging up, is written for a whole path of legs.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from tests.trace.traffic.legs import NIL, Leg, Party
from tests.trace.traffic.sip import Message, request, sdp
from tests.trace.traffic.wire import Wire

CALLER = "+4711111111"
CALLEE = "+4722222222"
OTHER = "+4733333333"
STRANGER = "+4799999999"

CORE_HOST = "core.lab.test"
TAS_HOST = "tas.lab.test"

CORE_IN = Party("127.0.0.1", 5060, "core", 5060)
"""The core towards subscribers."""
CORE_OUT = Party("127.0.0.1", 5061, "core", 5061)
"""The core towards TASes."""
TAS = Party("127.0.0.10", 5061, "tas", 37255, webrtc=True)
SECOND_TAS = Party("127.0.0.20", 5061, "pbx", 41001, webrtc=True)
PHONE_A = Party("127.0.0.2", 5060, "phone-a", 5060)
PHONE_B = Party("127.0.0.3", 5060, "phone-b", 5060)
PHONE_C = Party("127.0.0.4", 5060, "phone-c", 5060)


@dataclass
class Lab:
    """The stage: who is who, and the habits of the programs."""

    wire: Wire = field(default_factory=Wire)
    caller: str = CALLER
    callee: str = CALLEE
    seed: str = "lab"
    """What all identifiers are made from."""
    core_b2bua: bool = False
    """Whether the core gives each of its legs its own Call-ID."""
    tas_b2bua: bool = False
    session_ids: str = "bare"
    """`bare`: on INVITEs, without remote (RFC 7329); `paired`: also in responses, with remote (RFC 7989)."""
    icid: bool = False
    record_route: bool = True
    max_forwards: int = 70
    padding: int = 0
    """Candidates in the caller's offer: about 70 bytes each."""
    extra: tuple[tuple[str, str], ...] = ()
    """Headers of leg 1 that all proxies pass on."""
    display_name: str = '"Alice"'
    trying: bool = True
    webrtc: bool = True
    """Whether the media offered between core and TAS are what a TAS takes (V8)."""
    _made: int = 0

    def token(self, what: str) -> str:
        """Return 32 hex digits that nothing else has."""
        self._made += 1
        return hashlib.sha256(f"{self.seed}/{what}/{self._made}".encode()).hexdigest()[:32]

    def place(
        self, *, source: Party = PHONE_A, session: str | None = None, caller: str | None = None, host: str = CORE_HOST
    ) -> Leg:
        """Let the caller (or a TAS, as `source`) call the callee: leg 1, with its 100."""
        number = caller or self.caller
        target = CORE_OUT if source.webrtc else CORE_IN
        told = [
            ("Via", f"SIP/2.0/{'TLS' if source.webrtc else 'UDP'} {source.host}:{source.port};branch={self._branch()}"),
            ("From", f"{self.display_name} <sip:{number}@{host}>;tag={self.token('tag')[:8]}"),
            ("To", f"<sip:{self.callee}@{CORE_HOST}>"),
            ("Call-ID", f"{self.token('call')[:20]}@{source.host}"),
            ("CSeq", "1 INVITE"),
            ("Contact", f"<sip:{number}@{source.host}:{source.port}>"),
            ("Max-Forwards", str(self.max_forwards)),
            ("User-Agent", source.agent),
            *self._session_header(self.token("session") if session is None else session),
            *self.extra,
            ("Content-Type", "application/sdp"),
        ]
        if self.icid:
            told.append(("P-Charging-Vector", f"icid-value={self.token('icid')[:16]};orig-ioi=lab.test"))
        uri = f"sip:{self.callee}@{target.host}:{target.port}"
        leg = Leg(
            self.wire,
            source,
            target,
            request("INVITE", uri, told, sdp(source.host, source.webrtc, self.padding)),
            self._far(),
        )
        return self._send(leg)

    def to_tas(  # one parameter for each thing that a core may do differently
        self,
        before: Leg,
        prefix: str = "00",
        *,
        number: str | None = None,
        session: str | None = None,
        tas: Party = TAS,
        host: str = TAS_HOST,
        trying: bool = True,
    ) -> Leg:
        """Let the core ring a TAS for the number that `before` asked for; a fresh Session-ID where it had none."""
        asked = number or _number(before.uri)
        given = session or before.session or self.token("session")
        uri = f"sip:+{prefix}{asked.removeprefix('+')}@{host};transport=tls"
        return self._onward(before, CORE_OUT, tas, uri, fresh=self.core_b2bua, session=given, trying=trying)

    def back(
        self,
        before: Leg,
        number: str | None = None,
        *,
        session: str | None = None,
        caller: str | None = None,
        max_forwards: int | None = None,
        host: str = CORE_HOST,
        headers: Sequence[tuple[str, str]] = (),
    ) -> Leg:
        """Let a TAS bring a call back.

        Args:
            before: The leg that rang it.
            number: What it asks for, as text with or without plus; the callee if missing.
            session: The Session-ID header, `""` for none; that of `before` if missing.
            caller: Whom it names in From and P-Asserted-Identity, if not as before.
            max_forwards: Max-Forwards set anew.
            host: The core's host in the request URI.
            headers: What else it adds.
        """
        uri = f"sip:{number or self.callee}@{host}:5061;transport=tls"
        given = before.session if session is None else session
        return self._onward(
            before,
            before.target,
            CORE_OUT,
            uri,
            fresh=self.tas_b2bua,
            session=given,
            caller=caller,
            max_forwards=max_forwards,
            headers=headers,
        )

    def to_phone(
        self, before: Leg, number: str | None = None, *, phone: Party = PHONE_B, session: str | None = None
    ) -> Leg:
        """Let the core ring a subscriber for the number that `before` asked for."""
        uri = f"sip:{number or self.callee}@{phone.host}:{phone.port};transport=tcp"
        given = before.session if session is None else session
        return self._onward(before, CORE_IN, phone, uri, fresh=self.core_b2bua, session=given)

    def _onward(
        self,
        before: Leg,
        source: Party,
        target: Party,
        uri: str,
        *,
        fresh: bool,
        session: str,
        caller: str | None = None,
        max_forwards: int | None = None,
        headers: Sequence[tuple[str, str]] = (),
        trying: bool = True,
    ) -> Leg:
        invite = before.invite
        transport = "TLS" if target.webrtc or source.webrtc else "TCP"
        via = f"SIP/2.0/{transport} {source.host}:{source.port};branch={self._branch()}"
        invite = replace(invite, start=f"INVITE {uri} SIP/2.0")
        invite = invite.having("Via", via, *(() if fresh else invite.vias()))
        left = int(invite.one("Max-Forwards")) - 1 if max_forwards is None else max_forwards
        invite = invite.having("Max-Forwards", str(left))
        invite = invite.having("Session-ID", *(value for _, value in self._session_header(session)))
        if self.record_route and not fresh:
            routes = (f"<sip:{source.host}:{source.port};transport=tls;lr>", *invite.values("Record-Route"))
            invite = invite.having("Record-Route", *routes)
        if fresh:
            tag = self.token("tag")[:8]
            invite = invite.having("Record-Route").having("Call-ID", f"{self.token('call')[:24]}@{source.host}")
            invite = invite.having("From", f"{invite.one('From').partition(';tag=')[0]};tag={tag}")
            invite = invite.having("Contact", f"<sip:{source.host}:{source.port}>").having("User-Agent", source.agent)
        if caller is not None:
            tag = invite.one("From").partition(";tag=")[2]
            invite = invite.having("From", f"<sip:{caller}@{TAS_HOST}>;tag={tag}")
            invite = invite.having("P-Asserted-Identity", f"<sip:{caller}@{TAS_HOST}>")
        if target.webrtc or source.webrtc:
            invite = replace(invite, body=sdp(source.host, self.webrtc))
        invite = replace(invite, headers=(*invite.headers, *headers))
        return self._send(Leg(self.wire, source, target, invite, self._far()), trying=trying)

    def _send(self, leg: Leg, *, trying: bool = True) -> Leg:
        leg.call()
        if trying and self.trying:
            leg.respond(100)
        return leg

    def _branch(self) -> str:
        return f"z9hG4bK{self.token('branch')}"

    def _far(self) -> str:
        return hashlib.sha256(f"{self.seed}/far".encode()).hexdigest()[:32] if self.session_ids == "paired" else ""

    def _session_header(self, session: str) -> list[tuple[str, str]]:
        if not session:
            return []
        if ";" in session or self.session_ids == "bare":
            return [("Session-ID", session)]
        return [("Session-ID", f"{session};remote={NIL}")]


def ring(*path: Leg) -> None:
    """Let the last target ring, and everybody hear it."""
    _backwards(path, 180)


def answer(*path: Leg) -> None:
    """Let the last target answer, and the ACK go forth."""
    _backwards(path, 200)
    _forwards(path, "ACK")


def hang_up(*path: Leg, after: float = 0.2) -> None:
    """Let the caller hang up."""
    path[0].wire.wait(after)
    for leg, bye in reversed(_forwards(path, "BYE")):
        leg.respond_to(bye, 200)


def talk(*path: Leg) -> None:
    """Let it ring, be answered and end well."""
    ring(*path)
    path[0].wire.wait(0.5)
    answer(*path)
    hang_up(*path, after=1.0)


def fail(status: int, *path: Leg, reason: str | None = None, headers: Sequence[tuple[str, str]] = ()) -> None:
    """Let the last target refuse, and everybody before pass that on."""
    tag = path[-1].own_tag
    for leg in reversed(path):
        leg.respond(status, reason, tag=tag, headers=headers)
        leg.acknowledge_failure()


def cancel(*path: Leg, headers: Sequence[tuple[str, str]] = ()) -> None:
    """Let the source of the first leg give the call up: CANCEL forth, 487 back."""
    for leg in path:
        leg.cancel(headers)
    fail(487, *path)


def _backwards(path: Sequence[Leg], status: int) -> None:
    tag, call_id = path[-1].own_tag, path[-1].call_id
    for leg in reversed(path):
        if leg.call_id != call_id:  # a B2BUA stands between both
            tag, call_id = leg.own_tag, leg.call_id
        leg.respond(status, tag=tag)


def _forwards(path: Sequence[Leg], method: str) -> list[tuple[Leg, Message]]:
    sent = []
    vias: list[str] = []
    call_id = path[0].call_id
    for leg in path:
        message = leg.in_dialog(method, vias if leg.call_id == call_id else ())
        vias, call_id = message.vias(), leg.call_id
        sent.append((leg, message))
    return sent


def _number(uri: str) -> str:
    return uri.partition(":")[2].partition("@")[0]
