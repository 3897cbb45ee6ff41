"""What a diagnosis says: a verdict and findings, each with the frames that prove it."""

from dataclasses import dataclass

from sipbreakout_model import FixOwner


@dataclass(frozen=True, slots=True)
class Remedy:
    """The smallest change that puts it right."""

    owner: FixOwner
    text: str
    """What to do, as a sentence without its full stop."""
    command: str | None = None
    """The `sipbreakout` command that does it; None where it is nobody's registration."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that the capture proves; texts are safe to show."""

    id: str
    """Such as `session-id-lost`."""
    text: str
    """One sentence or two."""
    rows: tuple[int, ...] = ()
    """The messages that prove it, as rows of the trace's `Messages`."""
    how: str | None = None
    """In which of several ways; for `session-id-lost`: absent, new, swapped, nil or malformed."""
    remedy: Remedy | None = None
    """What to do; None where nothing is wrong, or the model finds it (`Diagnosis.remedy`)."""
    more_frames: tuple[int, ...] = ()
    """Frames that prove it and hold no SIP message, such as a refused connect."""
