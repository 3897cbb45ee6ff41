"""The demo with a fault behind the key f9: `faulty.py MODE [ARGUMENT...]`."""

import asyncio
import logging
import os
import sys
import threading
import warnings

from textual.app import RenderResult
from textual.widget import Widget

from sipbreakout_tui.__main__ import main
from sipbreakout_tui.tui.app import SipBreakoutApp
from sipbreakout_tui.tui.place import Place

SECRET = "hunter2"
MESSAGE = f"no route for +4799999999 with password={SECRET}, Bearer abc.def-123 and 'Xk29fQpl'"


class BadWidget(Widget):
    """Cannot be drawn."""

    def render(self) -> RenderResult:
        raise LookupError(MESSAGE)


class Bulk:
    """Something with many steps that stops when it is told to, or does not."""

    def __init__(self) -> None:
        self.stop = asyncio.Event()

    def __str__(self) -> str:
        return "delete: 3 of 12 done" + (", stopped" if self.stop.is_set() else "")


async def fail(app: SipBreakoutApp, mode: str) -> None:
    """Do what the mode says."""
    local_secret = SECRET
    match mode:
        case "handler":
            raise LookupError(MESSAGE) from KeyError(local_secret)
        case "worker":

            async def work() -> None:
                raise LookupError(MESSAGE)

            app.run_worker(work())
        case "render":
            await app.screen.mount(BadWidget())
        case "bulk" | "bulk-stubborn":
            app.bulk = bulk = Bulk()  # type: ignore[assignment]
            app.title = "bulk runs"
            if mode == "bulk":

                async def stopped() -> None:
                    await bulk.stop.wait()
                    app.bulk = None

                app.run_worker(stopped())
        case "hang":
            os.write(1, b"hangs now")
            threading.Event().wait()
        case "thread":
            app.run_worker(asyncio.to_thread(threading.Event().wait))
            app.title = "thread runs"
        case "noise":
            os.write(2, b"from a C library\n")
            print("from print", file=sys.stderr)
            warnings.warn("from a warning", stacklevel=1)
            logging.getLogger("sipbreakout_tui.faulty").warning("from a logger")
            os.write(2, b"colour \x1b[31m\n")
            app.title = "noise made"


def put_into_app(mode: str) -> None:
    """Let f9 do what the mode says."""

    async def on_key(self: Place, event: object) -> None:
        if getattr(event, "key", "") == "f9":
            await fail(self.sip_app, mode)

    Place.on_key = on_key  # type: ignore[attr-defined]


if __name__ == "__main__":
    put_into_app(sys.argv.pop(1))
    main()
