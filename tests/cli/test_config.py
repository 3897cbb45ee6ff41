"""`sipbreakout config`: where the file is, what it says, and what is wrong with it; never a secret."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Cli

SECRET = "s3cr3t-literal"
FILE = """
version = 1
default = "lab"

[profiles.lab]
target = "core.lab.example:443"
token = { env = "LAB_TOKEN" }
token_kind = "user"
number = "+4711111111"
read_only = true

[profiles.id]
target = "127.0.0.1:50051"
plaintext = true
token_url = "https://id.example.com/token"
client_id = "me"
client_secret = { command = ["echo", "s3cr3t-literal"] }
"""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A profile file in use; what its references need is there."""
    path = tmp_path / "config.toml"
    path.write_text(FILE, encoding="utf-8")
    monkeypatch.setenv("SIPBREAKOUT_CONFIG", str(path))
    monkeypatch.setenv("LAB_TOKEN", SECRET)
    monkeypatch.delenv("SIPBREAKOUT_PROFILE", raising=False)
    monkeypatch.delenv("SIPBREAKOUT_CLIENT_ID", raising=False)
    monkeypatch.delenv("SIPBREAKOUT_CLIENT_SECRET", raising=False)
    return path


def test_path(cli: Cli, config: Path) -> None:
    answer = cli("config", "path")
    assert (answer.code, answer.out, answer.err) == (0, f"{config}\n", "")


def test_the_file_of_the_platform_need_not_be_there(
    cli: Cli, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SIPBREAKOUT_CONFIG")
    monkeypatch.setattr("platformdirs.user_config_path", lambda *_, **__: tmp_path / "none")
    path = tmp_path / "none" / "config.toml"
    assert cli("config", "path").out == f"{path}\n"
    assert cli("config", "show").out.startswith(f"{path} (no such file: the built-in profiles only)\n* embedded")
    assert cli("config", "check").out == "no problems in embedded\n"


UPSERT = ("upsert", "+4711111111", "--sip-uri", "sips:tas.example.com", "--type", "LOOP", "--dry-run")


@pytest.mark.parametrize(
    "command",
    [("config", "show"), ("config", "check"), UPSERT, ("list",), ("show", "+4711111111"), ("status",), ("export",)],
)
def test_a_file_that_was_named_has_to_be_there(cli: Cli, config: Path, command: tuple[str, ...]) -> None:
    config.unlink()
    assert cli("config", "path").out == f"{config}\n"
    answer = cli(*command)
    assert answer.code == 2
    assert answer.error() == (
        f"{config}: SIPBREAKOUT_CONFIG names this file, and it is not there: write it, or unset the variable"
    )


def test_show(cli: Cli, config: Path) -> None:
    answer = cli("config", "show")
    assert answer.code == 0
    assert answer.out.startswith(f"{config}\n  embedded  (built in)\n    target        127.0.0.1:50051, plaintext\n")
    assert answer.out.endswith(
        "* lab\n"
        "    target        core.lab.example:443, TLS\n"
        "    auth          token\n"
        "    token         environment variable LAB_TOKEN\n"
        "    token_kind    user, of +4711111111\n"
        "    read_only     yes\n"
        "    deadline      5 s\n"
        "  id\n"
        "    target        127.0.0.1:50051, plaintext\n"
        "    auth          oauth\n"
        "    token_url     https://id.example.com/token\n"
        "    client_id     me\n"
        "    client_secret command echo\n"
        "    deadline      5 s\n"
    )


def test_show_one_as_json(cli: Cli, config: Path) -> None:
    document = json.loads(cli("config", "show", "--profile", "id", "--format", "json").out)
    assert (document["path"], document["chosen"], len(document["profiles"])) == (str(config), "id", 1)
    (profile,) = document["profiles"]
    assert profile["name"] == "id"
    assert profile["built_in"] is False
    assert profile["client_secret"] == "command echo"
    assert profile["plaintext"] is True


def test_show_chosen_by_the_environment(cli: Cli, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIPBREAKOUT_PROFILE", "sandbox")
    assert "\n* sandbox  (built in)\n" in cli("config", "show").out


@pytest.mark.parametrize("command", [["show"], ["show", "--format", "json"], ["check"], ["path"]])
def test_no_command_prints_a_secret(cli: Cli, config: Path, command: list[str]) -> None:
    answer = cli("-v", "config", *command)
    assert answer.code == 0
    assert SECRET not in answer.out + answer.err


def test_check(cli: Cli, config: Path) -> None:
    answer = cli("config", "check")
    assert (answer.code, answer.out, answer.err) == (0, "no problems in id, lab\n", "")


def test_check_of_one(cli: Cli, config: Path) -> None:
    answer = cli("config", "check", "--profile", "production")
    assert answer.code == 2
    assert answer.err == (
        "sipbreakout: error: profiles.production.client_id: no secret: "
        "environment variable SIPBREAKOUT_CLIENT_ID is not set: export it\n"
        "sipbreakout: error: profiles.production.client_secret: no secret: "
        "environment variable SIPBREAKOUT_CLIENT_SECRET is not set: export it\n"
    )


def test_check_warns_of_a_file_that_others_may_read(cli: Cli, config: Path) -> None:
    token = config.parent / "token"
    token.write_text(SECRET, encoding="utf-8")
    token.chmod(0o644)
    config.write_text(
        'version = 1\n[profiles.a]\ntarget = "a.example:1"\ntoken = { file = "token" }\n', encoding="utf-8"
    )
    answer = cli("config", "check", "--profile", "a")
    assert (answer.code, answer.out) == (0, "no problems in a\n")
    assert answer.err == (
        f"sipbreakout: warning: profiles.a.token: file {token} can be read by other users: chmod 600 {token}\n"
    )


def test_every_problem_of_the_file_is_listed(cli: Cli, config: Path) -> None:
    config.write_text(f'version = 1\nbogus = 1\n[profiles.a]\ntoken = "{SECRET}"\n', encoding="utf-8")
    for command in ("check", "show"):
        answer = cli("config", command)
        assert answer.code == 2
        assert answer.out == ""
        assert [line.split(": ")[3] for line in answer.err.splitlines()] == [
            "'bogus' is no key of this file",
            "profiles.a.token",
            "profiles.a.target",
        ]
        assert SECRET not in answer.err


def test_profile_that_does_not_exist(cli: Cli, config: Path) -> None:
    answer = cli("config", "show", "--profile", "nix")
    assert answer.code == 2
    assert (
        answer.error() == "--profile: no profile is named 'nix': expected one of embedded, sandbox, production, lab, id"
    )


def test_group_without_a_command(cli: Cli) -> None:
    answer = cli("config")
    assert answer.code == 2
    assert answer.error() == "Missing command. Try: sipbreakout config --help"
