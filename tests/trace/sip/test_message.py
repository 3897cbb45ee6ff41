import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sipbreakout_tui.trace.sip import CSeq, Header, ReasonValue, SipMessage, WarningValue, shown

SDP = b"v=0\r\no=a 1 1 IN IP4 192.0.2.1\r\ns=-\r\nm=audio 6000 UDP/TLS/RTP/SAVPF 0 8\r\nm=video 6002 RTP/AVP 31\r\n"


def request(
    *lines: str | bytes, body: bytes = b"", start: str = "INVITE sip:+4722222222@core.example SIP/2.0"
) -> bytes:
    usual = [
        "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1",
        'From: "Alice" <sip:+4711111111@core.example>;tag=x1',
        "To: <sip:+4722222222@core.example>",
        "Call-ID: 1@192.0.2.1",
        "CSeq: 1 INVITE",
        "Max-Forwards: 70",
    ]
    encoded = [line if isinstance(line, bytes) else line.encode() for line in (start, *usual, *lines)]
    return b"\r\n".join(encoded) + b"\r\n\r\n" + body


FULL = request(
    "User-Agent: lab",
    "Session-ID: AB30317f1a784dc48ff824d0d3715d86;remote=00000000000000000000000000000000",
    'P-Charging-Vector: icid-value="12;34";icid-generated-at=192.0.2.9',
    "P-Asserted-Identity: <sip:+4711111111@core.example>, <tel:+4711111111>",
    'Reason: SIP;cause=200;text="Call completed, elsewhere", Q.850;cause=16',
    "Warning: 307 isi.example \"Session parameter 'foo' not understood\"",
    "Content-Type: Application/SDP;charset=x",
    f"Content-Length: {len(SDP)}",
    body=SDP,
)


def test_request() -> None:
    message = SipMessage.parse(FULL)
    assert message.problems == ()
    assert message.raw is FULL
    assert (message.method, message.request_uri, message.version) == (
        "INVITE",
        "sip:+4722222222@core.example",
        "SIP/2.0",
    )
    assert (message.status, message.reason) == (None, "")
    assert message.call_id == "1@192.0.2.1"
    assert message.cseq == CSeq(1, "INVITE")
    assert message.max_forwards == 70
    assert message.from_ is not None
    assert (message.from_.display, message.from_.uri.number, message.from_.tag) == ("Alice", "+4711111111", "x1")
    assert message.to is not None
    assert message.to.tag is None
    assert [(via.transport, via.host, via.port, via.branch) for via in message.vias] == [
        ("UDP", "192.0.2.1", 5060, "z9hG4bK1")
    ]
    assert message.session_id is not None
    assert message.session_id.uuid == "ab30317f1a784dc48ff824d0d3715d86"
    assert message.icid == "12;34"
    assert [address.uri.number for address in message.asserted] == ["+4711111111", "+4711111111"]
    assert message.reason_headers == [
        ReasonValue("SIP", 200, "Call completed, elsewhere"),
        ReasonValue("Q.850", 16, None),
    ]
    assert message.warnings == [WarningValue(307, "isi.example", "Session parameter 'foo' not understood")]
    assert message.agent == "lab"
    assert message.content_type == "application/sdp"
    assert message.sdp_profile == ["UDP/TLS/RTP/SAVPF"]
    assert message.body == SDP


