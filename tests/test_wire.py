"""Registrations as messages and back: what cannot be said is refused with words for the other side."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipbreakout_model import E164, InvalidValue, Registration, RouteType, TasUri
from sipbreakout_tui.wire import from_wire, number_from_wire, to_wire
from wgtwo.common.v1.phonenumber_pb2 import E164 as Number
from wgtwo.sipbreakout.v1 import sipbreakout_pb2 as pb

WHOLE = Registration.parse("+4711111111", "sips:TAS.example.com:5061", "LOOP_MO", "00", "01")


def message(**changes: object) -> pb.Registration:
    values: dict[str, object] = {
        "phone_number": Number(e164="+4711111111"),
        "sip_uri": "sips:tas.example.com",
        "route_type": pb.ROUTE_TYPE_LOOP,
    }
    return pb.Registration(**{name: value for name, value in {**values, **changes}.items() if value is not None})  # type: ignore[arg-type]


def test_every_field_has_its_place() -> None:
    assert to_wire(WHOLE) == pb.Registration(
        mobile_originating_prefix="00",
        mobile_terminating_prefix="01",
        sip_uri="sips:TAS.example.com:5061",
        route_type=pb.ROUTE_TYPE_LOOP_MO,
        phone_number=Number(e164="+4711111111"),
    )


def test_number_of_a_users_token_is_left_out() -> None:
    wire = to_wire(WHOLE, without_number=True)
    assert not wire.HasField("phone_number")
    assert from_wire(wire, number=WHOLE.number) == WHOLE
    with pytest.raises(
        InvalidValue, match=r"phone_number is missing: the access token of a client must name it \(V4\)"
    ):
        from_wire(wire)


def test_number_named_wins_over_the_tokens_own() -> None:
    assert from_wire(to_wire(WHOLE), number=E164("+4722222222")).number == WHOLE.number


@pytest.mark.parametrize("kind", RouteType)
def test_route_types_by_their_names(kind: RouteType) -> None:
    wire = to_wire(Registration(WHOLE.number, WHOLE.sip_uri, kind))
    assert pb.RouteType.Name(wire.route_type) == f"ROUTE_TYPE_{kind.name}"
    assert from_wire(wire).route_type is kind


def test_every_route_type_of_the_api_is_ours() -> None:
    assert {name.removeprefix("ROUTE_TYPE_") for name in pb.RouteType.keys()} == {  # noqa: SIM118
        "UNSPECIFIED",
        *(kind.name for kind in RouteType),
    }


_TYPES = (
    "expected one of ROUTE_TYPE_LOOP, ROUTE_TYPE_LOOP_MO, ROUTE_TYPE_LOOP_MT, "
    "ROUTE_TYPE_FORK, ROUTE_TYPE_FALLBACK, ROUTE_TYPE_INGRESS"
)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"phone_number": None}, "phone_number is missing: the access token of a client must name it (V4)"),
        ({"phone_number": Number()}, "phone_number is missing: the access token of a client must name it (V4)"),
        ({"phone_number": Number(e164="112")}, "phone_number '112' is not an E.164 number: short and emergency"),
        ({"phone_number": Number(e164="+47\x1b[2J")}, r"phone_number '+47\x1b[2J' is not an E.164 number: "),
        ({"sip_uri": ""}, "sip_uri is missing: expected sips:host or sips:host:port (V5)"),
        ({"sip_uri": "sip:tas.example.com"}, "sip_uri 'sip:tas.example.com' is not a TAS URI: "),
        ({"route_type": 0}, f"route_type is missing: {_TYPES}"),
        ({"route_type": 17}, f"route_type 17 is not known: {_TYPES}"),
        ({"route_type": -1}, f"route_type -1 is not known: {_TYPES}"),
        ({"mobile_originating_prefix": "+0"}, "mobile_originating_prefix '+0' is not a prefix: "),
        ({"mobile_terminating_prefix": "1" * 17}, f"mobile_terminating_prefix '{'1' * 17}' is not a prefix: "),
    ],
)
def test_faulty_messages(changes: dict[str, object], words: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        from_wire(message(**changes))
    assert str(caught.value).startswith(words)
    assert str(caught.value).isprintable()


def test_empty_message() -> None:
    with pytest.raises(InvalidValue, match="phone_number is missing"):
        from_wire(pb.Registration())
    assert number_from_wire(pb.Registration()) is None


_digits = st.text("0123456789", max_size=16)
_registrations = st.builds(
    Registration,
    st.from_regex(r"\+[1-9][0-9]{1,31}", fullmatch=True).map(E164),
    st.builds(
        TasUri,
        st.sampled_from(["a.example", "A.Example", "192.0.2.1", "2001:db8::1"]),
        st.none() | st.integers(1, 65535),
    ),
    st.sampled_from(RouteType),
    _digits,
    _digits,
)


@given(_registrations)
def test_round_trip_over_bytes(registration: Registration) -> None:
    back = from_wire(pb.Registration.FromString(to_wire(registration).SerializeToString()))
    assert back == registration
    assert str(back) == str(registration)


@given(
    st.text(max_size=20),
    st.text(max_size=20),
    st.text(max_size=20),
    st.text(max_size=20),
    st.integers(-(2**31), 2**31 - 1),
)
def test_any_message_is_a_registration_or_an_invalid_value(number: str, uri: str, mo: str, mt: str, kind: int) -> None:
    wire = pb.Registration(
        phone_number=Number(e164=number.encode("utf-8", "replace").decode()),
        sip_uri=uri.encode("utf-8", "replace").decode(),
        mobile_originating_prefix=mo.encode("utf-8", "replace").decode(),
        mobile_terminating_prefix=mt.encode("utf-8", "replace").decode(),
        route_type=kind,  # type: ignore[arg-type]
    )
    try:
        registration = from_wire(wire)
    except InvalidValue as error:
        assert str(error)  # noqa: PT017
    else:
        assert to_wire(registration) == wire
