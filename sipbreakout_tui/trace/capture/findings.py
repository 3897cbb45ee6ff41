"""What the reading of a capture finds, gathered in one place for all its layers."""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from sipbreakout_tui.trace.capture.heard import ConnectionEvent, Endpoint, Heard

CUT_SHORT = "cut short by the capture (snaplen)"
ENDS_EARLY = "the file ends in the middle of a packet"
LOST_SEGMENTS = "lost TCP segments"
MALFORMED = "malformed packet"
NO_END = "SIP message without its end"
TOO_LARGE = "SIP message over 16 MB"
OUT_OF_STEP = "bytes between SIP messages"
TLS_UNREAD = "TLS without its keys"

_MOST_EVENTS = 20_000


class Packet(NamedTuple):
    """A packet, or what was put together from several, on its way up the layers."""

    frame: int
    at: float
    data: bytes
    place: int | None
    """Where the data stand in the file; None: they were put together."""
    short: bool
    """The capture kept less than was on the wire."""


@dataclass(slots=True)
class Findings:
    """Everything found so far; the layers write into it."""

    unread: Counter[str] = field(default_factory=Counter)
    other: Counter[str] = field(default_factory=Counter)
    tls_servers: Counter[Endpoint] = field(default_factory=Counter)
    events: list[ConnectionEvent] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    """Messages that wait to be handed out."""

    def happened(self, event: ConnectionEvent) -> None:
        """Keep an event, as long as there are not absurdly many (a port scan makes millions)."""
        if len(self.events) < _MOST_EVENTS:
            self.events.append(event)
        else:
            self.other["connection events beyond the first 20,000"] += 1
