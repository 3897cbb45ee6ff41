"""References to secrets, secrets that stay hidden, and certificate files."""

import copy
import os
import pickle
import sys
import types
from dataclasses import replace
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives import serialization
from hypothesis import given
from hypothesis import strategies as st

from sipbreakout_tui.config import (
    ConfigError,
    OAuthAuth,
    Profile,
    Secret,
    SecretRef,
    SecretUnavailable,
    TokenAuth,
    check_profiles,
    read_tls_files,
    secret,
    without,
)

LITERAL = "s3cr3t-literal"


@given(st.text())
def test_a_secret_does_not_show_itself(text: str) -> None:
    it = Secret(text)
    assert {repr(it), str(it), f"{it}", f"{it!r:>3}", str([it])[1:-1]} == {"Secret(hidden)"}
    assert not hasattr(it, "__dict__")
    assert it.reveal() == text
    assert copy.deepcopy(it) is copy.copy(it) is it
    assert it == Secret(text)
    assert it != text
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(it)


@given(st.text(alphabet=st.characters(exclude_characters="(hidn)"), min_size=1), st.text(), st.text())
def test_no_secret_is_left_in_foreign_text(text: str, before: str, after: str) -> None:
    assert text not in without(f"{before}{text}{after}", Secret(text)).replace("(hidden)", "|" if text != "|" else "/")


@pytest.mark.skipif(os.name != "posix", reason="the environment of Windows is Unicode")
def test_environment_that_is_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB_TOKEN", "abc\udcff")
    with pytest.raises(SecretUnavailable, match="environment variable LAB_TOKEN does not give UTF-8 text"):
        SecretRef(env="LAB_TOKEN").resolve()


@pytest.mark.parametrize("form", ["a+b/c", "a%2Bb%2Fc", "YStiL2M="])
def test_secrets_are_taken_out_of_foreign_text(form: str) -> None:
    assert without(f"bad token {form}!", Secret("a+b/c"), None) == "bad token (hidden)!"


def test_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    ref = SecretRef(env="LAB_TOKEN")
    monkeypatch.setenv("LAB_TOKEN", " abc\n")
    assert ref.resolve() == Secret("abc")
    monkeypatch.setenv("LAB_TOKEN", " ")
    with pytest.raises(SecretUnavailable, match="no secret: environment variable LAB_TOKEN is empty"):
        ref.resolve()
    monkeypatch.delenv("LAB_TOKEN")
    with pytest.raises(SecretUnavailable, match="environment variable LAB_TOKEN is not set: export it"):
        ref.resolve()


