"""`sipbreakout explain`: every option, both formats, what is refused."""

import json
import time
from pathlib import Path

import pytest

from sipbreakout_model import explain
from sipbreakout_model.registration_text import TextFormat, book_of, parse_registrations
from sipbreakout_model.routing import route
from sipbreakout_model.scenario import Call, Scenario, TasBehaviour
from tests.cli.conftest import AT, REGISTRATIONS, Cli

CALL = ("explain", "+4711111111", "+4755555555")
TO_FALLBACK = ("explain", "+4711111111", "+4722222222")


def test_text_is_title_explanation_and_fix(cli: Cli, file: str) -> None:
    lost = ["--tas", "returns-without-session-id"]
    answer = cli(*CALL, "--registrations", file, "--at", AT, "--utc", *lost)
    assert (answer.code, answer.err) == (0, "")
    lines = answer.out.splitlines()
    assert lines[0] == "+4711111111 calls +4755555555 at 2026-11-22 12:00:00+00:00: looped (483)"
    book = book_of(parse_registrations(REGISTRATIONS, TextFormat.TOML))
    call = Call.parse("+4711111111", "+4755555555", 1795348800.0)
    flow = route(call, book, Scenario(tas=TasBehaviour.RETURNS_WITHOUT_SESSION_ID))
    explanation = explain(flow)
    assert lines[1 : 1 + len(explanation)] == explanation
    fix = lines[1 + len(explanation) :]
    assert fix[0] == "Fix"
    assert "put the Session-ID" in fix[1]
    assert fix[2] == "  Then: answered by the callee"
    assert "+4711111111" in fix[3]


def test_right_call_has_no_fix(cli: Cli, file: str) -> None:
    answer = cli(*CALL, "--registrations", file, "--at", AT)
    assert answer.out.splitlines()[0].endswith(": answered by the callee")
    assert "Fix" not in answer.out.splitlines()
    assert json.loads(cli(*CALL, "--registrations", file, "--at", AT, "--format", "json").out)["fix"] is None


def document(cli: Cli, *arguments: str) -> dict[str, object]:
    answer = cli(*arguments, "--format", "json")
    assert (answer.code, answer.err) == (0, "")
    return dict(json.loads(answer.out))


def outcome(cli: Cli, file: str, *arguments: str) -> object:
    found = document(cli, *arguments, "--registrations", file, "--at", AT)["outcome"]
    assert isinstance(found, dict)
    assert list(found) == ["kind", "by", "status"]
    return tuple(found.values())


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([*CALL, "--callee", "busy"], ("rejected", None, 486)),
        ([*CALL, "--callee", "DECLINES"], ("rejected", None, 603)),
        ([*CALL, "--tas", "answers"], ("answered", "tas", 200)),
        ([*CALL, "--tas", "Returns_Without_Session_ID"], ("looped", None, 483)),
        ([*CALL, "--tas", "returns-with-prefix"], ("rejected", None, 404)),
        ([*CALL, "--tas", "forwards", "--forwards-to", "+4766666666"], ("answered", "other", 200)),
        ([*TO_FALLBACK, "--callee", "silent"], ("answered", "tas", 200)),
        ([*TO_FALLBACK, "--callee", "silent", "--fallback-tas", "rejects"], ("rejected", None, 603)),
        (
            [*CALL, "--tas", "returns-without-session-id", "--unmatched-return", "reject"],
            ("rejected", None, 403),
        ),
        ([*CALL, "--tas", "returns-without-session-id", "--resets-max-forwards"], ("looped", None, None)),
        (
            ["explain", "anonymous", "+4744444444", "--placed-by", "sips:tas.example.com"],
            ("answered", "callee", 200),
        ),
        (["explain", "anonymous", "+4733333333", "--tas", "answers"], ("answered", "tas", 200)),
        (["explain", "+4711111111", "112"], ("answered", "callee", 200)),
    ],
)
def test_options_decide_the_outcome(cli: Cli, file: str, arguments: list[str], expected: tuple[object, ...]) -> None:
    assert outcome(cli, file, *arguments) == expected


