"""`sipbreakout trace`."""

import io
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from sipbreakout_tui.cli import progress
from sipbreakout_tui.trace.capture.tshark import tshark_path
from tests.cli.conftest import Cli
from tests.trace.blackbox.command import DATA
from tests.trace.blackbox.lab import registered

LOOP = str(DATA / "loop.pcap")
DROPPED = str(DATA / "loop_sid_dropped.pcap")
EXPIRED = str(DATA / "expired.pcap")
WIRE = str(DATA / "loop-on-the-wire-tls.pcapng")
needs_tshark = pytest.mark.skipif(tshark_path() is None, reason="tshark is not installed")


@pytest.fixture
def known(tmp_path: Path) -> str:
    """The registration in force in `loop_sid_dropped`."""
    path = tmp_path / "r.toml"
    path.write_text(registered("loop_sid_dropped"), encoding="utf-8")
    return str(path)


@pytest.fixture
def cut(tmp_path: Path) -> str:
    """A capture that ends in the middle of a packet."""
    path = tmp_path / "cut.pcap"
    path.write_bytes(Path(LOOP).read_bytes()[:-40])
    return str(path)


def test_one_call_is_told_whole(cli: Cli, known: str) -> None:
    answer = cli("trace", DROPPED, "--registrations", known)
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith("The TAS tas.lab.test brought the call back in frame 5 without a Session-ID")
    assert "35 turns" in answer.out.splitlines()[0]
    assert "  a call from a TAS that the core cannot match: new_call\n" in answer.out, "there is no option to turn it"
    assert "Registrations:  from r.toml" in answer.out


def test_many_calls_are_a_table_and_one_can_be_chosen(cli: Cli) -> None:
    many = cli("trace", LOOP, EXPIRED, DROPPED)
    assert many.out.splitlines()[0].startswith("call  time")
    one = cli("trace", LOOP, EXPIRED, DROPPED, "--call", "1")
    assert one.out.startswith("The TAS tas.lab.test brought the call back")


def test_a_filter_chooses_calls_by_their_numbers_in_the_whole(cli: Cli) -> None:
    answer = cli("trace", LOOP, EXPIRED, DROPPED, "--filter", "turns:<2", "--format", "json")
    assert [call["number"] for call in json.loads(answer.out)["calls"]] == [2, 3]
    none = cli("trace", LOOP, "--filter", "verdict:fork")
    assert none.code == 0
    assert none.out.startswith("none of 1 call passes the filter\n")


