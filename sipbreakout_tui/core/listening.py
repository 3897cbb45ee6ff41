"""Where a core listens, and what it lets in: address, TLS, bounds."""

import socket
import ssl
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

import grpc
import grpc.aio

from sipbreakout_model import InvalidValue, SipBreakoutError
from sipbreakout_tui.safe_text import visible

MAX_MESSAGE = 64 * 1024
"""Bytes of the largest request; one for a registration has some hundred."""

MAX_STREAMS = 1000
"""The most requests of one connection at once; a well-behaved client queues the others."""

MAX_REQUESTS = 4000
"""The most requests of all connections at once; more are answered RESOURCE_EXHAUSTED."""

MAX_PENDING = 2 * MAX_REQUESTS
"""The most requests that wait to be taken up, so that they can be answered or refused."""

MAX_CONNECTIONS = 4000
"""The most connections at once; more are closed as they come, so that descriptors are left for files."""

HANDSHAKE_SECONDS = 10
"""How long a connection may take to say that it speaks TLS and HTTP/2; gRPC's own bound is 120 s."""

IDLE_SECONDS = 15 * 60
"""A connection without a request for so long is closed; clients open another one when they need it."""

AGE_SECONDS = 60 * 60
"""The longest that a connection lives: no peer holds what it took for ever. Clients open another one."""

AGE_GRACE_SECONDS = 30
"""How long requests of a connection that has reached its age get to end in."""

OPTIONS: tuple[tuple[str, int], ...] = (
    ("grpc.max_receive_message_length", MAX_MESSAGE),
    ("grpc.max_metadata_size", 16 * 1024),
    ("grpc.absolute_max_metadata_size", 16 * 1024),
    ("grpc.max_concurrent_streams", MAX_STREAMS),
    # Bursts wait for their turn; by default some of more than 1,000 would be cancelled.
    ("grpc.server.max_pending_requests", MAX_PENDING),
    ("grpc.server.max_pending_requests_hard_limit", MAX_PENDING),
    # A second core on the same port would get every other connection: an error instead.
    ("grpc.so_reuseport", 0),
    # A client may ping each 10 s; one that pings more is cut off after two strikes.
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
    ("grpc.http2.min_recv_ping_interval_without_data_ms", 10_000),
    ("grpc.http2.max_ping_strikes", 2),
    # Connections whose client is gone do not pile up.
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.keepalive_timeout_ms", 20_000),
    ("grpc.max_allowed_incoming_connections", MAX_CONNECTIONS),
    ("grpc.server_handshake_timeout_ms", HANDSHAKE_SECONDS * 1000),
    ("grpc.max_connection_idle_ms", IDLE_SECONDS * 1000),
    ("grpc.max_connection_age_ms", AGE_SECONDS * 1000),
    ("grpc.max_connection_age_grace_ms", AGE_GRACE_SECONDS * 1000),
)


class CannotListen(SipBreakoutError):
    """An address that a core cannot listen on, such as one in use."""


@dataclass(frozen=True, slots=True)
class ListenAddress:
    """Where to listen: a host and a port."""

    host: str
    """Host name or address, IPv6 without brackets."""
    port: int
    """Port from 0 to 65535; 0: any free one."""

    @classmethod
    def parse(cls, text: str) -> "ListenAddress":
        """Return the address that a text such as `127.0.0.1:50051` or `[::1]:0` names.

        Raises:
            InvalidValue: Another form.
        """
        host, colon, port = text.rpartition(":")
        bracketed = host.startswith("[") and host.endswith("]")
        if bracketed:
            host = host[1:-1]
        if (
            not (colon and host and host.isprintable() and port.isascii() and port.isdigit() and int(port) < 65536)
            or bracketed != (":" in host)
            or any(char in host for char in "/[]%@ ")
        ):
            raise InvalidValue(f"{text!r} is not an address to listen on: expected HOST:PORT such as 127.0.0.1:50051")
        return cls(host, int(port))

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine reaches it."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host.lower() == "localhost"

    def __str__(self) -> str:
        """Return it as a client takes it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """PEM files for TLS."""

    cert: Path
    """Certificate of the core, with the intermediate ones after it."""
    key: Path
    """Its private key, not encrypted."""
    client_ca: Path | None = None
    """Who must have signed the certificates of clients; None: clients need none."""

    def credentials(self) -> grpc.ServerCredentials:
        """Return what gRPC takes, after checking that certificate and key belong together.

        Raises:
            InvalidValue: A file that cannot be read or is not what it should be.
        """
        cert, key = _pem(self.cert), _pem(self.key)
        client_ca = None if self.client_ca is None else _pem(self.client_ca)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        # gRPC would take anything here and fail at every handshake.
        try:
            context.load_cert_chain(self.cert, self.key, password=lambda: "")
        except (OSError, ValueError) as error:  # SSLError is an OSError
            why = getattr(error, "reason", None) or "not PEM, or the key is encrypted"
            raise InvalidValue(
                f"TLS certificate {_name(self.cert)} and key {_name(self.key)} cannot be used together: {why}"
            ) from error
        if client_ca is not None:
            try:
                context.load_verify_locations(cadata=client_ca.decode("ascii", "replace"))
            except (OSError, ValueError) as error:
                why = getattr(error, "reason", None) or "not PEM"
                raise InvalidValue(f"client CA {_name(self.client_ca)} cannot be used: {why}") from error
        return grpc.ssl_server_credentials([(key, cert)], client_ca, client_ca is not None)


def listen(server: grpc.aio.Server, address: ListenAddress, credentials: grpc.ServerCredentials | None) -> int:
    """Bind a server to an address and return its port.

    Raises:
        CannotListen: It is in use, or not of this machine.
    """
    try:
        if credentials is None:
            return server.add_insecure_port(str(address))
        return server.add_secure_port(str(address), credentials)
    except RuntimeError as error:
        raise CannotListen(
            f"cannot listen on {address}: {_why(address)}. Stop what listens there, or give another address"
        ) from error


def _why(address: ListenAddress) -> str:
    """Return why binding fails; gRPC tells that to its own log only."""
    try:
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, kind, protocol, _, where in found:
            with socket.socket(family, kind, protocol) as probe:
                probe.bind(where)
                probe.listen()
    except (OSError, ValueError) as error:
        return getattr(error, "strerror", None) or str(error)
    return "not possible now"


def _pem(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(1024 * 1024)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise InvalidValue(f"TLS file {_name(path)} cannot be read: {why}") from error


def _name(path: Path | None) -> str:
    return visible(str(path))
