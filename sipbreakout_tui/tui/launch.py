"""Starts the terminal UI: reads the arguments of `ui` and `demo`, runs the app, and reports its end."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sipbreakout_tui.tui.options import Options

if TYPE_CHECKING:
    from sipbreakout_tui.tui.app import SipBreakoutApp


def run(arguments: Sequence[str], *, demo: bool = False) -> int:
    """Run the terminal UI until it is left, and return the exit code."""
    options = _read(arguments, demo)
    from sipbreakout_tui.tui.app import SipBreakoutApp

    app = SipBreakoutApp(options)
    return asyncio.run(_run(app))


async def _run(app: "SipBreakoutApp") -> int:
    try:
        code = await app.run_async()
    finally:
        await app.close()
    return code or app.return_code or 0


def _read(arguments: Sequence[str], demo: bool) -> Options:
    name = "demo" if demo else "ui"
    parser = argparse.ArgumentParser(
        prog=f"sipbreakout {name}",
        description="Open the terminal UI on a core of its own, with registrations and a call to look at."
        if demo
        else "Open the terminal UI.",
        allow_abbrev=False,
    )
    if not demo:
        parser.add_argument("--profile", metavar="NAME", help="the profile; sipbreakout config show lists them")
    parser.add_argument("--read-only", action="store_true", help="change nothing")
    parser.add_argument("--ascii", action="store_true", help="show ASCII characters only")
    parser.add_argument("--theme", choices=("dark", "light"), default="dark")
    parser.add_argument("captures", metavar="FILE", nargs="*", type=Path, help="captures to open")
    given = parser.parse_args(arguments)
    return Options(
        demo=demo,
        profile=None if demo else given.profile,
        read_only=given.read_only,
        ascii=given.ascii or not _speaks_utf8(),
        theme=given.theme,
        captures=tuple(given.captures),
    )


def _speaks_utf8() -> bool:
    return (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
