"""`sipbreakout web`: the terminal UI in a browser."""

from typing import TYPE_CHECKING, Annotated

import typer

from sipbreakout_tui.cli.config import ProfileName

if TYPE_CHECKING:
    from sipbreakout_tui.tui.web.server import WebServer

THEMES = ("dark", "light")


def web(
    file: Annotated[list[str] | None, typer.Argument(metavar="[FILE]...", help="Captures to open.")] = None,
    *,
    port: Annotated[
        int, typer.Option(metavar="N", min=0, max=65535, help="Where to listen on 127.0.0.1; 0 for any free port.")
    ] = 0,
    write: Annotated[bool, typer.Option("--write", help="Let the browser change registrations.")] = False,
    demo: Annotated[bool, typer.Option("--demo", help="Open the demo, in each tab a new one.")] = False,
    profile: ProfileName = None,
    theme: Annotated[
        str | None, typer.Option(metavar="THEME", help="dark or light.", autocompletion=lambda: list(THEMES))
    ] = None,
) -> None:
    """Serve the terminal UI to browsers of this machine, read-only unless --write.

    The one line on stdout is the URL to open; its token is new at each start. It serves until ctrl-c or SIGTERM
    (exit 0), which end what runs in the tabs too.
    """
    import asyncio
    import sys
    from pathlib import Path

    from sipbreakout_model import InvalidValue, SipBreakoutError
    from sipbreakout_tui.cli.messages import say
    from sipbreakout_tui.config import load_profiles
    from sipbreakout_tui.tui.launch import check_captures

    if theme is not None and theme not in THEMES:
        raise InvalidValue(f"--theme {theme!r} is not known: expected one of {', '.join(THEMES)}")
    if demo and profile is not None:
        raise InvalidValue(f"--demo and --profile {profile!r} contradict each other: the demo has a core of its own")
    if not demo:
        load_profiles().choose(profile)
    check_captures([Path(name) for name in file or ()])
    try:
        from sipbreakout_tui.tui.web.server import WebServer
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in ("aiohttp", "multidict", "textual_serve"):
            raise
        raise SipBreakoutError(
            f"sipbreakout web needs {error.name}, which is not installed: pip install 'sipbreakout-tui[web]'"
        ) from error
    command = [sys.executable, "-m", "sipbreakout_tui", "demo" if demo else "ui"]
    command += [] if write else ["--read-only"]
    command += [] if profile is None else ["--profile", profile]
    command += [] if theme is None else ["--theme", theme]
    command += ["--", *file] if file else []
    server = WebServer(command, port=port, report=lambda message: say("warning", message))
    note = f"{'not read-only: it can change registrations' if write else 'read-only'}; end it with ctrl-c"
    asyncio.run(_serve(server, note))


async def _serve(server: "WebServer", note: str) -> None:
    import asyncio

    from sipbreakout_tui.cli.messages import say
    from sipbreakout_tui.cli.output import put_lines
    from sipbreakout_tui.cli.stopping import stopped_by_signals

    stop = asyncio.Event()
    with stopped_by_signals(stop):
        say("note", note)
        async with server:
            put_lines([server.url], None)
            await stop.wait()
