"""Textual's driver for a POSIX terminal, made to leave it as it was found, whatever happens."""

import os
import signal
import sys
import termios
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

from textual.drivers.linux_driver import LinuxDriver

from sipbreakout_tui.tui.terminal.output import TerminalOutput

if TYPE_CHECKING:
    from sipbreakout_tui.tui.terminal.app import TerminalApp

_MOUSE_PIXELS_OFF = "\x1b[?1016l"
_RESET = (
    "\x1b[?2026l\x1b[?2004l\x1b[?7h\x1b[?2048l\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l"
    "\x1b[<u\x1b[0m\x1b[?1049l\x1b[?25h\x1b[?1004l\x1b[23;2t"
)
"""Everything that is on in an open screen, off."""

_TITLE_KEPT, _TITLE_BACK = "\x1b[22;2t", "\x1b[23;2t"


class TerminalDriver(LinuxDriver):
    """Draws on stdout, so that stderr can be held back; can always tell whether the screen is open."""

    def __init__(self, app: "TerminalApp", **more: Any) -> None:
        """Take the app and what Textual gives."""
        super().__init__(app, **more)
        encoding = "ascii" if app.ascii_only else (sys.__stdout__ and sys.__stdout__.encoding) or "utf-8"
        self._file = cast("Any", TerminalOutput(1, encoding))
        self._shown = False

    @property
    def _terminal_app(self) -> "TerminalApp":
        return cast("TerminalApp", self._app)

    def start_application_mode(self) -> None:
        """Open the screen; in the background that has to wait."""
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self._shown = self._writer_thread is not None and self._writer_thread.is_alive()
        if self._shown:
            self.write(_TITLE_KEPT)
            self.show_title(self._app.title)

    def stop_application_mode(self) -> None:
        """Close the screen; twice is the same as once."""
        if self._shown:
            self.write(_MOUSE_PIXELS_OFF)
            super().stop_application_mode()
            self.write(_TITLE_BACK)
            self._shown = False

    def close(self) -> None:
        """Write what is left."""
        if self._writer_thread is not None and self._writer_thread.is_alive():
            super().close()

    def show_title(self, title: str) -> None:
        """Write the title of the terminal's window."""
        if self._shown and title.isprintable():
            self.write(f"\x1b]2;{title}\x07")

    def restore(self) -> None:
        """Close the screen at once, without the event loop and the thread that writes; for when these hang."""
        if not self._shown:
            return
        self._shown = False
        blocking = os.get_blocking(1)
        with suppress(OSError):
            os.set_blocking(1, False)  # a terminal that takes nothing must not keep the program
            os.write(1, _RESET.encode("ascii"))
            os.set_blocking(1, blocking)
        if self.attrs_before is not None:
            with suppress(termios.error):
                termios.tcsetattr(self.fileno, termios.TCSANOW, self.attrs_before)

    def _sigcont_application(self, *_: object) -> None:
        """Open the screen again, also where it was not closed: a process that SIGSTOP stopped could not do so."""
        if self._shown:
            self.suspend_application_mode()
            self._must_signal_resume = True
        if not self._terminal_app.ending:
            super()._sigcont_application()

    def _run_input_thread(self) -> None:
        try:
            self.run_input_thread()
        except OSError:  # there is nobody any more who could press a key
            self._terminal_app.end_by(signal.SIGHUP)
        except Exception as error:  # noqa: BLE001 - the last resort of this thread
            self._app.call_later(self._app._handle_exception, error)
