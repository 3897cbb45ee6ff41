"""What is known of one TCP connection."""

from enum import Enum

from sipbreakout_tui.trace.capture.framing import Framer
from sipbreakout_tui.trace.capture.reassembly import Reassembly
from sipbreakout_tui.trace.capture.tls import Handshake

SIP_TLS_PORT = 5061


class Stage(Enum):
    """How far a connection has come."""

    ASKED = "asked"
    """A SYN was seen, and nothing after it."""
    STANDING = "standing"
    OVER = "over"


class Flow:
    """One direction."""

    __slots__ = ("acknowledged", "at", "finished", "frame", "framer", "fresh", "order")

    def __init__(self) -> None:
        self.order: Reassembly | None = None
        """None: where this direction starts is not known."""
        self.framer: Framer | None = None
        """None: what comes is not SIP, or not yet."""
        self.fresh = False
        """Its SYN was seen, and no bytes yet."""
        self.acknowledged: int | None = None
        """The last acknowledgement that this side sent."""
        self.finished = False
        """This side sent a FIN."""
        self.frame = 0
        """Of the last bytes taken in order."""
        self.at = 0.0

    @property
    def is_out_of_step(self) -> bool:
        """Whether no message is under way, and only the start of a segment may begin one."""
        return self.framer is None and not self.fresh

    @property
    def held(self) -> int:
        """Bytes kept for messages that are not whole."""
        return (len(self.framer) if self.framer else 0) + (self.order.waiting if self.order else 0)


class Connection:
    """Both directions; side 0 is the end whose address and port sort first."""

    __slots__ = (
        "asked_at", "asked_frame", "asked_sequence", "client", "ends", "flows", "handshake", "is_tls", "reported",
        "speaks_sip", "stage",
    )  # fmt: skip

    def __init__(self, ends: tuple[bytes, bytes]) -> None:
        self.ends = ends
        self.flows = (Flow(), Flow())
        self.stage = Stage.STANDING
        self.client: int | None = None
        """The side that asked for the connection; None: not seen."""
        self.asked_frame = 0
        self.asked_at = 0.0
        self.asked_sequence = -1
        self.is_tls = False
        self.handshake: Handshake | None = None
        """None: no TLS, or the handshake is done with."""
        self.speaks_sip = False
        """SIP is what its TLS carries, as far as can be told without keys."""
        self.reported = False
        """Its trouble was told."""

    @property
    def server(self) -> int:
        """The side that serves, by the SYN, else by its port."""
        if self.client is not None:
            return 1 - self.client
        ports = [int.from_bytes(end[-2:], "big") for end in self.ends]
        if SIP_TLS_PORT in ports:
            return ports.index(SIP_TLS_PORT)
        return 0 if ports[0] <= ports[1] else 1
