"""What a capture point sees: messages that parties send one after the other, by UDP or over a connection."""

from tests.trace.traffic.pcap import Endpoint, Packet, Tcp, tcp, udp
from tests.trace.traffic.sip import Message

START = 1_795_464_000_000_000
"""When captures begin, in µs: 2026-11-23T20:00:00Z."""
GAP = 700
"""µs between two messages where nothing else is said."""
_SEGMENT = 1400

TLS_CLIENT_HELLO = bytes.fromhex("1603010031010000") + bytes(range(46))
TLS_ALERT = bytes.fromhex("15030300020230")
"""Fatal: unknown certificate authority."""


class Wire:
    """Collects packets; its clock moves with every message."""

    def __init__(self, start: int = START) -> None:
        self.now = start
        self.packets: list[Packet] = []
        self._connections: dict[frozenset[str], Connection] = {}

    def wait(self, seconds: float) -> None:
        self.now += round(seconds * 1_000_000)

    def send(self, source: Endpoint, target: Endpoint, message: Message) -> None:
        """Let a message pass, over the connection between both hosts if there is one."""
        connection = self._connections.get(frozenset((source.host, target.host)))
        if connection is None:
            self.packets.append(udp(self.now, source, target, message.encode()))
            self.now += GAP
        else:
            connection.send(source.host, message.encode())

    def connect(self, source: Endpoint, target: Endpoint) -> "Connection":
        """Open a TCP connection that all messages between both hosts take from now on."""
        connection = Connection(self, source, target)
        connection.open()
        self._connections[frozenset((source.host, target.host))] = connection
        return connection

    def again(self, back: int, after: float) -> None:
        """Repeat the packet `back` places before the end, `after` seconds later than now."""
        self.wait(after)
        self.packets.append(Packet(self.now, self.packets[-back].data))
        self.now += GAP


class Connection:
    """One TCP connection and what passes over it."""

    def __init__(self, wire: Wire, source: Endpoint, target: Endpoint) -> None:
        self._wire = wire
        self._ends = (source, target)
        self._next = [1000, 2000]

    def open(self) -> None:
        self.syn()
        self._segment(1, Tcp.SYN | Tcp.ACK)
        self._segment(0, Tcp.ACK)

    def syn(self) -> None:
        self._segment(0, Tcp.SYN)

    def repeat_syn(self, after: float) -> None:
        self._wire.wait(after)
        self._next[0] -= 1
        self.syn()

    def reset(self, by: int = 1) -> None:
        """Refuse or break the connection, by the target unless it is 0."""
        self._segment(by, Tcp.RST | Tcp.ACK)

    def close(self, by: int = 0) -> None:
        self._segment(by, Tcp.FIN | Tcp.ACK)
        self._segment(1 - by, Tcp.FIN | Tcp.ACK)
        self._segment(by, Tcp.ACK)

    def send(self, host: str, payload: bytes) -> None:
        """Send from a host, cut into segments."""
        by = 0 if self._ends[0].host == host else 1
        for start in range(0, len(payload), _SEGMENT):
            self._segment(by, Tcp.PSH | Tcp.ACK, payload[start : start + _SEGMENT])

    def _segment(self, by: int, flags: Tcp, payload: bytes = b"") -> None:
        source, target = self._ends[by], self._ends[1 - by]
        acknowledged = self._next[1 - by] if flags & Tcp.ACK else 0
        self._wire.packets.append(tcp(self._wire.now, source, target, flags, self._next[by], acknowledged, payload))
        self._wire.now += GAP // 4
        self._next[by] += len(payload) + bool(flags & (Tcp.SYN | Tcp.FIN))
