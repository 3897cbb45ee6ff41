"""What is masked, what is kept, and that equal things stay equal and different ones different."""

import re
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sipbreakout_tui.report.redaction import Redaction
from tests.report.making import REGISTERED, scripted
from tests.trace.hearing import understood
from tests.trace.traffic import loops
from tests.trace.traffic.script import Lab

UUID = "ab30317f1a784dc48ff824d0d3715d86"
MADE_UP = re.compile(r"192\.0\.2\.\d+|198\.51\.100\.\d+|203\.0\.113\.\d+|2001:db8::[0-9a-f]+")


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (
            "INVITE sip:+4722222222@tas.lab.test;transport=tls SIP/2.0",
            "INVITE sip:+XX…001@host-1.example;transport=tls SIP/2.0",
        ),
        ("+4722222222 and +004722222222", "+XX…001 and +00XX…001"),
        ("tel:+47-22-22-22-22 +47 22 22 22 22 +4722222222", "tel:+XX…001 +XX…001 +XX…001"),
        ("sip:%2B4722222222@h +4722222222", "sip:+XX…001@host-1.example +XX…001"),
        ("+4722222222, at home 22222222", "+XX…001, at home …001"),
        ('From: "Alice Larsen" <sip:alice@10.0.0.2:5060>;tag=x', 'From: "Name 1" <sip:user-1@192.0.2.1:5060>;tag=x'),
        ("From: Alice Larsen <sip:alice@[::2]:5060>", "From: Name 1 <sip:user-1@[2001:db8::1]:5060>"),
        ('f: "Larsen, \\"A\\"" <sip:a@b.c>', 'f: "Name 1" <sip:user-1@host-1.example>'),
        (
            'P-Asserted-Identity: "A" <sip:a@b.c>,Bob <tel:112>',
            'P-Asserted-Identity: "Name 1" <sip:user-1@host-1.example>,Name 2 <tel:112>',
        ),
        (
            "Via: SIP/2.0/UDP core:5060;received=2001:db8:1::5",
            "Via: SIP/2.0/UDP host-1.example:5060;received=2001:db8::1",
        ),
        ("Call-ID: 1-77@127.0.0.2", "Call-ID: 1-77@192.0.2.1"),
        ("Call-ID: 34559af208891c2e88a7c9ed@10.0.0.1", "Call-ID: 34559af208891c2e88a7c9ed@192.0.2.1"),
        ("Call-ID: ab4722222222cd@10.0.0.1", "Call-ID: id-1@192.0.2.1"),
        ("Call-ID: abcdef-12345-abcdef@h, abcdef-12345-abcdef@h", "Call-ID: id-1@host-1.example, id-1@host-1.example"),
        ("Call-ID: ab-10.0.0.7-cd@10.0.0.1", "Call-ID: id-1@192.0.2.1"),
        ("Call-ID: BW4722222222xyz@10.0.0.1", "Call-ID: id-1@192.0.2.1"),
        ("Call-ID: 4722222222@10.0.0.1", "Call-ID: XX…001@192.0.2.1"),
        ("22222 then ab22222cdef0123@h", "…001 then id-1@host-1.example".replace("…001", "XX…001")),
        ("abcdef4722222222 abcdef1234567", "id-1 id-2"),
        ("the TAS tas.lab.test. It", "the TAS host-1.example. It"),
        (
            'm: <sip:a@b.c>;+sip.instance="<urn:uuid:f81d>"',
            'm: <sip:user-1@host-1.example>;+sip.instance="<urn:device-1>"',
        ),
        ("o=alice 1 1 IN IP4 10.0.0.9\ns=Call of Alice", "o=user-1 1 1 IN IP4 192.0.2.1\ns=(words 1)"),
        ("Subject: Alice is ill", "Subject: (words 1)"),
        ("Call-Info: <https://alice.example/me.jpg>", "Call-Info: (words 1)"),
        ("see https://alice.example/me.jpg", "see https://host-1.example"),
        ("[2001:db8:7::1]:5061 fe80::1%eth0", "[2001:db8::1]:5061 2001:db8::2%eth0"),
        ("4711111111.pcap", "XX…001.pcap"),
    ],
)
def test_masked(text: str, masked: str) -> None:
    assert Redaction().text(text) == masked