def test_file(tmp_path: Path) -> None:
    path = tmp_path / "token"
    ref = SecretRef(file=path)
    with pytest.raises(SecretUnavailable, match=r"file .*token cannot be read: No such file"):
        ref.resolve()
    path.write_text("abc\n", encoding="utf-8")
    path.chmod(0o600)
    assert ref.resolve() == Secret("abc")
    assert ref.warning() is None
    path.write_bytes(b"\xff")
    with pytest.raises(SecretUnavailable, match="does not give UTF-8 text"):
        ref.resolve()
    path.write_bytes(b"a" * 70_000)
    with pytest.raises(SecretUnavailable, match="more than 65536 bytes"):
        ref.resolve()


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such permissions")
def test_file_that_others_may_read_is_warned_of(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "token"
    path.write_text("abc", encoding="utf-8")
    path.chmod(0o644)
    ref = SecretRef(file=path)
    assert ref.resolve() == Secret("abc")
    assert ref.warning() == f"file {path} can be read by other users: chmod 600 {path}"
    profile = Profile("lab", "core.example:443", auth=TokenAuth(ref))
    assert check_profiles([profile]).warnings == [f"profiles.lab.token: {ref.warning()}"]
    assert caplog.records == [], "said once"


def python(code: str) -> SecretRef:
    return SecretRef(command=(sys.executable, "-c", code))


def test_command(monkeypatch: pytest.MonkeyPatch) -> None:
    assert python("print('abc')").resolve() == Secret("abc")
    with pytest.raises(SecretUnavailable, match="ended with code 3: run it by hand") as caught:
        python(f"import sys; print('{LITERAL}'); sys.stderr.write('{LITERAL}'); sys.exit(3)").resolve()
    assert LITERAL not in str(caught.value)
    with pytest.raises(SecretUnavailable, match="cannot be started: No such file"):
        SecretRef(command=("/nowhere/pass",)).resolve()
    monkeypatch.setattr(secret, "COMMAND_SECONDS", 0.05)
    with pytest.raises(SecretUnavailable, match=r"printed nothing for 0\.05 s"):
        python("import threading; threading.Event().wait(20)").resolve()


def test_command_gets_no_input() -> None:
    assert python("import sys; print('in' + sys.stdin.read())").resolve() == Secret("in")


def test_arguments_of_a_command_are_not_shown() -> None:
    ref = SecretRef(command=("pass", f"--password={LITERAL}"))
    assert repr(ref) == "<SecretRef: command pass>"
    assert LITERAL not in repr(TokenAuth(ref))


class _Keyring(types.ModuleType):
    """Stands for the library keyring, which needs a desktop."""

    class errors:
        class KeyringError(Exception):
            pass

    def __init__(self, entries: dict[tuple[str, str], str] | None) -> None:
        super().__init__("keyring")
        self.entries = entries

    def get_password(self, service: str, user: str) -> str | None:
        if self.entries is None:
            raise self.errors.KeyringError(f"locked, {LITERAL}")
        return self.entries.get((service, user))


def test_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    ref = SecretRef(keyring="my/lab/me")
    monkeypatch.setitem(sys.modules, "keyring", _Keyring({("my/lab", "me"): "abc"}))
    assert ref.resolve() == Secret("abc")
    monkeypatch.setitem(sys.modules, "keyring", _Keyring({}))
    with pytest.raises(SecretUnavailable, match="keyring entry my/lab/me has no entry: keyring set my/lab me"):
        ref.resolve()
    monkeypatch.setitem(sys.modules, "keyring", _Keyring(None))
    with pytest.raises(SecretUnavailable, match="cannot be read: KeyringError") as caught:
        ref.resolve()
    assert LITERAL not in str(caught.value)
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(SecretUnavailable, match=r"pip install 'sipbreakout-tui\[keyring\]'"):
        ref.resolve()


@pytest.mark.parametrize(
    "places",
    [
        {},
        {"env": ""},
        {"env": "1A"},
        {"env": "A B"},
        {"command": ()},
        {"command": ("",)},
        {"keyring": "/me"},
        {"file": Path()},
    ],
)
def test_references_that_name_nothing(places: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        SecretRef(**places)  # type: ignore[arg-type]


# Certificates, and the check of all


@pytest.fixture
def certificates(tmp_path: Path) -> Path:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    for name in ("one", "two"):
        leaf = authority.issue_cert(f"{name}.example")
        leaf.cert_chain_pems[0].write_to_path(str(tmp_path / f"{name}.pem"))
        leaf.private_key_pem.write_to_path(str(tmp_path / f"{name}.key"))
    key = serialization.load_pem_private_key((tmp_path / "one.key").read_bytes(), None)
    (tmp_path / "locked.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"word"),
        )
    )
    (tmp_path / "text.pem").write_text("no certificate", encoding="utf-8")
    return tmp_path


def tls(folder: Path, ca: str, cert: str | None = None, key: str | None = None) -> Profile:
    return Profile(
        "lab",
        "core.example:443",
        ca_file=folder / ca,
        client_cert=None if cert is None else folder / cert,
        client_key=None if key is None else folder / key,
    )


def test_certificate_files(certificates: Path) -> None:
    files = read_tls_files(tls(certificates, "ca.pem", "one.pem", "one.key"))
    assert files.ca == (certificates / "ca.pem").read_bytes()
    assert files.client_key == (certificates / "one.key").read_bytes()
    assert "PRIVATE" not in repr(files)


@pytest.mark.parametrize(
    ("ca", "cert", "key", "expected"),
    [
        ("nix.pem", None, None, ["ca_file PATH/nix.pem cannot be read: No such file or directory"]),
        ("text.pem", None, None, ["ca_file PATH/text.pem cannot be used: no certificates in PEM form in it"]),
        (
            "ca.pem",
            "one.pem",
            "two.key",
            ["client_key PATH/two.key cannot be used: it is no key in PEM form, or not the one of client_cert"],
        ),
        (
            "ca.pem",
            "one.pem",
            "text.pem",
            ["client_key PATH/text.pem cannot be used: it is no key in PEM form, or not the one of client_cert"],
        ),
        (
            "ca.pem",
            "one.pem",
            "locked.key",
            [
                "client_key PATH/locked.key cannot be used: it is encrypted: "
                "write it without a password: openssl pkey -in KEY -out NEW"
            ],
        ),
        (
            "nix.pem",
            "text.pem",
            "nix.key",
            [
                "ca_file PATH/nix.pem cannot be read: No such file or directory",
                "client_key PATH/nix.key cannot be read: No such file or directory",
                "client_cert PATH/text.pem cannot be used: no certificate in PEM form in it",
            ],
        ),
    ],
)
def test_faulty_certificate_files(
    certificates: Path, ca: str, cert: str | None, key: str | None, expected: list[str]
) -> None:
    with pytest.raises(ConfigError) as caught:
        read_tls_files(tls(certificates, ca, cert, key))
    assert [problem.replace(str(certificates), "PATH") for problem in caught.value.problems] == expected


def test_check_lists_everything_and_shows_no_secret(certificates: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB_ID", LITERAL)
    monkeypatch.delenv("LAB_SECRET", raising=False)
    oauth = OAuthAuth("https://id.example.com/oauth2/token", SecretRef(env="LAB_ID"), SecretRef(env="LAB_SECRET"))
    good = Profile("good", "core.example:443", auth=TokenAuth(SecretRef(env="LAB_ID")))
    bad = replace(tls(certificates, "nix.pem"), auth=oauth)
    assert check_profiles([good]).problems == []
    result = check_profiles([good, bad])
    assert [problem.split(" ")[0] for problem in result.problems] == [
        "profiles.lab.ca_file",
        "profiles.lab.client_secret:",
    ]
    assert LITERAL not in repr(result)
