"""The grpcurl command line that sends the same request, for tickets and for people without this program."""

import json
import shlex

from sipbreakout_model import Registration
from sipbreakout_tui.config import NoAuth, Profile

SERVICE = "wgtwo.sipbreakout.v1.SipBreakoutService"


def grpcurl_line(
    verb: str,
    registration: Registration,
    target: str,
    *,
    plaintext: bool = False,
    ca_file: str | None = None,
    with_token: bool = False,
    without_number: bool = False,
) -> str:
    """Return the line, quoted for a POSIX shell; a token stands as `$TOKEN`, never as itself.

    Args:
        verb: `upsert` or `delete`.
        registration: What is sent; delete sends only number and sip_uri (V3).
        target: `host:port`.
        plaintext: Whether the target is spoken to without TLS.
        ca_file: The CA file that verifies the core, if it is not the system's.
        with_token: Whether the request carries a bearer token.
        without_number: Whether the number is the token's own and stays out (V4).
    """
    body: dict[str, object] = {"sipUri": str(registration.sip_uri)}
    if not without_number:
        body["phoneNumber"] = {"e164": str(registration.number)}
    if verb == "upsert":
        body["routeType"] = f"ROUTE_TYPE_{registration.route_type.name}"
        if registration.mobile_originating_prefix:
            body["mobileOriginatingPrefix"] = registration.mobile_originating_prefix
        if registration.mobile_terminating_prefix:
            body["mobileTerminatingPrefix"] = registration.mobile_terminating_prefix
    words = ["grpcurl"]
    if plaintext:
        words.append("-plaintext")
    if ca_file is not None:
        words += ["-cacert", shlex.quote(ca_file)]
    if with_token:
        words += ["-H", '"authorization: Bearer $TOKEN"']
    request = json.dumps({"registration": body})
    method = {"upsert": "UpsertRegistration", "delete": "DeleteRegistration"}[verb]
    return " ".join([*words, "-d", shlex.quote(request), shlex.quote(target), f"{SERVICE}/{method}"])


def profile_line(verb: str, registration: Registration, profile: Profile) -> str:
    """Return the line for a request to the core of a profile; see `grpcurl_line`."""
    return grpcurl_line(
        verb,
        registration,
        profile.target,
        plaintext=profile.plaintext,
        ca_file=None if profile.ca_file is None else str(profile.ca_file),
        with_token=not isinstance(profile.auth, NoAuth),
        without_number=profile.without_number,
    )
