"""A Textual program for a browser tab of the tests: `child_app.py [plain|stubborn|failing|delivering]`."""

import io
import os
import signal
import subprocess
import sys
from threading import Event
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.events import Resize
from textual.widgets import Footer, Header, Static

FAILS_WITH = "\x1b[31mno such place"

LINES = 60
"""More than fill any window of the tests."""


class ChildApp(App[None]):
    """Shows its pid, fills the window, and does what its mode says."""

    TITLE = "a child"
    CSS = "#body { background: #123456; color: #fedcba; height: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [("q", "quit", "Quit"), ("d", "deliver", "Deliver")]

    def __init__(self, mode: str) -> None:
        super().__init__()
        self.mode = mode

    def compose(self) -> ComposeResult:
        started = f"pid={os.getpid()};"
        if self.mode == "stubborn":
            ignoring = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); signal.pause()"
            grandchild = subprocess.Popen([sys.executable, "-c", ignoring], stdout=subprocess.PIPE)
            assert grandchild.stdout is not None
            grandchild.stdout.readline()
            started += f" grandchild={grandchild.pid};"
        flow = "Registration ──▶ core ├─▶ callee └─▶ TAS  │ bold [b]bold[/] [i]italic[/] ✓ →"
        body = "\n".join(f"{number:3}  {flow}  https://outside.example/{number}" for number in range(LINES))
        yield Header()
        yield Static(f"{started}\n{body}", id="body")
        yield Footer()

    def on_mount(self) -> None:
        if self.mode == "stubborn":
            self.call_after_refresh(self.hang)

    def on_resize(self, event: Resize) -> None:
        self.sub_title = f"{event.size.width}x{event.size.height};"

    def hang(self) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        Event().wait()

    def action_deliver(self) -> None:
        self.deliver_text(io.StringIO("<script>delivered</script>"), save_filename="a b.html", open_method="browser")


if __name__ == "__main__":
    (wanted,) = sys.argv[1:]
    if wanted == "failing":
        sys.exit(FAILS_WITH)
    ChildApp(wanted).run()
