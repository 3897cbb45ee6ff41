"""The two themes."""

from textual.theme import Theme


def _scrollbars(track: str, thumb: str, held: str) -> dict[str, str]:
    """Return the scrollbars' colours; Textual darkens the background for the track, of a dark one to black."""
    return {
        "scrollbar-background": track,
        "scrollbar": thumb,
        "scrollbar-hover": held,
        "scrollbar-active": held,
    }


DARK = Theme(
    name="sipbreakout-dark",
    dark=True,
    primary="#6fb3f2",
    secondary="#8da2bd",
    accent="#f0a860",
    foreground="#d5dce6",
    background="#12161d",
    surface="#181d26",
    panel="#232b38",
    success="#62d196",
    warning="#e8c268",
    error="#ff7b7b",
    variables={
        "block-cursor-text-style": "none",
        "footer-key-foreground": "#f0a860",
        **_scrollbars("#12161d", "#3f4c60", "#6fb3f2"),
    },
)
LIGHT = Theme(
    name="sipbreakout-light",
    dark=False,
    primary="#0a5bab",
    secondary="#53657d",
    accent="#9a4c00",
    foreground="#1c2430",
    background="#fcfcfa",
    surface="#f3f4f2",
    panel="#e2e6eb",
    success="#14703a",
    warning="#7d5800",
    error="#b0221c",
    variables={
        "block-cursor-text-style": "none",
        "footer-key-foreground": "#9a4c00",
        **_scrollbars("#fcfcfa", "#b4bfcb", "#0a5bab"),
    },
)

THEMES = {"dark": DARK, "light": LIGHT}
"""By the word that `--theme` takes."""
