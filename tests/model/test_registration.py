"""Registrations and leases: V2 and V6, and that text and value are the same thing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sipbreakout_model import (
    DEFAULT_TTL,
    E164,
    InvalidNumber,
    InvalidRegistration,
    InvalidTasUri,
    InvalidValue,
    Lease,
    Registration,
    RouteType,
    TasUri,
)

EXAMPLES = settings(max_examples=200, derandomize=True, deadline=None)
AT = 1_700_000_000.0
NUMBER = "+4711111111"
URI = "sips:tas.example"

good_prefixes = st.from_regex(r"[0-9]{0,16}", fullmatch=True)


@given(st.sampled_from(RouteType), good_prefixes, good_prefixes)
@EXAMPLES
def test_parse_is_the_value_of_every_text(kind: RouteType, mo: str, mt: str) -> None:
    parsed = Registration.parse(NUMBER, URI, str(kind), mo, mt)
    assert parsed == Registration(E164(NUMBER), TasUri("tas.example"), kind, mo, mt)
    again = Registration.parse(
        str(parsed.number),
        str(parsed.sip_uri),
        str(parsed.route_type),
        parsed.mobile_originating_prefix,
        parsed.mobile_terminating_prefix,
    )
    assert again == parsed
    assert hash(again) == hash(parsed)
    assert all(part in str(parsed) for part in (NUMBER, URI, str(kind), mo, mt))


def test_prefixes_are_empty_unless_given() -> None:
    registration = Registration.parse(NUMBER, URI, "FORK")
    assert registration.mobile_originating_prefix == registration.mobile_terminating_prefix == ""


@pytest.mark.parametrize("prefix", ["0", "00", "21", "0" * 16, "1234567890123456"])
def test_v6_prefixes_that_are_taken(prefix: str) -> None:
    registration = Registration.parse(NUMBER, URI, "LOOP", prefix, prefix)
    assert registration.mobile_originating_prefix == registration.mobile_terminating_prefix == prefix


@pytest.mark.parametrize("field", ["mobile_originating_prefix", "mobile_terminating_prefix"])
@pytest.mark.parametrize(
    "prefix", ["0" * 17, "+00", "a", "0x", "*21#", " 00", "00 ", "00\n", "\n", "-1", "1.5", "００", "١", "²"], ids=repr
)
def test_v6_prefixes_that_are_refused(prefix: str, field: str) -> None:
    with pytest.raises(InvalidRegistration) as caught:
        Registration.parse(NUMBER, URI, "LOOP", **{field: prefix})
    assert repr(prefix) in str(caught.value)
    assert field in str(caught.value)
    assert "16" in str(caught.value)


@pytest.mark.parametrize("prefix", [None, 0, b"00"], ids=repr)
def test_v6_a_prefix_is_text(prefix: object) -> None:
    with pytest.raises(InvalidRegistration, match=repr(prefix)):
        Registration.parse(NUMBER, URI, "LOOP", prefix)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("texts", "error", "value"),
    [
        (("112", URI, "LOOP"), InvalidNumber, "112"),
        ((NUMBER, "sip:tas.example", "LOOP"), InvalidTasUri, "sip:tas.example"),
        ((NUMBER, URI, "LOOPS"), InvalidRegistration, "LOOPS"),
        ((NUMBER, URI, ""), InvalidRegistration, "''"),
        ((NUMBER, URI, "LOOP MO"), InvalidRegistration, "LOOP MO"),
    ],
)
def test_the_first_wrong_text_is_named(texts: tuple[str, str, str], error: type[InvalidValue], value: str) -> None:
    with pytest.raises(error) as caught:
        Registration.parse(*texts)
    assert value in str(caught.value)


@pytest.mark.parametrize(
    "values",
    [
        (NUMBER, TasUri("tas.example"), RouteType.LOOP),
        (E164(NUMBER), URI, RouteType.LOOP),
        (E164(NUMBER), TasUri("tas.example"), "LOOP"),
    ],
)
def test_texts_are_no_values(values: tuple[E164, TasUri, RouteType]) -> None:
    text = next(value for value in values if isinstance(value, str))
    with pytest.raises(InvalidRegistration) as caught:
        Registration(*values)
    assert repr(text) in str(caught.value)


@pytest.mark.parametrize("kind", RouteType)
def test_route_types_are_named_as_people_and_the_api_do(kind: RouteType) -> None:
    for text in (kind.name, kind.name.lower(), kind.name.replace("_", "-"), f"ROUTE_TYPE_{kind.name}"):
        assert RouteType.parse(text) is kind
    assert RouteType.parse(str(kind)) is kind


def test_route_types_apply_as_the_table_of_section_3_says() -> None:
    table = {kind.name: (kind.applies_mo, kind.applies_mt, kind.loops) for kind in RouteType}
    assert table == {
        "LOOP": (True, True, True),
        "LOOP_MO": (True, False, True),
        "LOOP_MT": (False, True, True),
        "FORK": (True, True, False),
        "FALLBACK": (False, True, False),
        "INGRESS": (False, False, False),
    }


@pytest.mark.parametrize("text", ["", "UNSPECIFIED", "ROUTE_TYPE_UNSPECIFIED", "LOOP_", "MO", "4"], ids=repr)
def test_route_types_that_do_not_exist(text: str) -> None:
    with pytest.raises(InvalidRegistration) as caught:
        RouteType.parse(text)
    assert repr(text) in str(caught.value)
    assert "LOOP_MO" in str(caught.value)


@pytest.mark.parametrize(
    ("after", "active", "remaining"),
    [(-0.001, False, 3600.001), (0, True, 3600), (3599.999, True, 0.001), (3600, False, 0), (3612, False, -12)],
)
def test_v2_active_from_the_acceptance_until_just_before_the_end(after: float, active: bool, remaining: float) -> None:
    lease = Lease(Registration.parse(NUMBER, URI, "LOOP"), AT)
    assert DEFAULT_TTL == lease.ttl == 3600
    assert lease.active_at(AT + after) is active
    assert lease.remaining(AT + after) == pytest.approx(remaining, abs=1e-5)
    assert lease.expires_at == AT + 3600


def test_a_lease_whose_time_is_unknown_is_always_in_force() -> None:
    lease = Lease(Registration.parse(NUMBER, URI, "LOOP"), None)
    assert lease.active_at(0)
    assert lease.active_at(4e9)
    assert lease.expires_at is None
    assert lease.remaining(AT) is None