def test_json_goes_to_a_file_too(cli: Cli, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    answer = cli("trace", LOOP, "--format", "json", "-o", str(out))
    assert (answer.code, answer.out, answer.err) == (0, "", "")
    assert json.loads(out.read_text(encoding="utf-8"))["calls"][0]["verdict"]["id"] == "intended-loop"


@pytest.mark.parametrize(
    ("arguments", "start"),
    [
        (["-o", "x.json"], b"{"),
        (["-o", "x.html"], b"<!doctype html>"),
        (["--call", "1", "-o", "x.svg"], b"<"),
        (["-o", "x.txt"], b"an intended loop"),
        (["-o", "x.png"], None),
        (["-o", "x.graphml"], None),
        (["--format", "text", "-o", "x.svg"], None),
    ],
)
def test_the_suffix_says_the_format_where_no_option_does(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], start: bytes | None
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = cli("trace", LOOP, *arguments)
    assert answer.code == (2 if start is None else 0)
    assert start is not None or f"-o '{arguments[-1]}'" in answer.error()
    written = [path.read_bytes().lower() for path in tmp_path.iterdir()]
    assert start is None or written[0].startswith(start)
    assert len(written) == (start is not None)


def test_html_svg_and_mermaid(cli: Cli) -> None:
    page = cli("trace", DROPPED, "--format", "html")
    assert page.code == 0
    assert page.out.startswith("<!DOCTYPE html>")
    assert "session-id-lost" in page.out
    picture = cli("trace", DROPPED, "--format", "svg")
    assert ElementTree.fromstring(picture.out).tag.endswith("svg")
    assert cli("trace", DROPPED, "--format", "mermaid").out.startswith("sequenceDiagram")


@pytest.mark.parametrize("form", ["text", "json", "html", "mermaid", "svg", "messages"])
def test_redacted_nothing_is_told_of_who_it_was(form: str, cli: Cli, known: str) -> None:
    options = ("--messages",) if form == "messages" else ("--format", form)
    answer = cli("trace", DROPPED, "--registrations", known, "--redact", *options)
    assert answer.code == 0, answer.err
    assert answer.out
    for secret in ("4711111111", "4722222222", "127.0.0.", "lab.test"):
        assert secret not in answer.out + answer.err


@pytest.mark.parametrize("form", ["svg", "mermaid"])
def test_a_picture_is_of_one_call(form: str, cli: Cli) -> None:
    answer = cli("trace", LOOP, EXPIRED, "--format", form)
    assert answer.code == 2
    assert answer.error() == f"--format {form} shows one call, and there are 2: add --call N, with N up to 2"
    none = cli("trace", LOOP, "--filter", "turns:7", "--format", form)
    assert none.error() == f"--format {form} shows one call, and there is none"


def test_messages_of_a_call_are_shown_with_their_frames(cli: Cli) -> None:
    answer = cli("trace", LOOP, EXPIRED, "--call", "1", "--messages")
    assert answer.code == 0
    assert answer.out.startswith(
        "frame 1 of expired.pcap  2026-11-22T21:07:54.059Z  127.0.0.2:5060 → 127.0.0.1:5060 UDP\n"
    )
    assert "\n  INVITE sip:+4722222222@" in answer.out


def test_the_packets_of_a_call_are_exported_beside_its_diagnosis(cli: Cli, tmp_path: Path) -> None:
    out = tmp_path / "call.pcap"
    answer = cli("trace", LOOP, "--call", "1", "--export-pcap", str(out))
    assert answer.code == 0
    assert answer.err == f"sipbreakout: note: wrote 27 packets of call 1 to {out}\n"
    assert answer.out.startswith("An intended loop")
    assert cli("trace", str(out)).out.startswith("An intended loop")


@needs_tshark
def test_the_packets_of_a_call_that_tshark_read_are_those_of_the_file(cli: Cli, tmp_path: Path) -> None:
    out = tmp_path / "call.pcapng"
    answer = cli("trace", WIRE, "--export-pcap", str(out))
    assert answer.code == 0
    assert re.search(r"wrote \d+ packets of call 1 to .*; over .*TLS only those in which a message ends\n", answer.err)
    assert out.read_bytes()[:4] == Path(WIRE).read_bytes()[:4]


def test_what_could_not_be_read_exits_with_1_and_the_result_stands(cli: Cli, cut: str, tmp_path: Path) -> None:
    text = cli("trace", cut)
    assert text.code == 1
    assert "Not read:  1 packet: 1 " in text.out
    out = tmp_path / "out.json"
    answer = cli("trace", cut, "--format", "json", "-o", str(out))
    assert answer.code == 1
    assert answer.err.startswith("sipbreakout: warning: not read: 1 packet: 1 ")
    assert json.loads(out.read_text(encoding="utf-8"))["unread"]


@needs_tshark
def test_the_decoder_can_be_forced(cli: Cli) -> None:
    builtin = cli("trace", WIRE, "--decoder", "builtin")
    assert builtin.code == 1
    assert "Note:  loop-on-the-wire-tls.pcapng: " in builtin.out
    assert "leave --decoder builtin out" in builtin.out
    tshark = cli("trace", LOOP, "--decoder", "TSHARK", "--format", "json")
    assert json.loads(tshark.out)["decoder"] == "tshark"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ("--registrations", "x.toml", "--ledger"),
            "--registrations and --ledger contradict each other: give one of them",
        ),
        (("--profile", "x"), "--profile goes with --ledger: it narrows what the ledger knows to one core"),
        (("--call", "1", "--filter", "x"), "--call and --filter contradict each other: give one of them"),
        (("--call", "2"), "--call 2 is not there: 1 call found"),
        (
            ("--filter", "ttl:<3"),
            "'ttl' is no field: expected caller, callee, verdict, outcome, tas, call-id, turns or status",
        ),
        (("--messages", "--format", "json"), "--messages and --format json contradict each other: messages are text"),
        (
            ("--redact", "--export-pcap", "x"),
            "--redact and --export-pcap contradict each other: packets are written as they are",
        ),
        (("--format", "png"), "--format 'png' is not known: expected one of text, json, html, mermaid, svg"),
        (("--decoder", "x"), "--decoder 'x' is not known: expected one of auto, builtin, tshark"),
        (
            ("--decoder", "builtin", "--keylog", "x"),
            "--decoder builtin opens no TLS: leave it out where --keylog or --tls-key is given",
        ),
        (("--core", "sbc"), "--core 'sbc' is no IPv4 or IPv6 address"),
        (("--registrations", "/none.toml"), "/none.toml: cannot be read: No such file or directory"),
    ],
)
def test_what_cannot_be_meant_is_an_error_of_usage(options: tuple[str, ...], message: str, cli: Cli) -> None:
    answer = cli("trace", LOOP, *options)
    assert answer.code == 2
    assert answer.error() == message


