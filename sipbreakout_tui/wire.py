"""Registrations as messages of `wgtwo.sipbreakout.v1`, and back.

The client and the embedded core share it. What a message cannot say is refused with words that the
core may put into `error_message` as they are (V10).
"""

from sipbreakout_model import (
    E164,
    InvalidNumber,
    InvalidRegistration,
    InvalidTasUri,
    Registration,
    RouteType,
    TasUri,
)
from wgtwo.common.v1 import phonenumber_pb2
from wgtwo.sipbreakout.v1 import sipbreakout_pb2 as pb

_TO_WIRE = {kind: pb.RouteType.Value(f"ROUTE_TYPE_{kind.name}") for kind in RouteType}
_FROM_WIRE: dict[int, RouteType] = {value: kind for kind, value in _TO_WIRE.items()}
_KNOWN = ", ".join(f"ROUTE_TYPE_{kind.name}" for kind in RouteType)


def to_wire(registration: Registration, *, without_number: bool = False) -> pb.Registration:
    """Return the message that says the registration.

    Args:
        registration: What to say.
        without_number: Leave `phone_number` out: the number is that of a user's access token (V4).
    """
    message = pb.Registration(
        mobile_originating_prefix=registration.mobile_originating_prefix,
        mobile_terminating_prefix=registration.mobile_terminating_prefix,
        sip_uri=str(registration.sip_uri),
        route_type=_TO_WIRE[registration.route_type],
    )
    if not without_number:
        message.phone_number.CopyFrom(phonenumber_pb2.E164(e164=registration.number.text))
    return message


def from_wire(message: pb.Registration, *, number: E164 | None = None) -> Registration:
    """Return the registration that a message says; unknown fields are ignored.

    Args:
        message: From a client, from a core, or of an earlier version.
        number: Whose registration it is where the message names no number (V4); whether a number
            that it does name may differ is for the caller to decide.

    Raises:
        InvalidValue: The first field that is wrong, by its name in the API, with what is expected.
    """
    named = number_from_wire(message) or number
    if named is None:
        raise InvalidNumber("phone_number is missing: the access token of a client must name it (V4)")
    uri = uri_from_wire(message)
    kind = _FROM_WIRE.get(message.route_type)
    if kind is None:
        what = "is missing" if message.route_type == pb.ROUTE_TYPE_UNSPECIFIED else f"{message.route_type} is not known"
        raise InvalidRegistration(f"route_type {what}: expected one of {_KNOWN}")
    return Registration(named, uri, kind, message.mobile_originating_prefix, message.mobile_terminating_prefix)


def number_from_wire(message: pb.Registration) -> E164 | None:
    """Return the number that the message names, or None: left out and left empty are the same.

    Raises:
        InvalidNumber: It is not in E.164 form.
    """
    text = message.phone_number.e164
    if not text:
        return None
    try:
        return E164(text)
    except InvalidNumber as error:
        raise type(error)(f"phone_number {error}") from error


def uri_from_wire(message: pb.Registration) -> TasUri:
    """Return the URI that the message names.

    Raises:
        InvalidTasUri: It is missing or no URI of a TAS (V5).
    """
    if not message.sip_uri:
        raise InvalidTasUri("sip_uri is missing: expected sips:host or sips:host:port (V5)")
    try:
        return TasUri.parse(message.sip_uri)
    except InvalidTasUri as error:
        raise type(error)(f"sip_uri {error}") from error
