"""Observed legs beside predicted legs: a trace fills it, a diagram draws it."""

from dataclasses import dataclass
from enum import Enum

from sipbreakout_model.callflow import Leg, LegEnd, Party


class LegMatch(Enum):
    """How an observed leg and a predicted one go together."""

    AS_PREDICTED = "as_predicted"
    MISSING = "missing"
    """Predicted, and not seen although the capture point would show it."""
    UNEXPECTED = "unexpected"
    """Seen, and not predicted."""
    DIFFERENT_NUMBER = "different_number"
    """Between the parties predicted, towards another number."""
    NOT_VISIBLE = "not_visible"
    """Predicted, and not to be seen from where the capture was made."""

    def __str__(self) -> str:
        """Return the words for people."""
        return self.value.replace("_", " ")


@dataclass(frozen=True, slots=True)
class ObservedLeg:
    """One INVITE between two adjacent parties, as a capture shows it."""

    number: int
    """From 1, in the order in which legs start."""
    source: Party
    target: Party
    called: str | None
    """The number in its INVITE; None where no INVITE could be read (a connection that failed)."""
    starts_after: float
    """Seconds after leg 1's INVITE."""
    end: LegEnd | None
    """How it ends; None where the capture does not show it."""
    status: int | None
    """The final SIP status; None where none was seen."""
    frames: tuple[int, ...] = ()
    """The frames of its messages, counted from 1."""


@dataclass(frozen=True, slots=True)
class AlignedLeg:
    """An observed leg beside the predicted one; one of them may be missing."""

    match: LegMatch
    observed: ObservedLeg | None
    predicted: Leg | None


@dataclass(frozen=True, slots=True)
class Alignment:
    """A call's observed legs beside its predicted ones, in order."""

    legs: tuple[AlignedLeg, ...]
    verdict: str
    """What it comes to, in one sentence."""
    turns_observed: int = 1
    """How often the core called the TAS."""
    turns_predicted: int | None = 1
    """How often it should have; None where nothing bounds it."""
