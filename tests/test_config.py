"""Profiles, their file, and references to secrets."""

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipbreakout_model import E164, InvalidValue
from sipbreakout_tui.config import (
    BUILT_IN,
    ConfigError,
    NoAuth,
    OAuthAuth,
    Profile,
    Profiles,
    SecretRef,
    TokenAuth,
    ad_hoc,
    config_path,
    load_profiles,
    state_dir,
)

LITERAL = "s3cr3t-literal"
TOKEN_URL = "https://id.example.com/oauth2/token"
WHOLE = """
version = 1
default = "lab"

[profiles.lab]
target = "core.lab.example:443"
ca_file = "ca.pem"
client_cert = "/etc/lab/cert.pem"
client_key = "/etc/lab/key.pem"
server_name = "core"
token = { env = "LAB_TOKEN" }
token_kind = "user"
number = "+4711111111"
read_only = true
deadline = 2

[profiles.production]
target = "api.example.com:443"
token_url = "https://id.example.com/oauth2/token"
client_id = "me"
client_secret = { command = ["pass", "show", "lab"] }

[profiles.file]
target = "[::1]:50051"
plaintext = true
token = { file = "token" }
"""


@pytest.fixture(autouse=True)
def _nothing_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("SIPBREAKOUT_PROFILE", "SIPBREAKOUT_CONFIG", "SIPBREAKOUT_STATE_DIR"):
        monkeypatch.delenv(variable, raising=False)


def load(folder: Path, text: str) -> Profiles:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return load_profiles(path)


def problems_of(folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(folder, text)
    head = f"{folder / 'config.toml'}: "
    assert all(problem.startswith(head) for problem in caught.value.problems)
    assert str(caught.value) == "\n".join(caught.value.problems)
    return [problem.removeprefix(head) for problem in caught.value.problems]


def lab(body: str) -> str:
    return f'version = 1\n[profiles.lab]\ntarget = "core.example:443"\n{body}\n'


# Places


def test_places_come_from_the_platform(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    if sys.platform == "linux":
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "c"))
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "s"))
        assert config_path() == tmp_path / "c/sipbreakout/config.toml"
        assert state_dir() == tmp_path / "s/sipbreakout"
    assert "sipbreakout" in config_path().parts
    assert "sipbreakout" in state_dir().parts


def test_variables_move_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SIPBREAKOUT_STATE_DIR", "~/elsewhere")
    monkeypatch.setenv("SIPBREAKOUT_CONFIG", "mine.toml")
    assert state_dir() == Path.home() / "elsewhere"
    assert config_path() == Path.cwd() / "mine.toml"
    monkeypatch.setenv("SIPBREAKOUT_STATE_DIR", "")
    assert state_dir() != Path.cwd()


# Built-in profiles and choosing


def test_built_in_profiles(tmp_path: Path) -> None:
    profiles = load_profiles(tmp_path / "absent.toml")
    assert profiles.names == ["embedded", "sandbox", "production"]
    embedded, sandbox, production = profiles
    assert (embedded.target, embedded.plaintext, embedded.auth) == ("127.0.0.1:50051", True, NoAuth())
    assert embedded.is_local
    assert (sandbox.target, sandbox.plaintext, sandbox.auth) == ("sandbox.api.wgtwo.com:443", False, NoAuth())
    assert not sandbox.is_local
    assert production.target == "api.wgtwo.com:443"
    assert production.auth == OAuthAuth(
        "https://id.wgtwo.com/oauth2/token",
        SecretRef(env="SIPBREAKOUT_CLIENT_ID"),
        SecretRef(env="SIPBREAKOUT_CLIENT_SECRET"),
        "call.routing:write",
    )


