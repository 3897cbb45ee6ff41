"""Copying by the terminal (OSC 52), which may not allow it, and does not say so: what was copied can be saved, too."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.app import App


def copy(app: "App[object]", text: str, what: str) -> None:
    """Copy a text, and say what it is, safe to show, and where it can be had if the terminal did not take it."""
    app.copy_to_clipboard(text)
    app.notify(f"copied {what}; the palette saves it to a file, too", markup=False)
