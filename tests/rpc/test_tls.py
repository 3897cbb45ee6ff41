"""TLS against a real server, with certificates made here: what is accepted and what is not (V9)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import pytest
import trustme

from sipbreakout_tui.config import ConfigError, Profile, SecretRef, TokenAuth, ad_hoc
from sipbreakout_tui.rpc.client import RegistrationClient
from sipbreakout_tui.rpc.errors import CannotReachCore, NotConnected
from tests.rpc.fake_core import REGISTRATION, FakeCore, FakeTime, fails, ok, served

HOST = "core.lab.example"


@dataclass
class Pki:
    """A certificate authority, and files of what it issued."""

    authority: trustme.CA
    folder: Path

    @property
    def ca(self) -> Path:
        return self.folder / "ca.pem"

    def server(self, *names: str, ask_client: bool = False) -> grpc.ServerCredentials:
        leaf = self.authority.issue_cert(*names)
        pair = (leaf.private_key_pem.bytes(), leaf.cert_chain_pems[0].bytes())
        return grpc.ssl_server_credentials([pair], self.ca.read_bytes() if ask_client else None, ask_client)

    def client(self) -> dict[str, Path]:
        leaf = self.authority.issue_cert("client.lab.example")
        leaf.cert_chain_pems[0].write_to_path(str(self.folder / "client.pem"))
        leaf.private_key_pem.write_to_path(str(self.folder / "client.key"))
        return {"client_cert": self.folder / "client.pem", "client_key": self.folder / "client.key"}


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    folder = tmp_path_factory.mktemp("pki")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    trustme.CA().cert_pem.write_to_path(str(folder / "other.pem"))
    return Pki(authority, folder)


@pytest.fixture
async def address(pki: Pki) -> AsyncIterator[str]:
    """A core whose certificate is valid for 127.0.0.1."""
    async with served(FakeCore(ok()), pki.server("127.0.0.1")) as address:
        yield address


async def upsert(profile: Profile) -> FakeTime:
    time = FakeTime()
    async with RegistrationClient(profile, sleep=time.sleep, monotonic=time.clock, random=lambda: 1.0) as client:
        await client.upsert(REGISTRATION)
    return time


async def refusal(profile: Profile) -> str:
    time = FakeTime()
    async with RegistrationClient(profile, sleep=time.sleep, monotonic=time.clock, random=lambda: 1.0) as client:
        with pytest.raises(NotConnected) as caught:
            await client.upsert(REGISTRATION)
    assert time.slept == [], "no retry mends a certificate"
    return str(caught.value)


async def test_own_ca(pki: Pki, address: str) -> None:
    await upsert(ad_hoc(address, ca_file=pki.ca))


@pytest.mark.parametrize("ca", ["other.pem", None])
async def test_wrong_ca(pki: Pki, address: str, ca: str | None) -> None:
    said = await refusal(ad_hoc(address, ca_file=None if ca is None else pki.folder / ca))
    assert "the certificate of the core was not accepted" in said
    assert "ca_file (another CA)" in said


async def test_wrong_host_and_server_name(pki: Pki) -> None:
    core = FakeCore(ok())
    async with served(core, pki.server(HOST)) as address:
        said = await refusal(ad_hoc(address, ca_file=pki.ca))
        assert core.requests == []
        await upsert(Profile("lab", address, ca_file=pki.ca, server_name=HOST))
        wrong = Profile("lab", address, ca_file=pki.ca, server_name="other.lab.example")
        assert "the certificate of the core was not accepted" in await refusal(wrong)
    assert "server_name (another host)" in said
    assert len(core.requests) == 1


async def test_client_certificate(pki: Pki) -> None:
    core = FakeCore(ok())
    async with served(core, pki.server("127.0.0.1", ask_client=True)) as address:
        with pytest.raises(CannotReachCore, match="UNAVAILABLE after 7 attempts"):
            await upsert(ad_hoc(address, ca_file=pki.ca))
        assert core.requests == []
        await upsert(Profile("lab", address, ca_file=pki.ca, **pki.client()))  # type: ignore[arg-type]
    assert len(core.requests) == 1


async def test_token_goes_over_tls(pki: Pki, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB_TOKEN", "abc.def")
    core = FakeCore(ok())
    async with served(core, pki.server("127.0.0.1")) as address:
        await upsert(Profile("lab", address, ca_file=pki.ca, auth=TokenAuth(SecretRef(env="LAB_TOKEN"))))
    assert core.authorizations == ["Bearer abc.def"]


async def test_core_that_speaks_no_tls() -> None:
    async with served(FakeCore(ok())) as address:
        said = await refusal(ad_hoc(address))
    assert "no TLS is spoken there" in said
    assert "add --plaintext to --target" in said


async def test_words_of_a_core_do_not_make_it_unconnected() -> None:
    words = "failed to connect to all addresses; last error: Tls handshake failed: WRONG_VERSION_NUMBER"
    core = FakeCore(fails(grpc.StatusCode.UNAVAILABLE, words))
    async with served(core) as address:
        with pytest.raises(CannotReachCore, match="WRONG_VERSION_NUMBER") as caught:
            await upsert(ad_hoc(address, plaintext=True))
    assert len(core.requests) == 1
    assert not isinstance(caught.value, NotConnected)


async def test_plaintext_to_a_core_that_speaks_tls(address: str) -> None:
    with pytest.raises(CannotReachCore, match=r"TLS meant \(plaintext in the profile says\)"):
        await upsert(ad_hoc(address, plaintext=True))


async def test_unusable_files_are_named_before_anything_is_opened(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"ca_file .*nix\.pem cannot be read: No such file"):
        async with RegistrationClient(ad_hoc("core.example:443", ca_file=tmp_path / "nix.pem")):
            pass


@pytest.mark.parametrize("variable", ["http_proxy", "grpc_proxy"])
async def test_proxy_of_the_environment_never_sees_what_is_for_this_machine(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv("LAB_TOKEN", "abc")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    core: Any = FakeCore(ok())
    async with served(FakeCore(ok())) as proxy, served(core) as address:
        monkeypatch.setenv(variable, f"http://{proxy}")
        profile = Profile("lab", address, plaintext=True, auth=TokenAuth(SecretRef(env="LAB_TOKEN")))
        await upsert(profile)
    assert core.authorizations == ["Bearer abc"]
