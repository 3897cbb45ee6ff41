"""Random and mutated messages: every one has a proper answer, and nothing invalid is ever registered."""

import logging
import random
from collections.abc import Iterator

import grpc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sipbreakout_model import Registration
from sipbreakout_tui.core import BlockingCore
from sipbreakout_tui.core.listening import MAX_MESSAGE
from sipbreakout_tui.core.service import MAX_WORDS
from tests.core.conftest import NOT_ACCEPTABLE, OK, SECONDS, URI, delete, upsert
from tests.core.fuzz.http2 import DELETE, UPSERT
from tests.core.fuzz.served import channel, put
from wgtwo.sipbreakout.v1 import sipbreakout_pb2 as pb

EXAMPLES = settings(max_examples=150, derandomize=True, deadline=None)
METHODS = [UPSERT.decode(), DELETE.decode()]
VALID = [
    upsert(mo="00", mt="01").SerializeToString(),
    upsert("+4722222222", f"{URI}:5061").SerializeToString(),
    delete().SerializeToString(),
]
LONG_MESSAGE = 1 << 20


class Tracebacks(logging.Handler):
    """Collects what is logged with a traceback, or as an error."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info is not None or record.levelno >= logging.ERROR:
            self.lines.append(record.getMessage())


@pytest.fixture(scope="module")
def tracebacks() -> Iterator[Tracebacks]:
    handler = Tracebacks()
    logging.getLogger().addHandler(handler)
    yield handler
    logging.getLogger().removeHandler(handler)


@pytest.fixture(scope="module")
def on(shared: BlockingCore, tracebacks: Tracebacks) -> Iterator[grpc.Channel]:
    with channel(shared.address) as on:
        yield on
    with channel(shared.address) as other:
        assert put(other) == OK
    assert tracebacks.lines == []
    for lease in shared.book:
        said = lease.registration
        prefixes = said.mobile_originating_prefix, said.mobile_terminating_prefix
        again = Registration.parse(str(said.number), str(said.sip_uri), said.route_type.name, *prefixes)
        assert again == said


def answers(on: grpc.Channel, data: bytes) -> list[tuple[int, str]]:
    """Status and words of the answers of both methods."""
    found: list[tuple[int, str]] = []
    for method in METHODS:
        call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = on.unary_unary(method)
        answer = pb.UpsertRegistrationResponse.FromString(call(data, timeout=SECONDS))
        found.append((answer.status_code, answer.error_message))
    return found


def check(on: grpc.Channel, data: bytes) -> None:
    for status, words in answers(on, data):
        assert status in (OK, NOT_ACCEPTABLE)
        assert bool(words) is (status == NOT_ACCEPTABLE)
        assert len(words) <= MAX_WORDS
        assert words.isprintable()


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def of_field(number: int, value: bytes | int) -> bytes:
    """A field as it travels: length-delimited, or a varint."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def request(*fields: bytes) -> bytes:
    """A request whose registration holds these fields."""
    return of_field(1, b"".join(fields))


def valid_but(*fields: bytes) -> bytes:
    """A valid upsert whose registration has these fields as well, which decide."""
    return VALID[0] + request(*fields)


