"""TLS connections: their handshakes watched, their encrypted packets counted."""

from sipbreakout_tui.trace.capture.connection import SIP_TLS_PORT, Connection
from sipbreakout_tui.trace.capture.ends import Ends
from sipbreakout_tui.trace.capture.findings import TLS_UNREAD, Findings
from sipbreakout_tui.trace.capture.reassembly import Reassembly, Segment
from sipbreakout_tui.trace.capture.tls import Handshake


class TlsStreams:
    """Takes the segments of connections that carry TLS."""

    def __init__(self, findings: Findings, ends: Ends) -> None:
        self._findings = findings
        self._ends = ends

    def take(self, connection: Connection, side: int, sequence: int, segment: Segment) -> str:
        """Take a segment with bytes in it; return the name of the alert that it brings, or nothing."""
        if not connection.is_tls:
            connection.is_tls = True
            connection.handshake = Handshake()
        alert = ""
        application = True
        if connection.handshake is not None:
            application = self._watch(connection, connection.handshake, side, sequence, segment)
            alert = connection.handshake.alert
            if connection.handshake.settled:
                connection.handshake = None
                for flow in connection.flows:
                    flow.order = None
        if application:
            server = connection.ends[connection.server]
            self._findings.tls_servers[self._ends.end(server)] += 1
        if application and (connection.speaks_sip or int.from_bytes(server[-2:], "big") == SIP_TLS_PORT):
            self._findings.unread[TLS_UNREAD] += 1
        else:
            self._findings.other["tls"] += 1
        return alert

    @staticmethod
    def _watch(connection: Connection, handshake: Handshake, side: int, sequence: int, segment: Segment) -> bool:
        """Return whether application data became readable in their order."""
        flow = connection.flows[side]
        flow.fresh = False
        if flow.order is None:
            flow.order = Reassembly(sequence)
        application = False
        for ready in flow.order.add(sequence, segment):
            application |= handshake.feed(side, ready.body)
        if flow.order.is_crowded:
            handshake.settled = True
        connection.speaks_sip |= handshake.speaks_sip
        if handshake.client is not None:
            connection.client = handshake.client
        return application