def test_hops_bound_the_loop(cli: Cli, file: str) -> None:
    lost = [*CALL, "--registrations", file, "--at", AT, "--tas", "returns-without-session-id"]
    bound = ["--hops-per-turn", "4", "--max-forwards", "41"]
    assert document(cli, *lost, *bound)["loop"] == {
        "first_leg": 2,
        "last_leg": 3,
        "turns": 10,
        "ended_by": "483 Too Many Hops",
        "seconds": 0.0,
    }


def test_prefix_reading_decides_the_prefix(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "both.csv"
    path.write_text(
        "number,sip_uri,route_type,mobile_originating_prefix,mobile_terminating_prefix\n"
        "+4711111111,sips:a.example,LOOP_MT,,\n"
        "+4722222222,sips:b.example,LOOP,11,22\n",
        encoding="utf-8",
    )
    words = ["explain", "+4711111111", "+4722222222", "--registrations", str(path)]
    called = {}
    for reading in ("cause", "presence"):
        legs = document(cli, *words, "--prefix-reading", reading)["legs"]
        assert isinstance(legs, list)
        called[reading] = legs[1]["called"]
    assert called == {"cause": "+224722222222", "presence": "+114722222222"}

    said = cli(*words).out
    assert said.splitlines()[-2:] == ["To assume otherwise", "  R7   --prefix-reading"]


def test_the_option_that_assumes_otherwise_is_named(cli: Cli, file: str) -> None:
    said = cli(*CALL, "--registrations", file, "--tas", "returns-without-session-id", "--at", AT).out
    assert said.splitlines()[-2:] == ["To assume otherwise", "  R9   --unmatched-return"]
    assert "knob" not in said
    assert "To assume otherwise" not in cli(*CALL, "--registrations", file, "--at", AT).out


def test_call_in_json(cli: Cli, file: str) -> None:
    words = ["explain", "anonymous", "112", "--registrations", file, "--at", "1795348800.5"]
    assert document(cli, *words, "--placed-by", "sips:Tas.example.com:5061")["call"] == {
        "caller": None,
        "callee": "112",
        "at": "2026-11-22T12:00:00.500Z",
        "placed_by": "sips:Tas.example.com:5061",
    }


def test_at_takes_spans_from_now(cli: Cli, file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: 1795348800.0)
    for text, at in {"-10m": "11:50:00", "+50m": "12:50:00", "now": "12:00:00", "-1h30m": "10:30:00"}.items():
        call = document(cli, *CALL, "--registrations", file, "--at", text)["call"]
        assert isinstance(call, dict)
        assert call["at"] == f"2026-11-22T{at}.000Z"
    assert "at 2026-11-22 12:00:00+00:00:" in cli(*CALL, "--registrations", file, "--utc").out


def test_expired_registration_is_refreshed_as_fix(cli: Cli, file: str) -> None:
    fix = document(cli, *CALL, "--registrations", file, "--at", "2026-11-22T14:00:00Z")["fix"]
    assert isinstance(fix, dict)
    assert (fix["kind"], fix["owner"]) == ("refresh", "subscriber")
    assert fix["registration"]["route_type"] == "LOOP"


@pytest.mark.parametrize("form", ["text", "json"])
def test_output_file_holds_what_stdout_would(cli: Cli, file: str, tmp_path: Path, form: str) -> None:
    words = [*CALL, "--registrations", file, "--at", AT, "--format", form]
    path = tmp_path / "result"
    for option in ("-o", "--output"):
        answer = cli(*words, option, str(path))
        assert (answer.code, answer.out, answer.err) == (0, "", "")
        assert path.read_text(encoding="utf-8") == cli(*words).out == cli(*words, "-o", "-").out


def test_output_is_untouched_when_the_command_fails(cli: Cli, file: str, tmp_path: Path) -> None:
    path = tmp_path / "result"
    path.write_text("before", encoding="utf-8")
    assert cli(*CALL, "--registrations", file, "--tas", "forwards", "-o", str(path)).code == 2
    assert path.read_text(encoding="utf-8") == "before"
    assert sorted(item.name for item in tmp_path.iterdir()) == ["registrations.toml", "result"]


def test_output_that_cannot_be_written(cli: Cli, file: str, tmp_path: Path) -> None:
    answer = cli(*CALL, "--registrations", file, "-o", str(tmp_path / "none" / "x"))
    assert answer.code == 1
    assert answer.error() == f"cannot write {tmp_path}/none/x: No such file or directory"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["explain", "foo", "+4722222222"], "caller 'foo' is neither"),
        (["explain", "+4711111111", "+4722 222222"], "callee '+4722 222222' cannot be called"),
        (["explain", "+4711111111", "\x1b[2J"], r"callee '\x1b[2J' cannot be called"),
        ([*CALL, "--at", "yesterday"], "--at 'yesterday' is not a time"),
        ([*CALL, "--at", "99999999999999999"], "--at '99999999999999999' lies outside the years 1 to 9999"),
        ([*CALL, "--callee", "asleep"], "--callee 'asleep' is not known: expected one of answers, busy, silent"),
        ([*CALL, "--tas", "x"], "--tas 'x' is not known: expected one of usual, returns, answers, answers-then-"),
        ([*CALL, "--fallback-tas", ""], "--fallback-tas '' is not known: expected one of usual,"),
        ([*CALL, "--prefix-reading", "x"], "--prefix-reading 'x' is not known: expected one of cause, presence"),
        ([*CALL, "--unmatched-return", "x"], "--unmatched-return 'x' is not known: expected one of new-call, re"),
        ([*CALL, "--format", "xml"], "--format 'xml' is not known: expected one of text, json"),
        ([*CALL, "--forwards-to", "112"], "--forwards-to '112' is not an E.164 number"),
        ([*CALL, "--placed-by", "sip:x"], "--placed-by 'sip:x' is not a TAS URI"),
        ([*CALL, "--hops-per-turn", "many"], "Invalid value for '--hops-per-turn': 'many' is not a valid int"),
        ([*CALL, "--hops-per-turn", "0"], "--hops-per-turn 0 is too small"),
        ([*CALL, "--max-forwards", "256"], "--max-forwards 256 is out of range"),
        ([*CALL, "--max-forwards", "9" * 5000], "Invalid value for '--max-forwards'"),
        ([*CALL, "--tas", "forwards"], "FORWARDS of a TAS rung by LOOP needs --forwards-to: name the number"),
        ([*CALL, "--forwards-to", "+4766666666"], "--forwards-to +4766666666 is given"),
        (["explain", "anonymous", "+4733333333", "--tas", "redirects"], "REDIRECTS is nothing that a TAS rung by FO"),
    ],
)
def test_what_is_refused(cli: Cli, file: str, arguments: list[str], said: str) -> None:
    answer = cli(*arguments, "--registrations", file)
    assert answer.code == 2
    assert answer.error().startswith(said)


