"""`sipbreakout list`, `show`, `history` and `status`."""

import asyncio
import csv
import io
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import pytest

from sipbreakout_tui.core import BlockingCore
from sipbreakout_tui.keeper import KeeperLock
from sipbreakout_tui.ledger import Ledger, Verb
from tests.cli.conftest import REFUSED, Cli
from wgtwo.sipbreakout.v1 import sipbreakout_pb2 as pb
from wgtwo.sipbreakout.v1 import sipbreakout_pb2_grpc as pb_grpc

A, B, C = "+4711111111", "+4722222222", "+4733333333"
KEYS = [
    *("number", "sip_uri", "route_type", "mobile_originating_prefix", "mobile_terminating_prefix"),
    *("target", "state", "accepted_at", "expires_at", "kept"),
]
HOSTILE = "no\x1b[2J\r\nroot# \u202egnp.exe\x9b31m\u2028\x07\x7f<b>"


@pytest.fixture
def three(cli: Cli, at: tuple[str, ...]) -> None:
    """One kept, one with prefixes, one refused; and one that was deleted."""
    cli("upsert", A, "--sip-uri", "sips:tas.example.com", "--type", "LOOP", "--keep", *at)
    cli("upsert", B, "--sip-uri", "sips:vm.example.com:5061", "--type", "FALLBACK", "--mo", "00", "--mt", "11", *at)
    cli("upsert", REFUSED, "--sip-uri", "sips:tas.example.com", "--type", "FORK", *at)
    cli("upsert", C, "--sip-uri", "sips:tas.example.com", "--type", "INGRESS", *at)
    cli("delete", C, *at)


def listed(cli: Cli, *arguments: str) -> list[str]:
    answer = cli("list", "--json", *arguments)
    assert (answer.code, answer.err) == (0, "")
    return [row["number"] for row in json.loads(answer.out)]


def test_table(cli: Cli, core: BlockingCore, three: None) -> None:
    answer = cli("list")
    assert (answer.code, answer.err) == (0, "")
    header, *rows = [line.split("  ") for line in answer.out.splitlines()]
    assert [cell.strip() for cell in header if cell] == [
        *("number", "type", "TAS", "MO", "MT", "lives", "kept", "core", "known from"),
    ]
    first, second, third = (" ".join(cell.strip() for cell in row if cell) for row in rows)
    assert first.startswith(f"{A} LOOP sips:tas.example.com – – 59:5")
    assert first.endswith(f" yes {core.address} asserted by us")
    assert second.startswith(f"{B} FALLBACK sips:vm.example.com:5061 00 11 59:5")
    assert third.startswith(f"{REFUSED} FORK sips:tas.example.com – – – – {core.address} refused: {REFUSED} is refused")


def test_json_has_exactly_the_promised_shape(cli: Cli, core: BlockingCore, three: None) -> None:
    rows = json.loads(cli("list", "--json").out)
    assert [list(row) for row in rows] == [KEYS] * 3
    first, second, third = rows
    assert first["accepted_at"].endswith("Z")
    assert first["expires_at"] > first["accepted_at"]
    assert {**first, "accepted_at": 0, "expires_at": 0} == {
        "number": A, "sip_uri": "sips:tas.example.com", "route_type": "LOOP", "mobile_originating_prefix": "",
        "mobile_terminating_prefix": "", "target": core.address, "state": "asserted", "accepted_at": 0,
        "expires_at": 0, "kept": True,
    }  # fmt: skip
    assert (second["mobile_originating_prefix"], second["mobile_terminating_prefix"]) == ("00", "11")
    assert second["kept"] is False
    assert (third["state"], third["accepted_at"], third["expires_at"]) == ("refused", None, None)


def test_csv_says_the_same(cli: Cli, three: None) -> None:
    answer = cli("list", "--csv")
    header, *rows = csv.reader(io.StringIO(answer.out))
    assert header == KEYS
    as_json = json.loads(cli("list", "--json").out)
    assert rows == [
        [
            {True: "true", False: "false", None: ""}.get(value, value) if not isinstance(value, str) else value
            for value in row.values()
        ]
        for row in as_json
    ]


