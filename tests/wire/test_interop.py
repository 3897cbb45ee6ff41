"""Bytes as any other client or server of this API writes them, put together here by hand.

A field is a key, number x 8 + wire type (0 varint, 2 length-delimited), and its value: see
https://protobuf.dev/programming-guides/encoding/.
"""

import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import DecodeError, Message

from wgtwo.common.v1.phonenumber_pb2 import E164, Alphanumeric, National
from wgtwo.sipbreakout.v1 import sipbreakout_pb2 as pb

NUMBER = b"\x0a\x0b+4711111111"  # E164: field 1, 11 bytes
REGISTRATION = (
    b"\x0a\x0200"  # 1 mobile_originating_prefix
    b"\x12\x0299"  # 2 mobile_terminating_prefix
    b"\x1a\x10sips:tas.example"  # 3 sip_uri, 16 bytes
    b"\x20\x04"  # 4 route_type: LOOP_MO
    b"\x2a\x0d" + NUMBER  # 5 phone_number, 13 bytes
)
BARE = b"\x1a\x0esips:a.example\x20\x01"  # no prefixes and no number: an access token of a user
LONG_URI = "sips:" + "a" * 60 + "." + "b" * 60 + ".example:5071"  # 139 bytes: a length of two bytes


def registration() -> pb.Registration:
    return pb.Registration(
        mobile_originating_prefix="00",
        mobile_terminating_prefix="99",
        sip_uri="sips:tas.example",
        route_type=pb.ROUTE_TYPE_LOOP_MO,
        phone_number=E164(e164="+4711111111"),
    )


def bare() -> pb.Registration:
    return pb.Registration(sip_uri="sips:a.example", route_type=pb.ROUTE_TYPE_LOOP)


MESSAGES = [
    pytest.param(NUMBER, E164(e164="+4711111111"), id="e164"),
    pytest.param(b"\x0a\x0811111111", National(number="11111111"), id="national"),
    pytest.param(b"\x0a\x04Taxi", Alphanumeric(text="Taxi"), id="alphanumeric"),
    pytest.param(b"", pb.Registration(), id="empty"),
    pytest.param(REGISTRATION, registration(), id="registration"),
    pytest.param(BARE, bare(), id="registration-bare"),
    pytest.param(b"\x1a\x8b\x01" + LONG_URI.encode(), pb.Registration(sip_uri=LONG_URI), id="registration-long-uri"),
    pytest.param(b"\x2a\x00", pb.Registration(phone_number=E164()), id="registration-empty-number"),
    pytest.param(b"\x0a\x2b" + REGISTRATION, pb.UpsertRegistrationRequest(registration=registration()), id="upsert"),
    pytest.param(b"\x0a\x12" + BARE, pb.UpsertRegistrationRequest(registration=bare()), id="upsert-bare"),
    pytest.param(
        b"\x08\x01\x1a\x03\x08\x90\x1c",  # 1 OK; 3 time_to_live: seconds 3600
        pb.UpsertRegistrationResponse(status_code=pb.STATUS_CODE_OK, time_to_live=Duration(seconds=3600)),
        id="upserted",
    ),
    pytest.param(
        b"\x08\x01\x1a\x09\x08\x8f\x1c\x10\x80\xca\xb5\xee\x01",  # 3599 s, 500,000,000 ns
        pb.UpsertRegistrationResponse(
            status_code=pb.STATUS_CODE_OK, time_to_live=Duration(seconds=3599, nanos=500_000_000)
        ),
        id="upserted-with-nanos",
    ),
    pytest.param(
        b"\x08\x02\x12\x0abad prefix",
        pb.UpsertRegistrationResponse(status_code=pb.STATUS_CODE_NOT_ACCEPTABLE, error_message="bad prefix"),
        id="upsert-refused",
    ),
    pytest.param(b"\x0a\x2b" + REGISTRATION, pb.DeleteRegistrationRequest(registration=registration()), id="delete"),
    pytest.param(b"\x08\x01", pb.DeleteRegistrationResponse(status_code=pb.STATUS_CODE_OK), id="deleted"),
    pytest.param(
        b"\x08\x02\x12\x06\xc3\xb8 \xe2\x86\x92",  # UTF-8, 6 bytes: ø →
        pb.DeleteRegistrationResponse(status_code=pb.STATUS_CODE_NOT_ACCEPTABLE, error_message="ø →"),
        id="delete-refused",
    ),
]

