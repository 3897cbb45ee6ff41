"""A core in this process: its life, its health, its bounds."""

import asyncio
import gc

import grpc
import grpc.aio
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from sipbreakout_model import E164, SipBreakoutError
from sipbreakout_tui.core import EmbeddedCore, Faults
from sipbreakout_tui.core.listening import MAX_REQUESTS, MAX_STREAMS
from sipbreakout_tui.core.service import SERVICE
from tests.core.conftest import NUMBER, OK, SECONDS, Asked, Clock, asking, status_of, upsert
from wgtwo.sipbreakout.v1 import sipbreakout_pb2_grpc as pb_grpc

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


async def test_before_and_after_it_is_entered(clock: Clock) -> None:
    core = EmbeddedCore(clock=clock)
    for name in ("address", "listen_port", "book"):
        with pytest.raises(SipBreakoutError, match="enter it first"):
            getattr(core, name)
    async with core:
        assert core.address == f"127.0.0.1:{core.listen_port}"
        with pytest.raises(SipBreakoutError, match="has been entered before: make another one"):
            await core.__aenter__()
    await core.stop()
    assert len(core.book) == 0


async def test_each_core_has_its_own_registrations(clock: Clock) -> None:
    async with asking(EmbeddedCore(clock=clock)) as one, asking(EmbeddedCore(clock=clock)) as other:
        await one.stub.UpsertRegistration(upsert())
        assert (len(one.core.book), len(other.core.book)) == (1, 0)


async def test_its_clock_is_the_time_of_acceptance(asked: Asked, clock: Clock) -> None:
    clock.now += 100.5
    await asked.stub.UpsertRegistration(upsert())
    lease = asked.core.book.last(E164(NUMBER))
    assert lease is not None
    assert lease.accepted_at == clock.now


async def test_many_cores_leave_nothing_behind() -> None:
    for _ in range(5):
        async with asking(EmbeddedCore()) as asked:
            assert (await asked.stub.UpsertRegistration(upsert())).status_code == OK
    gc.collect()
    assert [task.get_coro() for task in asyncio.all_tasks() if task is not asyncio.current_task()] == []


@pytest.mark.parametrize("service", ["", SERVICE.full_name])
async def test_health(asked: Asked, service: str) -> None:
    answer = await health_pb2_grpc.HealthStub(asked.channel).Check(health_pb2.HealthCheckRequest(service=service))
    assert answer.status == SERVING


async def test_health_of_another_service(asked: Asked) -> None:
    code, _ = await status_of(
        health_pb2_grpc.HealthStub(asked.channel).Check(health_pb2.HealthCheckRequest(service="x"))
    )
    assert code is grpc.StatusCode.NOT_FOUND


@pytest.mark.parametrize("service", ["", SERVICE.full_name])
async def test_who_watches_sees_it_stop(clock: Clock, service: str) -> None:
    async with asking(EmbeddedCore(clock=clock)) as asked:
        watch = health_pb2_grpc.HealthStub(asked.channel).Watch(health_pb2.HealthCheckRequest(service=service))
        assert (await watch.read()).status == SERVING
        stopping = asyncio.ensure_future(asked.core.stop(SECONDS))
        assert (await watch.read()).status == NOT_SERVING
        await asked.core.stop(0)  # less patience cuts the watch short
        await stopping


async def test_a_request_under_way_is_answered_before_it_stops(clock: Clock) -> None:
    async with asking(EmbeddedCore(clock=clock, faults=Faults(delay=0.1))) as asked:
        call = asked.stub.UpsertRegistration(upsert())
        watch = health_pb2_grpc.HealthStub(asked.channel).Watch(health_pb2.HealthCheckRequest())
        await watch.read()  # the upsert was sent before it, on the same connection
        watch.cancel()
        await asked.core.stop(SECONDS)
        assert (await call).status_code == OK


async def test_after_it_stopped_nobody_answers(clock: Clock) -> None:
    async with EmbeddedCore(clock=clock) as core:
        address = core.address
    async with grpc.aio.insecure_channel(address) as channel:
        code, _ = await status_of(pb_grpc.SipBreakoutServiceStub(channel).UpsertRegistration(upsert()))
    assert code is grpc.StatusCode.UNAVAILABLE


async def test_more_requests_than_it_takes(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_STREAMS < MAX_REQUESTS
    monkeypatch.setattr("sipbreakout_tui.core.embedded.MAX_REQUESTS", 5)
    async with asking(EmbeddedCore(clock=clock, faults=Faults(delay=0.5))) as asked:
        calls = [asked.stub.UpsertRegistration(upsert(), timeout=SECONDS) for _ in range(20)]
        codes = [await call.code() for call in calls]
    assert set(codes) == {grpc.StatusCode.OK, grpc.StatusCode.RESOURCE_EXHAUSTED}
    assert codes.count(grpc.StatusCode.OK) >= 5


async def test_a_method_that_does_not_exist(asked: Asked) -> None:
    call: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = asked.channel.unary_unary(
        f"/{SERVICE.full_name}/ListRegistrations"
    )
    code, _ = await status_of(call(b""))
    assert code is grpc.StatusCode.UNIMPLEMENTED


async def test_what_is_no_http2_harms_nobody_else(asked: Asked) -> None:
    writers = []
    for start in (
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01" + b"\xff" * 100,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff" * 9,
    ):
        _, writer = await asyncio.open_connection("127.0.0.1", asked.core.listen_port)
        writer.write(start)
        await writer.drain()
        writers.append(writer)
    assert (await asked.stub.UpsertRegistration(upsert(), timeout=SECONDS)).status_code == OK
    for writer in writers:
        writer.close()


async def test_metadata_beyond_all_measure(asked: Asked) -> None:
    code, _ = await status_of(
        asked.stub.UpsertRegistration(upsert(), metadata=(("x", "y" * 100_000),), timeout=SECONDS)
    )
    assert code is not grpc.StatusCode.OK
    assert (await asked.stub.UpsertRegistration(upsert(), timeout=SECONDS)).status_code == OK