def test_all_shows_what_was_deleted(cli: Cli, three: None) -> None:
    assert listed(cli) == [A, B, REFUSED]
    assert listed(cli, "--all") == [A, B, C, REFUSED]
    assert "deleted by us" in cli("list", "--all").out


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        (["fallback"], [B]),
        (["type:loop"], [A]),
        (["!tas.example"], [B]),
        (["state:refused"], [REFUSED]),
        (["kept:yes"], [A]),
        (["ttl:>59m", "mo:00"], [B]),
        (["ttl:<10m"], []),
        (["/vm\\.ex.mple/"], [B]),
        (["words:purpose"], [REFUSED]),
        (["tas.example", "!state:refused"], [A]),
    ],
)
def test_filters(cli: Cli, three: None, terms: list[str], expected: list[str]) -> None:
    assert listed(cli, *terms) == expected


def test_profile_and_target_narrow_all_four(cli: Cli, core: BlockingCore, three: None) -> None:
    other = ("--target", "other.example.com:443")
    for where in (other, ("--profile", "sandbox")):
        assert listed(cli, *where) == []
        assert json.loads(cli("status", "--json", *where).out)["known"] == 0
        for command in ("show", "history"):
            answer = cli(command, A, *where)
            assert (answer.code, f"nothing is known of {A}" in answer.error()) == (1, True)
    here = ("--target", core.address)
    assert listed(cli, *here) == [A, B, REFUSED]
    assert cli("show", A, *here).code == cli("history", A, *here).code == cli("status", *here).code == 0


