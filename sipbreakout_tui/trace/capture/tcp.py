"""TCP connections: who asked for them, what they carry, the trouble they meet."""

from typing import NamedTuple

from sipbreakout_tui.trace.capture.connection import Connection, Flow, Stage
from sipbreakout_tui.trace.capture.ends import Ends
from sipbreakout_tui.trace.capture.findings import Findings
from sipbreakout_tui.trace.capture.heard import ConnectionEvent, ConnectionTrouble
from sipbreakout_tui.trace.capture.reassembly import Reassembly, Segment
from sipbreakout_tui.trace.capture.sip_start import begins_usually
from sipbreakout_tui.trace.capture.sip_stream import SipStreams
from sipbreakout_tui.trace.capture.spool import Spool
from sipbreakout_tui.trace.capture.tls import begins_like_tls
from sipbreakout_tui.trace.capture.tls_stream import TlsStreams

_FIN, _SYN, _RST, _ACK = 1, 2, 4, 16
_MOST_CONNECTIONS = 8192
_BROKE_OFF = "probably: closed during the handshake"


class TcpHeader(NamedTuple):
    """What matters of a segment's header."""

    source: bytes
    """Address and port in network order."""
    target: bytes
    sequence: int
    acknowledged: int
    flags: int
    missing: int
    """Bytes that the segment carried and the capture does not hold."""

    @property
    def side(self) -> int:
        """Which side of its connection sent it."""
        return 0 if self.source < self.target else 1


class Tcp:
    """All connections of a capture; of too many, the oldest are forgotten."""

    def __init__(self, findings: Findings, ends: Ends, spool: Spool) -> None:
        self._findings = findings
        self._ends = ends
        self._sip = SipStreams(findings, ends, spool)
        self._tls = TlsStreams(findings, ends)
        self._connections: dict[bytes, Connection] = {}

    def take(self, header: TcpHeader, segment: Segment) -> None:
        """Take a segment."""
        flags, body = header.flags, segment.body
        if flags & (_SYN | _RST) or not body:
            self._findings.other["tcp"] += 1
        if flags & _SYN:
            self._syn(header, segment)
            return
        connection = self._connections.get(_key(header.source, header.target))
        if connection is None:
            if flags & _RST or not body:
                return
            if not (begins_usually(body) or begins_like_tls(body)):
                self._findings.other["tcp"] += 1
                return
            connection = self._new(header)
        if flags & _RST:
            self._reset(connection, header.side, segment)
            return
        if connection.stage is Stage.ASKED:
            connection.stage = Stage.STANDING
        flow = connection.flows[header.side]
        if flags & _ACK:
            flow.acknowledged = header.acknowledged
        if body:
            self._body(connection, header, segment)
        if flags & _FIN and not flow.finished:
            self._fin(connection, header.side, segment)

    def unreachable(self, source: bytes, target: bytes) -> None:
        """Take note that an ICMP error told what became of a connect."""
        connection = self._connections.get(_key(source, target))
        if connection is not None and connection.stage is Stage.ASKED:
            connection.stage = Stage.OVER

    def finish(self) -> None:
        """Settle what is open: nothing more comes."""
        for connection in self._connections.values():
            self._finish(connection)
        self._connections.clear()

    def _new(self, header: TcpHeader) -> Connection:
        if len(self._connections) >= _MOST_CONNECTIONS:
            self._finish(self._connections.pop(next(iter(self._connections))))
        ends = header.source, header.target
        connection = Connection(ends if header.side == 0 else ends[::-1])
        self._connections[_key(*ends)] = connection
        return connection

    def _finish(self, connection: Connection) -> None:
        if connection.stage is Stage.ASKED:
            self._tell(connection, ConnectionTrouble.UNANSWERED, connection.asked_frame, connection.asked_at)
        self._sip.flush(connection)

    def _body(self, connection: Connection, header: TcpHeader, segment: Segment) -> None:
        side = header.side
        flow = connection.flows[side]
        if not connection.is_tls and (flow.framer is not None or not begins_like_tls(segment.body)):
            self._sip.take(connection, side, header.sequence, segment, header.missing)
            return
        alert = self._tls.take(connection, side, header.sequence, segment)
        if alert:
            self._tell(connection, ConnectionTrouble.TLS_ALERT, segment.frame, segment.at, alert)

    def _syn(self, header: TcpHeader, segment: Segment) -> None:
        side = header.side
        connection = self._connections.get(_key(header.source, header.target))
        asked = connection is not None and connection.stage is Stage.ASKED
        if connection is None or (not header.flags & _ACK and not (asked and connection.client != side)):
            if connection is not None:
                if connection.client == side and connection.asked_sequence == header.sequence:
                    return
                self._finish(self._connections.pop(_key(header.source, header.target)))
            connection = self._new(header)
            if header.flags & _ACK:
                connection.client = 1 - side
                _start(connection.flows[1 - side], header.acknowledged)
            else:
                connection.client, connection.stage = side, Stage.ASKED
                connection.asked_frame, connection.asked_at = segment.frame, segment.at
                connection.asked_sequence = header.sequence
        elif asked:
            connection.stage = Stage.STANDING
        if connection.flows[side].order is None:
            _start(connection.flows[side], header.sequence + 1)

    def _reset(self, connection: Connection, side: int, segment: Segment) -> None:
        asked = connection.stage is Stage.ASKED
        if connection.stage is Stage.OVER or (asked and side == connection.client):
            return
        self._sip.flush(connection)
        handshake = connection.handshake
        trouble, detail = ConnectionTrouble.RESET, f"by {self._ends.end(connection.ends[side])}"
        if asked:
            trouble, detail = ConnectionTrouble.REFUSED, ""
        elif handshake is not None and handshake.broke_off and handshake.has_answer:
            trouble, detail = ConnectionTrouble.TLS_ALERT, _BROKE_OFF
        if not any(flow.finished for flow in connection.flows):
            self._tell(connection, trouble, segment.frame, segment.at, detail)
        connection.stage = Stage.OVER

    def _fin(self, connection: Connection, side: int, segment: Segment) -> None:
        connection.flows[side].finished = True
        if connection.handshake is not None and connection.handshake.broke_off:
            self._tell(connection, ConnectionTrouble.TLS_ALERT, segment.frame, segment.at, _BROKE_OFF)
        if all(flow.finished for flow in connection.flows):
            self._sip.flush(connection)
            connection.stage = Stage.OVER

    def _tell(
        self, connection: Connection, trouble: ConnectionTrouble, frame: int, at: float, detail: str = ""
    ) -> None:
        """Report trouble, once a connection."""
        if not connection.reported:
            connection.reported = True
            target = connection.server
            ends = self._ends.end(connection.ends[1 - target]), self._ends.end(connection.ends[target])
            self._findings.happened(ConnectionEvent(frame, at, *ends, trouble, detail))


def _key(source: bytes, target: bytes) -> bytes:
    return source + target if source < target else target + source


def _start(flow: Flow, sequence: int) -> None:
    flow.order = Reassembly(sequence & 0xFFFFFFFF)
    flow.fresh = True
