"""A core that answers by a script, over real sockets, and a time that moves when somebody waits."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
import grpc.aio
from google.protobuf.duration_pb2 import Duration

from sipbreakout_model import Registration
from sipbreakout_tui.config import Auth, NoAuth, Profile
from sipbreakout_tui.rpc.client import RegistrationClient
from wgtwo.sipbreakout.v1 import sipbreakout_pb2 as pb
from wgtwo.sipbreakout.v1 import sipbreakout_pb2_grpc as pb_grpc

NUMBER = "+4711111111"
REGISTRATION = Registration.parse(NUMBER, "sips:tas.example.com", "LOOP", "00", "01")
STARTED = 1_800_000_000.0
"""Unix time at which the fake time starts."""


@dataclass
class FakeTime:
    """Unix time and monotonic time in one; `sleep` moves it."""

    now: float = STARTED
    slept: list[float] = field(default_factory=list)

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


Step = Callable[[Any, "grpc.aio.ServicerContext[Any, Any]"], Awaitable[Any]]
"""Answers one request."""


def ok(seconds: int = 3600, nanos: int = 0) -> Step:
    async def answer(request: Any, context: Any) -> Any:
        if isinstance(request, pb.DeleteRegistrationRequest):
            return pb.DeleteRegistrationResponse(status_code=pb.STATUS_CODE_OK)
        ttl = Duration(seconds=seconds, nanos=nanos)
        return pb.UpsertRegistrationResponse(status_code=pb.STATUS_CODE_OK, time_to_live=ttl)

    return answer


def body(status: int, words: str = "") -> Step:
    async def answer(request: Any, context: Any) -> Any:
        upsert = isinstance(request, pb.UpsertRegistrationRequest)
        kind: Any = pb.UpsertRegistrationResponse if upsert else pb.DeleteRegistrationResponse
        return kind(status_code=status, error_message=words)

    return answer


def fails(code: grpc.StatusCode, words: str = "scripted") -> Step:
    async def answer(request: Any, context: Any) -> Any:
        await context.abort(code, words)

    return answer


async def hangs(request: Any, context: Any) -> Any:
    """Answer nothing until the client gives up."""
    await asyncio.Event().wait()


UNAVAILABLE = fails(grpc.StatusCode.UNAVAILABLE)


class FakeCore(pb_grpc.SipBreakoutServiceServicer):
    """Plays its script, the last step for ever, and notes what it was asked."""

    def __init__(self, *script: Step) -> None:
        self.script = list(script)
        self.requests: list[Any] = []
        self.metadata: list[dict[str, str | bytes]] = []
        self.peers: set[str] = set()
        self.on_request: Callable[[], None] = lambda: None

    async def UpsertRegistration(self, request: Any, context: Any) -> Any:
        return await self._play(request, context)

    async def DeleteRegistration(self, request: Any, context: Any) -> Any:
        return await self._play(request, context)

    async def _play(self, request: Any, context: Any) -> Any:
        self.requests.append(request)
        self.metadata.append(dict(context.invocation_metadata()))
        self.peers.add(context.peer())
        self.on_request()
        step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        return await step(request, context)

    @property
    def authorizations(self) -> list[str | bytes | None]:
        return [metadata.get("authorization") for metadata in self.metadata]


@asynccontextmanager
async def served(core: FakeCore, credentials: grpc.ServerCredentials | None = None) -> AsyncIterator[str]:
    """Serve the core on a free port of 127.0.0.1, and give its address."""
    server = grpc.aio.server()
    pb_grpc.add_SipBreakoutServiceServicer_to_server(core, server)
    if credentials is None:
        port = server.add_insecure_port("127.0.0.1:0")
    else:
        port = server.add_secure_port("127.0.0.1:0", credentials)
    await server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        await server.stop(grace=None)


@dataclass
class Bench:
    """A client of a served core."""

    client: RegistrationClient
    core: FakeCore
    time: FakeTime
    address: str


@asynccontextmanager
async def bench(
    *script: Step, auth: Auth | None = None, random: Callable[[], float] = lambda: 1.0, **changes: Any
) -> AsyncIterator[Bench]:
    """Give a client of a plaintext core that plays the script."""
    core, time = FakeCore(*script), FakeTime()
    async with served(core) as address:
        profile = Profile("lab", address, plaintext=True, auth=auth or NoAuth(), **changes)
        client = RegistrationClient(profile, clock=time.clock, sleep=time.sleep, random=random, monotonic=time.clock)
        async with client:
            yield Bench(client, core, time, address)