ROUTE_TYPES = [
    (b"", pb.ROUTE_TYPE_UNSPECIFIED),
    (b"\x20\x01", pb.ROUTE_TYPE_LOOP),
    (b"\x20\x02", pb.ROUTE_TYPE_FORK),
    (b"\x20\x03", pb.ROUTE_TYPE_FALLBACK),
    (b"\x20\x04", pb.ROUTE_TYPE_LOOP_MO),
    (b"\x20\x05", pb.ROUTE_TYPE_LOOP_MT),
    (b"\x20\x06", pb.ROUTE_TYPE_INGRESS),
]


@pytest.mark.parametrize(("data", "message"), MESSAGES)
def test_bytes_decode_to_the_message(data: bytes, message: Message) -> None:
    assert type(message).FromString(data) == message


@pytest.mark.parametrize(("data", "message"), MESSAGES)
def test_message_encodes_to_the_bytes(data: bytes, message: Message) -> None:
    assert message.SerializeToString(deterministic=True) == data


@pytest.mark.parametrize(("data", "route_type"), ROUTE_TYPES)
def test_every_route_type(data: bytes, route_type: pb.RouteType.ValueType) -> None:
    assert pb.Registration.FromString(data).route_type == route_type
    assert pb.Registration(route_type=route_type).SerializeToString() == data


def test_fields_in_any_order_and_the_last_value_counts() -> None:
    data = b"\x20\x02" + b"\x2a\x0d" + NUMBER + b"\x1a\x01x" + b"\x20\x04" + b"\x1a\x10sips:tas.example"
    assert pb.Registration.FromString(data) == pb.Registration(
        sip_uri="sips:tas.example", route_type=pb.ROUTE_TYPE_LOOP_MO, phone_number=E164(e164="+4711111111")
    )


def test_missing_number_differs_from_an_empty_one() -> None:
    assert not pb.Registration.FromString(BARE).HasField("phone_number")
    assert pb.Registration.FromString(BARE + b"\x2a\x00").HasField("phone_number")


def test_missing_time_to_live_differs_from_zero() -> None:
    assert not pb.UpsertRegistrationResponse.FromString(b"\x08\x01").HasField("time_to_live")
    assert pb.UpsertRegistrationResponse.FromString(b"\x08\x01\x1a\x00").HasField("time_to_live")


@pytest.mark.parametrize(
    "unknown",
    [
        pytest.param(b"\x30\x07", id="varint"),  # field 6
        pytest.param(b"\x32\x03new", id="text"),  # field 6
        pytest.param(b"\x35\x01\x02\x03\x04", id="fixed32"),  # field 6
        pytest.param(b"\xa1\x06\x01\x02\x03\x04\x05\x06\x07\x08", id="fixed64"),  # field 100
    ],
)
def test_unknown_fields_survive(unknown: bytes) -> None:
    message = pb.Registration.FromString(REGISTRATION + unknown)
    assert message.sip_uri == "sips:tas.example"
    assert message.SerializeToString(deterministic=True) == REGISTRATION + unknown


def test_unknown_fields_survive_inside_a_request() -> None:
    data = b"\x0a\x2d" + REGISTRATION + b"\x30\x07" + b"\x10\x01"
    assert pb.UpsertRegistrationRequest.FromString(data).SerializeToString(deterministic=True) == data


@pytest.mark.parametrize(
    ("data", "number"),
    [
        (b"\x20\x07", 7),
        (b"\x20\xe7\x07", 999),
        (b"\x20\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", -1),
    ],
)
def test_unknown_route_types_survive(data: bytes, number: int) -> None:
    message = pb.Registration.FromString(data)
    assert message.route_type == number
    assert number not in pb.RouteType.values()
    assert message.SerializeToString() == data


def test_unknown_status_codes_survive() -> None:
    message = pb.UpsertRegistrationResponse.FromString(b"\x08\x03")
    assert message.status_code == 3
    assert message.SerializeToString() == b"\x08\x03"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(REGISTRATION[:-1], id="cut-short"),
        pytest.param(b"\x1a\x02\xff\xfe", id="not-utf-8"),
        pytest.param(b"\x00\x00", id="field-0"),
    ],
)
def test_faulty_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(DecodeError):
        pb.Registration.FromString(data)
