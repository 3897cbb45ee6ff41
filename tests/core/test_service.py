"""V1 to V6, V9, V10 as a client sees them."""

import asyncio
import gzip
import logging

import grpc
import grpc.aio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipbreakout_model import E164, RouteType
from sipbreakout_tui.core import BlockingCore
from sipbreakout_tui.core.listening import MAX_MESSAGE
from sipbreakout_tui.core.service import MAX_WORDS
from tests.core.conftest import (
    NOT_ACCEPTABLE,
    NOW,
    NUMBER,
    OK,
    SECONDS,
    URI,
    Asked,
    Clock,
    delete,
    registration,
    upsert,
)
from wgtwo.sipbreakout.v1 import sipbreakout_pb2 as pb

SERVICE = "/wgtwo.sipbreakout.v1.SipBreakoutService"
OTHER = "sips:other.example.com"
ESCAPE = "\x1b[31m"

UPSERTS = [
    pytest.param(pb.UpsertRegistrationRequest(), "the request is empty: set registration", id="empty"),
    pytest.param(pb.UpsertRegistrationRequest(registration=pb.Registration()), "phone_number is missing", id="bare"),
    pytest.param(upsert(None), "phone_number is missing: name the number, such as +4711111111 (V4)", id="no-number"),
    pytest.param(upsert(""), "phone_number is missing", id="empty-number"),
    pytest.param(upsert("4711111111"), "'4711111111' is not an E.164 number: the plus", id="no-plus"),
    pytest.param(upsert("112"), "short and emergency numbers cannot be registered", id="emergency"),
    pytest.param(upsert("+0047"), "no country code starts with 0", id="prefix-left-on"),
    pytest.param(upsert("+1" + "2" * 32), "expected + and 2 to 32 digits", id="33-digits"),
    pytest.param(upsert(f"+47{ESCAPE}"), r"+47\x1b[31m", id="number-with-escape"),
    pytest.param(upsert(sip_uri=""), "sip_uri", id="no-uri"),
    pytest.param(upsert(sip_uri="sip:tas.example.com"), "over TLS only", id="sip"),
    pytest.param(upsert(sip_uri="sips:bob@tas.example.com"), "user part", id="user-part"),
    pytest.param(upsert(sip_uri="sips:tas.example.com;lr"), "parameters", id="parameters"),
    pytest.param(upsert(sip_uri="sips:tas.example.com:0"), "port", id="port-0"),
    pytest.param(upsert(sip_uri="sips:tas.example.com:65536"), "port", id="port-65536"),
    pytest.param(upsert(sip_uri="sips:" + "a" * 60_000), "expected sips:host", id="long-uri"),
    pytest.param(upsert(mo="+1"), "mobile_originating_prefix '+1' is not a prefix: expected 0 to 16 digits", id="mo"),
    pytest.param(upsert(mt="1" * 17), "mobile_terminating_prefix", id="mt"),
    pytest.param(pb.UpsertRegistrationRequest(registration=registration(route_type=0)), "route_type", id="unspecified"),
    pytest.param(pb.UpsertRegistrationRequest(registration=registration(route_type=7)), "7", id="unknown-type"),
    pytest.param(pb.UpsertRegistrationRequest(registration=registration(route_type=-1)), "-1", id="negative-type"),
]

DELETES = [
    pytest.param(pb.DeleteRegistrationRequest(), "the request is empty: set registration", id="empty"),
    pytest.param(delete(None), "phone_number is missing", id="no-number"),
    pytest.param(delete("x"), "'x' is not an E.164 number", id="bad-number"),
    pytest.param(delete(sip_uri=""), "sip_uri", id="no-uri"),
    pytest.param(delete(sip_uri="sips:"), "sip_uri", id="bad-uri"),
    pytest.param(delete("+4722222222"), "+4722222222 is not registered", id="not-registered"),
    pytest.param(
        delete(sip_uri=OTHER),
        f"{NUMBER} is registered at {URI}, not {OTHER}. Delete it with: sipbreakout delete {NUMBER} --sip-uri {URI}",
        id="other-uri",
    ),
    pytest.param(delete(sip_uri=f"{URI}:5061"), f"is registered at {URI}, not {URI}:5061", id="explicit-port"),
]


async def test_an_upsert_is_accepted_for_an_hour(asked: Asked, clock: Clock) -> None:
    answer = await asked.stub.UpsertRegistration(upsert(mo="00", mt="01"))
    assert (answer.status_code, answer.error_message) == (OK, "")
    assert answer.time_to_live.ToTimedelta().total_seconds() == 3600
    lease = asked.core.book.active(E164(NUMBER), clock.now)
    assert lease is not None
    assert str(lease.registration) == f"{NUMBER} LOOP {URI} (MO 00, MT 01)"
    assert (lease.accepted_at, lease.ttl) == (NOW, 3600)


@pytest.mark.parametrize("kind", RouteType)
async def test_every_route_type(asked: Asked, kind: RouteType) -> None:
    number = pb.RouteType.Value(f"ROUTE_TYPE_{kind.name}")
    answer = await asked.stub.UpsertRegistration(
        pb.UpsertRegistrationRequest(registration=registration(route_type=number))
    )
    assert answer.status_code == OK
    lease = asked.core.book.last(E164(NUMBER))
    assert lease is not None
    assert lease.registration.route_type is kind


