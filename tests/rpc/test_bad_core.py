"""A core that answers late, never, with noise or with too much: one clear error, and nothing taken for an answer."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing, suppress
from typing import Any

import grpc
import grpc.aio
import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import DecodeError
from hypothesis import given, settings
from hypothesis import strategies as st

from sipbreakout_model import DEFAULT_TTL, Lease, SipBreakoutError
from sipbreakout_tui.config import Profile
from sipbreakout_tui.rpc.channel import MAX_ANSWER
from sipbreakout_tui.rpc.client import LONGEST_TTL, RegistrationClient
from sipbreakout_tui.rpc.errors import CannotReachCore, CoreFailed, Refused
from tests.rpc.fake_core import REGISTRATION, FakeTime, bench, fails, ok
from wgtwo.sipbreakout.v1 import sipbreakout_pb2 as pb

SERVICE = "wgtwo.sipbreakout.v1.SipBreakoutService"
VERBS = ["upsert", "delete"]
REQUEST = 100
"""Bytes: what a client sends before it has seen our SETTINGS is less, a request is more."""
LONGEST_MESSAGE = 1200
"""Characters of the longest error: what was asked, some of the core's words, and what to do."""

Answer = Callable[[bytes, Any], Awaitable[bytes]]


def always(data: bytes) -> Answer:
    async def answer(request: bytes, context: Any) -> bytes:
        return data

    return answer


@asynccontextmanager
async def client_of(target: str, deadline: float = 10.0) -> AsyncIterator[RegistrationClient]:
    """A client whose waits between attempts take no time, but count."""
    time = FakeTime()
    profile = Profile("lab", target, plaintext=True, deadline=deadline)
    async with RegistrationClient(profile, sleep=time.sleep, random=lambda: 1.0, monotonic=time.clock) as client:
        yield client


@asynccontextmanager
async def raw_core(answer: Answer) -> AsyncIterator[RegistrationClient]:
    """A client of a core that answers with bytes."""
    server = grpc.aio.server()
    handler: grpc.RpcMethodHandler[bytes, bytes] = grpc.unary_unary_rpc_method_handler(answer)
    methods = {f"{verb.title()}Registration": handler for verb in VERBS}
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(SERVICE, methods)])
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        async with client_of(f"127.0.0.1:{port}") as client:
            yield client
    finally:
        await server.stop(grace=None)


@asynccontextmanager
async def tcp_core(say: bytes, *, hang_up: bool) -> AsyncIterator[RegistrationClient]:
    """A client of something that says some bytes once it was spoken to."""
    talks: list[asyncio.Task[Any]] = []

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talks.extend(filter(None, [asyncio.current_task()]))
        with closing(writer), suppress(ConnectionError):
            writer.write(say)
            read = await reader.read(1)
            while read and not (hang_up and len(read) > REQUEST):
                more = await reader.read(1000)
                read = read + more if more else b""
        with suppress(ConnectionError):
            await writer.wait_closed()

    server = await asyncio.start_server(speak, "127.0.0.1", 0)
    async with server:
        async with client_of(f"127.0.0.1:{server.sockets[0].getsockname()[1]}", deadline=0.1) as client:
            yield client
        for talk in talks:
            talk.cancel()
        await asyncio.gather(*talks, return_exceptions=True)


async def error_of(client: RegistrationClient, verb: str) -> SipBreakoutError:
    with pytest.raises(SipBreakoutError) as caught:
        await getattr(client, verb)(REGISTRATION)
    words = str(caught.value)
    assert words.isprintable()
    assert len(words) <= LONGEST_MESSAGE
    return caught.value


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("data", [b"\xff\xff", b"\x12\x02\xff\xfe", b"\x08\x01\x12\x09cut", b"\x0b" * 500])
async def test_an_answer_that_is_no_message(data: bytes, verb: str, caplog: pytest.LogCaptureFixture) -> None:
    async with raw_core(always(data)) as client:
        error = await error_of(client, verb)
    assert isinstance(error, CoreFailed)
    assert "was answered with something that cannot be read: is this the address of a core" in str(error)
    assert str(error).endswith("Whether it was carried out is not known")
    assert [record for record in caplog.records if record.exc_info] == []


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("size", [MAX_ANSWER, 8 * 1024 * 1024])
async def test_an_answer_that_is_too_large(size: int, verb: str) -> None:
    refusal = pb.DeleteRegistrationResponse(status_code=pb.STATUS_CODE_OK, error_message="a" * size)
    async with raw_core(always(refusal.SerializeToString())) as client:
        error = await error_of(client, verb)
    assert isinstance(error, CoreFailed)
    assert "larger than any of a core, and whether the request was carried out is not known" in str(error)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(data=st.binary(max_size=60))
