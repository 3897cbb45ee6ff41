"""HTTP/2 by hand (RFC 9113, RFC 7541): what no well-behaved client library would send."""

import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = 0, 1, 3, 4, 6, 7, 8, 9
END_STREAM, END_HEADERS = 1, 4
CANCEL = 8

UPSERT = b"/wgtwo.sipbreakout.v1.SipBreakoutService/UpsertRegistration"
DELETE = b"/wgtwo.sipbreakout.v1.SipBreakoutService/DeleteRegistration"

SECONDS = 30.0
"""The longest that a socket here waits."""

Header = tuple[bytes, bytes]


def frame(kind: int, stream: int = 0, payload: bytes = b"", flags: int = 0) -> bytes:
    return len(payload).to_bytes(3, "big") + bytes((kind, flags)) + stream.to_bytes(4, "big") + payload


def settings(*values: tuple[int, int]) -> bytes:
    return frame(SETTINGS, payload=b"".join(key.to_bytes(2, "big") + value.to_bytes(4, "big") for key, value in values))


HELLO = PREFACE + settings()
"""What a client opens a connection with."""


def integer(value: int, bits: int) -> bytes:
    """RFC 7541 section 5.1, with nothing in the bits before the prefix."""
    most = (1 << bits) - 1
    if value < most:
        return bytes((value,))
    value -= most
    rest = bytearray((most,))
    while value >= 128:
        rest.append(value % 128 + 128)
        value //= 128
    rest.append(value)
    return bytes(rest)


def packed(headers: Iterable[Header]) -> bytes:
    """Literal fields without indexing and without Huffman codes."""
    return b"".join(b"\x00" + integer(len(name), 7) + name + integer(len(value), 7) + value for name, value in headers)


def request_headers(path: bytes = UPSERT, *more: Header) -> list[Header]:
    return [
        (b":method", b"POST"),
        (b":scheme", b"http"),
        (b":path", path),
        (b":authority", b"127.0.0.1"),
        (b"content-type", b"application/grpc"),
        (b"te", b"trailers"),
        *more,
    ]


def opened(stream: int, path: bytes = UPSERT, *more: Header, flags: int = END_HEADERS) -> bytes:
    """HEADERS of a request whose message is still to come."""
    return frame(HEADERS, stream, packed(request_headers(path, *more)), flags)


def message(stream: int, data: bytes, *, said: int | None = None, flags: int = END_STREAM) -> bytes:
    """A gRPC message in a DATA frame; `said` is a length that is not its own."""
    length = len(data) if said is None else said
    return frame(DATA, stream, b"\x00" + length.to_bytes(4, "big") + data, flags)


@contextmanager
def connected(address: str) -> Iterator[socket.socket]:
    host, _, port = address.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=SECONDS) as connection:
        yield connection


def everything(connection: socket.socket, most: int = 1 << 20) -> bytes:
    """What the peer sends until it hangs up, however it does."""
    read = bytearray()
    while len(read) < most:
        try:
            chunk = connection.recv(65536)
        except ConnectionError:
            break
        if not chunk:
            break
        read += chunk
    return bytes(read)