def test_a_message_without_these_headers_has_none_of_them() -> None:
    message = SipMessage.parse(b"INVITE sip:a@b SIP/2.0\r\n\r\n")
    assert message.problems == ("no Via", "no From", "no To", "no Call-ID", "no CSeq", "no Max-Forwards")
    values = (message.call_id, message.cseq, message.from_, message.to, message.max_forwards, message.session_id)
    assert values == (None,) * 6
    assert (message.icid, message.agent, message.content_type) == (None, None, None)
    lists = (message.vias, message.asserted, message.reason_headers, message.warnings, message.sdp_profile)
    assert lists == ([],) * 5


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("SIP/2.0 486 Busy Here", (486, "Busy Here")),
        ("SIP/2.0 100 ", (100, "")),
        ("SIP/2.0 100", (100, "")),
        ("sip/2.0 200 OK", (200, "OK")),
        ("SIP/2.0 200 = 2**3 но", (200, "= 2**3 но")),
    ],
)
def test_status_line(line: str, expected: tuple[int, str]) -> None:
    message = SipMessage.parse(request(start=line))
    assert (message.status, message.reason) == expected
    assert (message.method, message.request_uri) == (None, None)
    assert message.problems == ()


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (request(start="SIP/2.0 4294967301 better not"), "status '4294967301' is not 100 to 699"),
        (request(start="SIP/2.0 ²00 OK"), "status '²00' is not 100 to 699"),
        (request(start="SIP/7.0 200 OK"), "version 'SIP/7.0' is not SIP/2.0"),
        (request(start="INVITE sip:a@b; lr SIP/2.0"), "white space within the request URI"),
        (request(start="INVITE sip:a@b"), "start line 'INVITE sip:a@b' is neither a request's nor a response's"),
        (request(start="\x1b[2J"), r"start line '\x1b[2J' is neither a request's nor a response's"),
        (request("no colon here"), "1 header line without a colon"),
        (request("one", "two"), "2 header lines without a colon"),
        (request("Call-ID: another"), "several Call-ID headers that differ"),
        (request("i: another"), "several Call-ID headers that differ"),
        (request("Content-Length: 200", body=b"x" * 109), "Content-Length 200 but 109 bytes follow"),
        (request("Content-Length: 0", body=b"x"), "Content-Length 0 but 1 bytes follow"),
        (request("Content-Length: -1"), "Content-Length is '-1', not a number"),
        (request("Content-Length: " + "9" * 5000), "Content-Length is '" + "9" * 60 + "…', not a number"),
        (request()[:-2], "no empty line after the headers"),
        (request().replace(b"\r\n", b"\n"), "lines end with LF alone"),
        (request().replace(b"1 INVITE", b"INVITE"), "CSeq is 'INVITE', not a number and a method"),
        (request().replace(b"Max-Forwards", b"Max"), "no Max-Forwards"),
    ],
)
def test_problem(raw: bytes, problem: str) -> None:
    assert SipMessage.parse(raw).problems == (problem,)


def test_compact_names_and_any_case_are_one_header() -> None:
    raw = b"OPTIONS sip:a SIP/2.0\r\nv: SIP/2.0/TCP h\r\nF: <sip:a>\r\nt: <sip:b>\r\nI: c\r\ncSEQ: 1 A\r\nx: 90\r\n\r\n"
    message = SipMessage.parse(raw)
    assert [header.name for header in message.headers] == ["Via", "From", "To", "Call-ID", "CSeq", "Session-Expires"]
    assert [header.given for header in message.headers] == ["v", "F", "t", "I", "cSEQ", "x"]
    assert message.first("i") == message.first("CALL-ID") == message.first("Call-id") == "c"


def test_an_unknown_name_gets_the_usual_capitals() -> None:
    message = SipMessage.parse(request("x-MY-header: 1", "X-my-Header: 2"))
    assert message.every("X-My-Header") == ["1", "2"]
    assert message.headers[-1] == Header("X-My-Header", "X-my-Header", "2")


def test_folded_lines_are_one_value() -> None:
    raw = request(
        "Subject: one\r\n two\r\n\t  three", "v:  SIP  / 2.0\r\n /UDP\r\n  192.0.2.2 : 5062 ;branch\r\n = 390"
    )
    message = SipMessage.parse(raw)
    assert message.first("Subject") == "one two three"
    assert [(via.transport, via.host, via.port, via.branch) for via in message.vias[1:]] == [
        ("UDP", "192.0.2.2", 5062, "390")
    ]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("Contact", '"a, b" <sip:x,y@h>;q=1, sip:c@d', ['"a, b" <sip:x,y@h>;q=1', "sip:c@d"]),
        ("Contact", r'"a \", b" <sip:x>, "c', [r'"a \", b" <sip:x>', '"c']),
        ("Contact", "sip:a(,b@h, <sip:x", ["sip:a(", "b@h", "<sip:x"]),
        ("Via", "SIP/2.0/UDP a (one, (two)), SIP/2.0/UDP b", ["SIP/2.0/UDP a (one, (two))", "SIP/2.0/UDP b"]),
        ("Allow", "INVITE, ,ACK,", ["INVITE", "ACK"]),
        ("Allow", "", []),
        ("Date", "Sat, 15 Oct 2005 04:44:56 GMT", ["Sat, 15 Oct 2005 04:44:56 GMT"]),
        ("Authorization", 'Digest username="a", realm="b"', ['Digest username="a", realm="b"']),
        ("WWW-Authenticate", 'Digest realm="b", nonce="c"', ['Digest realm="b", nonce="c"']),
        ("Subject", "a, b", ["a, b"]),
    ],
)
def test_lists_are_split_where_the_grammar_allows(name: str, value: str, expected: list[str]) -> None:
    raw = f"INVITE sip:a SIP/2.0\r\n{name}: {value}\r\n\r\n".encode()
    assert SipMessage.parse(raw).every(name) == expected