def test_random_answers_are_never_taken_for_ok(data: bytes) -> None:
    async def ask() -> None:
        async with raw_core(always(data)) as client:
            for verb in VERBS:
                try:  # both answers have these two fields
                    is_ok = pb.UpsertRegistrationResponse.FromString(data).status_code == pb.STATUS_CODE_OK
                except DecodeError:
                    is_ok = False
                try:
                    await getattr(client, verb)(REGISTRATION)
                except SipBreakoutError:
                    continue
                assert is_ok

    asyncio.run(ask())


@pytest.mark.parametrize("seconds", [int(LONGEST_TTL) + 1, 10**10, 2**63 - 1, -(2**63)])
async def test_a_life_beyond_belief_is_that_of_v2(seconds: int, caplog: pytest.LogCaptureFixture) -> None:
    answer = pb.UpsertRegistrationResponse(status_code=pb.STATUS_CODE_OK, time_to_live=Duration(seconds=seconds))
    async with raw_core(always(answer.SerializeToString())) as client:
        lease = await client.upsert(REGISTRATION)
    assert isinstance(lease, Lease)
    assert lease.ttl == DEFAULT_TTL
    assert "3600 s are assumed (V2)" in caplog.text


async def test_the_longest_life_that_is_believed() -> None:
    async with bench(ok(int(LONGEST_TTL))) as on:
        assert (await on.client.upsert(REGISTRATION)).ttl == LONGEST_TTL


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("code", [code for code in grpc.StatusCode if code is not grpc.StatusCode.OK])
async def test_status_words_full_of_escapes(code: grpc.StatusCode, verb: str) -> None:
    async with bench(fails(code, "\x1b]0;owned\x07\x1b[2J\r\n\u202e\u2066" * 50)) as on:
        error = await error_of(on.client, verb)
    assert code.name in str(error)
    assert r"\x1b]0;owned\x07" in str(error)


async def test_words_of_a_refusal_full_of_escapes() -> None:
    refusal = pb.DeleteRegistrationResponse(status_code=pb.STATUS_CODE_NOT_ACCEPTABLE, error_message="\x1b[2J" * 9000)
    async with raw_core(always(refusal.SerializeToString())) as client:
        assert isinstance(await error_of(client, "delete"), Refused)


SETTINGS = bytes((0, 0, 0, 4, 0, 0, 0, 0, 0))
TALK = {
    "nothing": b"",
    "settings": SETTINGS,
    "http1": b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
    "noise": b"\xff\x00\x1b[2J" * 200,
    "settings-then-noise": SETTINGS + b"\xff" * 500,
    "goaway": SETTINGS + bytes((0, 0, 8, 7, 0, 0, 0, 0, 0)) + bytes(8),
    "half-a-frame": SETTINGS + b"\x00\x00",
    "tls-alert": bytes((0x15, 3, 3, 0, 2, 2, 70)),
    "escapes": b"\x1b]0;owned\x07" * 50,
}


@pytest.mark.parametrize("hang_up", [True, False], ids=["hangs-up", "stays"])
@pytest.mark.parametrize("say", TALK.values(), ids=TALK)
async def test_what_is_no_core(say: bytes, hang_up: bool) -> None:
    async with tcp_core(say, hang_up=hang_up) as client:
        assert isinstance(await error_of(client, "upsert"), (CannotReachCore, CoreFailed))


async def test_an_answer_that_comes_too_late_counts_as_none(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    answered: list[bytes] = []

    async def late(request: bytes, context: Any) -> bytes:
        answered.append(request)
        await asyncio.sleep(0.6)
        return pb.UpsertRegistrationResponse(status_code=pb.STATUS_CODE_OK).SerializeToString()

    async with raw_core(late) as slow, client_of(slow.profile.target, deadline=0.05) as client:
        error = await error_of(client, "upsert")
    assert isinstance(error, CannotReachCore)
    assert "whether it was carried out is not known" in str(error)
    assert answered
