"""Addresses, TLS, and what a core refuses to listen on."""

import socket
from pathlib import Path

import grpc
import grpc.aio
import pytest

from sipbreakout_model import InvalidValue, SipBreakoutError
from sipbreakout_tui.core import CannotListen, EmbeddedCore
from sipbreakout_tui.core.listening import ListenAddress, TlsFiles
from tests.core.conftest import OK, SECONDS, TlsPaths, trusting, upsert
from wgtwo.sipbreakout.v1 import sipbreakout_pb2_grpc as pb_grpc


@pytest.mark.parametrize(
    ("text", "host", "port", "loopback"),
    [
        ("127.0.0.1:0", "127.0.0.1", 0, True),
        ("127.8.8.8:65535", "127.8.8.8", 65535, True),
        ("[::1]:50051", "::1", 50051, True),
        ("localhost:1", "localhost", 1, True),
        ("LocalHost:1", "LocalHost", 1, True),
        ("0.0.0.0:1", "0.0.0.0", 1, False),
        ("[::]:1", "::", 1, False),
        ("192.0.2.1:1", "192.0.2.1", 1, False),
        ("core.example.com:1", "core.example.com", 1, False),
    ],
)
def test_addresses(text: str, host: str, port: int, loopback: bool) -> None:
    address = ListenAddress.parse(text)
    assert (address.host, address.port, address.is_loopback, str(address)) == (host, port, loopback, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "50051",
        ":50051",
        "127.0.0.1",
        "127.0.0.1:",
        "127.0.0.1:x",
        "127.0.0.1:65536",
        "127.0.0.1:-1",
        "127.0.0.1:٣",
        "::1:50051",
        "[::1]",
        "[127.0.0.1]:1",
        "[]:1",
        "unix:/tmp/x",
        "unix:///x:1",
        "a b:1",
        "fe80::1%eth0:1",
        "\x1b[31m:1",
        "a\nb:1",
    ],
)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(InvalidValue, match="is not an address to listen on: expected HOST:PORT") as caught:
        ListenAddress.parse(text)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("listen", ["0.0.0.0:0", "[::]:0", "192.0.2.1:50051", "core.example.com:50051"])
def test_plaintext_is_for_this_machine_only(listen: str) -> None:
    with pytest.raises(InvalidValue, match="is reached by other machines, and plaintext would show them"):
        EmbeddedCore(listen=listen)


async def test_with_tls_other_machines_may_reach_it(tls: TlsPaths) -> None:
    async with EmbeddedCore(listen="0.0.0.0:0", tls_cert=tls.cert, tls_key=tls.key) as core:
        assert core.address == f"0.0.0.0:{core.listen_port}"


@pytest.mark.parametrize("listen", ["127.0.0.1:0", "localhost:0", "[::1]:0"])
async def test_the_address_it_got(listen: str) -> None:
    if ":" in listen[:-2] and not _has_ipv6():
        pytest.skip("this machine has no IPv6 loopback")
    async with EmbeddedCore(listen=listen) as core, grpc.aio.insecure_channel(core.address) as channel:
        assert core.address == f"{listen[:-2]}:{core.listen_port}"
        answer = await pb_grpc.SipBreakoutServiceStub(channel).UpsertRegistration(upsert(), timeout=SECONDS)
        assert answer.status_code == OK


async def test_a_port_in_use_is_one_clear_error(tmp_path: Path) -> None:
    state = tmp_path / "state.sqlite3"
    async with EmbeddedCore() as first:
        second = EmbeddedCore(listen=first.address, state=state)
        with pytest.raises(CannotListen, match=f"cannot listen on {first.address}: .*in use. Stop what listens there"):
            await second.__aenter__()
        with pytest.raises(SipBreakoutError, match="does not listen yet"):
            _ = second.address
    async with EmbeddedCore(listen=first.address, state=state) as third:  # freed at once
        assert third.address == first.address


@pytest.mark.parametrize("listen", ["192.0.2.1:0", "nowhere.invalid:0"])
async def test_an_address_of_another_machine(tls: TlsPaths, listen: str) -> None:
    with pytest.raises(CannotListen, match=f"cannot listen on {listen}: [A-Z]"):
        await EmbeddedCore(listen=listen, tls_cert=tls.cert, tls_key=tls.key).__aenter__()


async def test_tls(tls: TlsPaths) -> None:
    async with EmbeddedCore(tls_cert=tls.cert, tls_key=tls.key) as core:
        async with grpc.aio.secure_channel(core.address, trusting(tls)) as channel:
            answer = await pb_grpc.SipBreakoutServiceStub(channel).UpsertRegistration(upsert(), timeout=SECONDS)
            assert answer.status_code == OK
        for credentials in (None, grpc.ssl_channel_credentials()):
            channel = (
                grpc.aio.insecure_channel(core.address)
                if credentials is None
                else grpc.aio.secure_channel(core.address, credentials)
            )
            async with channel:
                with pytest.raises(grpc.aio.AioRpcError) as caught:
                    await pb_grpc.SipBreakoutServiceStub(channel).UpsertRegistration(upsert(), timeout=SECONDS)
                assert caught.value.code() is grpc.StatusCode.UNAVAILABLE


async def test_a_client_ca_asks_for_a_certificate(tls: TlsPaths) -> None:
    async with EmbeddedCore(tls_cert=tls.cert, tls_key=tls.key, tls_client_ca=tls.ca) as core:
        async with grpc.aio.secure_channel(core.address, trusting(tls, with_cert=True)) as channel:
            answer = await pb_grpc.SipBreakoutServiceStub(channel).UpsertRegistration(upsert(), timeout=SECONDS)
            assert answer.status_code == OK
        async with grpc.aio.secure_channel(core.address, trusting(tls)) as channel:
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await pb_grpc.SipBreakoutServiceStub(channel).UpsertRegistration(upsert(), timeout=SECONDS)
            assert caught.value.code() is grpc.StatusCode.UNAVAILABLE


def test_half_of_the_tls_files(tls: TlsPaths) -> None:
    with pytest.raises(InvalidValue, match="the TLS key is missing: give certificate and key"):
        EmbeddedCore(tls_cert=tls.cert)
    with pytest.raises(InvalidValue, match="the TLS certificate is missing"):
        EmbeddedCore(tls_key=tls.key)
    with pytest.raises(InvalidValue, match="a client CA without TLS asks for nothing"):
        EmbeddedCore(tls_client_ca=tls.ca)


def test_tls_files_that_cannot_be_used(tls: TlsPaths, tmp_path: Path) -> None:
    faulty = tmp_path / "faulty.pem"
    faulty.write_bytes(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    missing = tmp_path / "missing\x1b.pem"
    for files, words in (
        (TlsFiles(missing, tls.key), "cannot be read: No such file"),
        (TlsFiles(tls.cert, tmp_path), "cannot be read: "),
        (TlsFiles(tls.cert, tls.client_key), "cannot be used together: KEY_VALUES_MISMATCH"),
        (TlsFiles(faulty, tls.key), "cannot be used together: "),
        (TlsFiles(tls.key, tls.key), "cannot be used together: "),
        (TlsFiles(tls.cert, tls.key, tls.key), "client CA .* cannot be used: "),
        (TlsFiles(tls.cert, tls.key, faulty), "client CA .* cannot be used: "),
    ):
        with pytest.raises(InvalidValue, match=words) as caught:
            files.credentials()
        assert str(caught.value).isprintable()


def _has_ipv6() -> bool:
    with socket.socket(socket.AF_INET6) as probe:
        try:
            probe.bind(("::1", 0))
        except OSError:
            return False
    return True