def test_choice_in_order(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    without_default = load_profiles(tmp_path / "absent.toml")
    profiles = load(tmp_path, WHOLE)
    assert without_default.choose().name == "embedded"
    assert profiles.choose().name == "lab"
    monkeypatch.setenv("SIPBREAKOUT_PROFILE", "sandbox")
    assert profiles.choose().name == "sandbox"
    assert profiles.choose("file").name == "file"
    monkeypatch.setenv("SIPBREAKOUT_PROFILE", "nix")
    with pytest.raises(ConfigError, match=r"SIPBREAKOUT_PROFILE: no profile is named 'nix': expected one of embedded,"):
        profiles.choose()
    with pytest.raises(ConfigError, match=r"--profile: no profile is named ''"):
        profiles.choose("")


def test_whole_file(tmp_path: Path) -> None:
    profiles = load(tmp_path, WHOLE)
    assert profiles.names == ["embedded", "sandbox", "production", "lab", "file"]
    assert profiles["lab"] == Profile(
        "lab",
        "core.lab.example:443",
        ca_file=tmp_path / "ca.pem",
        client_cert=Path("/etc/lab/cert.pem"),
        client_key=Path("/etc/lab/key.pem"),
        server_name="core",
        auth=TokenAuth(SecretRef(env="LAB_TOKEN")),
        token_kind="user",
        number=E164("+4711111111"),
        read_only=True,
        deadline=2,
    )
    assert profiles["lab"].without_number
    # The file's profile takes the place of the whole built-in one.
    assert profiles["production"].target == "api.example.com:443"
    assert profiles["production"].auth == OAuthAuth(TOKEN_URL, "me", SecretRef(command=("pass", "show", "lab")))
    assert profiles["file"].auth == TokenAuth(SecretRef(file=tmp_path / "token"))


# What is refused


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["version is missing: write version = 1 on the first line"]),
        ("version = 2\nfuture = true", ["version 2 is not known: this program reads version 1"]),
        ("version = true", ["version True is not known: this program reads version 1"]),
        (
            "version = 1\nprofile = 1",
            ["'profile' is no key of this file: expected version, default, [keys] or [profiles.NAME]"],
        ),
        ("version = 1\nprofiles = 1", ["profiles is no table: write [profiles.NAME]"]),
        ("version = 1\n[profiles]\nlab = 1", ["profiles.lab is no table: write [profiles.lab]"]),
        (
            'version = 1\ndefault = "nix"',
            ["default: no profile is named 'nix': expected one of embedded, sandbox, production"],
        ),
        (
            'version = 1\n[profiles.embedded]\ntarget = "127.0.0.1:1"',
            ["profiles.embedded: the name is kept for the core of this program: choose another"],
        ),
        ("version = 1\n[profiles.lab]", ['profiles.lab.target: is missing: write target = "host:port"']),
        (lab("read_only = 1"), ["profiles.lab.read_only: true or false is expected, not int"]),
        (lab("deadline = true"), ["profiles.lab.deadline: a number is expected, not bool"]),
        (lab("deadline = 16"), ["profiles.lab: deadline 16 is not above 0 s and at most 15 s"]),
        (lab("deadline = nan"), ["profiles.lab: deadline nan is not above 0 s and at most 15 s"]),
        (lab('client_cert = "c"'), ["profiles.lab: client_cert and client_key go together: give both or none"]),
        (lab('token_kind = "admin"'), ["profiles.lab: token_kind 'admin' is not known: expected client or user"]),
        (
            lab('token_kind = "user"'),
            ['profiles.lab: token_kind = "user" needs number: the one that the token belongs to (V4)'],
        ),
        (lab('server_name = "a b"'), ["profiles.lab: server_name 'a b' is not a host name"]),
    ],
)
def test_faults_of_the_file(tmp_path: Path, text: str, expected: list[str]) -> None:
    assert problems_of(tmp_path, text) == expected


def test_every_problem_is_listed(tmp_path: Path) -> None:
    text = """
version = 1
default = "nix"
bogus = 1
[profiles.a]
target = "core.example:443"
plaintext = true
tokn = 1
token_url = "http://id.example.com/"
client_secret = { env = "A-B" }
[profiles."b c"]
[profiles.d]
number = "112"
token_kind = "user"
"""
    places = [problem.split(":")[0] for problem in problems_of(tmp_path, text)]
    assert places == [
        "'bogus' is no key of this file",
        "profiles.a.tokn",
        "profiles.a.client_id",
        "profiles.a.token_url",
        "profiles.a.client_secret",
        "profiles.a",
        "profiles",
        "profiles.d.number",
        "profiles.d.target",
        "default",
    ]


@pytest.mark.parametrize(
    "body",
    [
        f'token = "{LITERAL}"',
        f'client_secret = "{LITERAL}"\nclient_id = "a"\ntoken_url = "{TOKEN_URL}"',
        f'token = {{ value = "{LITERAL}" }}',
        f'token = {{ env = "A-{LITERAL}" }}',
        f'token = {{ env = ["{LITERAL}"] }}',
        f'token = {{ command = "{LITERAL}" }}',
        f'token = {{ keyring = "{LITERAL}" }}',
        f'token = {{ env = "A", file = "{LITERAL}" }}',
        f'token = ["{LITERAL}"]',
        f'password = "{LITERAL}"',
        f'access_token = "{LITERAL}"',
        f'token_url = "https://me:{LITERAL}@id.example.com/"\nclient_id = "a"\nclient_secret = {{ env = "A" }}',
        f'token_url = "https://id.example.com/?key={LITERAL}"\nclient_id = "a"\nclient_secret = {{ env = "A" }}',
    ],
)
def test_literal_secrets_are_refused_and_not_shown(tmp_path: Path, body: str) -> None:
    problems = problems_of(tmp_path, lab(body))
    assert problems
    assert LITERAL not in "".join(problems)


