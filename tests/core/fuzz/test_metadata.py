"""Metadata that is too much, or no text, in requests for registrations, health and reflection."""

from collections.abc import Iterator

import grpc
import pytest

from sipbreakout_tui.core.reflection import V1
from tests.core.conftest import OK, SECONDS
from tests.core.fuzz.http2 import HELLO, UPSERT, connected, message, opened
from tests.core.fuzz.served import Served, channel, good_client, needs_proc, put, serving

pytestmark = needs_proc

PATHS = [UPSERT.decode(), "/grpc.health.v1.Health/Check", f"/{V1}/ServerReflectionInfo"]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("served")) as served:
        yield served


def code_of(served: Served, path: str, metadata: tuple[tuple[str, str | bytes], ...]) -> grpc.StatusCode:
    """How a request ends that would succeed without the metadata."""
    with channel(served.address) as on:
        call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = on.unary_unary(path)
        try:
            call(b"", timeout=SECONDS, metadata=metadata)
        except grpc.RpcError as error:
            return error.code()
        return grpc.StatusCode.OK


TOO_MUCH: dict[str, tuple[tuple[str, str | bytes], ...]] = {
    "one-huge": (("x", "y" * 1_000_000),),
    "huge-name": (("x" * 100_000, "y"),),
    "binary-huge": (("x-bin", b"\xff" * 100_000),),
    "a-thousand": tuple((f"x-{index}", "y") for index in range(1000)),
    "the-same-a-thousand-times": (("x", "y" * 20),) * 1000,
    "token": (("authorization", "Bearer " + "a" * 20_000),),
}


@pytest.mark.parametrize("metadata", TOO_MUCH.values(), ids=TOO_MUCH)
def test_too_much_is_refused(served: Served, metadata: tuple[tuple[str, str | bytes], ...]) -> None:
    assert code_of(served, PATHS[0], metadata) is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert code_of(served, PATHS[0], ()) is grpc.StatusCode.OK


@pytest.mark.parametrize(("size", "code"), [(15_500, grpc.StatusCode.OK), (16_900, grpc.StatusCode.RESOURCE_EXHAUSTED)])
def test_the_limit_is_16_kib_and_no_matter_of_chance(served: Served, size: int, code: grpc.StatusCode) -> None:
    """By itself gRPC refuses some of what is above 8 KiB, and more the larger it is."""
    assert {code_of(served, PATHS[0], (("x", "y" * size),)) for _ in range(20)} == {code}


@pytest.mark.parametrize("path", PATHS[1:])
def test_too_much_is_refused_beside_too(served: Served, path: str) -> None:
    assert code_of(served, path, TOO_MUCH["one-huge"]) is grpc.StatusCode.RESOURCE_EXHAUSTED


@pytest.mark.parametrize("path", PATHS)
def test_odd_metadata_changes_nothing(served: Served, path: str) -> None:
    odd: tuple[tuple[str, str | bytes], ...] = (("x-bin", bytes(range(256))), ("y", " ~!"), ("y", ""), ("_.-", "1"))
    assert code_of(served, path, odd) is grpc.StatusCode.OK


ODD_FIELDS = {
    "no-utf8": (b"x", b"\xff\xfe"),
    "name-no-utf8": (b"x-\xff", b"y"),
    "controls": (b"x", b"\x1b[2J\r\n\x00"),
    "upper-case": (b"X-Y", b"z"),
    "empty-name": (b"", b"x"),
    "binary-that-is-none": (b"x-bin", b"!!!"),
    "token-no-utf8": (b"authorization", b"Bearer \xff\n"),
    "time-out": (b"grpc-timeout", b"99999999999999H"),
    "time-out-below-0": (b"grpc-timeout", b"-1S"),
    "encoding": (b"grpc-encoding", b"br"),
    "content-length": (b"content-length", b"-7"),
    "connection": (b"connection", b"close"),
}


@pytest.mark.parametrize("field", ODD_FIELDS.values(), ids=ODD_FIELDS)
def test_fields_that_no_library_sends(served: Served, field: tuple[bytes, bytes]) -> None:
    with good_client(served.address) as good, connected(served.address) as connection:
        connection.sendall(HELLO + opened(1, UPSERT, field) + message(1, b""))
        assert connection.recv(9)
        good.goes_on(2)


def test_after_all_that_it_still_answers(served: Served) -> None:
    with channel(served.address) as on:
        assert put(on) == OK
