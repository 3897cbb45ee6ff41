"""What the app has to do with the terminal and with its own end."""

import asyncio
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import ClassVar, Protocol

from textual import constants
from textual.app import App
from textual.css.query import NoMatches
from textual.driver import Driver
from textual.worker import WorkerFailed

from sipbreakout_tui.tui.terminal.filters import NO_COLOUR_CSS, set_filters


class Bulk(Protocol):
    """An action on many registrations that is under way; its text tells its state."""

    @property
    def stop(self) -> asyncio.Event:
        """Set to end it after what it is just doing."""


class TerminalApp(App[int]):
    """An app that shows ASCII or no colour where that is asked for, and that leaves nothing of a crash on the screen.

    Textual's own traceback shows the values of variables.
    """

    DEFAULT_CSS = NO_COLOUR_CSS
    SCOPED_CSS: ClassVar[bool] = False

    bulk: Bulk | None = None
    """The action on many registrations that a signal has to stop first."""

    def __init__(self, *, ascii_only: bool = False) -> None:
        """Take whether only ASCII is shown; whether in colour, `NO_COLOR` in the environment says."""
        super().__init__()
        self.ascii_only = ascii_only
        set_filters(self, ascii_only=ascii_only, no_colour=bool(os.environ.get("NO_COLOR")))
        self.crash: Exception | None = None
        """What nobody foresaw, and ended the app."""
        self.open_at_crash = ""
        """Which screens were open then."""
        self.ending = False
        """Whether a signal is ending it."""
        self.end_by: Callable[[int], None] = lambda _: None
        """Ends the app as the signal of that number does."""
        self.when_open: Callable[[], None] = lambda: None
        """Called once the screen is open."""

    def get_driver_class(self) -> type[Driver]:
        """Return the driver of a terminal, or the one that the environment names."""
        if constants.DRIVER is not None or sys.platform == "win32":
            return super().get_driver_class()
        from sipbreakout_tui.tui.terminal.driver import TerminalDriver

        return TerminalDriver

    @property
    def on_terminal(self) -> bool:
        """Whether it draws on the terminal that it was started in."""
        return constants.DRIVER is None

    def _on_mount(self) -> None:
        self.when_open()

    def watch_title(self, title: str) -> None:
        """Let the terminal's window have the same title."""
        show_title = getattr(self._driver, "show_title", None)
        if show_title is not None:
            show_title(title)

    def export_screenshot(self, *, title: str | None = None, simplify: bool = False) -> str:
        """Return the screen as an SVG that needs nothing from elsewhere, no font either."""
        from sipbreakout_tui.tui.screenshots.picture import picture_of_screen

        return picture_of_screen(self, title or self.title)

    def _handle_exception(self, error: Exception) -> None:
        """End the app by an error that nobody handled; the first one counts."""
        cause = error.error if isinstance(error, WorkerFailed) else error
        if self._exit and isinstance(cause, NoMatches):
            return  # something that was under way looked for a widget that is closed already
        self._return_code = 1
        if self._exception is None:
            self._exception = self.crash = error
            self._exception_event.set()
            stack = self._screen_stacks.get(self._current_mode, [])
            self.open_at_crash = " > ".join(getattr(screen, "NAME", type(screen).__name__) for screen in stack)
        self._close_messages_no_wait()

    def _print(self, text: str, stderr: bool = False) -> None:
        """Hand on what a library prints while the screen is open, to where stderr is held back."""
        super()._print(text, stderr)
        if not self.is_headless and sys.__stderr__ is not None:
            with suppress(OSError):
                sys.__stderr__.write(text)
