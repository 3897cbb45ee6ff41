"""What the tests of the core share: a clock they move, messages, certificates, tokens."""

import os
import sys
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import grpc
import grpc.aio
import pytest
import trustme

from sipbreakout_tui.core import BlockingCore, EmbeddedCore
from wgtwo.common.v1.phonenumber_pb2 import E164
from wgtwo.sipbreakout.v1 import sipbreakout_pb2 as pb
from wgtwo.sipbreakout.v1 import sipbreakout_pb2_grpc as pb_grpc

Stub: TypeAlias = "pb_grpc.SipBreakoutServiceAsyncStub"

NUMBER = "+4711111111"
URI = "sips:tas.example.com"
NOW = 1_800_000_000.0
SECONDS = 30
"""The longest that anything here may take."""

PROGRAM = (sys.executable, "-m", "sipbreakout_tui")
ENVIRONMENT = {**os.environ, "PYTHONWARNINGS": "error"}

OK = pb.STATUS_CODE_OK
NOT_ACCEPTABLE = pb.STATUS_CODE_NOT_ACCEPTABLE


@dataclass
class Clock:
    """Unix time that only a test moves."""

    now: float = NOW

    def __call__(self) -> float:
        return self.now


@dataclass(frozen=True)
class TlsPaths:
    """PEM files of a CA, of a core on loopback, and of a client."""

    ca: Path
    cert: Path
    key: Path
    client_cert: Path
    client_key: Path


def registration(
    number: str | None = NUMBER,
    sip_uri: str = URI,
    route_type: int = pb.ROUTE_TYPE_LOOP,
    mo: str = "",
    mt: str = "",
) -> pb.Registration:
    return pb.Registration(
        phone_number=None if number is None else E164(e164=number),
        sip_uri=sip_uri,
        route_type=route_type,  # type: ignore[arg-type] # unknown ones too
        mobile_originating_prefix=mo,
        mobile_terminating_prefix=mt,
    )


def upsert(number: str | None = NUMBER, sip_uri: str = URI, **others: str) -> pb.UpsertRegistrationRequest:
    return pb.UpsertRegistrationRequest(registration=registration(number, sip_uri, **others))  # type: ignore[arg-type]


def delete(number: str | None = NUMBER, sip_uri: str = URI) -> pb.DeleteRegistrationRequest:
    return pb.DeleteRegistrationRequest(
        registration=pb.Registration(phone_number=None if number is None else E164(e164=number), sip_uri=sip_uri)
    )


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> TlsPaths:
    folder = tmp_path_factory.mktemp("tls")
    ca = trustme.CA()
    server = ca.issue_cert("127.0.0.1", "localhost")
    client = ca.issue_cert("client@example.com")
    paths = TlsPaths(*(folder / f"{name}.pem" for name in ("ca", "cert", "key", "client_cert", "client_key")))
    ca.cert_pem.write_to_path(paths.ca)
    for certificate, cert, key in ((server, paths.cert, paths.key), (client, paths.client_cert, paths.client_key)):
        certificate.private_key_pem.write_to_path(key)
        cert.write_bytes(b"".join(blob.bytes() for blob in certificate.cert_chain_pems))
    return paths


def trusting(tls: TlsPaths, *, with_cert: bool = False) -> grpc.ChannelCredentials:
    """Credentials of a client that trusts the CA of the test."""
    return grpc.ssl_channel_credentials(
        tls.ca.read_bytes(),
        tls.client_key.read_bytes() if with_cert else None,
        tls.client_cert.read_bytes() if with_cert else None,
    )


@dataclass(frozen=True)
class Asked:
    """A core and a stub that asks it."""

    core: EmbeddedCore
    stub: Stub
    channel: grpc.aio.Channel


@asynccontextmanager
async def asking(core: EmbeddedCore) -> AsyncIterator[Asked]:
    """Serve a core in plaintext and connect to it."""
    async with core, grpc.aio.insecure_channel(core.address) as channel:
        yield Asked(core, pb_grpc.SipBreakoutServiceStub(channel), channel)


@pytest.fixture
async def asked(clock: Clock) -> AsyncIterator[Asked]:
    async with asking(EmbeddedCore(clock=clock)) as asked:
        yield asked


async def status_of(call: Awaitable[object]) -> tuple[grpc.StatusCode, str]:
    """The status of a call that must fail, and its words."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return caught.value.code(), caught.value.details() or ""


@pytest.fixture(scope="module")
def shared() -> Iterator[BlockingCore]:
    """One core for many examples."""
    with BlockingCore() as core:
        yield core
