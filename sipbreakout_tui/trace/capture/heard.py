"""What a source of signalling gives: SIP messages as they were heard, and what happened to connections."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, Protocol

from sipbreakout_model import SipBreakoutError


class TraceError(SipBreakoutError):
    """A capture cannot be used."""


class NotACapture(TraceError):
    """The file is neither pcap, pcapng nor a text log of SIP."""


class CaptureUnreadable(TraceError):
    """The file cannot be opened or read: it is not there, or the disk refuses."""


class DecoderMissing(TraceError):
    """`tshark` was asked for and is not installed."""


class Endpoint(NamedTuple):
    """One end of a conversation; a source gives one object for equal ends."""

    address: str
    """IPv4 or IPv6 address, without brackets."""
    port: int

    def __str__(self) -> str:
        """Return `127.0.0.1:5060` or `[::1]:5060`."""
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"


class ConnectionTrouble(Enum):
    """What happened to a connection, or to an attempt to make one."""

    UNANSWERED = "unanswered"
    """A TCP connect (SYN) without an answer."""
    REFUSED = "refused"
    """A TCP connect answered by a reset."""
    RESET = "reset"
    """A reset of a connection that stood."""
    TLS_ALERT = "tls_alert"
    """A fatal TLS alert, or any alert before the handshake was done."""
    ICMP_UNREACHABLE = "icmp_unreachable"
    """An ICMP error that says that the target cannot be reached."""

    def __str__(self) -> str:
        """Return the words for people."""
        return _TROUBLE[self.value]


_TROUBLE = {
    "unanswered": "its connect got no answer",
    "refused": "the connection was refused",
    "reset": "the connection was reset",
    "tls_alert": "TLS failed",
    "icmp_unreachable": "ICMP says that it is unreachable",
}


@dataclass(frozen=True, slots=True)
class ConnectionEvent:
    """Trouble with a connection, as the capture shows it."""

    frame: int
    """From 1; the frame that shows it (the first SYN of an unanswered connect)."""
    at: float
    """Unix time in seconds."""
    source: Endpoint
    """Who wanted the connection or sent what was refused; not who refused."""
    target: Endpoint
    trouble: ConnectionTrouble
    detail: str = ""
    """A few words, such as `unknown CA` for a TLS alert 48; empty where there is nothing to add."""


Heard = tuple[int, float, Endpoint, Endpoint, str, bytes, int]
"""One SIP message: frame (from 1; of its last packet), Unix time (s), source, target, transport
(`UDP`, `TCP`, `TLS`, …), the message's bytes from its start line on, and its place for `raw`.
A plain tuple, because a capture has hundreds of thousands."""


class Source(Protocol):
    """A capture file or a log, read once from front to back."""

    unread: Counter[str]
    """How many packets could not be read, by reason in a few words; grows while messages are read."""
    events: list[ConnectionEvent]
    """Grows while messages are read."""
    frames: int
    """How many frames were seen; grows while messages are read."""

    def messages(self) -> Iterator[Heard]:
        """Yield every SIP message in the order of the file."""

    def raw(self, place: int, length: int) -> bytes:
        """Return a message's bytes again, by the place that `messages` gave."""

    def close(self) -> None:
        """Close the file; temporary files go away."""
