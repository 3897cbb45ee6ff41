"""What tshark exported: payloads of TLS connections, and SIP messages as it told them apart."""

import struct
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path

from sipbreakout_tui.trace.capture.ends import Ends
from sipbreakout_tui.trace.capture.framing import Framer
from sipbreakout_tui.trace.capture.heard import Endpoint
from sipbreakout_tui.trace.capture.sip_start import after_blank
from sipbreakout_tui.trace.capture.upper_pdu import OF_SIP, PduTags, read_tags

FILE_HEADER = 24
"""Bytes before the first record of a pcap."""

_RECORD = struct.Struct("=IIII")

Exported = tuple[int, float, Endpoint, Endpoint, str, bytes]
"""A message as `Heard`, without a place."""
_Pair = tuple[Endpoint, Endpoint]


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
                tags = read_tags(data, ends)
                if tags is None:
                    continue
                frame, source, target = tags.origin
                if frame != self._frame:
                    self._next_frame(frame)
                transport, messages = self._cut(tags, data[tags.start :])
                for message in messages:
                    yield frame, seconds + nanoseconds / 1e9, source, target, transport, message
        self._next_frame(0)

    def _next_frame(self, frame: int) -> None:
        self.decrypted_only += self._without_sip
        self._frame = frame
        self._without_sip = False
        self._tls.clear()
        self._repeats.clear()

    def _cut(self, tags: PduTags, payload: bytes) -> tuple[str, list[bytes]]:
        """Return the transport and the messages that this PDU adds to those before."""
        _, source, target = tags.origin
        pair = source, target
        if tags.name != OF_SIP:
            self._without_sip |= not self._ports.isdisjoint((source.port, target.port))
            framer = self._streams.get(pair)
            if framer is None:
                framer = self._streams[pair] = Framer(self._lost)
            messages = [framed.message for framed in framer.feed(payload, None)] if framer.in_step else []
            self._tls[pair] = framer.in_step
            return "TLS", messages
        self._without_sip = False
        if self._tls.get(pair):
            return "TLS", []
        transport = "TLS" if pair in self._tls else tags.transport
        if transport == "UDP":
            return transport, [payload[after_blank(payload) :]]
        repeated, left = self._repeats.get(pair, (b"", 0))
        if left and repeated == payload:
            self._repeats[pair] = payload, left - 1
            return transport, []
        messages = [framed.message for framed in Framer(self._lost).feed(payload, None)]
        self._repeats[pair] = payload, len(messages) - 1
        return transport, messages or [payload]
