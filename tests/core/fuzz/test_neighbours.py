"""Health and reflection, which anybody may ask without a token: what they are sent harms nobody either."""

import asyncio

import grpc
import grpc.aio
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2
from hypothesis import given
from hypothesis import strategies as st

from sipbreakout_tui.core import BlockingCore, EmbeddedCore
from sipbreakout_tui.core.listening import OPTIONS
from sipbreakout_tui.core.reflection import V1, V1ALPHA
from tests.core.conftest import OK, SECONDS, Asked, asking, status_of, upsert
from tests.core.fuzz.http2 import HELLO, PREFACE, connected, message, opened, settings
from tests.core.fuzz.served import channel
from tests.core.fuzz.test_messages import EXAMPLES, Tracebacks, tracebacks

__all__ = ["tracebacks"]

HEALTH = "/grpc.health.v1.Health"
REFLECTION = [f"/{name}/ServerReflectionInfo" for name in (V1, V1ALPHA)]
PROPER = {
    *(grpc.StatusCode.OK, grpc.StatusCode.NOT_FOUND, grpc.StatusCode.INVALID_ARGUMENT),
    *(grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.UNIMPLEMENTED),
}
NO_MESSAGES = [b"\xff", b"\x0a\x09short", b"\x0a\x02\xff\xfe", b"\x0b" * 200]


@given(data=st.binary(max_size=100))
@EXAMPLES
def test_random_bytes(shared: BlockingCore, tracebacks: Tracebacks, data: bytes) -> None:
    with channel(shared.address) as on:
        for path in (f"{HEALTH}/Check", f"{HEALTH}/List", *REFLECTION):
            call: grpc.StreamUnaryMultiCallable[bytes, bytes] = on.stream_unary(path)
            try:
                call(iter([data]), timeout=SECONDS)
            except grpc.RpcError as error:
                code, words = error.code(), error.details() or ""
            else:
                code, words = grpc.StatusCode.OK, ""
            assert code in PROPER
            assert words.isprintable()
            assert len(words) < 200
    assert tracebacks.lines == []


@pytest.mark.parametrize("data", NO_MESSAGES)
async def test_what_is_no_message_is_an_invalid_argument(asked: Asked, tracebacks: Tracebacks, data: bytes) -> None:
    check: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = asked.channel.unary_unary(f"{HEALTH}/Check")
    code, words = await status_of(check(data, timeout=SECONDS))
    assert code is grpc.StatusCode.INVALID_ARGUMENT
    assert words.startswith("the request cannot be read: expected a message")
    watch: grpc.aio.UnaryStreamMultiCallable[bytes, bytes] = asked.channel.unary_stream(f"{HEALTH}/Watch")
    assert (await status_of(watch(data, timeout=SECONDS).read()))[0] is grpc.StatusCode.INVALID_ARGUMENT
    for path in REFLECTION:
        ask: grpc.aio.StreamStreamMultiCallable[bytes, bytes] = asked.channel.stream_stream(path)
        assert (await status_of(ask(iter([data]), timeout=SECONDS).read()))[0] is grpc.StatusCode.INVALID_ARGUMENT
    assert tracebacks.lines == []


@pytest.mark.parametrize("path", [f"{HEALTH}/Check", f"{HEALTH}/Watch", *REFLECTION])
async def test_too_large(asked: Asked, path: str) -> None:
    call: grpc.aio.StreamStreamMultiCallable[bytes, bytes] = asked.channel.stream_stream(path)
    code, _ = await status_of(call(iter([bytes(1 << 20)]), timeout=SECONDS).read())
    assert code is grpc.StatusCode.RESOURCE_EXHAUSTED


async def test_an_unknown_service_is_told_so_to_who_watches(asked: Asked) -> None:
    watch = health_pb2_grpc.HealthStub(asked.channel).Watch(health_pb2.HealthCheckRequest(service="\x1b" * 60_000))
    assert (await watch.read()).status == health_pb2.HealthCheckResponse.SERVICE_UNKNOWN
    watch.cancel()


