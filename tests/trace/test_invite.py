"""The facts of an INVITE, from headers as programs and attackers write them."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sipbreakout_tui.trace.invite import NIL_UUID, Invite, host_in, local_uuid, number_in, read_invite, remote_uuid
from tests.trace.hearing import invite

UUID = "ab30317f1a784dc48ff824d0d3715d86"
OTHER = "47755a9de7794ba387653f2099600ef2"


def written(*lines: str, uri: str = "sip:+4722222222@core.example", end: str = "\r\n", body: str = "") -> Invite:
    return read_invite((end.join([f"INVITE {uri} SIP/2.0", *lines]) + end + end + body).encode())


def test_every_fact_is_read() -> None:
    read = read_invite(
        invite(
            caller="+4711111111",
            call_id="c1@a",
            tag="t1",
            branch="z9hG4bKa",
            below=["z9hG4bKb", "z9hG4bKc"],
            session=f"{UUID.upper()};remote={OTHER}",
            icid='"1234.abc"',
            hops=68,
            host="TAS.example",
            sent_by="Proxy.example:5061",
            cseq=7,
            extra=["Replaces: a;to-tag=1;from-tag=2", "Subject: sip:+4799999999@x"],
        )
    )
    assert (read.called, read.host, read.caller, read.caller_host) == (
        "+4722222222",
        "tas.example",
        "+4711111111",
        "core.example",
    )
    assert (read.call_id, read.cseq, read.max_forwards) == ("c1@a", 7, 68)
    assert read.vias == (("z9hG4bKa", "proxy.example"), ("z9hG4bKb", "10.0.0.98"), ("z9hG4bKc", "10.0.0.98"))
    assert read.branch == "z9hG4bKa"
    assert (read.session_id, read.local_uuid) == (f"{UUID.upper()};remote={OTHER}", UUID)
    assert (read.icid, read.replaces) == ("1234.abc", True)


@pytest.mark.parametrize("end", ["\r\n", "\n"], ids=["CRLF", "LF"])
def test_compact_folded_and_oddly_written_headers(end: str) -> None:
    read = written(
        f"v:SIP / 2.0 / TLS [2001:DB8::1]:5061{end} ; branch = z9hG4bKa , SIP/2.0/UDP b.example;BRANCH=z9hG4bKb",
        f'F :{end}\t"A, B" <sip:+4711111111@a.example> ;{end}  TAG = t1',
        "t: <sip:+4722222222@b.example>;tag=t2",
        "I:c1@a",
        "CSEQ:  00012   INVITE",
        "mAX-fORWARDS:\t0",
        f"session-ID: {UUID}",
        end=end,
    )
    assert read.vias == (("z9hG4bKa", "2001:db8::1"), ("z9hG4bKb", "b.example"))
    assert (read.caller, read.caller_host) == ("+4711111111", "a.example")
    assert (read.call_id, read.cseq, read.max_forwards, read.local_uuid) == ("c1@a", 12, 0, UUID)


def test_what_stands_in_the_body_is_no_header() -> None:
    body = "Session-ID: " + UUID + "\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\n"
    for end in ("\r\n", "\n"):
        read = written("Call-ID: c1", end=end, body=body)
        assert read.session_id is None


def test_the_asserted_identity_names_the_caller() -> None:
    assert written("From: <sip:anonymous@x>;tag=1", "P-Asserted-Identity: tel:+47-1111-1111").caller == "+4711111111"
    pair = '"A, B" <sip:a@x>, <tel:+4711111111>'
    assert written("From: <sip:+4799999999@x>;tag=1", f"P-Asserted-Identity: {pair}").caller == "+4711111111"
    assert written("From: <sip:+4799999999@x>;tag=1", "P-Asserted-Identity: <sip:a@x>").caller == "+4799999999"
    assert written("From: <sip:anonymous@anonymous.invalid>;tag=1").caller is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("sip:+4722222222@core.example", "+4722222222"),
        ("SIPS:%2B4722222222@x;user=phone", "+4722222222"),
        ("tel:+47(22)22-22.22;phone-context=x", "+4722222222"),
        ("sip:+4722222222;isub=1@x", "+4722222222"),
        ("sip:%2a21%23@x", "*21#"),
        ("<sip:112@x>", "112"),
        ("sip:alice@x", None),
        ("sip:core.example", None),
        ("sip:@x", None),
        ("sip:+@x", None),
        ("urn:service:sos", None),
        ("sip:" + "1" * 41 + "@x", None),
    ],
)
def test_numbers_in_addresses(text: str, number: str | None) -> None:
    assert number_in(text) == number


@pytest.mark.parametrize("text", ["sip:10.0.0.1", "sip:10.0.0.1;lr", "<sip:192.0.2.7>;tag=1", "sips:12345"])
def test_a_host_is_no_number(text: str) -> None:
    """A URI without user part names a host, even if that is all digits and dots."""
    assert number_in(text) is None


def test_a_display_name_names_nobody() -> None:
    """Whoever chooses the display name must not choose the caller."""
    read = written('From: "sip:+4799999999@evil" <sip:+4711111111@x>;tag=1')
    assert (read.caller, read.caller_host) == ("+4711111111", "x")


@pytest.mark.parametrize(
    ("uri", "host"),
    [
        ("sip:+47@TAS.example:5061;transport=tls", "tas.example"),
        ("sips:[2001:DB8::5]:5061", "2001:db8::5"),
        ("sip:user:secret@h.example", "h.example"),
        ("<sip:h.example>", "h.example"),
        ("tel:+47", ""),
    ],
)
def test_hosts_in_addresses(uri: str, host: str) -> None:
    assert host_in(uri) == host


@pytest.mark.parametrize(
    ("session_id", "uuid"),
    [
        (None, None),
        ("", None),
        (UUID.upper(), UUID),
        (f" {UUID} ;remote={OTHER}", UUID),
        (NIL_UUID, None),
        (f"{NIL_UUID};remote={UUID}", None),
        (UUID[:31], None),
        (f"{UUID}0", None),
        ("ab30317f-1a78-4dc4-8ff8-24d0d3715d86", None),
        (f"remote={UUID}", None),
    ],
)
def test_only_a_whole_uuid_identifies_a_call(session_id: str | None, uuid: str | None) -> None:
    assert local_uuid(session_id) == uuid


def test_the_remote_uuid() -> None:
    assert remote_uuid(f"{UUID} ; Remote = {OTHER.upper()}") == OTHER
    assert remote_uuid(UUID) is None
    assert remote_uuid(f"{UUID};remote={OTHER}0") is None


@pytest.mark.parametrize("space", ["\u00a0", "\x1f", "\u2003", "\u3000"])
@pytest.mark.parametrize("name", ["CSeq", "Max-Forwards"])
def test_a_number_of_odd_spaces_is_missing(name: str, space: str) -> None:
    read = written(f"{name}: {space}")
    assert (read.cseq, read.max_forwards) == (0, None)


@pytest.mark.parametrize("value", ["²", "-1", "70x", "1" * 5000, "+7", "٧"])
def test_a_number_that_is_none_is_missing(value: str) -> None:
    read = written(f"CSeq: {value} INVITE", f"Max-Forwards: {value}")
    assert (read.cseq, read.max_forwards) == (0, None)


NAMES = [b"Via", b"v", b"From", b"f:", b"CSeq", b"Max-Forwards", b"Session-ID", b"i", b"P-Asserted-Identity"]
BETWEEN = [b":", b" : ", b": ;tag=", b":;branch=", b": SIP/2.0/UDP ", b": <sip:", b":\r\n "]
VALUES = st.one_of(st.binary(max_size=30), st.text(max_size=12).map(lambda text: text.encode("utf-8", "replace")))
HEADERS = st.tuples(st.sampled_from(NAMES), st.sampled_from(BETWEEN), VALUES).map(b"".join)
LINES = st.lists(st.one_of(st.binary(max_size=40), HEADERS), max_size=8)
HEADS = LINES.map(lambda lines: b"INVITE x\n" + b"\n".join(lines))


@settings(derandomize=True, deadline=None)
@given(st.one_of(st.binary(max_size=300), LINES.map(b"\r\n".join), HEADS))
@example(b"")
@example(b"\n")
@example(b"INVITE")
@example(b"INVITE \r\n\r\n")
@example(b"INVITE  SIP/2.0\r\nVia:\r\nFrom:\r\nP-Asserted-Identity: ,,,\r\n\r\n")
def test_no_bytes_are_refused(data: bytes) -> None:
    read = read_invite(data)
    assert read.size == len(data)
    assert read.called is None or 0 < len(read.called) <= 41
    assert read.max_forwards is None or read.max_forwards >= 0


@settings(derandomize=True, deadline=None)
@given(st.binary(max_size=60), st.integers(min_value=0))
def test_damage_to_a_good_invite_is_taken(junk: bytes, where: int) -> None:
    good = invite(session=UUID, icid="i", extra=["Replaces: x"])
    at = where % len(good)
    for data in (good[:at], good[:at] + junk + good[at:], good[:at] + junk + good[at + len(junk) :]):
        assert read_invite(data).size == len(data)
