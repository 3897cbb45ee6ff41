"""Colours and line styles of the figures.

The hues are those of Okabe and Ito, which colour-blind readers tell apart; every meaning also has its own
width or dash, so that a greyscale print keeps it.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

ThemeName: TypeAlias = Literal["light", "dark"]
Dash: TypeAlias = tuple[float, ...] | None
"""Lengths of strokes and gaps in widths of the line; None is a solid line."""


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of a figure, as `#rrggbb`."""

    paper: str
    """Behind everything."""
    panel: str
    """Inside a box."""
    ink: str
    """Text."""
    muted: str
    """Text of lesser weight, and what is not there."""
    rule: str
    """Grid and lifelines."""
    leg: str
    """A leg that is answered."""
    tried: str
    """A leg that is made and not answered."""
    loop: str
    """What goes wrong: a loop, a leg lost, a lease that ends too early."""
    tas: str
    """A TAS."""
    good: str
    """Who has the call, a leg gained."""
    on_fill: str
    """Text on any of the colours above."""


LIGHT = Theme(
    paper="#ffffff",
    panel="#f7f9fb",
    ink="#16212c",
    muted="#5c6873",
    rule="#d3dae1",
    leg="#0065a3",
    tried="#5c6873",
    loop="#c23b00",
    tas="#7a3f8f",
    good="#00734f",
    on_fill="#ffffff",
)
DARK = Theme(
    paper="#11171e",
    panel="#1a232d",
    ink="#e9eef3",
    muted="#9aa7b4",
    rule="#33404d",
    leg="#56b4e9",
    tried="#9aa7b4",
    loop="#ff8b4d",
    tas="#d29ae6",
    good="#2cc795",
    on_fill="#0c1117",
)

DOTTED: Dash = (1.0, 2.6)
"""What is not there."""
DASHED: Dash = (5.0, 2.2)
"""What was tried, or was lost."""

TITLE, SUBTITLE, ROLE, LABEL, NOTE = 17.0, 12.0, 14.0, 11.5, 10.5
"""Sizes of text in points."""

_THEMES: dict[str, Theme] = {"light": LIGHT, "dark": DARK}


def theme_of(name: str) -> Theme:
    """Return the theme of this name.

    Raises:
        ValueError: Neither light nor dark.
    """
    try:
        return _THEMES[name]
    except KeyError:
        raise ValueError(f"{name!r} is not a theme: expected light or dark") from None