@given(data=st.binary(max_size=300))
@EXAMPLES
def test_random_bytes(on: grpc.Channel, data: bytes) -> None:
    check(on, data)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    data = bytearray(draw(st.sampled_from(VALID)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        match draw(st.sampled_from(["flip", "cut", "insert", "repeat", "drop"])):
            case "flip" if at < len(data):
                data[at] ^= 1 << draw(st.integers(0, 7))
            case "cut":
                del data[at:]
            case "insert":
                data[at:at] = draw(st.binary(min_size=1, max_size=6))
            case "repeat":
                data += data[at:]
            case "drop":
                del data[at : at + 3]
    return bytes(data)


@given(data=mutated())
@EXAMPLES
def test_mutated_messages(on: grpc.Channel, data: bytes) -> None:
    check(on, data)


texts = st.text(st.characters(codec="utf-8"), max_size=60) | st.sampled_from(
    ["\x00", "\x1b[2J", "\u202e", "\u2028", ""]
)


@given(mo=texts, mt=texts, uri=texts, number=texts, route=st.integers(0, 2**64 - 1))
@settings(EXAMPLES, max_examples=50)
def test_fields_with_any_text(on: grpc.Channel, mo: str, mt: str, uri: str, number: str, route: int) -> None:
    values = [text.encode() for text in (mo, mt, uri)]
    fields = [of_field(index, value) for index, value in enumerate(values, 1)]
    check(on, request(*fields, of_field(4, route), of_field(5, of_field(1, number.encode()))))
    for field in (*fields, of_field(5, of_field(1, number.encode()))):
        check(on, valid_but(field))


def test_noise_by_seed(on: grpc.Channel) -> None:
    random_ = random.Random(7)
    for size in (0, 1, 2, 10, 100, 1000, 10_000, MAX_MESSAGE):
        for _ in range(3):
            check(on, random_.randbytes(size))


ODD = {
    "repeated": VALID[0] * 500,
    "unknown-fields": VALID[0] + b"".join(of_field(number, b"x" * 100) for number in range(100, 500)),
    "highest-field": VALID[0] + of_field(2**29 - 1, 1),
    "field-0": VALID[0] + of_field(0, 1),
    "wrong-type": request(of_field(3, 7), of_field(4, b"LOOP"), of_field(5, 1)),
    "fixed-for-text": request(b"\x1d\x00\x00\x00\x00"),
    "nested": of_field(1, of_field(5, of_field(1, of_field(1, of_field(1, b"x"))))),
    "groups": b"\x0b" * 5000,
    "groups-that-end": VALID[0] + b"\x3b" * 90 + b"\x3c" * 90,
    "group-that-never-began": VALID[0] + b"\x3c",
    "varint-without-end": request(b"\x20" + b"\xff" * 50),
    "length-beyond": b"\x0a\xff\xff\xff\xff\x0f",
    "length-64-bits": b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
    "no-utf8": valid_but(of_field(3, b"sips:\xff\xfe")),
    "surrogate": valid_but(of_field(5, of_field(1, b"+47\xed\xa0\x80"))),
    "overlong-nul": valid_but(of_field(1, b"\xc0\x80")),
    "nul": valid_but(of_field(3, b"sips:tas\x00.example.com")),
    "controls": valid_but(of_field(3, bytes(range(1, 32)) + b"\x7f" + "\x9b\x85".encode())),
    "bidirectional": valid_but(of_field(5, of_field(1, "+47\u202e\u2066".encode()))),
    "long-text": valid_but(of_field(3, b"sips:" + b"a" * 60_000)),
    "long-escapes": valid_but(of_field(3, b"\x1b" * 60_000)),
    "long-number": valid_but(of_field(5, of_field(1, b"+" + b"1" * 60_000))),
    "long-prefix": valid_but(of_field(1, b"\xf0\x9f\x98\x80" * 10_000)),
    "odd-digits": valid_but(of_field(5, of_field(1, "+４７１１".encode()))),
}


@pytest.mark.parametrize("data", ODD.values(), ids=ODD)
def test_odd_messages(on: grpc.Channel, data: bytes) -> None:
    check(on, data)


@pytest.mark.parametrize("data", [VALID[0] + bytes(LONG_MESSAGE), request(of_field(3, b"a" * LONG_MESSAGE))])
@pytest.mark.parametrize("method", METHODS)
def test_a_megabyte(on: grpc.Channel, method: str, data: bytes) -> None:
    call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = on.unary_unary(method)
    with pytest.raises(grpc.RpcError) as caught:
        call(data, timeout=SECONDS)
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert len(caught.value.details() or "") < MAX_WORDS


@pytest.mark.parametrize("compression", [grpc.Compression.Gzip, grpc.Compression.Deflate])
def test_what_unpacks_to_megabytes(on: grpc.Channel, compression: grpc.Compression) -> None:
    call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = on.unary_unary(METHODS[0])
    with pytest.raises(grpc.RpcError) as caught:
        call(b"\x0a" * 20 * LONG_MESSAGE, timeout=SECONDS, compression=compression)
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
