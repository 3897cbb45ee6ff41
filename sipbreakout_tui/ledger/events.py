"""What a ledger holds: requests with their answers, and what is known of a number."""

from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from sipbreakout_model import E164, Lease, Registration
from sipbreakout_tui.ledger.runs import decode


class Verb(Enum):
    """What is asked of a core."""

    UPSERT = "upsert"
    DELETE = "delete"


class Kind(Enum):
    """What became of a request."""

    ASKED = "asked"
    """No answer is recorded: the process died or still waits (V7 "unknown")."""
    ACCEPTED = "accepted"
    DELETED = "deleted"
    REFUSED = "refused"
    """The core said no, in its body (V10); nothing changed."""
    FAILED = "failed"
    """Nobody answered, or something on the way did."""
    NOTE = "note"
    """Words somebody wrote down; no request."""


class State(Enum):
    """What we can say of a number's registration (V7); whether it has expired, the clock says."""

    ASSERTED = "asserted"
    REFUSED = "refused"
    FAILED = "failed"
    DELETED = "deleted"
    UNKNOWN = "unknown"
    """Asked, and no answer is recorded yet."""


class Request(NamedTuple):
    """What is about to be asked of a core."""

    verb: Verb
    registration: Registration
    """What is asked for; of a delete, what is to be deleted."""
    target: str
    """Which core, as in `api.wgtwo.com:443`."""
    profile: str
    actor: str
    """Who asks: `cli`, `keeper`, `tui`."""
    at: float | None = None
    """Unix time in seconds; None: now."""


class Answer(NamedTuple):
    """What came back; made by its class methods."""

    request: int
    """The id that `asked` returned."""
    kind: Kind
    latency: float | None = None
    """Seconds from the first attempt to the answer."""
    lease: Lease | None = None
    words: str | None = None
    may_have_changed: bool = False
    """Whether the core may have done what was asked although nobody told us."""
    at: float | None = None
    """Unix time in seconds; None: now."""

    @classmethod
    def accepted(cls, request: int, lease: Lease, latency: float | None = None) -> "Answer":
        """Return the answer of an upsert that the core took."""
        return cls(request, Kind.ACCEPTED, latency, lease)

    @classmethod
    def deleted(cls, request: int, latency: float | None = None, note: str | None = None) -> "Answer":
        """Return the answer of a delete that the core took; `note` says how, where that is not plain."""
        return cls(request, Kind.DELETED, latency, None, note)

    @classmethod
    def refused(cls, request: int, words: str, latency: float | None = None) -> "Answer":
        """Return a refusal, with the core's own words (V10)."""
        return cls(request, Kind.REFUSED, latency, None, words)

    @classmethod
    def failed(cls, request: int, why: str, latency: float | None = None, *, may_have_changed: bool = True) -> "Answer":
        """Return a failure; it may have changed something unless the request never reached the core."""
        return cls(request, Kind.FAILED, latency, None, why, may_have_changed)


@dataclass(frozen=True, slots=True)
class Event:
    """A request with what became of it; a run of equal refreshes is one event."""

    id: int
    kind: Kind
    verb: Verb | None
    """None of a note."""
    number: E164 | None
    registration: Registration | None
    """What was asked for; None of a note."""
    target: str
    profile: str
    actor: str
    asked_at: float
    """Unix time in seconds; of a run, of its first request."""
    at: float | None
    """When the answer came; None while there is none. Of a run, its first answer."""
    accepted_at: float | None
    """Where the first accepted lease starts (V2); None of everything else."""
    ttl: float | None
    latency: float | None
    """Seconds; of a run, of its last request."""
    words: str | None
    may_have_changed: bool
    """Whether the core may have done it although no answer says so."""
    count: int
    """How many equal requests it stands for."""
    last_at: float | None
    """When the last answer came."""
    last_accepted_at: float | None
    """Where the last accepted lease starts."""
    change: bool
    """Whether it changed what was in force: no refresh, no refusal."""
    before: Registration | None
    """What was in force before the change, as far as we knew."""
    before_kept: bool = False
    """Whether that was kept."""
    offsets: bytes | None = field(default=None, repr=False)

    @property
    def acceptances(self) -> list[float]:
        """Where each accepted lease starts, Unix time in seconds, in order."""
        return [] if self.accepted_at is None else decode(self.accepted_at, self.offsets)


@dataclass(frozen=True, slots=True)
class Known:
    """What we know of a number at one core."""

    number: E164
    registration: Registration | None
    """The registration in force as far as we know (it may have expired), whatever the last answer was."""
    target: str
    state: State
    """What the last request came to."""
    accepted_at: float | None
    """Unix time in seconds of the registration's acceptance."""
    expires_at: float | None
    kept: bool
    """Whether the keeper refreshes it."""
    words: str | None
    """Why it was refused or failed, or a note."""
    last_event_at: float
    doubt_since: float | None
    """When the first request was asked that may have changed it without our knowing; None: none."""
    ttl: float | None
    """Seconds the registration lives from its acceptance."""
    asked: Registration | None
    """What the last request named, where no registration is known; None of a delete of something unknown."""

    @property
    def lease(self) -> Lease | None:
        """The registration with its life, or None where none is known."""
        if self.registration is None or self.ttl is None:
            return None
        return Lease(self.registration, self.accepted_at, self.ttl)
