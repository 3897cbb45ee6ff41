"""What one place asks of another."""

from dataclasses import dataclass
from pathlib import Path

from sipbreakout_model import Registration


@dataclass(frozen=True, slots=True)
class ShowNumber:
    """Registrations shall put the cursor on a number."""

    number: str


@dataclass(frozen=True, slots=True)
class EditRegistration:
    """Registrations shall open the form, filled with this one."""

    registration: Registration


@dataclass(frozen=True, slots=True)
class ExplainCall:
    """Call shall show what this call does."""

    caller: str
    """A number, or `anonymous`."""
    callee: str
    tas: str | None = None
    """What the TAS does, a word of `TasBehaviour`; None: as chosen before."""


@dataclass(frozen=True, slots=True)
class OpenCaptures:
    """Trace shall read these files as one trace."""

    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class ImportFile:
    """Registrations shall show what the registrations of a file would change, and import them where that is wanted."""

    path: Path


Request = ShowNumber | EditRegistration | ExplainCall | OpenCaptures | ImportFile
