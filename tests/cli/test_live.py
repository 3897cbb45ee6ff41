"""`sipbreakout upsert` and `delete`: one registration at a core."""

import json
from pathlib import Path

import pytest

from sipbreakout_model import E164, Registration
from sipbreakout_tui.core import BlockingCore
from sipbreakout_tui.ledger import Known, Ledger, State
from tests.cli.conftest import AWAY, REFUSED, Cli

NUMBER = "+4711111111"
URI = "sips:tas.example.com"
UPSERT = ("upsert", NUMBER, "--sip-uri", URI, "--type", "LOOP")
A = Registration.parse(NUMBER, URI, "LOOP")
FAR = "core.example.com:443"


def held(core: BlockingCore, number: str = NUMBER) -> Registration | None:
    lease = core.book.last(E164(number))
    return None if lease is None else lease.registration


def known(state: Path) -> list[Known]:
    with Ledger(state / "ledger.sqlite3") as ledger:
        assert ledger.verify() == []
        return list(ledger.current())


def test_upsert(cli: Cli, core: BlockingCore, at: tuple[str, ...], state: Path) -> None:
    answer = cli(*UPSERT, *at)
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith(f"accepted {NUMBER} LOOP {URI} (MO –, MT –) at {core.address} until ")
    assert held(core) == A
    (row,) = known(state)
    assert (row.state, row.registration, row.target, row.kept) == (State.ASSERTED, A, core.address, False)


def test_upsert_with_every_option(cli: Cli, core: BlockingCore, at: tuple[str, ...], state: Path) -> None:
    arguments = ("upsert", NUMBER, "--sip-uri", f"{URI}:5061", "--type", "route_type_fork", "--mo", "00", "--mt", "11")
    answer = cli(*arguments, "--keep", "--yes", "--show-grpcurl", *at)
    assert answer.code == 0
    line, said = answer.out.splitlines()
    assert line.startswith('grpcurl -plaintext -d \'{"registration": {')
    assert line.endswith(f"' {core.address} wgtwo.sipbreakout.v1.SipBreakoutService/UpsertRegistration")
    assert said.endswith(", kept")
    assert held(core) == Registration.parse(NUMBER, f"{URI}:5061", "FORK", "00", "11")
    assert [row.kept for row in known(state)] == [True]


def test_delete_takes_the_uri_that_we_asserted(cli: Cli, core: BlockingCore, at: tuple[str, ...], state: Path) -> None:
    cli(*UPSERT, "--keep", *at)
    answer = cli("delete", NUMBER, *at)
    assert (answer.code, answer.out, answer.err) == (0, f"deleted {NUMBER} at {core.address}\n", "")
    assert held(core) is None
    (row,) = known(state)
    assert (row.state, row.registration, row.kept) == (State.DELETED, None, False)
    again = cli("delete", NUMBER, *at)
    assert again.code == 1
    assert again.error() == (
        f"we know of no registration of {NUMBER} at {core.address}. If there is one, name its TAS: "
        f"sipbreakout delete {NUMBER} --sip-uri sips:…"
    )


def test_delete_with_a_uri(cli: Cli, core: BlockingCore, at: tuple[str, ...]) -> None:
    cli(*UPSERT, *at)
    wrong = cli("delete", NUMBER, "--sip-uri", "sips:other.example.com", "--show-grpcurl", *at)
    assert wrong.code == 1
    assert wrong.out.startswith("grpcurl -plaintext")
    assert f"is registered at {URI}, not sips:other.example.com" in wrong.err
    assert held(core) == A
    assert cli("delete", NUMBER, "--sip-uri", URI.upper().replace("SIPS", "sips"), *at).code == 0
    assert held(core) is None


def test_a_refusal_is_exit_1_with_the_words_of_the_core(cli: Cli, at: tuple[str, ...]) -> None:
    answer = cli("upsert", REFUSED, "--sip-uri", URI, "--type", "LOOP", *at)
    assert answer.code == 1
    assert f"{REFUSED} is refused on purpose" in answer.error()


@pytest.mark.parametrize("command", [UPSERT, ("delete", NUMBER, "--sip-uri", URI)])
def test_a_core_that_is_away_is_exit_3_and_leaves_a_doubt(
    cli: Cli, state: Path, impatient: None, command: tuple[str, ...]
) -> None:
    answer = cli(*command, "--target", AWAY, "--plaintext")
    assert answer.code == 3
    assert f"at {AWAY} failed with UNAVAILABLE" in answer.error()
    (row,) = known(state)
    assert row.state is State.FAILED
    assert row.doubt_since is not None


@pytest.mark.parametrize("command", [UPSERT, ("delete", NUMBER, "--sip-uri", URI)])
def test_tls_to_a_plaintext_core_has_failed_without_a_doubt(
    cli: Cli, core: BlockingCore, state: Path, command: tuple[str, ...]
) -> None:
    answer = cli(*command, "--target", core.address)
    assert (answer.code, "add --plaintext to --target" in answer.error()) == (3, True)
    (row,) = known(state)
    assert (row.state, row.doubt_since) == (State.FAILED, None)
    assert ": failed: " in cli("history", NUMBER).out
    assert json.loads(cli("list", "--json").out)[0]["state"] == "failed"


