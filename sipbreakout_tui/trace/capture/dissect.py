"""From a captured packet up to SIP: the general way, for all that the fast loop leaves."""

import struct

from sipbreakout_tui.trace.capture.ends import Ends
from sipbreakout_tui.trace.capture.findings import CUT_SHORT, MALFORMED, Findings, Packet
from sipbreakout_tui.trace.capture.fragments import Fragments
from sipbreakout_tui.trace.capture.heard import ConnectionEvent, ConnectionTrouble
from sipbreakout_tui.trace.capture.icmp import unreachable
from sipbreakout_tui.trace.capture.ip import (
    EXTENSIONS,
    GRE,
    ICMP,
    ICMPV6,
    IPV4_INSIDE,
    IPV6_INSIDE,
    TCP,
    UDP,
    Datagram,
    ipv4,
    ipv6,
    past_extensions,
)
from sipbreakout_tui.trace.capture.link import ARP, IPV4, IPV6, network_layer
from sipbreakout_tui.trace.capture.reassembly import Segment
from sipbreakout_tui.trace.capture.sip_start import after_blank, begins_like_cut_sip, begins_like_sip
from sipbreakout_tui.trace.capture.spool import Spool
from sipbreakout_tui.trace.capture.tcp import Tcp, TcpHeader
from sipbreakout_tui.trace.capture.tunnel import gre
from sipbreakout_tui.trace.capture.upper_pdu import LINK_TYPE, UpperPdus

_DEEPEST = 8
_GTP_PORT = b"\x08\x68"  # 2152
_TUNNELS = {GRE: 0, IPV4_INSIDE: IPV4, IPV6_INSIDE: IPV6}
_UDP_LENGTH = struct.Struct("!H")
_TCP_NUMBERS = struct.Struct("!IIH")


class Dissector:
    """Takes packets one after the other; what they hold goes into the findings."""

    def __init__(self, findings: Findings, ends: Ends, spool: Spool) -> None:
        self._findings = findings
        self._ends = ends
        self._spool = spool
        self._fragments = Fragments(findings.unread)
        self._tcp = Tcp(findings, ends, spool)
        self._pdus = UpperPdus(findings, ends, spool)

    def take(self, packet: Packet, link: int) -> None:
        """Take a packet of a link type."""
        unread = self._findings.unread
        try:
            if link == LINK_TYPE:
                self._pdus.take(packet)
                return
            network = network_layer(link, packet.data)
            if network is None:
                unread[f"link type {link}"] += 1
            else:
                self._network(packet, *network, len(packet.data), 0)
        except (struct.error, IndexError):
            unread[CUT_SHORT if packet.short else MALFORMED] += 1

    def finish(self) -> None:
        """Settle what waits for packets: nothing more comes."""
        self._fragments.finish()
        self._tcp.finish()

    def _network(self, packet: Packet, kind: int, start: int, stop: int, depth: int) -> None:
        findings = self._findings
        if kind == IPV4:
            datagram = ipv4(packet.data, start, stop)
        elif kind == IPV6:
            datagram = ipv6(packet.data, start, stop)
        else:
            findings.other["arp" if kind == ARP else "not IP"] += 1
            return
        if datagram is None:
            findings.unread[CUT_SHORT if packet.short else MALFORMED] += 1
            return
        if datagram.piece is not None:
            if datagram.missing:
                findings.unread[CUT_SHORT] += 1
                return
            body = packet.data[datagram.start : datagram.stop]
            whole = self._fragments.add(datagram.piece, datagram.protocol, body, packet.at)
            if whole is None:
                return
            protocol, data = whole
            packet = packet._replace(data=data, place=None)
            datagram = datagram._replace(protocol=protocol, start=0, stop=len(data), piece=None)
        if datagram.protocol in EXTENSIONS:
            protocol, start = past_extensions(datagram.protocol, packet.data, datagram.start, datagram.stop)
            datagram = datagram._replace(protocol=protocol, start=start)
        self._transport(packet, datagram, depth)

    def _transport(self, packet: Packet, datagram: Datagram, depth: int) -> None:
        protocol = datagram.protocol
        if protocol == UDP:
            self._udp(packet, datagram)
        elif protocol == TCP:
            self._segment(packet, datagram)
        elif protocol in {ICMP, ICMPV6}:
            self._icmp(packet, datagram)
        elif protocol not in _TUNNELS:
            self._findings.other[f"ip protocol {protocol}"] += 1
        elif depth >= _DEEPEST:
            self._findings.unread["too many tunnels in one another"] += 1
        elif protocol == GRE:
            self._network(packet, *gre(packet.data, datagram.start), datagram.stop, depth + 1)
        else:
            self._network(packet, _TUNNELS[protocol], datagram.start, datagram.stop, depth + 1)

    def _udp(self, packet: Packet, datagram: Datagram) -> None:
        """Take a UDP datagram: at most one message."""
        findings, data, at = self._findings, packet.data, datagram.start
        source, target = data[at : at + 2], data[at + 2 : at + 4]
        (length,) = _UDP_LENGTH.unpack_from(data, at + 4)
        end = at + length if length >= 8 else datagram.stop
        cut = end > datagram.stop
        end = min(end, datagram.stop)
        start = after_blank(data, at + 8)
        if start >= end:
            findings.other["keep-alive"] += 1
            return
        payload = data[start:end]
        if begins_like_sip(payload) or (cut and begins_like_cut_sip(payload, 0)):
            if cut:
                findings.unread[CUT_SHORT] += 1
            place = self._spool.put(payload) if packet.place is None else packet.place + start
            ends = self._ends.end(datagram.source + source), self._ends.end(datagram.target + target)
            findings.heard.append((packet.frame, packet.at, *ends, "UDP", payload, place))
        elif _GTP_PORT in {source, target}:
            findings.unread["GTP"] += 1
        else:
            findings.other["udp"] += 1

    def _segment(self, packet: Packet, datagram: Datagram) -> None:
        """Take a TCP segment."""
        data, at = packet.data, datagram.start
        sequence, acknowledged, flags = _TCP_NUMBERS.unpack_from(data, at + 4)
        length = (flags >> 12) * 4
        body = at + length
        if length < 20 or body > datagram.stop:
            self._findings.unread[CUT_SHORT if datagram.missing else MALFORMED] += 1
            return
        source, target = datagram.source + data[at : at + 2], datagram.target + data[at + 2 : at + 4]
        header = TcpHeader(source, target, sequence, acknowledged, flags & 0x3F, datagram.missing)
        place = None if packet.place is None else packet.place + body
        self._tcp.take(header, Segment(packet.frame, packet.at, data[body : datagram.stop], place))

    def _icmp(self, packet: Packet, datagram: Datagram) -> None:
        """Take an ICMP message: what it quotes is no traffic, but tells what could not be reached."""
        version = 4 if datagram.protocol == ICMP else 6
        found = unreachable(packet.data, datagram.start, datagram.stop, version=version)
        if found is None:
            self._findings.other["icmp"] += 1
            return
        self._tcp.unreachable(found.source, found.target)
        source, target = self._ends.end(found.source), self._ends.end(found.target)
        trouble = ConnectionTrouble.ICMP_UNREACHABLE
        self._findings.happened(ConnectionEvent(packet.frame, packet.at, source, target, trouble, found.why))
