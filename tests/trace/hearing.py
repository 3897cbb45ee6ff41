"""Signalling in memory: a source that was never a file, INVITEs to the last header, and legs made of one each."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import Any

from sipbreakout_model.registration_text import TextFormat, book_of, parse_registrations
from sipbreakout_tui.trace.capture import ConnectionEvent, ConnectionTrouble, Endpoint, Heard
from sipbreakout_tui.trace.diagnosis.diagnose import Diagnosis
from sipbreakout_tui.trace.diagnosis.knowledge import BookKnowledge, Knowledge
from sipbreakout_tui.trace.invite import read_invite
from sipbreakout_tui.trace.leg import SeenLeg
from sipbreakout_tui.trace.parties import Known, Parties
from sipbreakout_tui.trace.trace import Trace, read_trace
from tests.trace.traffic.pcap import Packet, datagram

A, CORE, TAS, B, C = "10.0.0.2", "10.0.0.1", "10.0.0.10", "10.0.0.3", "10.0.0.4"
"""The caller, the core, the TAS, and two others who are called."""
CALLER, CALLEE = "+4711111111", "+4722222222"
PREFIXED = "+004722222222"
T0 = 1_800_000_000.0

PARTIES = Parties(frozenset({CORE}), Known.GIVEN, frozenset({TAS}), Known.GIVEN)

_fresh = count(1)


class Memory:
    """A source that gives what it was made with."""

    def __init__(
        self,
        said: Iterable[tuple[float, str, str, bytes]],
        events: Iterable[ConnectionEvent] = (),
        transport: str = "UDP",
    ) -> None:
        """Take Unix time (s), source, target and bytes of each message; addresses, all at port 5060."""
        self.unread: Counter[str] = Counter()
        self.events = list(events)
        self.frames = 0
        self.given = 0
        self.closed = False
        ends: dict[str, Endpoint] = {}
        self._heard: list[Heard] = []
        for frame, (at, source, target, data) in enumerate(said, 1):
            pair = [ends.setdefault(host, Endpoint(host, 5060)) for host in (source, target)]
            self._heard.append((frame, at, pair[0], pair[1], transport, data, frame - 1))

    def messages(self) -> Iterator[Heard]:
        for heard in self._heard:
            self.frames += 1
            self.given += 1
            yield heard

    def raw(self, place: int, length: int) -> bytes:
        return self._heard[place][5][:length]

    def close(self) -> None:
        self.closed = True


def memory(packets: Iterable[Packet]) -> Memory:
    """Return a source of what UDP packets say."""
    said = []
    for packet in packets:
        seen = datagram(packet)
        assert seen is not None
        said.append((packet.at / 1e6, seen.source.host, seen.target.host, seen.payload))
    return Memory(said)


def knowledge(text: str) -> BookKnowledge:
    """Return the registrations of a TOML text."""
    return BookKnowledge(book_of(parse_registrations(text, TextFormat.TOML)))


def understood(packets: Iterable[Packet], registrations: str | Knowledge | None = None, **options: Any) -> Trace:
    """Return the trace of packets of UDP."""
    known = knowledge(registrations) if isinstance(registrations, str) else registrations
    return read_trace([memory(packets)], known, **options)


def only(trace: Trace) -> Diagnosis:
    assert len(trace.diagnoses) == 1, [diagnosis.verdict for diagnosis in trace.diagnoses]
    return trace.diagnoses[0]


def invite(
    called: str | None = CALLEE,
    *,
    caller: str | None = CALLER,
    call_id: str | None = None,
    tag: str | None = None,
    branch: str | None = None,
    below: Sequence[str] = (),
    session: str | None = None,
    icid: str | None = None,
    hops: int | None = 70,
    host: str = "core.example",
    sent_by: str = "10.0.0.99",
    cseq: int = 1,
    extra: Sequence[str] = (),
) -> bytes:
    """Return an INVITE; identifiers that are not given are like no others.

    Args:
        called: The user part of its request URI; None for none.
        caller: The number in From; None: anonymous.
        call_id: Its Call-ID.
        tag: Its From tag.
        branch: The branch of its topmost Via.
        below: The branches of the other Vias, the newest first.
        session: Its Session-ID header.
        icid: The icid-value of its P-Charging-Vector.
        hops: Its Max-Forwards; None for none.
        host: The host of its request URI.
        sent_by: The host of its topmost Via.
        cseq: The number in CSeq.
        extra: Further lines.
    """
    one = next(_fresh)
    user = "" if called is None else f"{called}@"
    lines = [
        f"INVITE sip:{user}{host} SIP/2.0",
        f"Via: SIP/2.0/UDP {sent_by};branch={branch or f'z9hG4bKfresh{one}'}",
        *(f"Via: SIP/2.0/UDP 10.0.0.98;branch={text}" for text in below),
        f"From: <sip:{caller or 'anonymous'}@core.example>;tag={tag or f'tag{one}'}",
        f"To: <sip:{CALLEE}@core.example>",
        f"Call-ID: {call_id or f'{one * 7919:08x}fresh@10.0.0.99'}",
        f"CSeq: {cseq} INVITE",
        *([f"Max-Forwards: {hops}"] if hops is not None else ()),
        *([f"Session-ID: {session}"] if session is not None else ()),
        *([f"P-Charging-Vector: icid-value={icid}"] if icid is not None else ()),
        *extra,
        "Content-Length: 0",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def answer(to: bytes, status: int, *extra: str, tag: str = "callee", method: str = "INVITE") -> bytes:
    """Return the response to a request that `invite` or `again` made."""
    lines = [f"SIP/2.0 {status} Reason"]
    for line in to.decode().split("\r\n")[1:]:
        name = line.partition(":")[0].lower()
        if name in ("via", "from", "call-id"):
            lines.append(line)
        elif name == "to":
            lines.append(line if ";tag=" in line or status == 100 else f"{line};tag={tag}")
        elif name == "cseq":
            lines.append(f"{line.rpartition(' ')[0]} {method}")
    return ("\r\n".join([*lines, *extra, "Content-Length: 0"]) + "\r\n\r\n").encode()


def follow(
    to: bytes, method: str, *, tag: str | None = "callee", branch: str | None = None, by_answerer: bool = False
) -> bytes:
    """Return a request that follows an INVITE.

    Args:
        to: The INVITE.
        method: Such as BYE; CANCEL and a failure's ACK keep the branch that they are given.
        tag: The To tag; None for none.
        branch: The branch; None: a new one.
        by_answerer: Whether whoever answered sends it: From and To change sides.
    """
    found = {line.partition(": ")[0]: line.partition(": ")[2] for line in to.decode().split("\r\n")[1:] if line}
    near, far = found["From"], found["To"] + (f";tag={tag}" if tag else "")
    if by_answerer:
        near, far = far, near
    number = int(found["CSeq"].split()[0]) + (method not in ("ACK", "CANCEL"))
    lines = [
        f"{method} sip:{CALLEE}@core.example SIP/2.0",
        f"Via: SIP/2.0/UDP 10.0.0.99;branch={branch or f'z9hG4bKfresh{next(_fresh)}'}",
        f"From: {near}",
        f"To: {far}",
        f"Call-ID: {found['Call-ID']}",
        f"CSeq: {number} {method}",
        "Max-Forwards: 70",
        "Content-Length: 0",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def branch_of(data: bytes) -> str:
    return read_invite(data).branch


def leg(
    source: str,
    target: str,
    at: float = 0.0,
    *,
    status: int | None = None,
    final_at: float | None = None,
    ended_at: float | None = None,
    far: Sequence[str] = (),
    **facts: Any,
) -> SeenLeg:
    """Return a leg that is its INVITE, which `invite` makes of the facts.

    Args:
        source: An address.
        target: An address.
        at: Seconds after T0.
        status: The final status.
        final_at: When it came, in seconds after T0; with the INVITE if missing.
        ended_at: When the BYE came.
        far: Local UUIDs of the responses' Session-IDs.
        facts: As of `invite`.
    """
    made = SeenLeg(Endpoint(source, 5060), Endpoint(target, 5060), "UDP", T0 + at, read_invite(invite(**facts)), 0, [0])
    made.status = status
    if status is not None:
        made.heard, made.final_at, made.final_row = True, T0 + (at if final_at is None else final_at), 0
    made.ended_at = None if ended_at is None else T0 + ended_at
    made.response_uuids.update(far)
    return made


def event(
    source: str, target: str, at: float, trouble: ConnectionTrouble = ConnectionTrouble.REFUSED, frame: int = 1
) -> ConnectionEvent:
    """Return trouble between two addresses, `at` in seconds after T0."""
    return ConnectionEvent(frame, T0 + at, Endpoint(source, 41000), Endpoint(target, 5061), trouble)
