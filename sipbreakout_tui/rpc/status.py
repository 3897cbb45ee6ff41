"""Every gRPC status as one of our errors, and what to do about it."""

from dataclasses import dataclass

import grpc

from sipbreakout_model import SipBreakoutError
from sipbreakout_tui.config import Profile
from sipbreakout_tui.rpc.errors import CannotReachCore, CoreFailed, NotAuthorised


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a status is to us."""

    error: type[SipBreakoutError]
    """The error to raise."""
    advice: str
    """What to do."""


_REPORT = "report it to the operator with the time of the request"
SAME_API = "is this the address of a core that speaks wgtwo.sipbreakout.v1?"
"""What to ask oneself where the answer is none of this API."""

MEANINGS: dict[grpc.StatusCode, Meaning] = {
    grpc.StatusCode.OK: Meaning(CoreFailed, f"it said OK without an answer: {_REPORT}"),
    grpc.StatusCode.CANCELLED: Meaning(CoreFailed, "the core gave the request up: try again"),
    grpc.StatusCode.UNKNOWN: Meaning(CoreFailed, f"the core failed for a reason it does not name: {_REPORT}"),
    grpc.StatusCode.INVALID_ARGUMENT: Meaning(CoreFailed, "the core could not read the request: is it newer than us?"),
    grpc.StatusCode.DEADLINE_EXCEEDED: Meaning(
        CannotReachCore,
        "whether it was carried out is not known: send it again, which is safe, or raise deadline in the profile",
    ),
    grpc.StatusCode.NOT_FOUND: Meaning(CoreFailed, SAME_API),
    grpc.StatusCode.ALREADY_EXISTS: Meaning(CoreFailed, "an upsert should replace (V1): " + _REPORT),
    grpc.StatusCode.PERMISSION_DENIED: Meaning(
        NotAuthorised, "the token needs the scope call.routing:write and the right to this number (V4, V9)"
    ),
    grpc.StatusCode.RESOURCE_EXHAUSTED: Meaning(CoreFailed, "too much was asked of it at once: wait, send fewer"),
    grpc.StatusCode.FAILED_PRECONDITION: Meaning(CoreFailed, f"the core is not in the state for this: {_REPORT}"),
    grpc.StatusCode.ABORTED: Meaning(CoreFailed, "somebody changed the same number at once: try again"),
    grpc.StatusCode.OUT_OF_RANGE: Meaning(CoreFailed, f"a value is beyond what the core takes: {_REPORT}"),
    grpc.StatusCode.UNIMPLEMENTED: Meaning(CoreFailed, SAME_API),
    grpc.StatusCode.INTERNAL: Meaning(CoreFailed, f"a fault inside the core: {_REPORT}"),
    grpc.StatusCode.UNAVAILABLE: Meaning(
        CannotReachCore, "is the core running, the target right, and TLS meant (plaintext in the profile says)?"
    ),
    grpc.StatusCode.DATA_LOSS: Meaning(CoreFailed, f"the core lost data: {_REPORT}"),
    grpc.StatusCode.UNAUTHENTICATED: Meaning(
        NotAuthorised, "the core did not take the token: see sipbreakout config show and config check"
    ),
}
"""By status; a test fails when gRPC has one that is not here."""

RETRIED = frozenset({grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED})
"""After these the same request is sent again; both RPCs may be repeated (V2, V3)."""

_WRONG_CERTIFICATE = (
    "CERTIFICATE_VERIFY_FAILED",
    "certificate signature failure",
    "Hostname Verification Check failed",
    "not in peer certificate",
)


_NO_CONNECTION = "failed to connect to all addresses"
"""How gRPC's words begin where a request found no connection to go out on."""


def handshake_failed(details: str) -> bool:
    """Return whether gRPC's words say that TLS failed before there was a connection.

    A core could say the same words itself: then there is a connection.
    """
    return details.startswith(_NO_CONNECTION) and tls_advice(details) is not None


def refused_advice(details: str, profile: Profile) -> str | None:
    """Return what to do where nobody listens at the address of the embedded core, else None."""
    if profile.name == "embedded" and details.startswith(_NO_CONNECTION) and "refused" in details:
        return "no core listens there. Start one with: sipbreakout serve"
    return None


def tls_advice(details: str, *, local: bool = False) -> str | None:
    """Return what to do where gRPC's words name a fault of TLS that no retry mends, else None.

    Args:
        details: The words.
        local: Whether the core is on this machine, so that plaintext is possible.
    """
    if any(words in details for words in _WRONG_CERTIFICATE):
        return (
            "the certificate of the core was not accepted: is the target right, or does the profile need "
            "ca_file (another CA) or server_name (another host)?"
        )
    if "WRONG_VERSION_NUMBER" in details:
        without = (
            "To go without TLS, add --plaintext to --target, or plaintext = true to the profile"
            if local
            else "Plaintext is possible to this machine only"
        )
        return f"no TLS is spoken there: is it the right port? {without}"
    return None


def size_advice(details: str) -> str | None:
    """Return what to do where gRPC's words say that an answer was too large to be read, else None."""
    if "CLIENT: Received message larger" in details or "Stream removed (received metadata size" in details:
        return (
            f"the answer is larger than any of a core, and whether the request was carried out is not known: {SAME_API}"
        )
    return None
