"""A core in this process, on the loop that starts it."""

import asyncio
import logging
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import grpc.aio
from grpc_health.v1 import health_pb2

from sipbreakout_model import InvalidValue, RegistrationBook, SipBreakoutError
from sipbreakout_tui.core.arrival import Arrivals
from sipbreakout_tui.core.durable import DurableRegistry
from sipbreakout_tui.core.faults import Faults
from sipbreakout_tui.core.health import Health
from sipbreakout_tui.core.listening import MAX_REQUESTS, OPTIONS, ListenAddress, TlsFiles
from sipbreakout_tui.core.reflection import Reflection
from sipbreakout_tui.core.registry import Registry
from sipbreakout_tui.core.service import SERVICE, SipBreakoutService
from sipbreakout_tui.core.serving import Serving
from sipbreakout_tui.core.tokens import Tokens

GRACE = 1.0
"""Seconds that requests get to end in when a core stops."""

NO_FAULTS = Faults()

_log = logging.getLogger(__name__)


class EmbeddedCore:
    """A core that serves while it is entered: `async with EmbeddedCore() as core: core.address`.

    With neither `state` nor `tokens` nor TLS files it keeps everything in memory, and lets everybody
    on this machine in.
    """

    def __init__(
        self,
        *,
        listen: str = "127.0.0.1:0",
        clock: Callable[[], float] = time.time,
        state: Path | None = None,
        tokens: Path | None = None,
        tls_cert: Path | None = None,
        tls_key: Path | None = None,
        tls_client_ca: Path | None = None,
        faults: Faults = NO_FAULTS,
    ) -> None:
        """Check what is asked for; nothing is opened before it is entered.

        Args:
            listen: `HOST:PORT`, port 0 for any free one. Without TLS the host must be loopback.
            clock: Returns Unix time in seconds.
            state: File that keeps registrations; None: they are gone when the core is.
            tokens: TOML file of the access tokens that are let in; None: requests need none.
            tls_cert: PEM file with the certificate.
            tls_key: PEM file with its key.
            tls_client_ca: PEM file with the CA of the certificates that clients must show.
            faults: What goes wrong on purpose.

        Raises:
            InvalidValue: An address that is none, plaintext for other machines, half of the TLS files.
        """
        self._listen = ListenAddress.parse(listen)
        self._tls = _tls_files(tls_cert, tls_key, tls_client_ca)
        if self._tls is None and not self._listen.is_loopback:
            raise InvalidValue(
                f"{self._listen} is reached by other machines, and plaintext would show them tokens and numbers: "
                "give a TLS certificate and key, or listen on 127.0.0.1"
            )
        self._clock = clock
        self._state = state
        self._tokens = tokens
        self._faults = faults
        self._registry: Registry | None = None
        self._serving: Serving | None = None
        self._arrivals = Arrivals()
        self._health = Health([SERVICE.full_name], self._arrivals)
        self._port = 0

    @property
    def address(self) -> str:
        """Where clients reach it, as in `127.0.0.1:40123`; known once it is entered."""
        return str(ListenAddress(self._listen.host, self.listen_port))

    @property
    def listen_port(self) -> int:
        """The port it got; known once it is entered."""
        if not self._port:
            raise SipBreakoutError("the core does not listen yet: enter it first, as in `async with core:`")
        return self._port

    @property
    def book(self) -> RegistrationBook:
        """Who is registered: the book itself, to be read only; what it holds may have expired."""
        if self._registry is None:
            raise SipBreakoutError("the core has no registrations yet: enter it first, as in `async with core:`")
        return self._registry.book

    async def __aenter__(self) -> Self:
        """Start serving.

        Raises:
            TokenFileError: The token file cannot be used.
            InvalidValue: A TLS file cannot be used.
            StoreError: The state file cannot be used.
            CannotListen: The address is in use, or not of this machine.
        """
        if self._registry is not None:
            raise SipBreakoutError("this core has been entered before: make another one")
        tokens = None if self._tokens is None else Tokens.read(self._tokens)
        credentials = None if self._tls is None else self._tls.credentials()
        self._registry = Registry() if self._state is None else DurableRegistry(self._state, now=self._clock())
        try:
            handlers = [
                SipBreakoutService(self._registry, self._clock, tokens, self._faults, self._arrivals).handlers(),
                self._health.handlers(),
                Reflection((SERVICE.file, health_pb2.DESCRIPTOR)).handlers(),
            ]

            def make() -> grpc.aio.Server:
                return grpc.aio.server(handlers=handlers, options=OPTIONS, maximum_concurrent_rpcs=MAX_REQUESTS)

            self._serving = Serving(make, self._listen, credentials)
            self._port = await self._serving.start()
        except BaseException:
            await self.stop(0)
            raise
        _log.info("listening on %s with %d registrations", self.address, len(self.book))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop serving; requests under way get a moment to end."""
        await self.stop()

    async def stop(self, grace: float = GRACE) -> None:
        """Stop serving; may be called again, also meanwhile with less grace.

        Args:
            grace: Seconds that requests under way get; then they are cancelled.
        """
        self._health.stop()
        if self._serving is not None:
            await self._serving.stop(grace)
        if self._registry is not None:
            self._registry.close()
        _log.info("stopped")


async def end_of_requests() -> None:
    """Wait a moment for what gRPC still runs on this loop after its server has stopped.

    Only for a loop that serves a core and nothing else. gRPC ends requests that are cut short a little
    later than it says (grpc/grpc#37239), and prints a traceback for each if the loop ends before.
    """
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    if tasks:
        await asyncio.wait(tasks, timeout=GRACE)


def _tls_files(cert: Path | None, key: Path | None, client_ca: Path | None) -> TlsFiles | None:
    if cert is None and key is None:
        if client_ca is not None:
            raise InvalidValue("a client CA without TLS asks for nothing: give a TLS certificate and key too")
        return None
    if cert is None or key is None:
        raise InvalidValue(f"the TLS {'certificate' if cert is None else 'key'} is missing: give certificate and key")
    return TlsFiles(cert, key, client_ca)
