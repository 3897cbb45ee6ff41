"""SIP header names: compact and long forms, which hold lists, which hold credentials."""

from typing import NamedTuple


class Header(NamedTuple):
    """One header of a message."""

    name: str
    """The long form with the usual capitals, such as `Call-ID`; empty for a line without a colon."""
    given: str
    """The name as it was written."""
    value: str
    """Unfolded; bytes that are not UTF-8 are kept as surrogates, so `encode("utf-8", "surrogateescape")` loses none."""


_COMPACT = {
    "a": "Accept-Contact",
    "b": "Referred-By",
    "c": "Content-Type",
    "d": "Request-Disposition",
    "e": "Content-Encoding",
    "f": "From",
    "i": "Call-ID",
    "j": "Reject-Contact",
    "k": "Supported",
    "l": "Content-Length",
    "m": "Contact",
    "n": "Identity-Info",
    "o": "Event",
    "r": "Refer-To",
    "s": "Subject",
    "t": "To",
    "u": "Allow-Events",
    "v": "Via",
    "x": "Session-Expires",
    "y": "Identity",
}

_OTHERS = (
    "Authorization",
    "CSeq",
    "Expires",
    "MIME-Version",
    "Max-Forwards",
    "P-Called-Party-ID",
    "P-Charging-Vector",
    "Proxy-Authorization",
    "RAck",
    "RSeq",
    "SIP-ETag",
    "SIP-If-Match",
    "Server",
    "Session-ID",
    "User-Agent",
    "WWW-Authenticate",
)

LISTS = frozenset(
    {
        "Accept",
        "Accept-Contact",
        "Accept-Encoding",
        "Accept-Language",
        "Accept-Resource-Priority",
        "Alert-Info",
        "Allow",
        "Allow-Events",
        "Call-Info",
        "Contact",
        "Content-Encoding",
        "Content-Language",
        "Diversion",
        "Error-Info",
        "Feature-Caps",
        "Geolocation",
        "History-Info",
        "In-Reply-To",
        "P-Access-Network-Info",
        "P-Asserted-Identity",
        "P-Associated-URI",
        "P-Early-Media",
        "P-Preferred-Identity",
        "P-Visited-Network-ID",
        "Path",
        "Permission-Missing",
        "Proxy-Require",
        "Reason",
        "Record-Route",
        "Recv-Info",
        "Reject-Contact",
        "Request-Disposition",
        "Require",
        "Resource-Priority",
        "Route",
        "Security-Client",
        "Security-Server",
        "Security-Verify",
        "Service-Route",
        "Supported",
        "Trigger-Consent",
        "Unsupported",
        "User-To-User",
        "Via",
        "Warning",
    }
)
"""Headers whose grammar is a list with commas (RFC 3261 section 7.3.1, and the RFCs that define them).

Not among them, though they may hold commas: Date, Subject, and all that carry challenges or credentials.
"""

SENSITIVE = frozenset({"Authentication-Info", "Authorization", "Proxy-Authentication-Info", "Proxy-Authorization"})
"""Headers that carry credentials: their values are never shown."""

KNOWN = {long: long for long in (*_COMPACT.values(), *LISTS, *_OTHERS)}
KNOWN |= {long.lower(): long for long in KNOWN} | _COMPACT | {short.upper(): long for short, long in _COMPACT.items()}
"""Long names by the usual ways to write them."""


def canonical(name: str) -> str:
    """Return a header's long name with the usual capitals; names that differ in case only give the same."""
    known = KNOWN.get(name)
    if known is not None:
        return known
    lower = name.lower()
    return KNOWN.get(lower) or "-".join([part.capitalize() for part in lower.split("-")])
