"""gRPC's server, made anew where a request has ended it.

A method name that is no UTF-8 ends the loop of grpc.aio's server (grpcio 1.85), and with it, without a
word, all of the service. No hook of gRPC's comes before that, so the server is watched.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import grpc
import grpc.aio

from sipbreakout_tui.core.listening import CannotListen, ListenAddress, listen

LOOK_EVERY = 0.2
"""Seconds until it is seen that the server has ended, and again that the port is free."""

ENDING = 1.0
"""Seconds that requests of a server that has ended get."""

_QUIET = logging.NullHandler()
_log = logging.getLogger(__name__)


class Serving:
    """A server on one port, until `stop`, whatever is sent to it."""

    def __init__(
        self, make: Callable[[], grpc.aio.Server], address: ListenAddress, credentials: grpc.ServerCredentials | None
    ) -> None:
        """Take what to serve.

        Args:
            make: Returns a server that has its handlers, and no port.
            address: Where to listen.
            credentials: For TLS; None: plaintext.
        """
        self._make = make
        self._address = address
        self._credentials = credentials
        self._server: grpc.aio.Server | None = None
        self._watch: asyncio.Task[None] | None = None
        self._restart: asyncio.Task[None] | None = None
        self._stopping = False
        self._ending: set[asyncio.Task[None]] = set()
        self._told: Callable[[asyncio.AbstractEventLoop, dict[str, Any]], object] | None = None

    async def start(self) -> int:
        """Start, and return the port.

        Raises:
            CannotListen: The address is in use, or not of this machine.
        """
        # What a stranger sends must not fill stderr with tracebacks of gRPC, where nobody set up logging.
        logging.getLogger("grpc").addHandler(_QUIET)
        port = await self._serve()
        self._address = ListenAddress(self._address.host, port)
        loop = asyncio.get_running_loop()
        self._told = loop.get_exception_handler()
        loop.set_exception_handler(self._on_error)
        self._watch = asyncio.create_task(self._keep_serving())
        return port

    async def stop(self, grace: float) -> None:
        """Stop; may be called again, also meanwhile with less grace.

        Args:
            grace: Seconds that requests under way get; then they are cancelled.
        """
        self._stopping = True
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.wait([self._watch])
            if self._restart is not None:  # cut short, it would leave a server behind that cannot be stopped
                await asyncio.wait([self._restart])
            loop = asyncio.get_running_loop()
            if loop.get_exception_handler() == self._on_error:
                loop.set_exception_handler(self._told)
        if self._server is not None:
            await asyncio.gather(_end(self._server, grace), *self._ending)

    async def _serve(self) -> int:
        server = self._make()
        # Last, because a server that has a port but never started keeps it until its process ends.
        port = listen(server, self._address, self._credentials)
        self._server = server
        await server.start()
        return port

    async def _keep_serving(self) -> None:
        while self._server is not None and not self._stopping:
            try:
                if not await self._server.wait_for_termination(LOOK_EVERY):
                    return
            except (UnicodeDecodeError, grpc.aio.BaseError) as error:
                _log.warning("a request has ended gRPC's server (%s): it is started again", type(error).__name__)
                ending = asyncio.create_task(_end(self._server, ENDING))
                self._ending.add(ending)
                ending.add_done_callback(self._ending.discard)
                self._restart = asyncio.create_task(self._serve_again())
                await asyncio.shield(self._restart)

    async def _serve_again(self) -> None:
        while not self._stopping:
            try:
                await self._serve()
            except CannotListen as error:  # the old one still holds it
                _log.info("%s", error)
                await asyncio.sleep(LOOK_EVERY)
            else:
                return

    def _on_error(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Leave out the error that `_keep_serving` has dealt with, which gRPC leaves behind in a task."""
        error = context.get("exception")
        trace = error.__traceback__ if isinstance(error, UnicodeDecodeError) else None
        if trace is not None and trace.tb_frame.f_code.co_filename.endswith("aio/server.pyx.pxi"):
            return
        if self._told is None:
            loop.default_exception_handler(context)
        else:
            self._told(loop, context)


async def _end(server: grpc.aio.Server, grace: float) -> None:
    """Stop a server that may have ended by itself, of which its first `stop` may tell instead of stopping."""
    with suppress(UnicodeDecodeError):
        await server.stop(grace)
    await server.stop(grace)