async def test_an_upsert_replaces_everything_and_starts_a_new_life(asked: Asked, clock: Clock) -> None:
    await asked.stub.UpsertRegistration(upsert(mo="00"))
    clock.now += 3599
    await asked.stub.UpsertRegistration(upsert(sip_uri=OTHER))
    clock.now += 3599
    lease = asked.core.book.active(E164(NUMBER), clock.now)
    assert lease is not None
    assert str(lease.registration) == f"{NUMBER} LOOP {OTHER} (MO –, MT –)"
    assert len(asked.core.book) == 1
    clock.now += 1
    assert asked.core.book.active(E164(NUMBER), clock.now) is None


@pytest.mark.parametrize(("request_", "words"), UPSERTS)
async def test_a_faulty_upsert_is_refused_in_the_body(
    asked: Asked, request_: pb.UpsertRegistrationRequest, words: str
) -> None:
    answer = await asked.stub.UpsertRegistration(request_)
    assert answer.status_code == NOT_ACCEPTABLE
    assert words in answer.error_message
    assert len(answer.error_message) <= MAX_WORDS
    assert answer.error_message.isprintable()
    assert not answer.HasField("time_to_live")
    assert len(asked.core.book) == 0


@pytest.mark.parametrize(("request_", "words"), DELETES)
async def test_a_faulty_delete_is_refused_and_removes_nothing(
    asked: Asked, request_: pb.DeleteRegistrationRequest, words: str
) -> None:
    await asked.stub.UpsertRegistration(upsert())
    answer = await asked.stub.DeleteRegistration(request_)
    assert answer.status_code == NOT_ACCEPTABLE
    assert words in answer.error_message
    assert len(asked.core.book) == 1


async def test_a_delete_looks_at_number_and_uri_only(asked: Asked) -> None:
    await asked.stub.UpsertRegistration(upsert())
    ignored = registration(sip_uri=URI.replace("tas", "TAS"), route_type=99, mo="x", mt="y" * 99)
    answer = await asked.stub.DeleteRegistration(pb.DeleteRegistrationRequest(registration=ignored))
    assert (answer.status_code, answer.error_message) == (OK, "")
    assert len(asked.core.book) == 0
    again = await asked.stub.DeleteRegistration(delete())
    assert again.error_message == f"{NUMBER} is not registered. There is nothing to delete"


async def test_what_expired_cannot_be_deleted(asked: Asked, clock: Clock) -> None:
    await asked.stub.UpsertRegistration(upsert())
    clock.now += 3600
    answer = await asked.stub.DeleteRegistration(delete())
    assert answer.status_code == NOT_ACCEPTABLE
    assert f"{NUMBER} is not registered at that time" in answer.error_message


@pytest.mark.parametrize("method", ["UpsertRegistration", "DeleteRegistration"])
@pytest.mark.parametrize("data", [b"\x0a\x05short", b"\x00\x00", b"\x0a\x04\x1a\x02\xff\xfe"])
async def test_what_is_no_message_is_refused_in_the_body(asked: Asked, method: str, data: bytes) -> None:
    call: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = asked.channel.unary_unary(f"{SERVICE}/{method}")
    answer = pb.UpsertRegistrationResponse.FromString(await call(data))
    assert answer.status_code == NOT_ACCEPTABLE
    assert answer.error_message.startswith("the request cannot be read: expected a message of the API's .proto files")


async def test_a_request_above_64_kib_is_refused(asked: Asked) -> None:
    call = asked.stub.UpsertRegistration(upsert(sip_uri="sips:" + "a" * MAX_MESSAGE))
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


async def test_a_small_request_that_unpacks_above_64_kib_is_refused(asked: Asked) -> None:
    request = upsert(sip_uri="sips:" + "a" * 32 * MAX_MESSAGE)
    assert len(gzip.compress(request.SerializeToString())) < MAX_MESSAGE
    call = asked.stub.UpsertRegistration(request, compression=grpc.Compression.Gzip)
    try:
        answer = await call
    except grpc.aio.AioRpcError as error:
        assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED  # noqa: PT017 - either is right
    else:
        assert answer.status_code == NOT_ACCEPTABLE
    assert len(asked.core.book) == 0


async def test_many_at_once_and_the_last_one_counts(asked: Asked) -> None:
    numbers = [f"+47{index:08d}" for index in range(300)]
    answers = await asyncio.gather(*(asked.stub.UpsertRegistration(upsert(number)) for number in numbers * 2))
    assert {answer.status_code for answer in answers} == {OK}
    assert len(asked.core.book) == len(numbers)


async def test_refusals_are_logged_without_control_characters(asked: Asked, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "sipbreakout_tui")
    await asked.stub.UpsertRegistration(upsert(f"+47{ESCAPE}\n\u202e"))
    await asked.stub.UpsertRegistration(upsert())
    await asked.stub.DeleteRegistration(delete())
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == 3
    assert all(line.isprintable() for line in lines), lines


@given(data=st.binary(max_size=200))
def test_no_bytes_raise(shared: BlockingCore, data: bytes) -> None:
    with grpc.insecure_channel(shared.address) as channel:
        for method in ("UpsertRegistration", "DeleteRegistration"):
            call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(f"{SERVICE}/{method}")
            answer = pb.DeleteRegistrationResponse.FromString(call(data, timeout=SECONDS))
            assert answer.status_code == NOT_ACCEPTABLE
            assert answer.error_message
