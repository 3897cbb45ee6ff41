"""The answer of routing: the legs a call makes, and why.

Vocabulary: a leg is one INVITE between two adjacent parties (RFC 3261 section 12 calls what follows
a dialog); legs are numbered from 1 in the order in which they start.
"""

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from sipbreakout_model.registration import Registration
from sipbreakout_model.scenario import Call
from sipbreakout_model.sentences import sentence


class Party(Enum):
    """Who stands at an end of a leg."""

    CALLER = "caller"
    CORE = "core"
    TAS = "tas"
    CALLEE = "callee"
    OTHER = "other"
    """The target of a forward, or the wrong party that a stale prefix reaches (R11, R12)."""

    host: str
    """What stands for the party's host in a request URI where the model does not know it."""

    def __str__(self) -> str:
        """Return the words for people."""
        return {"tas": "TAS", "other": "other party"}.get(self.host, self.host)


for _party in Party:
    _party.host = _party.value


class LegEnd(Enum):
    """How a leg ends."""

    ANSWERED = "answered"
    REJECTED = "rejected"
    NO_ANSWER = "no_answer"
    FAILED = "failed"
    CANCELLED = "cancelled"
    """The core gave it up because another leg was answered or refused the whole call."""
    LOOPED = "looped"

    def __str__(self) -> str:
        """Return the words for people."""
        return self.value.replace("_", " ")


class OutcomeKind(Enum):
    """How a call ends."""

    ANSWERED = "answered"
    REJECTED = "rejected"
    NO_ANSWER = "no_answer"
    FAILED = "failed"
    LOOPED = "looped"

    leg_end: LegEnd
    """How a leg that ends with the call ends."""

    def __str__(self) -> str:
        """Return the words for people."""
        return str(self.leg_end)


# A plain attribute instead of a dict: looking up by an enum member runs Python code.
for _kind in OutcomeKind:
    _kind.leg_end = LegEnd[_kind.name]


class Step(NamedTuple):
    """One thing that routing noticed or decided, formatted only when looked at.

    A tuple and no dataclass: a route makes half a dozen, and a tuple is made in a third of the time.
    """

    rule: str
    """The rule it follows, such as `R4`."""
    code: str
    """Which sentence (`sentences.SENTENCES`)."""
    operands: tuple[object, ...] = ()
    """What the sentence speaks of; a float is seconds."""

    def __str__(self) -> str:
        """Return the sentence, without its rule."""
        return sentence(self.code, self.operands)


@dataclass(frozen=True, slots=True)
class Leg:
    """One INVITE between two adjacent parties."""

    number: int
    """From 1, in the order in which legs start."""
    source: Party
    target: Party
    called: str
    """The number in its INVITE, with a prefix if it has one: then it is not E.164 any more (R7)."""
    request_uri: str
    """`sip:` URI of the INVITE; hosts that the model does not know are the party's word."""
    starts_after: float
    """Seconds after leg 1's INVITE."""
    end: LegEnd
    status: int | None
    """The final SIP status; None where nothing ends it."""
    rule: str
    """The rule that made it, such as `R4`."""
    registration: Registration | None
    """The registration that made it, or None: the call would have it anyway."""


@dataclass(frozen=True, slots=True)
class AbsentLeg:
    """A leg that a reader might expect and that is not there."""

    number: int | None
    """The number it would have had; None where it has no fixed place."""
    source: Party
    target: Party
    reason: Step
    """Why it is not there."""
    registration: Registration | None = None
    """The registration that would have made it, where it is another one than that of the legs made."""

    def __str__(self) -> str:
        """Return the sentence, such as `no leg 4 core→callee: the TAS answered leg 2 itself`."""
        number = "" if self.number is None else f" {self.number}"
        return f"no leg{number} {self.source}→{self.target}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the call ends (domain rules of R4 to R14)."""

    kind: OutcomeKind
    by: Party | None
    """Who has the call; None unless answered."""
    status: int | None
    """The final SIP status of leg 1: 200 if answered, None where no hop bound ends a loop."""

    def __str__(self) -> str:
        """Return a few words, such as `answered by the callee` or `looped (483)`."""
        if self.by is not None:
            return f"{self.kind} by the {self.by}"
        return str(self.kind) if self.status is None else f"{self.kind} ({self.status})"


@dataclass(frozen=True, slots=True)
class Loop:
    """Which legs repeat, how often, and what ends it (R9, R10, R15)."""

    first_leg: int
    last_leg: int
    turns: int | None
    """How often the core sends the call round; None when nothing bounds it."""
    ended_by: str | None
    """What ends it, as text; None when nothing does."""
    seconds: float | None
    """How long all turns wait for an answer; None when nothing bounds it."""

    @property
    def legs(self) -> int | None:
        """How many legs all turns occupy; None when nothing bounds it."""
        return None if self.turns is None else self.turns * (self.last_leg - self.first_leg + 1)


@dataclass(frozen=True, slots=True)
class CallFlow:
    """What `route` predicts for a call."""

    call: Call
    legs: tuple[Leg, ...]
    """In order; a loop's legs stand once."""
    outcome: Outcome
    loop: Loop | None
    steps: tuple[Step, ...]
    """What was noticed and decided, in order."""
    absent: tuple[AbsentLeg, ...]
    assumptions: tuple[Step, ...]
    """What nobody published and yet decided something here."""
