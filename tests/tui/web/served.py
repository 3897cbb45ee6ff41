"""A server of its own process for the tests: `served.py MODE`, with child_app.py in the tabs."""

import asyncio
import sys
from pathlib import Path

from sipbreakout_tui.cli.messages import say
from sipbreakout_tui.cli.web import _serve
from sipbreakout_tui.tui.web.server import WebServer

CHILD = Path(__file__).with_name("child_app.py")

if __name__ == "__main__":
    server = WebServer([sys.executable, str(CHILD), *sys.argv[1:]], report=lambda message: say("warning", message))
    asyncio.run(_serve(server, "read-only"))
