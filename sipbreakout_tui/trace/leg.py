"""A leg as a capture shows it: one INVITE between two addresses, and what followed."""

import math
from dataclasses import dataclass, field

from sipbreakout_tui.trace.capture.heard import ConnectionEvent, Endpoint
from sipbreakout_tui.trace.invite import Invite

GRACE_SECONDS = 2.0
"""How long after its end a leg still takes a continuation: answers and new INVITEs cross."""

LARGE_BYTES = 1300
"""A request larger than this goes over a transport with congestion control where the path's MTU is not known
(RFC 3261 section 18.1.1)."""


@dataclass(slots=True, eq=False)
class SeenLeg:
    """One INVITE between two adjacent addresses, with its retransmissions and authentication retries."""

    source: Endpoint
    target: Endpoint
    transport: str
    at: float
    """Unix time in seconds of its INVITE; of what was seen first where no INVITE was read."""
    invite: Invite
    row: int
    """The message with its INVITE, as a row of the trace's `Messages`."""
    messages: list[int]
    """Its messages, in the order of the file, as rows of `Messages`."""
    heard: bool = False
    """Whether the target sent any response."""
    ringing_at: float | None = None
    """Unix time in seconds of the first response from 180 to 183."""
    status: int | None = None
    """The final status; None where none was seen."""
    final_at: float | None = None
    final_row: int | None = None
    """The message with the final status, as a row of `Messages`."""
    cancelled_at: float | None = None
    """Unix time in seconds of its CANCEL."""
    cancel_row: int | None = None
    ended_at: float | None = None
    """Unix time in seconds of the BYE."""
    ended_by_source: bool = False
    """Whether the leg's source sent the BYE."""
    response_uuids: set[str] = field(default_factory=set)
    """Local UUIDs of the Session-IDs in its responses: the answerer's."""
    refers: list[int] = field(default_factory=list)
    """Its REFER requests, as rows of `Messages`."""
    retransmissions: int = 0
    mirrored: int = 0
    """Messages seen twice at nearly the same moment: the same packet, captured at two places."""
    retries: int = 0
    """Earlier INVITEs that were challenged (401, 407) or asked to change (422), folded into this leg."""
    offered: str | None = None
    """The transport profile of the first audio stream in its INVITE, such as `RTP/AVP`; looked up where it was
    refused with 488 or 606."""
    source_at: str = ""
    """What stands for the source: its address, with its port where one address calls itself."""
    target_at: str = ""
    events: list[ConnectionEvent] = field(default_factory=list)
    """Trouble with the connection that should have carried it."""

    def __post_init__(self) -> None:
        """Let addresses stand for the ends."""
        self.source_at = self.source_at or self.source.address
        self.target_at = self.target_at or self.target.address

    @property
    def too_large(self) -> bool:
        """Whether its INVITE went over UDP although it is larger than LARGE_BYTES.

        A log of what was encrypted shows its messages as UDP; the topmost Via tells.
        """
        invite = self.invite
        return invite.size > LARGE_BYTES and self.transport == "UDP" and invite.via_transport in ("", "UDP")

    @property
    def branch(self) -> str:
        """The branch of its topmost Via."""
        return self.invite.branch

    @property
    def open_until(self) -> float:
        """Unix time in seconds at which it ended; infinity where no end was seen."""
        if self.status is None:
            return math.inf
        if self.status >= 300:
            return self.final_at or math.inf
        return self.ended_at or math.inf

    def open_at(self, moment: float) -> bool:
        """Return whether it still stands at a moment, or ended just before."""
        return moment <= self.open_until + GRACE_SECONDS
