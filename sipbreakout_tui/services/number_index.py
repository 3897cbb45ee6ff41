"""Numbers in order, to complete what is typed."""

from bisect import bisect_left
from collections.abc import Iterable


class NumberIndex:
    """Any number of numbers; making it takes a moment for many, looking into it does not."""

    def __init__(self, numbers: Iterable[str] = ()) -> None:
        """Take the numbers in any order."""
        self._numbers = sorted(numbers)

    def __len__(self) -> int:
        """Return how many numbers there are."""
        return len(self._numbers)

    def starting(self, text: str) -> str | None:
        """Return the first number that begins with a text and goes on after it, or None."""
        if not text:
            return None
        for number in self._numbers[(place := bisect_left(self._numbers, text)) : place + 2]:
            if number.startswith(text) and number != text:
                return number
        return None
