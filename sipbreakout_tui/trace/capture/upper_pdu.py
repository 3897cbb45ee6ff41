"""Wireshark's exported PDUs (link type 252): a payload behind tags that say where it comes from."""

import struct
from typing import NamedTuple

from sipbreakout_tui.trace.capture.ends import Ends
from sipbreakout_tui.trace.capture.findings import MALFORMED, Findings, Packet
from sipbreakout_tui.trace.capture.framing import Framed, Framer
from sipbreakout_tui.trace.capture.heard import Endpoint
from sipbreakout_tui.trace.capture.sip_start import after_blank, begins_like_sip
from sipbreakout_tui.trace.capture.spool import Spool

LINK_TYPE = 252

OF_SIP, _OF_TLS = b"sip", b"sip.tcp"
_END, _NAME = 0, 12
_ADDRESSES = frozenset({20, 21, 22, 23})
_SOURCES = frozenset({20, 22})
_PORT_TYPE, _SOURCE_PORT, _TARGET_PORT = 24, 25, 26
_ORIGINAL_FRAME = 30
_TRANSPORTS = {1: "SCTP", 2: "TCP", 3: "UDP"}


_Origin = tuple[int, Endpoint, Endpoint]
"""The frame in the capture from which the PDU was exported (0: not told), its source and target."""


class PduTags(NamedTuple):
    """What the tags of a PDU say; its payload goes from `start` to the end of the packet."""

    name: bytes
    """The dissector that the payload is for."""
    origin: _Origin
    transport: str
    start: int


class UpperPdus:
    """Takes exported PDUs; a message keeps the number of the frame from which it was exported.

    TLS and SIP both export what they have in hand: the decrypted record as `sip.tcp`, then as `sip` what
    is in it, once for each message and each time all of it. The former only tells that it came by TLS.
    """

    def __init__(self, findings: Findings, ends: Ends, spool: Spool) -> None:
        self._findings = findings
        self._ends = ends
        self._spool = spool
        self._encrypted: _Origin | None = None
        self._last: tuple[_Origin, bytes] | None = None

    def take(self, packet: Packet) -> None:
        """Take the packet of one PDU."""
        tags = read_tags(packet.data, self._ends)
        if tags is None:
            self._findings.unread[MALFORMED] += 1
            return
        payload = packet.data[tags.start :]
        if tags.name == _OF_TLS:
            self._encrypted = tags.origin
        elif tags.name != OF_SIP or not begins_like_sip(payload, after_blank(payload)):
            self._findings.other["PDU that is no SIP"] += 1
        elif self._last != (tags.origin, payload):
            self._last = tags.origin, payload
            self._messages(packet, tags, payload)

    def _messages(self, packet: Packet, tags: PduTags, payload: bytes) -> None:
        place = None if packet.place is None else packet.place + tags.start
        if tags.transport == "UDP":
            start = after_blank(payload)
            framed = [Framed(payload[start:], None if place is None else place + start)]
        else:
            framer = Framer(self._findings.unread)
            framed = framer.feed(payload, place)
            rest = framer.give_up()
            if rest:
                framed.append(Framed(rest, None))
        transport = "TLS" if tags.origin == self._encrypted else tags.transport
        frame, source, target = tags.origin
        for message, found in framed:
            where = self._spool.put(message) if found is None else found
            heard = (frame or packet.frame, packet.at, source, target, transport, message, where)
            self._findings.heard.append(heard)


def read_tags(data: bytes, ends: Ends) -> PduTags | None:
    """Return what the tags say; None: they end too early."""
    name = b""
    source = target = bytes(4)
    numbers = {_PORT_TYPE: 0, _SOURCE_PORT: 0, _TARGET_PORT: 0, _ORIGINAL_FRAME: 0}
    at = 0
    while at + 4 <= len(data):
        tag, length = struct.unpack_from("!HH", data, at)
        at += 4
        value = data[at : at + length]
        at += length
        if tag == _END:
            source += (numbers[_SOURCE_PORT] & 0xFFFF).to_bytes(2, "big")
            target += (numbers[_TARGET_PORT] & 0xFFFF).to_bytes(2, "big")
            transport = _TRANSPORTS.get(numbers[_PORT_TYPE], "unknown")
            origin = numbers[_ORIGINAL_FRAME], ends.end(source), ends.end(target)
            return PduTags(name, origin, transport, at)
        if tag == _NAME:
            name = value.rstrip(b"\0")
        elif tag in _ADDRESSES and length in {4, 16}:
            if tag in _SOURCES:
                source = value
            else:
                target = value
        elif tag in numbers and length == 4:
            numbers[tag] = int.from_bytes(value, "big")
    return None