def test_what_is_no_capture_or_not_there_is_an_error_of_usage(cli: Cli, tmp_path: Path) -> None:
    other = tmp_path / "x.toml"
    other.write_text("a = 1\n", encoding="utf-8")
    answer = cli("trace", str(other))
    assert answer.code == 2
    assert answer.error().startswith(
        f"{other} is no capture: expected pcap, pcapng (also as a gzip) or a text log of SIP"
    )
    missing = cli("trace", LOOP, str(tmp_path / "none.pcap"))
    assert missing.code == 2
    assert missing.error().endswith("none.pcap cannot be read: No such file or directory")


def test_an_export_that_cannot_be_written_fails(cli: Cli, tmp_path: Path) -> None:
    answer = cli("trace", LOOP, "--export-pcap", str(tmp_path / "none" / "out.pcap"))
    assert answer.code == 1
    assert "cannot write" in answer.error()


def test_the_ledger_may_be_empty(cli: Cli, state: Path) -> None:
    answer = cli("trace", LOOP, "--ledger", "--format", "json")
    assert answer.code == 0
    (call,) = json.loads(answer.out)["calls"]
    assert call["registration"] is None
    assert not any("inferred from the legs" in text for text in call["assumptions"])


def test_parties_that_are_given_count(cli: Cli) -> None:
    answer = cli("trace", LOOP, "--core", "127.0.0.1", "--tas", "tas.lab.test", "--format", "json")
    parties = json.loads(answer.out)["parties"]
    assert (parties["core"], parties["core_known"]) == (["127.0.0.1"], "given")
    assert (parties["tas"], parties["tas_known"]) == (["127.0.0.10"], "given")


def test_ctrl_c_is_said(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("sipbreakout_tui.services.traces.opening.read_trace", interrupt)
    answer = cli("trace", LOOP)
    assert answer.code == 130
    assert "sipbreakout: note: stopped by ctrl-c; nothing was written\n" in answer.err


def test_large_captures_show_how_far_reading_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(progress, "LARGE_BYTES", 10)
    with progress.reading([LOOP]) as tell:
        assert tell is None
    monkeypatch.setattr("sys.stderr", Terminal())
    with progress.reading([LOOP, "none"]) as tell:
        assert tell is not None
        tell(5, 10)
    monkeypatch.setattr(progress, "LARGE_BYTES", 10**9)
    with progress.reading([LOOP]) as tell:
        assert tell is None


def test_a_name_that_would_command_the_terminal_does_not(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "\x1b[2Jx.pcap"
    path.write_bytes(Path(LOOP).read_bytes())
    answer = cli("trace", str(path), "--export-pcap", str(tmp_path / "\x1b]o.pcap"))
    assert answer.code == 0
    assert "\x1b" not in answer.out + answer.err
