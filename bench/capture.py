"""Writes a capture of calls of two legs, core to TAS and TAS to core, each leg with a Call-ID of its own."""

import struct
from collections.abc import Iterator
from pathlib import Path

CORE, TAS = "10.0.0.10", "10.0.0.20"
DOMAIN = "ims.mnc001.mcc242.3gppnetwork.org"
START = 1_700_000_000.0
SDP = (
    "v=0\r\no=- {n} {n} IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n"
    "m=audio {port} RTP/AVP 116 107 118 96 8 0\r\n"
    "b=AS:41\r\na=rtpmap:116 AMR-WB/16000\r\na=fmtp:116 mode-change-capability=2;max-red=220\r\n"
    "a=rtpmap:118 AMR/8000\r\na=rtpmap:96 telephone-event/8000\r\na=fmtp:96 0-15\r\na=sendrecv\r\na=ptime:20\r\n"
)


def leg(call: int, back: bool) -> Iterator[tuple[float, str, str, bytes]]:
    """Yield the ten messages of one leg: seconds after the call began, source, target, bytes."""
    source, target = (TAS, CORE) if back else (CORE, TAS)
    caller, callee = f"+4722{call:07d}", f"+4723{call * 7 % 10_000_000:07d}"
    name = f"{call:08x}{int(back)}-{(call * 2654435761 + back) % 2**64:016x}"
    uuid, shift = f"{call + 1:032x}", 0.004 * back

    def headers(sequence: str, tagged: bool, session: str, more: str, body: str) -> str:
        tag = f";tag=t{name}" if tagged else ""
        content = f"Content-Type: application/sdp\r\nContent-Length: {len(body)}" if body else "Content-Length: 0"
        return (
            f'From: "A {call}" <sip:{caller}@{DOMAIN};user=phone>;tag=f{name}\r\n'
            f"To: <sip:{callee}@{DOMAIN};user=phone>{tag}\r\nCall-ID: {name}@{source}\r\nCSeq: {sequence}\r\n{more}"
            f"Session-ID: {session}\r\n{content}\r\n\r\n{body}"
        )

    def request(method: str, number: int, more: str = "", body: str = "") -> bytes:
        start = f"{method} sip:{callee}@{DOMAIN};user=phone SIP/2.0\r\n"
        via = f"Via: SIP/2.0/UDP {source}:5060;branch=z9hG4bK{name}.{number}{method[0]};rport\r\n"
        hops = f"Max-Forwards: {68 - back}\r\n"
        session = f"{uuid};remote={'0' * 32}"
        return (start + via + hops + headers(f"{number} {method}", method != "INVITE", session, more, body)).encode()

    def response(status: str, method: str, number: int, more: str = "", body: str = "") -> bytes:
        via = (
            f"Via: SIP/2.0/UDP {source}:5060;branch=z9hG4bK{name}.{number}{method[0]};rport=5060;received={source}\r\n"
        )
        session = f"{'0' * 32};remote={uuid}"
        return (
            f"SIP/2.0 {status}\r\n{via}" + headers(f"{number} {method}", status != "100 Trying", session, more, body)
        ).encode()

    offered = (
        f'Contact: <sip:{source}:5060;transport=udp>;+g.3gpp.icsi-ref="urn%3Aurn-7%3A3gpp-service.ims.icsi.mmtel"\r\n'
        f"Route: <sip:{target};lr>,<sip:orig@scscf1.{DOMAIN};lr;odi={call:x}>\r\nRecord-Route: <sip:{source};lr>\r\n"
        f"P-Asserted-Identity: <tel:{caller}>\r\nP-Served-User: <sip:{caller}@{DOMAIN}>;sescase=orig;regstate=reg\r\n"
        f'P-Charging-Vector: icid-value="icid-{call:08d}.scscf1.{DOMAIN}";orig-ioi=home1\r\n'
        f"P-Access-Network-Info: 3GPP-E-UTRAN-FDD;utran-cell-id-3gpp=242010001{call % 65536:07x}\r\n"
        "Allow: INVITE,ACK,CANCEL,BYE,PRACK,UPDATE,REFER,NOTIFY,MESSAGE,INFO,OPTIONS\r\n"
        "Supported: timer,100rel,histinfo,precondition\r\nSession-Expires: 1800\r\nMin-SE: 90\r\n"
    )
    answered = (
        f"Contact: <sip:{target}:5060>\r\nRecord-Route: <sip:{source};lr>\r\nAllow: INVITE,ACK,CANCEL,BYE,PRACK\r\n"
    )
    sdp = SDP.format(n=call, host=source, port=20000 + 2 * (call % 20000))
    yield shift, source, target, request("INVITE", 1, offered, sdp)
    yield shift + 0.001, target, source, response("100 Trying", "INVITE", 1)
    yield 1.2 - shift, target, source, response("183 Session Progress", "INVITE", 1, answered, sdp)
    yield 1.22 + shift, source, target, request("PRACK", 2, "RAck: 1 1 INVITE\r\n")
    yield 1.26 - shift, target, source, response("200 OK", "PRACK", 2)
    yield 1.9 - shift, target, source, response("180 Ringing", "INVITE", 1, answered)
    yield 5.0 - shift, target, source, response("200 OK", "INVITE", 1, answered)
    yield 5.03 + shift, source, target, request("ACK", 1)
    yield 35.0 + shift, source, target, request("BYE", 3, 'Reason: Q.850;cause=16;text="Terminated"\r\n')
    yield 35.02 - shift, target, source, response("200 OK", "BYE", 3)


def write_capture(path: Path, calls: int) -> int:
    """Write a pcap of so many calls, 20 begun each second; return how many messages it holds."""
    count = 0
    waiting: list[tuple[float, str, str, bytes]] = []
    with path.open("wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for call in range(calls + 1):
            began = START + 0.05 * call
            waiting.sort(key=lambda item: item[0])
            due = [item for item in waiting if item[0] < began or call == calls]
            waiting = waiting[len(due) :]
            for at, source, target, data in due:
                file.write(packet(at, source, target, data))
            count += len(due)
            if call < calls:
                both = (message for back in (False, True) for message in leg(call, back))
                waiting += [(began + after, source, target, data) for after, source, target, data in both]
    return count


def packet(at: float, source: str, target: str, data: bytes) -> bytes:
    """Return a record of a pcap: Ethernet, IPv4, UDP."""
    ends = bytes(map(int, source.split("."))) + bytes(map(int, target.split(".")))
    udp = struct.pack(">HHHH", 5060, 5060, 8 + len(data), 0) + data
    ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0) + ends
    frame = b"\2\0\0\0\0\1\2\0\0\0\0\2\x08\0" + ip + udp
    seconds = int(at)
    return struct.pack("<IIII", seconds, int((at - seconds) * 1e6), len(frame), len(frame)) + frame
