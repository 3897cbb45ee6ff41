"""Peers by the thousand that are slow, half there, or speak something else; one good client goes on beside them."""

import random
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import grpc
import pytest

from sipbreakout_tui.core.arrival import MAX_WAITING
from sipbreakout_tui.core.listening import MAX_STREAMS
from tests.core.conftest import SECONDS
from tests.core.fuzz.http2 import (
    CANCEL,
    GOAWAY,
    HELLO,
    PING,
    PREFACE,
    RST_STREAM,
    UPSERT,
    WINDOW_UPDATE,
    connected,
    everything,
    frame,
    message,
    opened,
    settings,
)
from tests.core.fuzz.served import Good, Served, channel, good_client, needs_proc, put, room_for, serving, until

pytestmark = needs_proc

THOUSAND = 1000
SPARE = 20
"""Descriptors and threads that may come and go by themselves."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with room_for(2 * THOUSAND), serving(tmp_path_factory.mktemp("served")) as served:
        yield served


@pytest.fixture
def good(served: Served) -> Iterator[Good]:
    """A client that all of the test must not disturb; afterwards the core holds no more than before."""
    with good_client(served.address) as good:
        descriptors, threads = served.descriptors(), served.threads()
        yield good
        until(lambda: served.descriptors() <= descriptors + SPARE and served.threads() <= threads + SPARE)


def opened_connections(stack: ExitStack, served: Served, count: int, hello: bytes) -> list[socket.socket]:
    connections = [stack.enter_context(connected(served.address)) for _ in range(count)]
    for connection in connections:
        connection.sendall(hello)
    return connections


def test_a_thousand_connections_that_say_nothing(served: Served, good: Good) -> None:
    with ExitStack() as stack:
        opened_connections(stack, served, THOUSAND, b"")
        until(lambda: served.descriptors() > THOUSAND)
        good.goes_on()


def test_a_thousand_connections_that_ask_all_at_once(served: Served, good: Good) -> None:
    with ExitStack() as stack:
        connections = opened_connections(stack, served, THOUSAND, HELLO)
        until(lambda: served.descriptors() > THOUSAND)
        for connection in connections:
            connection.sendall(opened(1) + message(1, b""))
        good.goes_on()
        for connection in connections:  # SETTINGS and then the answer
            assert connection.recv(9)
    good.goes_on()


def test_two_hundred_channels_at_once(served: Served, good: Good) -> None:
    with ExitStack() as stack:
        channels = [stack.enter_context(channel(served.address)) for _ in range(200)]
        methods: list[grpc.UnaryUnaryMultiCallable[bytes, bytes]] = [on.unary_unary(UPSERT.decode()) for on in channels]
        calls = [method.future(b"", timeout=SECONDS) for method in methods]
        assert all(call.result() for call in calls)
        good.goes_on()


def test_bytes_that_drip(served: Served, good: Good) -> None:
    with ExitStack() as stack:
        connections = opened_connections(stack, served, 50, b"")
        whole = HELLO + opened(1) + message(1, b"")
        for at in range(len(whole) - 1):
            for connection in connections:
                connection.sendall(whole[at : at + 1])
            if at % 50 == 0:
                good.goes_on(1)
        good.goes_on()


def test_requests_without_a_message_do_not_crowd_out_the_others(served: Served, good: Good) -> None:
    """More of them than requests of all connections may be: the oldest give way."""
    streams = range(1, 2 * MAX_STREAMS, 2)
    assert 6 * len(streams) > 4 * MAX_WAITING
    with ExitStack() as stack:
        for connection in opened_connections(stack, served, 6, HELLO):
            for first in range(0, len(streams), 100):
                connection.sendall(b"".join(opened(stream) for stream in streams[first : first + 100]))
            good.goes_on(1)
        good.goes_on()


def test_requests_that_are_reset_or_end_early(served: Served, good: Good) -> None:
    ends = [
        frame(RST_STREAM, 1, CANCEL.to_bytes(4, "big")),
        message(1, b"\x0a\x05", said=100, flags=0),  # in the middle of a message
        frame(GOAWAY, 0, bytes(8)),
        b"\x00\x00",  # in the middle of a frame
        b"",
    ]
    for _ in range(20):
        for end in ends:
            with connected(served.address) as connection:
                connection.sendall(HELLO + opened(1) + end)
    good.goes_on()


def test_streams_opened_and_reset_as_fast_as_possible(served: Served, good: Good) -> None:
    with connected(served.address) as connection, suppress(ConnectionError):
        for stream in range(1, 4001, 2):
            connection.sendall((HELLO if stream == 1 else b"") + opened(stream) + frame(RST_STREAM, stream, bytes(4)))
    good.goes_on()


def test_a_peer_that_reads_nothing(served: Served, good: Good) -> None:
    """It forbids every answer by a window of 0."""
    with ExitStack() as stack:
        for connection in opened_connections(stack, served, 5, PREFACE + settings((4, 0))):
            connection.sendall(b"".join(opened(stream) + message(stream, b"") for stream in range(1, 200, 2)))
        good.goes_on()


GARBAGE = {
    "http1": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 20,
    "nul": bytes(5000),
    "escapes": b"\x1b[2J" * 1000,
    "preface-then-noise": PREFACE + b"\xff" * 5000,
    "huge-frame": HELLO + (0xFFFFFF).to_bytes(3, "big") + bytes((0, 0, 0, 0, 0, 1)) + bytes(5000),
    "frame-of-stream-0": HELLO + message(0, b"abc"),
    "even-stream": HELLO + opened(2) + message(2, b""),
    "unknown-frame": HELLO + frame(200, 1, bytes(100)),
    "window-overflow": HELLO + frame(WINDOW_UPDATE, 0, b"\x7f\xff\xff\xff") * 2,
    "hpack-noise": HELLO + frame(1, 1, b"\xff" * 200, 5),
    "hpack-bomb": HELLO + frame(1, 1, b"\x40\x01a\x7f\x81\x1f" + b"b" * 4096 + b"\xbe" * 10_000, 5),
    "pings": HELLO + frame(PING, 0, bytes(8)) * 5000,
    "settings": HELLO + settings((4, 65535)) * 5000,
    "continuations": HELLO + opened(1, flags=0) + frame(9, 1, b"") * 5000,
    "reserved-flags": HELLO + opened(1) + frame(0, 1, b"\x07\x00\x00\x00\x01a", 0xFF),
    "compressed-without-a-name": HELLO + opened(1) + frame(0, 1, b"\x01\x00\x00\x00\x01a", 1),
    "said-4-gib": HELLO + opened(1) + message(1, b"abc", said=2**32 - 1),
    "no-message": HELLO + opened(1, flags=5),
    "no-path": HELLO + frame(1, 1, b"\x83\x86", 5),
}


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE)
def test_garbage_instead_of_a_request(served: Served, good: Good, garbage: bytes) -> None:
    with ExitStack() as stack:
        for _ in range(5):
            connection = stack.enter_context(connected(served.address))
            with suppress(ConnectionError):
                connection.sendall(garbage)
        good.goes_on(3)


def test_tls_where_none_is_spoken(served: Served, good: Good) -> None:
    context = ssl.create_default_context()
    for _ in range(10):
        with connected(served.address) as connection, pytest.raises((ssl.SSLError, ConnectionError)):
            context.wrap_socket(connection, server_hostname="127.0.0.1")
    with grpc.secure_channel(served.address, grpc.ssl_channel_credentials()) as secure:
        with pytest.raises(grpc.RpcError) as caught:
            put(secure)
        assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
    good.goes_on()


def test_noise_by_seed(served: Served, good: Good) -> None:
    random_ = random.Random(7)
    valid = HELLO + opened(1) + message(1, b"\x0a\x00")
    for _ in range(200):
        noise = bytearray(valid)
        for _ in range(random_.randint(1, 8)):
            noise[random_.randrange(len(PREFACE), len(noise))] = random_.randrange(256)
        with connected(served.address) as connection, suppress(ConnectionError):
            connection.sendall(noise[: random_.randint(1, len(noise))])
            connection.shutdown(socket.SHUT_WR)
            everything(connection)
    good.goes_on()
