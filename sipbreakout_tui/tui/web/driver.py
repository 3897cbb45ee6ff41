"""Textual's driver for browsers, for a program that must not outlive its server."""

import os

from textual import events, messages
from textual.drivers import web_driver


class WebDriver(web_driver.WebDriver):
    """Ends the program at the end of its stdin, which is how a killed server shows; Textual's goes on for ever."""

    def start_application_mode(self) -> None:
        """Begin as a program that has the focus: one without it shows no keys in its footer."""
        super().start_application_mode()
        self._app.call_later(self._app.post_message, events.AppFocus())

    def run_input_thread(self) -> None:
        """Dispatch input until there is none any more, then leave as if the user had asked for it."""
        super().run_input_thread()
        if not self.exit_event.is_set():
            # Nobody reads stdout now; what the program still draws must not fail before it has cleaned up.
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.fileno)
            os.close(nowhere)
            self._app.post_message(messages.ExitApp())
