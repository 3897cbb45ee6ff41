"""What the program was started with."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Options:
    """Choices of the command line that the app follows."""

    demo: bool = False
    """Whether it runs on a core of its own that is gone afterwards."""
    profile: str | None = None
    """The name of the profile; None: as configured."""
    read_only: bool = False
    ascii: bool = False
    """Whether only ASCII characters are shown."""
    theme: str = "dark"
    """`dark` or `light`."""
    captures: tuple[Path, ...] = ()
    """Captures to open at once."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """The keys chosen by the user, by the id of what they do; see `chosen_keys`."""
    clock: Callable[[], float] = time.time
    """Unix time in seconds."""
    monotonic: Callable[[], float] = time.monotonic
    """Seconds, by which latencies are measured."""