def test_literal_secret_says_how_to_refer(tmp_path: Path) -> None:
    assert problems_of(tmp_path, lab(f'token = "{LITERAL}"')) == [
        "profiles.lab.token: a secret does not stand in this file: refer to it: "
        '{ env = "VARIABLE" }, { file = "path" }, { command = ["program", "argument"] } or { keyring = "service/user" }'
    ]


def test_token_and_oauth_contradict(tmp_path: Path) -> None:
    problems = problems_of(tmp_path, lab(f'token = {{ env = "A" }}\ntoken_url = "{TOKEN_URL}"'))
    assert problems == ["profiles.lab: token contradicts token_url: leave out either"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"version = ", "is not TOML"),
        (b"version = 1\n\xff", "byte 12 is not UTF-8"),
        (b"a = " + b"[" * 100_000, "is nested too deeply"),
    ],
)
def test_file_that_is_no_toml(tmp_path: Path, content: bytes, expected: str) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=expected):
        load_profiles(path)


def test_folder_as_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot be read: (Is a directory|Permission denied)"):
        load_profiles(tmp_path)


def test_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b"\xef\xbb\xbfversion = 1\r\n")
    assert load_profiles(path).names == list(BUILT_IN)


@pytest.mark.parametrize("target", ["127.0.0.1:1", "127.9.9.9:65535", "[::1]:50051", "localhost:50051", "LOCALHOST:1"])
def test_plaintext_to_this_machine(target: str) -> None:
    assert ad_hoc(target, plaintext=True).is_local


@pytest.mark.parametrize(
    "target",
    [
        "core.example:443",
        "10.0.0.1:50051",
        "0.0.0.0:50051",
        "[::]:50051",
        "localhost.example:1",
        "127.0.0.1.example:1",
        "127.1:1",
        "[2001:db8::1]:1",
    ],
)
def test_plaintext_to_another_machine_is_refused(target: str) -> None:
    with pytest.raises(ConfigError, match=r"plaintext to .* is refused: numbers and tokens would cross the network"):
        ad_hoc(target, plaintext=True, token_env="TOKEN")
    assert not ad_hoc(target, token_env="TOKEN").is_local


@pytest.mark.parametrize(
    "target",
    [
        "",
        "core",
        "core:",
        ":443",
        "core:0",
        "core:65536",
        "core:x",
        "::1:443",
        "[::1]",
        "dns:///core:443",
        "unix:/s",
        "a b:1",
        "-a:1",
    ],
)
def test_target_is_host_and_port(target: str) -> None:
    with pytest.raises(ConfigError, match=r"target '.*' is not host:port|is not a port from 1 to 65535"):
        ad_hoc(target)


def test_password_in_target_is_not_shown() -> None:
    with pytest.raises(ConfigError) as caught:
        ad_hoc(f"me:{LITERAL}@core:443")
    assert LITERAL not in str(caught.value)


def test_plaintext_contradicts_certificates() -> None:
    with pytest.raises(ConfigError, match="plaintext contradicts ca_file: leave out either"):
        ad_hoc("127.0.0.1:1", plaintext=True, ca_file=Path("ca.pem"))


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://id.example.com/token", "https is needed"),
        ("ftp://127.0.0.1/", "is not a web address"),
        ("https://", "is not a web address"),
        ("id.example.com", "is not a web address"),
        ("https://a b/", "holds a user or characters"),
        ("https://[::1/", "is not a URL"),
        ("https://a:99999/", "is not a URL"),
    ],
)
def test_token_url(url: str, why: str) -> None:
    with pytest.raises(ConfigError, match=f"token_url .*{why}"):
        OAuthAuth(url, "id", SecretRef(env="A"))


def test_token_url_on_this_machine_may_be_http() -> None:
    assert OAuthAuth("http://127.0.0.1:8080/token", "id", SecretRef(env="A")).scope == "call.routing:write"


@given(st.text(max_size=40))
def test_any_target_is_a_profile_or_a_config_error(target: str) -> None:
    try:
        profile = ad_hoc(target, plaintext=True)
    except ConfigError:
        assert issubclass(ConfigError, InvalidValue)
    else:
        assert profile.is_local


def test_a_thousand_profiles(tmp_path: Path) -> None:
    body = "".join(f'[profiles.p{n}]\ntarget = "core.example:443"\ntoken = {{ env = "T" }}\n' for n in range(1000))
    assert len(load(tmp_path, "version = 1\n" + body).own) == 1000


def test_everything_that_is_offered_is_there() -> None:
    from sipbreakout_tui import config

    assert sorted(config._MODULES) == sorted(config.__all__)
    assert all(getattr(config, name) is not None for name in config.__all__)
    unknown = "nix"
    with pytest.raises(AttributeError, match="'nix'"):
        getattr(config, unknown)
