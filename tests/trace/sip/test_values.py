import pytest

from sipbreakout_tui.trace.sip import Address, CSeq, ReasonValue, SessionId, Uri, Via, WarningValue


@pytest.mark.parametrize(
    ("text", "scheme", "user", "host", "port"),
    [
        ("sip:+4722222222@core.example:5060;transport=tcp", "sip", "+4722222222", "core.example", 5060),
        ("SIPS:tas.example", "sips", None, "tas.example", None),
        ("sip:alice:secret@example.com", "sip", "alice", "example.com", None),
        ("sip:user;par=u%40example.net@example.com", "sip", "user;par=u%40example.net", "example.com", None),
        ("sip:a@[2001:db8::1]:5061", "sip", "a", "2001:db8::1", 5061),
        ("sip:a@[2001:db8::1]", "sip", "a", "2001:db8::1", None),
        ("sip:a@2001:db8::1", "sip", "a", "2001:db8::1", None),
        ("tel:+47-22-22-22-22;phone-context=x", "tel", "+47-22-22-22-22", "", None),
        ("nobodyKnowsThisScheme:totallyopaquecontent", "nobodyknowsthisscheme", None, "", None),
        ("urn:service:sos", "urn", None, "", None),
    ],
)
def test_uri(text: str, scheme: str, user: str | None, host: str, port: int | None) -> None:
    uri = Uri.parse(f" {text} ")
    assert (uri.scheme, uri.user, uri.host, uri.port, uri.problems) == (scheme, user, host, port, ())
    assert str(uri) == text


def test_uri_parameters_and_headers() -> None:
    uri = Uri.parse("sip:a@b;%6C%72;n%61me=v%61lue%25%34%31?Subject=x&Route=%3Csip:c%3E")
    assert uri.params == {"lr": "", "name": "value%41"}
    assert uri.headers == {"subject": "x", "route": "%3Csip:c%3E"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "a URI without a scheme"),
        ("*", "a URI without a scheme"),
        ("+4722222222", "a URI without a scheme"),
        ("sip:", "a URI without a host"),
        ("sip:a@", "a URI without a host"),
        ("sip:a@b:x", "a URI with a port that is none"),
        ("sip:a@b:70000", "a URI with a port that is none"),
        ("sip:a@b@c", "a URI with two @"),
    ],
)
def test_broken_uri(text: str, problem: str) -> None:
    assert Uri.parse(text).problems == (problem,)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("sip:+4722222222@core.example", "+4722222222"),
        ("sip:+004722222222@tas.example;transport=tls", "+004722222222"),
        ("sips:004722222222@tas.example", "004722222222"),
        ("sip:112@core.example", "112"),
        ("tel:112", "112"),
        ("tel:+47-22.22(22)22", "+4722222222"),
        ("tel:22222222;phone-context=+47", "22222222"),
        ("sip:22222222;phone-context=+47@core.example;user=phone", "22222222"),
        ("sip:%2B4722222222@core.example", "+4722222222"),
        ("sip:+47 22@core.example", None),
        ("sip:²²@core.example", None),
        ("sip:alice@core.example", None),
        ("sip:alice1@core.example", None),
        ("sip:core.example", None),
        ("sip:112", None),
        ("sip:@core.example", None),
        ("mailto:112@core.example", None),
        ("urn:service:112", None),
    ],
)
def test_number(text: str, number: str | None) -> None:
    assert Uri.parse(text).number == number


@pytest.mark.parametrize(
    ("text", "display", "uri", "tag"),
    [
        ('"Alice" <sip:a@b>;tag=1', "Alice", "sip:a@b", "1"),
        ("Alice Smith<sip:a@b;x=1>; TAG = 1 ;y", "Alice Smith", "sip:a@b;x=1", "1"),
        ("sip:a@b;tag=1", "", "sip:a@b", "1"),
        ("<sip:a@b>", "", "sip:a@b", None),
        (r'"J \"<x>\" \\" <sip:a@b>;tag="q;1"', r'J "<x>" \\'[:-1], "sip:a@b", "q;1"),
        ("<sip:a@b", "", "sip:a@b", None),
        ('"never closed <sip:a@b>', "", '"never closed <sip:a@b>', None),
        ("", "", "", None),
    ],
)
def test_address(text: str, display: str, uri: str, tag: str | None) -> None:
    address = Address.parse(text)
    assert (address.display, address.uri.text, address.tag) == (display, uri, tag)


@pytest.mark.parametrize(
    ("text", "transport", "host", "port"),
    [
        ("SIP/2.0/TLS core.example:5061;branch=z9hG4bK1", "TLS", "core.example", 5061),
        ("SIP / 2.0 / udp [::1] : 5060 ; branch = z9hG4bK1", "UDP", "::1", 5060),
        ("SIP/2.0/UDP 2001:db8::9:1;branch=z9hG4bK1", "UDP", "2001:db8::9:1", None),
        ("SIP/2.0/UNKNOWN t4.example;branch=z9hG4bK1", "UNKNOWN", "t4.example", None),
    ],
)
def test_via(text: str, transport: str, host: str, port: int | None) -> None:
    via = Via.parse(text)
    assert via is not None
    assert (via.transport, via.host, via.port, via.branch) == (transport, host, port, "z9hG4bK1")
    assert via.received is None


def test_where_a_request_really_came_from() -> None:
    via = Via.parse("SIP/2.0/UDP a;received=2001:db8::9:255;rport=5062")
    assert via is not None
    assert via.received == "2001:db8::9:255"
    bracketed = Via.parse("SIP/2.0/UDP a;received=[2001:db8::9:255];rport")
    assert bracketed is not None
    assert bracketed.received == "2001:db8::9:255"


@pytest.mark.parametrize("text", ["", "SIP/2.0", "SIP/2.0/UDP", "a b", ";branch=1"])
def test_no_via(text: str) -> None:
    assert Via.parse(text) is None


def test_session_id() -> None:
    session = SessionId.parse(" AB30317F1A784DC48FF824D0D3715D86 ;remote=00000000000000000000000000000000;x")
    assert session.local == "AB30317F1A784DC48FF824D0D3715D86"
    assert session.uuid == "ab30317f1a784dc48ff824d0d3715d86"


def test_nil_and_malformed_session_ids() -> None:
    assert SessionId.parse("0" * 32) == SessionId("0" * 32)
    for text in ("", "ab30317f1a784dc48ff824d0d3715d8", "x" * 32, "ab30317f-1a78-4dc4-8ff8-24d0d3715d86", "٣" * 32):
        session = SessionId.parse(text)
        assert session.uuid is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0009   INVITE", CSeq(9, "INVITE")),
        ("4711 !odd", CSeq(4711, "!odd")),
        ("0" * 5000 + "7 ACK", CSeq(7, "ACK")),
        ("4294967295 ACK", CSeq(4294967295, "ACK")),
        ("INVITE", None),
        ("1", None),
        ("", None),
        ("²  INVITE", None),
        ("9" * 5000 + " INVITE", None),
    ],
)
def test_cseq(text: str, expected: CSeq | None) -> None:
    assert CSeq.parse(text) == expected


def test_broken_reason_and_warning_keep_what_is_there() -> None:
    assert ReasonValue.parse("Q.850 ;cause=x") == ReasonValue("Q.850", None, None)
    assert WarningValue.parse("399") == WarningValue(399, "", "")
    assert WarningValue.parse("") == WarningValue(None, "", "")