@pytest.mark.parametrize(
    ("caller", "said"),
    [
        ("4711111111", "CALLER 4711111111 has no plus, so nobody's registration would be met: write +4711111111, or "
         "anonymous"),
        ("004711111111", "CALLER 004711111111 has no plus, so nobody's registration would be met: write +4711111111, "
         "or anonymous"),
        ("01111111", "CALLER 01111111 has no plus, so nobody's registration would be met: write it with plus and "
         "country code, as in +4711111111, or anonymous"),
        ("", "CALLER is empty: write a number such as +4711111111, or anonymous for one who withholds it"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("command", [["explain"], ["what-if", "--later", "1h"]])
def test_a_caller_without_plus_is_refused(cli: Cli, file: str, command: list[str], caller: str, said: str) -> None:
    answer = cli(*command, caller, "+4722222222", "--registrations", file)
    assert (answer.code, answer.error()) == (2, said)


@pytest.mark.parametrize(
    ("caller", "callee", "noted"),
    [
        ("anonymous", "004722222222", "CALLEE 004722222222 has no plus: it counts as a short number and meets no "
         "registration; did you mean +4722222222?"),
        ("anonymous", "02222222", "CALLEE 02222222 has no plus: it counts as a short number and meets no "
         "registration"),
    ],
)  # fmt: skip
def test_forgotten_plus_is_noted(cli: Cli, file: str, caller: str, callee: str, noted: str) -> None:
    answer = cli("explain", caller, callee, "--registrations", file)
    assert answer.code == 0
    assert answer.err == f"sipbreakout: note: {noted}\n"


def test_short_numbers_are_not_noted(cli: Cli, file: str) -> None:
    assert cli("explain", "112", "116117", "--registrations", file).err == ""


def test_long_numbers_are_warned_of(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    rows = [f"+4712345678901234{last},sips:a.example,LOOP\n" for last in range(5)]
    path.write_text("number,sip_uri,route_type\n" + "".join(rows), encoding="utf-8")
    answer = cli("explain", "anonymous", "+4799999999999999", "--registrations", str(path))
    assert answer.code == 0
    assert answer.err == (
        "sipbreakout: warning: the call: more than the 15 digits of E.164: +4799999999999999\n"
        f"sipbreakout: warning: {path}: more than the 15 digits of E.164: +47123456789012340, +47123456789012341, "
        "+47123456789012342 and 2 more\n"
    )


CSV = """number,sip_uri,route_type,mobile_originating_prefix,mobile_terminating_prefix,accepted_at
+4711111111,sips:tas.example.com,LOOP,00,01,2026-11-22T11:59:00Z
+4722222222,sips:voicemail.example.com:5061,FALLBACK,,,
+4733333333,sips:fork.example.com,FORK,,,
+4744444444,sips:tas.example.com,INGRESS,,,
"""
JSON = json.dumps(
    [
        {
            "number": "+4711111111",
            "sip_uri": "sips:tas.example.com",
            "route_type": "LOOP",
            "mobile_originating_prefix": "00",
            "mobile_terminating_prefix": "01",
            "accepted_at": 1795348740,
        },
        {
            "number": "+4722222222",
            "sip_uri": "sips:voicemail.example.com:5061",
            "route_type": "fallback",
        },
        {"number": "+4733333333", "sip_uri": "sips:fork.example.com", "route_type": "FORK"},
        {"number": "+4744444444", "sip_uri": "sips:tas.example.com", "route_type": "INGRESS"},
    ]
)
API_JSON = json.dumps(
    {
        "registrations": [
            {
                "phoneNumber": {"e164": "+4711111111"},
                "sipUri": "sips:tas.example.com",
                "routeType": "ROUTE_TYPE_LOOP",
                "mobileOriginatingPrefix": "00",
                "mobileTerminatingPrefix": "01",
                "acceptedAt": "2026-11-22T12:59:00+01:00",
            },
            {
                "phoneNumber": {"e164": "+4722222222"},
                "sipUri": "sips:voicemail.example.com:5061",
                "routeType": "ROUTE_TYPE_FALLBACK",
                "mobileOriginatingPrefix": None,
            },
            {
                "phoneNumber": {"e164": "+4733333333"},
                "sipUri": "sips:fork.example.com",
                "routeType": "ROUTE_TYPE_FORK",
            },
            {
                "phone_number": "+4744444444",
                "sip_uri": "sips:tas.example.com",
                "route_type": "ROUTE_TYPE_INGRESS",
            },
        ]
    }
)


@pytest.mark.parametrize(("name", "text"), [("a.CSV", CSV), ("b.json", JSON), ("c.Json", API_JSON)])
@pytest.mark.parametrize("command", [[*TO_FALLBACK, "--tas", "silent"], ["hazards"]])
def test_every_format_gives_the_same_answer(
    cli: Cli, file: str, tmp_path: Path, name: str, text: str, command: list[str]
) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    expected = cli(*command, "--registrations", file, "--at", AT)
    assert expected.code == 0
    assert cli(*command, "--registrations", str(path), "--at", AT) == expected


def test_wrong_file_names_every_faulty_entry_and_uses_nothing(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "wrong.csv"
    path.write_text(
        "number,sip_uri,route_type\n"
        "+4711111111,sips:a.example,LOOP\n"
        "112,sips:a.example,LOOP\n"
        "+4733333333,sip:a.example,LOOP\n"
        "+4744444444,sips:a.example,\x1b[31m\n"
        "+4755555555,sips:a.example\n"
        "+4711111111,sips:a.example,FORK\n",
        encoding="utf-8",
    )
    answer = cli(*CALL, "--registrations", str(path))
    assert (answer.code, answer.out) == (2, "")
    begin = f"sipbreakout: error: {path}: "
    lines = answer.err.splitlines()
    assert [line.removeprefix(begin).partition(":")[0] for line in lines] == [f"line {n}" for n in range(3, 8)]
    for line, value in zip(lines, ("'112'", "'sip:a.example'", r"\x1b[31m", "+4755555555", "+4711111111"), strict=True):
        assert value in line
        assert line.isprintable()
