"""Faults that a core makes on purpose, for training and tests."""

import math
from dataclasses import dataclass

from sipbreakout_model import E164, InvalidValue

LONGEST_DELAY = 3600.0
"""Seconds; a longer delay is a mistake in the unit."""


@dataclass(frozen=True, slots=True)
class Faults:
    """What goes wrong on purpose; by default nothing.

    Raises:
        InvalidValue: A count below 0, or a delay that is not from 0 to 3600 s.
    """

    fail_every: int = 0
    """Every so manieth request for a registration answers UNAVAILABLE; 0: none. The first of them
    fails before it is applied, the second after it (the answer is lost), and so on in turn."""
    delay: float = 0.0
    """Seconds that every request for a registration waits before it is looked at."""
    refuse: frozenset[E164] = frozenset()
    """Numbers whose upserts and deletes are refused in the body."""

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        if self.fail_every < 0:
            raise InvalidValue(f"fail_every {self.fail_every} is below 0: expected 1 or more, or 0 for never")
        if not (math.isfinite(self.delay) and 0 <= self.delay <= LONGEST_DELAY):
            raise InvalidValue(f"delay {self.delay} is not possible: expected 0 to {LONGEST_DELAY:g} seconds")

    def fails(self, request: int) -> bool:
        """Return whether the request with this number, counted from 1, fails."""
        return self.fail_every > 0 and request % self.fail_every == 0

    def loses_answer(self, request: int) -> bool:
        """Return whether a request that fails does so after it was applied."""
        return request // self.fail_every % 2 == 0
