"""The URI of a TAS (V5): forms taken and refused, and when two are the same (V3)."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sipbreakout_model import InvalidTasUri, InvalidValue, TasUri

EXAMPLES = settings(max_examples=200, derandomize=True, deadline=None)

names = st.from_regex(r"([a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?\.){0,3}[a-z]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
addresses = st.ip_addresses(v=4).map(str) | st.ip_addresses(v=6).map(str).filter(lambda text: "%" not in text)
hosts = names | addresses
ports = st.none() | st.integers(1, 65535)


@given(hosts, ports)
@EXAMPLES
def test_round_trip(host: str, port: int | None) -> None:
    uri = TasUri(host, port)
    assert TasUri.parse(str(uri)) == uri
    assert str(TasUri.parse(str(uri))) == str(uri)
    assert eval(repr(uri), {"TasUri": TasUri}) == uri
    shown = f"[{host}]" if ":" in host else host
    assert str(uri) == (f"sips:{shown}" if port is None else f"sips:{shown}:{port}")


@given(names, ports)
@EXAMPLES
def test_the_case_of_the_host_does_not_count_and_is_kept(host: str, port: int | None) -> None:
    uri, upper = TasUri(host, port), TasUri(host.upper(), port)
    assert uri == upper
    assert hash(uri) == hash(upper)
    assert uri.same_host(upper)
    assert upper.host == host.upper()


@given(hosts, ports, ports)
@EXAMPLES
def test_a_port_differs_from_none_and_from_every_other(host: str, one: int | None, other: int | None) -> None:
    first, second = TasUri(host, one), TasUri(host, other)
    assert (first == second) is (one == other)
    assert first.same_host(second)


@given(names, names)
@EXAMPLES
def test_other_hosts_differ(one: str, other: str) -> None:
    assume(one != other)
    assert TasUri(one) != TasUri(other)
    assert not TasUri(one).same_host(TasUri(other))


@pytest.mark.parametrize(
    ("text", "host", "port", "literal"),
    [
        ("sips:tas.example.com", "tas.example.com", None, False),
        ("sips:TAS.Example.com:5061", "TAS.Example.com", 5061, False),
        ("sips:tas", "tas", None, False),
        ("sips:tas-1.example:1", "tas-1.example", 1, False),
        ("sips:1.tas.example:65535", "1.tas.example", 65535, False),
        ("sips:192.0.2.1", "192.0.2.1", None, True),
        ("sips:192.0.2.1:5061", "192.0.2.1", 5061, True),
        ("sips:[2001:db8::1]", "2001:db8::1", None, True),
        ("sips:[2001:db8::1]:5061", "2001:db8::1", 5061, True),
        ("sips:[::ffff:192.0.2.1]", "::ffff:192.0.2.1", None, True),
    ],
)
def test_forms_that_are_taken(text: str, host: str, port: int | None, literal: bool) -> None:
    uri = TasUri.parse(text)
    assert (uri.host, uri.port, uri.is_ip_literal) == (host, port, literal)
    assert str(uri) == text


BAD = [
    "",
    "sips",
    "sips:",
    "sips::5061",
    "tas.example",
    "sip:tas.example",
    "tel:+4711111111",
    "https://tas.example",
    "sips://tas.example",
    "sips:user@tas.example",
    "sips:@tas.example",
    "sips:user:secret@tas.example:5061",
    "sips:tas.example;transport=tcp",
    "sips:tas.example;",
    "sips:tas.example?Subject=x",
    "sips:tas.example/",
    "sips:tas.example:",
    "sips:tas.example:0",
    "sips:tas.example:65536",
    "sips:tas.example:99999999999999999999",
    "sips:tas.example:-1",
    "sips:tas.example:+5061",
    "sips:tas.example:50 61",
    "sips:tas.example:5061:5062",
    "sips:tas.example:sips",
    "sips:tas.example:٥٠٦١",
    "sips:tas.example:²",
    "sips:tas.example:5061\n",
    "sips:tas.example\n",
    " sips:tas.example",
    "sips: tas.example",
    "sips:tas example",
    "sips:tas..example",
    "sips:.example",
    "sips:-tas.example",
    "sips:tas-.example",
    "sips:tås.example",
    "sips:" + "a" * 64 + ".example",
    "sips:" + "abcdefg." * 32 + "example",
    "sips:256.0.0.1",
    "sips:192.0.2",
    "sips:2001:db8::1",
    "sips:[2001:db8::1",
    "sips:2001:db8::1]",
    "sips:[2001:db8::1]5061",
    "sips:[2001:db8::g]",
    "sips:[fe80::1%eth0]",
    "sips:[]",
    "sips:[192.0.2.1]",
    "sips:[tas.example]",
    "sips:<tas.example>",
    "sips:tas.example\0",
]


@pytest.mark.parametrize("text", BAD, ids=repr)
def test_forms_that_are_refused(text: str) -> None:
    with pytest.raises(InvalidTasUri) as caught:
        TasUri.parse(text)
    assert repr(text) in str(caught.value)
    assert "sips:" in str(caught.value).replace(repr(text), "") or "65535" in str(caught.value)
    assert isinstance(caught.value, InvalidValue)


@given(st.text(max_size=30).map("sips:".__add__))
@EXAMPLES
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        uri = TasUri.parse(text)
    except InvalidTasUri:
        return
    assert TasUri.parse(str(uri)) == uri


@pytest.mark.parametrize("port", [0, -1, 65536, True, 5061.0, "5061"], ids=repr)
def test_ports_that_are_refused(port: object) -> None:
    with pytest.raises(InvalidTasUri, match=repr(port)):
        TasUri("tas.example", port)  # type: ignore[arg-type]


@pytest.mark.parametrize("host", ["", "tas example", "sips:tas.example", "user@tas.example", "tas.example:5061", None])
def test_hosts_that_are_refused(host: object) -> None:
    with pytest.raises(InvalidTasUri) as caught:
        TasUri(host)  # type: ignore[arg-type]
    assert repr(host) in str(caught.value)


def test_is_equal_to_nothing_else() -> None:
    assert TasUri("tas.example") != "sips:tas.example"