@pytest.mark.parametrize(
    "name",
    [
        *("From", "f", "To", "t", "Contact", "m", "Referred-By", "b", "Refer-To", "r", "Reply-To", "Diversion"),
        *("P-Asserted-Identity", "P-Preferred-Identity", "P-Called-Party-ID", "P-Associated-URI", "Remote-Party-ID"),
        *("History-Info", "Route", "Record-Route"),
    ],
)
@pytest.mark.parametrize("form", ["{}: ", "{}:", "{} \t: "])
def test_a_name_in_a_header_is_masked(name: str, form: str) -> None:
    for header in (form.format(name), form.format(name.upper()), f"INVITE\n{form.format(name)}"):
        assert (
            Redaction().text(f"{header}Alice Larsen <sip:alice@b.c>") == f"{header}Name 1 <sip:user-1@host-1.example>"
        )


@pytest.mark.parametrize(
    "name",
    ["Subject", "s", "Organization", "Call-Info", "Identity", "y", "Geolocation", "P-Access-Network-Info"],
)
@pytest.mark.parametrize("form", ["{}: ", "{}:", "{} \t:"])
def test_the_words_of_a_header_are_masked(name: str, form: str) -> None:
    for header in (form.format(name), form.format(name.upper()), f"INVITE\n{form.format(name)}"):
        masked = Redaction().text(f"{header}Alice in room 7\nMax-Forwards: 70")
        assert masked in {f"{header.rstrip()}{space}(words 1)\nMax-Forwards: 70" for space in ("", " ")}


@pytest.mark.parametrize(
    "text",
    [
        f"Session-ID: {UUID};remote={'0' * 32}",
        "34559af208891c2e88a7c9ed",
        "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
        "1-77@",
        "BW12345x@",
        "a84b4c76e66710@",
        "leg 2 (frame 123456), frames 12345, 23456 and 34567",
        "2026-11-22T20:45:29.414123Z 20:45:29.414",
        "ended by 483 Too Many Hops after 1800 s",
        "Via: SIP/2.0/UDP ;rport=45678",
        "INVITE sip:112 SIP/2.0",
        "+",
        "m=audio 40000 RTP/AVP 0",
        "loop.pcap, Q.850 cause 17, R6, RFC 3261",
        'From: "Anonymous" <sip:anonymous@',
        "s=-",
        ":::::: 1:2 a:b",
        "urn:service:sos.police",
        "(MO 00, MT –)",
    ],
)
def test_kept(text: str) -> None:
    assert Redaction().text(text) == text


def test_the_same_object_remembers() -> None:
    redaction = Redaction()
    first = redaction.text("+4711111111 at tas.lab.test (10.0.0.1)")
    assert redaction.text("+4722222222 at pbx.lab.test (10.0.0.2)") != first
    assert redaction.text("+4711111111 at TAS.lab.test (10.0.0.1)") == first


def test_a_prefix_of_a_registration_stays_visible() -> None:
    registrations = REGISTERED.replace('"00"', '"990077"')
    lab = Lab()
    one = lab.place()
    lab.to_tas(one, "990077")
    trace = understood(lab.wire.packets, registrations)
    redaction = Redaction()
    redaction.expect(trace.diagnoses)
    assert redaction.text("+9900774722222222") == f"+990077{redaction.text('4722222222')}"
    assert redaction.text("MO 990077") == "MO 990077"


def test_two_numbers_in_a_row_of_digits_hide_each_other() -> None:
    redaction = Redaction()
    redaction.text("+4722222222")
    assert "4711111111" not in redaction.text("47111111114722222222")


def test_a_made_up_address_is_nobodys() -> None:
    lab = Lab()
    loops.returned(lab)
    trace = understood(lab.wire.packets, REGISTERED)
    ends = {end.address for leg in trace.assembled.legs for end in (leg.source, leg.target)}
    redaction = Redaction()
    redaction.expect(trace.diagnoses)
    assert ends.isdisjoint(redaction.text(address) for address in ends)


