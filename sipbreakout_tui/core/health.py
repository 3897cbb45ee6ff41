"""gRPC's health service (`grpc.health.v1`), with bounds for what a stranger may ask of it.

grpcio-health-checking's own holds a lock while it writes: one peer that reads nothing would keep the
core from stopping.
"""

import asyncio
from collections.abc import Collection
from typing import Any

import grpc
from grpc_health.v1 import health_pb2

from sipbreakout_tui.core.arrival import UNREADABLE, Arrivals, Context, Places, abort, reader

MAX_WATCHES = 1000
"""The most calls of `Watch` at once, which last until their client ends them; more are turned away."""

SERVICE = health_pb2.DESCRIPTOR.services_by_name["Health"]

_Answer: Any = health_pb2.HealthCheckResponse


class Health:
    """Tells whether services are served: they are until `stop`."""

    def __init__(self, services: Collection[str], arrivals: Arrivals) -> None:
        """Answer for these services, and for the server as a whole (the empty name)."""
        self._services = frozenset(("", *services))
        self._arrivals = arrivals
        self._places = Places(MAX_WATCHES)
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Say from now on, also to who watches, that nothing is served."""
        self._stopping.set()

    def handlers(self) -> grpc.GenericRpcHandler:
        """Return what a server needs to route requests to this service."""
        read, write = reader(health_pb2.HealthCheckRequest), _Answer.SerializeToString
        methods = {
            "Check": grpc.stream_unary_rpc_method_handler(self.check, read, write),
            "Watch": grpc.stream_stream_rpc_method_handler(self.watch, read, write),
        }
        return grpc.method_handlers_generic_handler(SERVICE.full_name, methods)

    async def check(self, _messages: object, context: Context) -> Any:
        """Tell of one service once; NOT_FOUND where it is not known."""
        if await self._asked(context) not in self._services:
            await abort(context, grpc.StatusCode.NOT_FOUND, "there is no such service here: list them by reflection")
        return self._answer()

    async def watch(self, _messages: object, context: Context) -> None:
        """Tell of one service, and again when that changes, until the client has enough."""
        with self._places.place() as is_free:
            if not is_free:
                await abort(context, grpc.StatusCode.RESOURCE_EXHAUSTED, "too many watch already: try later")
            if await self._asked(context) in self._services:
                answer = self._answer()
                await context.write(answer)
                if answer.status == _Answer.SERVING:
                    await self._stopping.wait()
                    await context.write(self._answer())
            else:
                await context.write(_Answer(status=_Answer.SERVICE_UNKNOWN))
            await asyncio.Event().wait()

    def _answer(self) -> Any:
        return _Answer(status=_Answer.NOT_SERVING if self._stopping.is_set() else _Answer.SERVING)

    async def _asked(self, context: Context) -> str:
        request: health_pb2.HealthCheckRequest | None = await self._arrivals.message(context)
        if request is None:
            await abort(context, grpc.StatusCode.INVALID_ARGUMENT, UNREADABLE)
        return str(request.service)