async def test_more_watch_than_there_are_places(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sipbreakout_tui.core.health.MAX_WATCHES", 3)
    async with asking(EmbeddedCore()) as asked:
        stub = health_pb2_grpc.HealthStub(asked.channel)
        watches = [stub.Watch(health_pb2.HealthCheckRequest()) for _ in range(3)]
        for watch in watches:
            await watch.read()
        code, words = await status_of(stub.Watch(health_pb2.HealthCheckRequest()).read())
        assert (code, words) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "too many watch already: try later")
        assert (await asked.stub.UpsertRegistration(upsert(), timeout=SECONDS)).status_code == OK
        watches[0].cancel()
        async with asyncio.timeout(SECONDS):  # its place is free a moment later
            while True:
                watch = stub.Watch(health_pb2.HealthCheckRequest())
                try:
                    await watch.read()
                except grpc.aio.AioRpcError:
                    continue
                break


async def test_reflection_has_places_too_and_does_not_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sipbreakout_tui.core.reflection.MAX_OPEN", 1)
    monkeypatch.setattr("sipbreakout_tui.core.reflection.OPEN_SECONDS", 0.5)
    question = reflection_pb2.ServerReflectionRequest(list_services="").SerializeToString()
    async with asking(EmbeddedCore()) as asked:
        ask: grpc.aio.StreamStreamMultiCallable[bytes, bytes] = asked.channel.stream_stream(REFLECTION[0])
        first = ask(timeout=SECONDS)
        await first.write(question)
        await first.read()
        code, _ = await status_of(ask(iter([question]), timeout=SECONDS).read())
        assert code is grpc.StatusCode.RESOURCE_EXHAUSTED
        code, words = await status_of(first.read())
        assert (code, words) == (grpc.StatusCode.DEADLINE_EXCEEDED, "open for 0.5 s: ask again")


@pytest.mark.parametrize("path", [b"/grpc.health.v1.Health/Watch", b"/grpc.health.v1.Health/Check"])
def test_a_peer_that_reads_nothing_does_not_keep_the_core_from_stopping(path: bytes) -> None:
    with BlockingCore() as core, connected(core.address) as connection:
        connection.sendall(PREFACE + settings((4, 0)) + opened(1, path) + message(1, b""))
        with channel(core.address) as on:
            assert health_pb2_grpc.HealthStub(on).Check(health_pb2.HealthCheckRequest(), timeout=SECONDS).status == 1
        core.stop()


async def test_a_message_that_never_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sipbreakout_tui.core.arrival.MESSAGE_SECONDS", 0.1)
    async with asking(EmbeddedCore()) as asked:
        for path in (f"{HEALTH}/Check", "/wgtwo.sipbreakout.v1.SipBreakoutService/UpsertRegistration"):
            call: grpc.aio.StreamUnaryMultiCallable[bytes, bytes] = asked.channel.stream_unary(path)
            code, words = await status_of(call(timeout=SECONDS))
            assert (code, words) == (grpc.StatusCode.DEADLINE_EXCEEDED, "no message came with the request: send one")


async def test_the_oldest_that_wait_give_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sipbreakout_tui.core.arrival.MAX_WAITING", 2)
    async with asking(EmbeddedCore()) as asked:
        path = "/wgtwo.sipbreakout.v1.SipBreakoutService/UpsertRegistration"
        method: grpc.aio.StreamUnaryMultiCallable[bytes, bytes] = asked.channel.stream_unary(path)
        calls = []
        for _ in range(4):
            calls.append(method(timeout=SECONDS))
            await calls[-1].wait_for_connection()
        assert (await status_of(calls[0]))[0] is grpc.StatusCode.DEADLINE_EXCEEDED
        assert (await status_of(calls[1]))[0] is grpc.StatusCode.DEADLINE_EXCEEDED
        for call in calls[2:]:
            await call.write(upsert().SerializeToString())
            assert await call


def test_a_connection_that_does_not_say_what_it_speaks_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = tuple((key, 200 if key == "grpc.server_handshake_timeout_ms" else value) for key, value in OPTIONS)
    monkeypatch.setattr("sipbreakout_tui.core.embedded.OPTIONS", quick)
    with BlockingCore() as core:
        for start in (b"", PREFACE[:10], HELLO[: len(PREFACE) + 3]):
            with connected(core.address) as connection:
                connection.sendall(start)
                while connection.recv(65536):
                    pass
