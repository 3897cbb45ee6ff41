"""What tshark exported: payloads of TLS connections, and SIP messages as it told them apart."""

import struct
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple

from sipbreakout_tui.trace.capture.ends import Ends
from sipbreakout_tui.trace.capture.framing import Framer
from sipbreakout_tui.trace.capture.heard import Endpoint
from sipbreakout_tui.trace.capture.sip_start import after_blank

FILE_HEADER = 24
"""Bytes before the first record of a pcap."""

_RECORD = struct.Struct("=IIII")
_TAG = struct.Struct("!HH")
_END, _NAME, _TRANSPORT, _SOURCE_PORT, _TARGET_PORT, _FRAME = 0, 12, 24, 25, 26, 30
_SOURCES, _TARGETS = (20, 22), (21, 23)
_TRANSPORTS = {1: "SCTP", 2: "TCP", 3: "UDP"}

Exported = tuple[int, float, Endpoint, Endpoint, str, bytes]
"""A message as `Heard`, without a place."""
_Pair = tuple[Endpoint, Endpoint]


class _Pdu(NamedTuple):
    name: bytes
    """The dissector that the payload is for."""
    source: Endpoint
    target: Endpoint
    transport: str
    frame: int
    payload: bytes


class TsharkExport:
    """Reads a pcap of exported PDUs with nanoseconds, in this machine's byte order.

    TLS gives what each record held, under the name of the dissector that it is for: it is cut into messages here. A
    `sip` PDU holds everything from a segment's first message on, and comes once for each message that tshark found;
    where the message came out of TLS, after what TLS gave.
    """

    def __init__(self, path: Path, tls_ports: Collection[int]) -> None:
        """Prepare.

        Args:
            path: The pcap.
            tls_ports: Where `decrypted_only` counts.
        """
        self.decrypted_only = 0
        """Frames with TLS that was read but where tshark saw no SIP; grows while messages are read."""
        self._path = path
        self._ports = frozenset(tls_ports)
        self._streams: dict[_Pair, Framer] = {}
        self._lost: Counter[str] = Counter()
        self._frame = 0
        self._without_sip = False
        self._tls: dict[_Pair, bool] = {}
        self._repeats: dict[_Pair, tuple[bytes, int]] = {}

    def messages(self) -> Iterator[Exported]:
        """Yield every message in the order of the file."""
        ends = Ends()
        with self._path.open("rb") as file:
            file.seek(FILE_HEADER)
            while len(head := file.read(_RECORD.size)) == _RECORD.size:
                seconds, nanoseconds, captured, _ = _RECORD.unpack(head)
                data = file.read(captured)
                pdu = _pdu(data, ends)
                if pdu is None:
                    continue
                if pdu.frame != self._frame:
                    self._next_frame(pdu.frame)
                transport, messages = self._cut(pdu)
                for message in messages:
                    yield pdu.frame, seconds + nanoseconds / 1e9, pdu.source, pdu.target, transport, message
        self._next_frame(0)

    def _next_frame(self, frame: int) -> None:
        self.decrypted_only += self._without_sip
        self._frame = frame
        self._without_sip = False
        self._tls.clear()
        self._repeats.clear()

    def _cut(self, pdu: _Pdu) -> tuple[str, list[bytes]]:
        """Return the transport and the messages that this PDU adds to those before."""
        pair, payload = (pdu.source, pdu.target), pdu.payload
        if pdu.name != b"sip":
            self._without_sip |= not self._ports.isdisjoint((pdu.source.port, pdu.target.port))
            framer = self._streams.get(pair)
            if framer is None:
                framer = self._streams[pair] = Framer(self._lost)
            messages = [framed.message for framed in framer.feed(payload, None)] if framer.in_step else []
            self._tls[pair] = framer.in_step
            return "TLS", messages
        self._without_sip = False
        if self._tls.get(pair):
            return "TLS", []
        transport = "TLS" if pair in self._tls else pdu.transport
        if transport == "UDP":
            return transport, [payload[after_blank(payload) :]]
        repeated, left = self._repeats.get(pair, (b"", 0))
        if left and repeated == payload:
            self._repeats[pair] = payload, left - 1
            return transport, []
        messages = [framed.message for framed in Framer(self._lost).feed(payload, None)]
        self._repeats[pair] = payload, len(messages) - 1
        return transport, messages or [payload]


def _pdu(data: bytes, ends: Ends) -> _Pdu | None:
    """Return what stands behind the tags; None where they do not end, or tell no addresses."""
    tags: dict[int, bytes] = {}
    at = 0
    while at + _TAG.size <= len(data):
        tag, length = _TAG.unpack_from(data, at)
        at += _TAG.size
        if tag == _END:
            break
        tags[tag] = data[at : at + length]
        at += length
    else:
        return None
    source = next((tags[tag] for tag in _SOURCES if tag in tags), b"")
    target = next((tags[tag] for tag in _TARGETS if tag in tags), b"")
    if len(source) not in (4, 16) or len(target) not in (4, 16):
        return None
    return _Pdu(
        tags.get(_NAME, b"").rstrip(b"\0"),
        ends.end(source + tags.get(_SOURCE_PORT, b"")[-2:].rjust(2, b"\0")),
        ends.end(target + tags.get(_TARGET_PORT, b"")[-2:].rjust(2, b"\0")),
        _TRANSPORTS.get(int.from_bytes(tags.get(_TRANSPORT, b""), "big"), "unknown"),
        int.from_bytes(tags.get(_FRAME, b""), "big"),
        data[at:],
    )