def test_the_embedded_core_that_does_not_run_says_how_to_start_it(
    cli: Cli, state: Path, impatient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sipbreakout_tui.config import BUILT_IN, Profile

    away = {**BUILT_IN, "embedded": Profile("embedded", AWAY, plaintext=True)}
    monkeypatch.setattr("sipbreakout_tui.config.profiles.BUILT_IN", away)
    answer = cli(*UPSERT)
    assert (answer.code, answer.error().endswith("Start one with: sipbreakout serve")) == (3, True)
    assert "sipbreakout serve" not in cli(*UPSERT, "--target", AWAY, "--plaintext").err


@pytest.mark.parametrize("command", [UPSERT, ("delete", NUMBER, "--sip-uri", URI)])
def test_dry_run_sends_nothing(
    cli: Cli, core: BlockingCore, at: tuple[str, ...], state: Path, command: tuple[str, ...]
) -> None:
    answer = cli(*command, "--dry-run", *at)
    assert (answer.code, answer.err) == (0, "")
    assert answer.out == f"would {command[0]} {NUMBER} LOOP {URI} (MO –, MT –) at {core.address}\n"
    assert list(core.book) == []
    far = cli(*command, "--dry-run", "--show-grpcurl", "--target", FAR, "--token-env", "LAB_TOKEN")
    assert far.code == 0
    assert '-H "authorization: Bearer $TOKEN"' in far.out
    assert known(state) == []


@pytest.mark.parametrize("command", [UPSERT, ("delete", NUMBER, "--sip-uri", URI)])
def test_another_machine_is_asked_for_and_without_a_terminal_refused(
    cli: Cli, state: Path, command: tuple[str, ...]
) -> None:
    for where in (("--target", FAR), ("--profile", "sandbox")):
        answer = cli(*command, *where)
        assert answer.code == 2
        assert "There is no terminal to answer on: add --yes" in answer.error()
        assert f"This will {command[0]} {NUMBER} LOOP {URI}" in answer.err
    assert known(state) == [], "nothing was asked"


@pytest.mark.parametrize("answered", ["n\n", ""])
def test_no_is_exit_1_and_nothing_is_sent(
    cli: Cli, state: Path, monkeypatch: pytest.MonkeyPatch, answered: str
) -> None:
    class Terminal:
        def isatty(self) -> bool:
            return True

        def readline(self, *_: object) -> str:
            return answered

        def __getattr__(self, name: str) -> object:
            raise AttributeError(name)

    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("typer.confirm", lambda *_, **__: False)
    assert cli(*UPSERT, "--target", FAR).code == 1
    assert known(state) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((*UPSERT, "--plaintext"), "--plaintext goes with --target"),
        ((*UPSERT, "--ca", "ca.pem"), "--ca goes with --target"),
        ((*UPSERT, "--token-env", "X"), "--token-env goes with --target"),
        ((*UPSERT, "--profile", "embedded", "--target", AWAY), "contradict each other"),
        ((*UPSERT, "--profile", "nonsense"), "no profile is named 'nonsense'"),
        ((*UPSERT, "--target", FAR, "--plaintext"), f"plaintext to {FAR} is refused"),
        ((*UPSERT, "--target", "nonsense"), "target 'nonsense' is not host:port"),
        ((*UPSERT, "--target", "\x1b[2J:1"), "is not host:port"),
        ((*UPSERT, "--target", AWAY, "--ca", "missing.pem", "--yes"), "missing.pem cannot be read"),
        (("upsert", "112", "--sip-uri", URI, "--type", "LOOP"), "'112' is not an E.164 number"),
        (("upsert", NUMBER, "--sip-uri", "sip:a", "--type", "LOOP"), "'sip:a' is not"),
        (("upsert", NUMBER, "--sip-uri", URI, "--type", "LOPE"), "'LOPE' is not a route type"),
        (("upsert", NUMBER, "--sip-uri", URI, "--type", "LOOP", "--mo", "x"), "'x' is not a prefix"),
        (("upsert", NUMBER, "--type", "LOOP"), "Missing option '--sip-uri'"),
        (("delete", "112"), "'112' is not an E.164 number"),
        (("delete", NUMBER, "--sip-uri", "x"), "'x' is not"),
    ],
)
def test_wrong_usage_is_exit_2_and_one_line(cli: Cli, state: Path, arguments: tuple[str, ...], words: str) -> None:
    answer = cli(*arguments)
    assert answer.code == 2
    assert words in answer.error()
    if (state / "ledger.sqlite3").exists():
        assert all(row.state is not State.ASSERTED for row in known(state))


def test_a_profile_of_the_file(cli: Cli, core: BlockingCore, state: Path) -> None:
    config = state.parent / "config.toml"
    config.write_text(
        f'version = 1\ndefault = "lab"\n[profiles.lab]\ntarget = "{core.address}"\nplaintext = true\n'
        f'[profiles.looking]\ntarget = "{core.address}"\nplaintext = true\nread_only = true\n',
        encoding="utf-8",
    )
    assert cli(*UPSERT).code == 0
    assert held(core) == A
    looking = cli("delete", NUMBER, "--profile", "looking")
    assert (looking.code, "profile looking is read-only" in looking.error()) == (1, True)
    assert cli("delete", NUMBER, "--profile", "lab").code == 0
    with Ledger(state / "ledger.sqlite3") as ledger:
        assert [event.profile for event in ledger.events()] == ["lab", "looking", "lab"]


def test_a_ledger_that_cannot_be_written_sends_nothing(cli: Cli, core: BlockingCore, at: tuple[str, ...]) -> None:
    import os

    from sipbreakout_tui.config import state_dir

    state_dir().mkdir()
    (state_dir() / "ledger.sqlite3").write_bytes(b"no ledger\n" * 1000)
    answer = cli(*UPSERT, *at)
    assert (answer.code, "it is no database" in answer.error()) == (1, True)
    assert list(core.book) == []
    assert os.environ["SIPBREAKOUT_STATE_DIR"] == str(state_dir())
