"""`sipbreakout serve`: an embedded core to try things on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pathlib import Path

    from sipbreakout_tui.core import EmbeddedCore


def serve(
    *,
    listen: Annotated[
        str, typer.Option(metavar="HOST:PORT", help="Where to listen; port 0 for any free one.")
    ] = "127.0.0.1:50051",
    state: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Keep registrations in this file over restarts; its folder has to be there."),
    ] = None,
    require_token: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Let in only who has an access token of this TOML file: [[token]] with token, kind (client or user), "
            "number (of a user), scopes, expires.",
        ),
    ] = None,
    tls_cert: Annotated[str | None, typer.Option(metavar="FILE", help="Serve TLS with this PEM certificate.")] = None,
    tls_key: Annotated[str | None, typer.Option(metavar="FILE", help="The certificate's PEM key.")] = None,
    client_ca: Annotated[
        str | None, typer.Option(metavar="FILE", help="Ask clients for a certificate that this PEM CA has signed.")
    ] = None,
    fail_every: Annotated[
        int,
        typer.Option(
            metavar="N",
            help="Answer UNAVAILABLE to every Nth request, in turn before it is applied and after it; 0 for none.",
        ),
    ] = 0,
    delay: Annotated[float, typer.Option(metavar="SECONDS", help="Let every request wait.")] = 0.0,
    refuse: Annotated[
        list[str] | None, typer.Option(metavar="NUMBER", help="Refuse upserts and deletes of this number; repeatable.")
    ] = None,
) -> None:
    """Serve the API from this machine, to try things on; it connects no calls.

    The first line on stdout is the address it got. It serves until ctrl-c (exit 130) or SIGTERM (exit 0).
    """
    import asyncio
    from pathlib import Path

    from sipbreakout_model import E164
    from sipbreakout_tui.cli.values import naming
    from sipbreakout_tui.core import EmbeddedCore, Faults

    def path(text: str | None) -> Path | None:
        return None if text is None else Path(text)

    with naming("--refuse"):
        refused = frozenset(E164(number) for number in refuse or ())
    if state is not None:
        _check_folder(Path(state))
    core = EmbeddedCore(
        listen=listen,
        state=path(state),
        tokens=path(require_token),
        tls_cert=path(tls_cert),
        tls_key=path(tls_key),
        tls_client_ca=path(client_ca),
        faults=Faults(fail_every, delay, refused),
    )
    raise typer.Exit(asyncio.run(_serve(core)))


def _check_folder(state: Path) -> None:
    """Refuse a state file in a folder that is not there: it is probably mistyped."""
    from sipbreakout_model import InvalidValue

    folder = state.parent
    try:
        missing = not folder.exists()
    except OSError:  # what is wrong with it, opening the file tells
        return
    if missing:
        raise InvalidValue(
            f"--state {str(state)!r}: folder {str(folder)!r} is not there: make it, or name another file"
        )


async def _serve(core: EmbeddedCore) -> int:
    """Serve until a signal comes, and return the exit code for it; a second one cuts requests short."""
    import asyncio
    import signal
    from contextlib import suppress

    from sipbreakout_tui.cli.exit_codes import DONE, INTERRUPTED
    from sipbreakout_tui.cli.output import put_lines
    from sipbreakout_tui.core.embedded import end_of_requests

    loop = asyncio.get_running_loop()
    came: list[signal.Signals] = []
    asked = asyncio.Event()
    hurried: set[asyncio.Task[None]] = set()

    def take(number: signal.Signals) -> None:
        if came:
            hurried.add(loop.create_task(core.stop(0)))
        came.append(number)
        asked.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # Windows: ctrl-c cancels this coroutine instead
            loop.add_signal_handler(number, take, number)
    async with core:
        put_lines([core.address], None)
        await asked.wait()
    await asyncio.gather(*hurried)
    await end_of_requests()
    return INTERRUPTED if came[0] is signal.SIGINT else DONE