def test_the_variable_narrows_as_the_option_does(
    cli: Cli, core: BlockingCore, state: Path, three: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    (state.parent / "config.toml").write_text(
        f'version = 1\ndefault = "sandbox"\n[profiles.lab]\ntarget = "{core.address}"\nplaintext = true\n', "utf-8"
    )
    assert listed(cli) == [A, B, REFUSED], "the default of the file narrows nothing"
    for name, expected in (("sandbox", []), ("lab", [A, B, REFUSED])):
        monkeypatch.setenv("SIPBREAKOUT_PROFILE", name)
        assert listed(cli) == listed(cli, "--profile", name) == expected
        assert json.loads(cli("status", "--json").out)["known"] == len(expected)
        assert cli("show", A).code == cli("history", A).code == (0 if expected else 1)
    monkeypatch.setenv("SIPBREAKOUT_PROFILE", "sandbox")
    assert listed(cli, "--profile", "lab") == listed(cli, "--target", core.address) == [A, B, REFUSED]


@pytest.mark.parametrize("command", [("list",), ("show", A), ("history", A), ("status",), ("trace", "x", "--ledger")])
def test_a_faulty_profile_is_told_everywhere(
    cli: Cli, state: Path, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    (state.parent / "config.toml").write_text("version = 1\nbogus = 1\n", encoding="utf-8")
    answer = cli(*command)
    assert (answer.code, "'bogus' is no key of this file" in answer.error()) == (2, True)
    (state.parent / "config.toml").write_text("version = 1\n", encoding="utf-8")
    monkeypatch.setenv("SIPBREAKOUT_PROFILE", "nosuch")
    answer = cli(*command)
    assert (answer.code, "SIPBREAKOUT_PROFILE: no profile is named 'nosuch'" in answer.error()) == (2, True)


def test_nothing_known(cli: Cli, state: Path) -> None:
    answer = cli("list")
    assert (answer.code, answer.out) == (0, "")
    assert answer.err == "sipbreakout: note: nothing is known to be registered\n"
    assert cli("list", "--json").out == "[]\n"
    assert cli("list", "--csv").out == ",".join(KEYS) + "\n"
    assert cli("list", "xyz").err.endswith("that the filter lets through\n")


def test_show(cli: Cli, core: BlockingCore, three: None) -> None:
    answer = cli("show", B, "--utc")
    assert answer.code == 0
    lines = answer.out.splitlines()
    assert lines[0] == f"{B} at {core.address}: asserted"
    assert "  prefixes    MO 00, MT 11" in lines
    assert lines[4].startswith("  accepted    20")
    assert lines[4].endswith("+00:00")
    assert [list(row) for row in json.loads(cli("show", B, "--json").out)] == [KEYS]
    assert "  last words  " in cli("show", REFUSED).out


def test_history(cli: Cli, core: BlockingCore, at: tuple[str, ...], three: None) -> None:
    cli("upsert", A, "--sip-uri", "sips:other.example.com", "--type", "FORK", *at)
    cli("delete", A, "--sip-uri", "sips:wrong.example.com", *at)
    lines = cli("history", A, "--utc").out.splitlines()
    assert len(lines) == 3
    assert f"upsert  {A} LOOP sips:tas.example.com (MO –, MT –) at {core.address}: accepted  (cli, profile " in lines[0]
    assert "accepted in place of" in lines[1]
    assert f"delete  {A} sips:wrong.example.com at {core.address}: refused: " in lines[2]
    events = json.loads(cli("history", A, "--json").out)
    assert [event["kind"] for event in events] == ["accepted", "accepted", "refused"]
    assert events[0]["ttl"] == 3600.0


def test_an_answer_that_never_came_is_unknown_everywhere(cli: Cli, core: BlockingCore, state: Path) -> None:
    with Ledger(state / "ledger.sqlite3") as ledger:
        from sipbreakout_model import Registration

        what = Registration.parse(A, "sips:tas.example.com", "LOOP")
        asyncio.run(ledger.asked(Verb.UPSERT, what, core.address, "lab", "cli"))
    assert json.loads(cli("list", "--json").out)[0]["state"] == "unknown"
    assert cli("list").out.endswith("asked, no answer\n")
    assert f"{A} at {core.address}: unknown\n" in cli("show", A).out
    assert "unknown: no answer recorded" in cli("history", A).out
    assert json.loads(cli("status", "--json").out)["unknown"] == 1


def test_status(cli: Cli, state: Path, three: None) -> None:
    assert cli("status").out.splitlines() == [
        *("known     3", "in force  2", "kept      1", "due       0", "late      0", "expired   0"),
        *("refused   1", "failed    0", "unknown   0", "keeper    does not run"),
    ]
    with KeeperLock(state / "keeper.lock"):
        assert json.loads(cli("status", "--json").out) == {
            "known": 3, "in_force": 2, "kept": 1, "due": 0, "late": 0, "expired": 0, "refused": 1, "failed": 0,
            "unknown": 0, "keeper": True,
        }  # fmt: skip
        assert cli("status").out.endswith("keeper    runs\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("list", "--csv", "--json"), "--csv and --json contradict each other"),
        (("list", "colour:red"), "'colour' is no field"),
        (("list", "ttl:10"), "ttl:10 is not a comparison"),
        (("list", "/[/"), "/[/ is not a regular expression"),
        (("list", "--profile", "nix"), "no profile is named 'nix'"),
        (("list", "--profile", "sandbox", "--target", "a:1"), "contradict each other"),
        (("show", "112"), "'112' is not an E.164 number"),
        (("history", "112"), "'112' is not an E.164 number"),
        (("show",), "Missing argument"),
    ],
)
def test_wrong_usage(cli: Cli, state: Path, arguments: tuple[str, ...], words: str) -> None:
    answer = cli(*arguments)
    assert (answer.code, words in answer.error()) == (2, True)


class Hostile(pb_grpc.SipBreakoutServiceServicer):
    """A core that refuses everything, in words that would take over a terminal."""

    def UpsertRegistration(self, request: Any, context: Any) -> Any:
        return pb.UpsertRegistrationResponse(status_code=pb.STATUS_CODE_NOT_ACCEPTABLE, error_message=HOSTILE)

    def DeleteRegistration(self, request: Any, context: Any) -> Any:
        return pb.DeleteRegistrationResponse(status_code=pb.STATUS_CODE_NOT_ACCEPTABLE, error_message=HOSTILE)


@pytest.fixture
def hostile(state: Path) -> Iterator[tuple[str, ...]]:
    server = grpc.server(ThreadPoolExecutor(2))
    pb_grpc.add_SipBreakoutServiceServicer_to_server(Hostile(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield "--target", f"127.0.0.1:{port}", "--plaintext"
    server.stop(None).wait()


def test_hostile_words_of_a_core_are_harmless(cli: Cli, hostile: tuple[str, ...], tmp_path: Path) -> None:
    file = tmp_path / "one.csv"
    file.write_text(f"number,sip_uri,route_type\n{A},sips:a.example,LOOP\n", encoding="utf-8")
    answers = [
        cli("upsert", A, "--sip-uri", "sips:a.example", "--type", "LOOP", *hostile),
        cli("delete", A, "--sip-uri", "sips:a.example", *hostile),
        cli("apply", str(file), *hostile),
        cli("list"),
        cli("list", "--csv"),
        cli("list", "--json"),
        cli("show", A),
        cli("history", A),
        cli("history", A, "--json"),
    ]
    assert [answer.code for answer in answers] == [1, 1, 1, *[0] * 6]
    for answer in answers:
        for line in (answer.out + answer.err).split("\n"):
            assert line.isprintable(), repr(line)
    assert answers[3].out.count("\n") == 2, "a newline in the words makes no line of the table"
    assert {event["words"] for event in json.loads(answers[-1].out)} == {HOSTILE}, "as the core said it"