def test_bytes_that_are_not_utf8_come_back() -> None:
    value = SipMessage.parse(request(b"Subject: \xe9t\xe9 \xc3\xa5 \x00")).first("Subject")
    assert value is not None
    assert value.encode("utf-8", "surrogateescape") == b"\xe9t\xe9 \xc3\xa5 \x00"


def test_lone_carriage_returns_and_other_line_separators_end_no_header() -> None:
    message = SipMessage.parse(request("Subject: a\rCall-ID: b\x0bc\x85d\u2028e"))
    assert message.first("Subject") == "a\rCall-ID: b\x0bc\x85d\u2028e"
    assert message.call_id == "1@192.0.2.1"


def test_empty_lines_before_the_start_line_are_skipped() -> None:
    assert SipMessage.parse(b"\r\n\r\n" + FULL).problems == ()


def test_the_body_is_as_long_as_content_length_says() -> None:
    assert SipMessage.parse(request("l: 2", body=b"abcd")).body == b"ab"
    assert SipMessage.parse(request(body=b"abcd")).body == b"abcd"


def test_audio_profiles_within_a_multipart_body() -> None:
    body = b"--b\r\nContent-Type: application/sdp\r\n\r\n" + SDP + b"--b\r\n\r\n\x00\x01\r\n--b--"
    assert SipMessage.parse(request("c: multipart/mixed;boundary=b", body=body)).sdp_profile == ["UDP/TLS/RTP/SAVPF"]
    assert SipMessage.parse(request(body=SDP)).sdp_profile == ["UDP/TLS/RTP/SAVPF"]
    assert SipMessage.parse(request("c: text/plain", body=SDP)).sdp_profile == []


def every_property(message: SipMessage) -> None:
    for name in type(message).__dict__:
        getattr(message, name)
    for header in message.headers:
        message.every(header.name)
    for address in (message.from_, message.to, *message.asserted):
        assert address is None or address.uri.number is None or address.uri.number.lstrip("+").isdigit()
    for via in message.vias:
        assert (via.branch, via.received) is not None
    assert all(line.isprintable() for line in shown(message))


def test_truncated_anywhere() -> None:
    for length in range(len(FULL)):
        every_property(SipMessage.parse(FULL[:length]))
        every_property(SipMessage.parse(FULL[length:]))


@given(st.binary(max_size=300))
def test_any_bytes(raw: bytes) -> None:
    every_property(SipMessage.parse(raw))


@settings(max_examples=150)
@given(
    st.sampled_from(["Via", "From", "Contact", "Session-ID", "Reason", "CSeq", "Warning", "P-Asserted-Identity", "c"]),
    st.text(st.sampled_from('ab1 \t"\\<>()[]:;,=@/%?&*.\r\n\0é\ud800'), max_size=60),
)
def test_any_value(name: str, value: str) -> None:
    line = f"{name}: {value}".encode("utf-8", "surrogatepass")
    every_property(SipMessage.parse(b"INVITE sip:a SIP/2.0\r\n" + line + b"\r\n\r\n"))


@pytest.mark.parametrize(
    "unit", [b'"', b"<", b" (", b",", b";", b"\\", b'"\\', b"\r\n ", b"a\r\n", b" ", b"=", b":", b"@"]
)
def test_a_long_run_of_anything_is_read_in_linear_time(unit: bytes) -> None:
    raw = b"INVITE sip:a SIP/2.0\r\nContact: " + unit * (400_000 // len(unit)) + b"\r\n\r\n"
    started = time.process_time()
    message = SipMessage.parse(raw)
    message.every("Contact")
    shown(message)
    assert time.process_time() - started < 5


def test_a_header_of_a_megabyte() -> None:
    value = SipMessage.parse(request("Subject: " + "x" * 1_000_000)).first("s")
    assert value == "x" * 1_000_000
