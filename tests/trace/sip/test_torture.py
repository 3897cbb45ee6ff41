"""The valid messages of RFC 4475, section 3.1.1, where they are found beside the checkout."""

from pathlib import Path

import pytest

from sipbreakout_tui.trace.sip import CSeq, SipMessage, Uri

FOLDER = Path(__file__).parents[3].parent / "shared" / "data" / "torture"

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the messages of RFC 4475 are not beside the checkout")


def message(name: str) -> SipMessage:
    return SipMessage.parse((FOLDER / f"{name}.dat").read_bytes())


@pytest.mark.parametrize(
    ("name", "start", "call_id", "cseq", "headers", "body"),
    [
        (
            "wsinv",
            "INVITE sip:vivekg@chair-dnrc.example.com;unknownparam",
            "wsinv.ndaksdj@192.0.2.1",
            9,
            14,
            150,
        ),
        (
            "esc01",
            "INVITE sip:sips%3Auser%40example.com@example.net",
            "esc01.239409asdfakjkn23onasd0-3234",
            234234,
            9,
            150,
        ),
        ("escnull", "REGISTER sip:example.com", "escnull.39203ndfvkjdasfkq3w4otrq0adsfdfnavd", 14398234, 9, 0),
        ("esc02", "RE%47IST%45R sip:registrar.example.com", "esc02.asdfnqwo34rq23i34jrjasdcnl23nrlknsdf", 29344, 10, 0),
        ("lwsdisp", "OPTIONS sip:user@example.com", "lwsdisp.1234abcd@funky.example.com", 60, 7, 0),
        ("semiuri", "OPTIONS sip:user;par=u%40example.net@example.com", "semiuri.0ha0isndaksdj", 8, 8, 0),
        ("transports", "OPTIONS sip:user@example.com", "transports.kijh4akdnaqjkwendsasfdj", 60, 12, 0),
        ("mpart01", "MESSAGE sip:kumiko@example.org", "3d9485ad0c49859b@Zmx1ZmZ5LW1hYy0xNi5sb2NhbA..", 1, 14, 553),
        ("unreason", "200", "unreason.1234ksdfak3j2erwedfsASdf", 35, 8, 154),
        ("noreason", "100", "noreason.asndj203insdf99223ndf", 35, 7, 0),
    ],
)
def test_valid(name: str, start: str, call_id: str, cseq: int, headers: int, body: int) -> None:
    read = message(name)
    assert read.problems == ()
    assert (str(read.status) if read.status else f"{read.method} {read.request_uri}") == start
    assert read.call_id == call_id
    assert read.cseq is not None
    assert read.cseq.number == cseq
    assert (len(read.headers), len(read.body)) == (headers, body)


def test_white_space_everywhere() -> None:
    read = message("wsinv")
    assert read.max_forwards == 68
    assert [(via.transport, via.host, via.branch) for via in read.vias] == [
        ("UDP", "192.0.2.2", "390skdjuw"),
        ("TCP", "spindle.example.com", "z9hG4bK9ikj8"),
        ("UDP", "192.168.255.111", "z9hG4bK30239"),
    ]
    assert read.from_ is not None
    assert (read.from_.display, read.from_.tag) == ('J Rosenberg \\"', "98asjd8")
    assert read.to is not None
    assert read.to.tag == "1918181833n"
    assert len(read.every("Contact")) == len(read.every("Route")) == 1
    assert read.first("UnknownHeaderWithUnusualValue") == ";;,,;;,;"
    assert read.sdp_profile == ["RTP/AVP"]


def test_unusual_characters() -> None:
    read = message("intmeth")
    method = "!interesting-Method0123456789_*+`.%indeed'~"
    assert read.problems == ()
    assert read.method == method
    assert read.cseq == CSeq(139122385, method)
    assert Uri.parse(read.request_uri or "").host == "example.com"
    assert read.call_id == "intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{"
    assert read.to is not None
    assert read.to.display == "BEL:\x07 NUL:\x00 DEL:\x7f"
    assert read.from_ is not None
    assert (read.from_.tag, read.from_.display) == ("_token~1'+`*%!-.", "token1~` token2'+_ token3*%!.-")
    assert read.from_.params["fromparam''~+*_!.-%"] == "работающий"
    assert read.max_forwards == 255
    assert len(read.headers) == 8


def test_escapes() -> None:
    escaped = message("esc01")
    contact = escaped.every("Contact")[0]
    assert Uri.parse(contact.strip("<>")).params == {"lr": "", "name": "value%41"}
    assert message("escnull").every("Contact") == ["<sip:%00@host5.example.com>", "<sip:%00%00@host5.example.com>"]
    not_escaped = message("esc02")
    assert not_escaped.every("Contact") == ["<sip:alias1@host1.example.com>", "<sip:alias3@host3.example.com>"]
    assert not_escaped.first("C%6Fntact") == "<sip:alias2@host2.example.com>"


def test_no_space_after_the_display_name() -> None:
    read = message("lwsdisp")
    assert read.from_ is not None
    assert (read.from_.display, read.from_.uri.text, read.from_.tag) == ("caller", "sip:caller@example.com", "323")


def test_long_values() -> None:
    read = message("longreq")
    assert read.problems == ()
    assert len(read.vias) == 34
    assert read.vias[-1].received == "192.0.2.5"
    assert read.cseq == CSeq(3882340, "INVITE")
    assert read.call_id == "longreq.one" + "really" * 20 + "longcallid"
    assert len(read.body) == 150
    assert read.to is not None
    assert (read.to.uri.host, read.to.uri.port) == ("example.com", 6000)


def test_extra_bytes_of_a_datagram() -> None:
    read = message("dblreq")
    assert read.method == "REGISTER"
    assert read.call_id == "dblreq.0ha0isndaksdj99sdfafnl3lk233412"
    assert read.body == b""
    assert read.problems == ("Content-Length 0 but 450 bytes follow",)


def test_transports() -> None:
    assert [via.transport for via in message("transports").vias] == ["UDP", "SCTP", "TLS", "UNKNOWN", "TCP"]


def test_reason_phrases() -> None:
    assert message("unreason").reason == "= 2**3 * 5**2 но сто девяносто девять - простое"
    assert message("noreason").reason == ""


def test_user_part_with_a_semicolon() -> None:
    assert Uri.parse(message("semiuri").request_uri or "").user == "user;par=u%40example.net"