def test_a_host_of_one_word_is_known_again_behind_the_word_tas() -> None:
    redaction = Redaction()
    assert redaction.text("The TAS switchboard rang") == "The TAS switchboard rang"
    redaction.text("INVITE sip:1@switchboard SIP/2.0")
    assert redaction.text("The TAS switchboard rang. The core rang.") == "The TAS host-1.example rang. The core rang."


numbers = st.from_regex(r"[1-9][0-9]{6,14}", fullmatch=True)
fours = st.ip_addresses(v=4).filter(lambda address: not MADE_UP.fullmatch(str(address)))
sixes = st.ip_addresses(v=6).filter(lambda address: int(address) > 0 and address not in _documents())


def _documents() -> tuple[IPv6Address, ...]:
    return tuple(IPv6Address(f"2001:db8::{index:x}") for index in range(40))


@given(st.lists(st.tuples(st.sampled_from(("+", "")), numbers), min_size=1, max_size=8))
def test_numbers_keep_apart_and_do_not_remain(found: list[tuple[str, str]]) -> None:
    redaction = Redaction()
    masks = {f"{plus}{digits}": redaction.text(f"{plus}{digits}") for plus, digits in found}
    assert len(set(masks.values())) == len(masks)
    for text, mask in masks.items():
        assert redaction.text(f"a {text} b") == f"a {mask} b"
        assert text.removeprefix("+") not in mask
        assert "…" in mask


@given(numbers, st.sampled_from(("0", "00", "000", "0000")))
def test_zeros_before_a_number_stay(digits: str, zeros: str) -> None:
    redaction = Redaction()
    assert redaction.text(f"+{zeros}{digits}") == f"+{zeros}{redaction.text(digits)}"


@given(numbers, st.from_regex(r"[0-9a-fx-]{0,12}", fullmatch=True), st.sampled_from(("", "@10.0.0.1", "@h", " ")))
def test_no_number_remains_in_an_identifier(digits: str, around: str, host: str) -> None:
    masked = Redaction().text(f"Call-ID: {around}{digits}{around[::-1]}{host}")
    if not re.search(r"(?<![0-9a-z])[0-9a-f]{32}(?![0-9a-z])", f"{around}{digits}{around[::-1]}"):
        assert digits not in masked


@given(st.lists(st.one_of(fours, sixes), min_size=1, max_size=12, unique=True))
def test_addresses_keep_apart_and_do_not_remain(found: list[IPv4Address | IPv6Address]) -> None:
    redaction = Redaction()
    masks = [redaction.text(str(address)) for address in found]
    assert len(set(masks)) == len(found)
    assert all(MADE_UP.fullmatch(mask) for mask in masks)
    said = redaction.text(f"from {' to '.join(map(str, found))}.")
    assert said == f"from {' to '.join(masks)}."


@settings(max_examples=200)
@given(st.text(st.sampled_from('sip:tel@<>"+0123456789.,;=- []\n\\abTASframe')))
def test_any_text_goes_through(text: str) -> None:
    masked = Redaction().text(text)
    kept = r"frames?[ ]\d|^m=|rport=|\d{4}-|:\d{5}|[0-9a-f]{32}"
    if not re.search(kept, text, re.IGNORECASE | re.MULTILINE):
        assert not re.search(r"\d*[1-9]\d{7,}", masked), masked


@pytest.mark.parametrize(
    "piece",
    [
        "a-",
        "1-",
        "a1",
        "ab12-@",
        '"',
        '"\\"',
        "sip:",
        "From: ",
        ", ",
        "a.",
        "a:",
        "1 ",
        "+1 ",
        "a@",
        "a",
        "1",
        "urn:",
        '"a",',
        "frame 1, ",
    ],
)
def test_a_long_line_takes_no_long_time(piece: str) -> None:
    """What is looked for must not be tried again and again at each place: 64 kB would take minutes then."""
    assert Redaction().text(piece * (20_000 // len(piece)) + " " * 20_000)


def test_a_scripted_trace_is_expected_whole() -> None:
    trace = scripted(loops.returned)
    redaction = Redaction()
    redaction.expect(trace.diagnoses)
    call = trace.calls[0]
    assert (redaction.text(str(call.caller)), redaction.text(str(call.callee))) == ("+XX…001", "+XX…002")
