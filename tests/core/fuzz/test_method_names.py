"""Method names that are no text end grpc.aio's server; ours comes back by itself, with what it held."""

import ssl
import time

import grpc
import pytest

from sipbreakout_tui.core import BlockingCore
from sipbreakout_tui.core.serving import LOOK_EVERY
from tests.core.conftest import NUMBER, OK, SECONDS, URI, TlsPaths, trusting
from tests.core.fuzz.http2 import HELLO, UPSERT, connected, message, opened
from tests.core.fuzz.served import channel, put, serving

GONE = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED)
STARTED_AGAIN = "a request has ended gRPC's server (UnicodeDecodeError): it is started again\n"
ODD_NAMES = [
    b"/",
    b"",
    b"nothing",
    b"/\x00",
    b"/\x1b[2J/x",
    b"/" + b"x" * 10_000,
    UPSERT + b"/",
    b"//",
    "/é/ü".encode(),
]


def ask(address: str, path: bytes) -> None:
    with connected(address) as connection:
        connection.sendall(HELLO + opened(1, path) + message(1, b""))
        assert connection.recv(9)


def registered(address: str) -> None:
    """Upsert, as a client does that tries again for a while after UNAVAILABLE."""
    deadline = time.monotonic() + SECONDS
    with channel(address, ("grpc.initial_reconnect_backoff_ms", 100), ("grpc.max_reconnect_backoff_ms", 100)) as on:
        while True:
            try:
                assert put(on) == OK
            except grpc.RpcError as error:
                if error.code() not in GONE or time.monotonic() > deadline:
                    raise
                time.sleep(LOOK_EVERY / 4)
            else:
                return


@pytest.mark.parametrize("path", ODD_NAMES)
def test_odd_names_are_not_there(shared: BlockingCore, path: bytes) -> None:
    with channel(shared.address) as on:
        assert put(on, NUMBER) == OK
        ask(shared.address, path)
        assert put(on, NUMBER) == OK  # on the same connection: the server did not end


def test_a_name_that_is_no_text_does_not_end_the_core(tmp_path_factory: pytest.TempPathFactory) -> None:
    with serving(tmp_path_factory.mktemp("served"), said=STARTED_AGAIN * 4) as served:
        for _ in range(4):
            registered(served.address)
            ask(served.address, b"/\xff\xfe")
        registered(served.address)


def test_what_was_registered_still_is() -> None:
    with BlockingCore() as core:
        with channel(core.address) as on:
            assert put(on, NUMBER) == OK
        port = core.listen_port
        ask(core.address, b"\x80")
        registered(core.address)
        assert core.listen_port == port
        assert sorted(str(lease.registration.number) for lease in core.book) == [NUMBER, "+4799999999"]


def test_it_can_be_stopped_right_after() -> None:
    for _ in range(3):
        with BlockingCore() as core:
            ask(core.address, b"/\xff")


def test_over_tls_too(tls: TlsPaths) -> None:
    context = ssl.create_default_context(cafile=str(tls.ca))
    context.set_alpn_protocols(["h2"])
    with BlockingCore(tls_cert=tls.cert, tls_key=tls.key) as core:
        with connected(core.address) as plain, context.wrap_socket(plain, server_hostname="127.0.0.1") as connection:
            connection.sendall(HELLO + opened(1, b"/\xff") + message(1, b""))
            assert connection.recv(9)
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            with grpc.secure_channel(core.address, trusting(tls)) as on:
                try:
                    assert put(on, NUMBER) == OK
                except grpc.RpcError:
                    time.sleep(LOOK_EVERY / 4)
                else:
                    break
        assert [str(lease.registration.sip_uri) for lease in core.book] == [URI]
