"""The bounds of connections that gRPC holds for the core: each works, and goes when its option goes."""

from contextlib import suppress

import pytest

from sipbreakout_tui.core import BlockingCore
from sipbreakout_tui.core.listening import OPTIONS
from tests.core.conftest import OK
from tests.core.fuzz.http2 import HELLO, connected, message, opened
from tests.core.fuzz.served import channel, put

SOON = 200
"""ms."""
WATCH = opened(1, b"/grpc.health.v1.Health/Watch") + message(1, b"")
"""A request that does not end by itself."""


def small(monkeypatch: pytest.MonkeyPatch, **values: int) -> None:
    """Let the core have smaller values for options that it sets; others stay unset."""
    options = tuple((key, values.get(key.removeprefix("grpc."), value)) for key, value in OPTIONS)
    monkeypatch.setattr("sipbreakout_tui.core.embedded.OPTIONS", options)


@pytest.mark.parametrize(
    ("options", "sent"),
    [
        ({"max_connection_idle_ms": SOON}, HELLO),
        ({"max_connection_age_ms": SOON, "max_connection_age_grace_ms": SOON}, HELLO + WATCH),
    ],
    ids=["idle", "grace"],
)
def test_a_connection_does_not_last(monkeypatch: pytest.MonkeyPatch, options: dict[str, int], sent: bytes) -> None:
    small(monkeypatch, **options)
    with BlockingCore() as core, connected(core.address) as connection:
        connection.sendall(sent)
        with suppress(ConnectionError):
            while connection.recv(65536):  # it gives up after SECONDS
                pass


def test_a_connection_is_told_of_its_age(monkeypatch: pytest.MonkeyPatch) -> None:
    small(monkeypatch, max_connection_age_ms=SOON)
    with BlockingCore() as core, connected(core.address) as connection:
        connection.sendall(HELLO + WATCH)
        read = bytearray()
        while b"max_age" not in read:  # GOAWAY with its reason; it gives up after SECONDS
            chunk = connection.recv(65536)
            assert chunk
            read += chunk


def test_one_connection_too_many_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    small(monkeypatch, max_allowed_incoming_connections=2)
    with BlockingCore() as core, channel(core.address) as one, channel(core.address) as other:
        assert [put(one), put(other)] == [OK, OK]
        with connected(core.address) as third:
            answer = b""
            with suppress(ConnectionError):
                third.sendall(HELLO)
                answer = third.recv(9)
            assert answer == b""
        assert [put(one), put(other)] == [OK, OK]
