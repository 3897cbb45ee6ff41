"""SIP messages out of the directions of TCP connections."""

from sipbreakout_tui.trace.capture.connection import Connection, Flow
from sipbreakout_tui.trace.capture.ends import Ends
from sipbreakout_tui.trace.capture.findings import CUT_SHORT, LOST_SEGMENTS, NO_END, Findings
from sipbreakout_tui.trace.capture.framing import Framed, Framer
from sipbreakout_tui.trace.capture.reassembly import Reassembly, Segment
from sipbreakout_tui.trace.capture.sip_start import after_blank, begins_like_sip, begins_usually
from sipbreakout_tui.trace.capture.spool import Spool

_MOST_HELD = 64 << 20
_CROWDED = "SIP message given up: too many are unfinished"


class SipStreams:
    """Reads the directions that carry SIP; the others cost a look at the start of each segment."""

    def __init__(self, findings: Findings, ends: Ends, spool: Spool) -> None:
        self._findings = findings
        self._ends = ends
        self._spool = spool
        self._held = 0

    def take(self, connection: Connection, side: int, sequence: int, segment: Segment, missing: int) -> None:
        """Take a segment with bytes in it; `missing` more of its bytes are not in the capture."""
        flow = connection.flows[side]
        if flow.is_out_of_step:
            if not begins_usually(segment.body) or (flow.order is not None and flow.order.is_old(sequence)):
                self._findings.other["tcp"] += 1
                return
            flow.order = Reassembly(sequence)
        order = flow.order
        if order is None:
            return
        self._held -= flow.held
        for ready in order.add(sequence, segment):
            self._feed(connection, side, ready)
        if missing:
            self._cut(connection, side, missing)
        acknowledged = connection.flows[1 - side].acknowledged
        while order.has_gap and (flow.is_out_of_step or order.is_hopeless(segment.at, acknowledged)):
            self._skip_gap(connection, side, order)
        if self._held + flow.held > _MOST_HELD:
            self._findings.unread[_CROWDED] += 1
            _drop(flow)
            order.forget()
        self._held += flow.held

    def flush(self, connection: Connection) -> None:
        """Read what waits behind gaps, and give up what is not whole."""
        for side, flow in enumerate(connection.flows):
            self._held -= flow.held
            if flow.order is not None:
                if connection.is_tls:
                    flow.order.forget()
                while flow.order.has_gap:
                    self._skip_gap(connection, side, flow.order)
            if _drop(flow):
                self._findings.unread[NO_END] += 1

    def _feed(self, connection: Connection, side: int, segment: Segment) -> None:
        flow = connection.flows[side]
        if segment.frame > flow.frame:
            flow.frame, flow.at = segment.frame, segment.at
        if flow.framer is None:
            if not (begins_usually(segment.body) or (flow.fresh and _may_become_sip(segment.body))):
                flow.fresh = False
                self._findings.other["tcp"] += 1
                return
            flow.fresh = False
            flow.framer = Framer(self._findings.unread)
        for framed in flow.framer.feed(segment.body, segment.place):
            self._message(connection, side, framed)
        if not flow.framer.in_step:
            flow.framer = None

    def _message(self, connection: Connection, side: int, framed: Framed) -> None:
        flow = connection.flows[side]
        source, target = self._ends.end(connection.ends[side]), self._ends.end(connection.ends[1 - side])
        place = self._spool.put(framed.message) if framed.place is None else framed.place
        self._findings.heard.append((flow.frame, flow.at, source, target, "TCP", framed.message, place))

    def _cut(self, connection: Connection, side: int, missing: int) -> None:
        """Go on behind bytes that the capture did not keep; their message is given out as far as it goes."""
        flow = connection.flows[side]
        if flow.framer is None or flow.order is None:
            return
        self._findings.unread[CUT_SHORT] += 1
        if not flow.order.has_gap:
            held = _drop(flow)
            if held:
                self._message(connection, side, Framed(held, None))
            flow.order.skip(missing)

    def _skip_gap(self, connection: Connection, side: int, order: Reassembly) -> None:
        flow = connection.flows[side]
        was_sip = flow.framer is not None
        _drop(flow)
        flow.fresh = False
        for ready in order.skip_gap():
            self._feed(connection, side, ready)
        self._findings.unread[LOST_SEGMENTS] += was_sip or flow.framer is not None


def _may_become_sip(body: bytes) -> bool:
    return begins_like_sip(body, after_blank(body), more_follows=True) is not False


def _drop(flow: Flow) -> bytes:
    """Forget a message that is not whole; return what there was of it."""
    if flow.framer is None:
        return b""
    held = flow.framer.give_up()
    flow.framer = None
    return held
