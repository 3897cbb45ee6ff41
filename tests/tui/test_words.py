"""Short texts that several screens show."""

import pytest

from sipbreakout_tui.tui.terminal.ascii import in_ascii
from sipbreakout_tui.tui.words import bar, low_bar


@pytest.mark.parametrize(
    ("part", "high", "low", "in_plain"),
    [
        (0.0, "    ", "    ", "    "),
        (0.01, "▏   ", "▖   ", "-   "),
        (0.25, "█   ", "▄   ", "=   "),
        (0.4, "█▌  ", "▄▖  ", "=-  "),
        (1.0, "████", "▄▄▄▄", "===="),
        (1.5, "████", "▄▄▄▄", "===="),
    ],
)
def test_bars(part: float, high: str, low: str, in_plain: str) -> None:
    assert (bar(part, 4), low_bar(part, 4), in_ascii(low_bar(part, 4))) == (high, low, in_plain)
