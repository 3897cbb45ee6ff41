"""The `sips:` URI of a telephony application server (V5).

Source: the API for scheme and port, RFC 3261 section 25.1 for the host, section 19.1.4 for equality.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from sipbreakout_model.errors import InvalidTasUri

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOSTNAME = re.compile(rf"(?:{_LABEL}\.)*[A-Za-z](?:[A-Za-z0-9-]{{0,61}}[A-Za-z0-9])?\.?")
_AUTHORITY = re.compile(r"(\[[^\]]*\]|[^:\[\]]*)(?::(.*))?", re.DOTALL)
_EXPECTED = "expected sips:host or sips:host:port, as in sips:tas.example.com or sips:[2001:db8::1]:5061"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TasUri:
    """Where the core reaches a TAS, over TLS.

    Two are equal when their hosts are, without regard to case, and both have the same port or none:
    without a port the core asks the DNS for SRV records, so an explicit 5061 is something else.

    Raises:
        InvalidTasUri: The host is no host name or address, or the port not from 1 to 65535.
    """

    host: str
    """Host name, IPv4 or IPv6 address (without brackets), in the case it was written in."""

    port: int | None = None
    """Port from 1 to 65535, or None: the core finds it by SRV."""

    def __post_init__(self) -> None:
        """Refuse what cannot be a host or a port."""
        host, port = self.host, self.port
        if isinstance(host, str) and host.startswith("[") and host.endswith("]") and ":" in host:
            object.__setattr__(self, "host", host[1:-1])
        if not isinstance(host, str) or not _is_host(self.host):
            raise InvalidTasUri(f"{host!r} is not a host: {_EXPECTED}")
        if port is not None and (isinstance(port, bool) or not isinstance(port, int) or not 0 < port < 65536):
            raise InvalidTasUri(f"{port!r} is not a port: expected a number from 1 to 65535, or none for SRV")

    @classmethod
    def parse(cls, text: str) -> "TasUri":
        """Return the URI that the text names.

        Raises:
            InvalidTasUri: Another scheme, a user part, parameters, an empty host or a bad port.
        """
        return _parse(text)

    @property
    def is_ip_literal(self) -> bool:
        """Whether the host is an address: a certificate for it is rare."""
        return ":" in self.host or _is_ipv4(self.host)

    def same_host(self, other: "TasUri") -> bool:
        """Return whether both name the same host, whatever the ports."""
        return self.host.lower() == other.host.lower()

    @property
    def host_port(self) -> str:
        """The host, IPv6 in brackets, with the port if there is one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port is None else f"{host}:{self.port}"

    def __eq__(self, other: object) -> bool:
        """Compare hosts without case and ports strictly (RFC 3261 section 19.1.4)."""
        if not isinstance(other, TasUri):
            return NotImplemented
        return self.port == other.port and self.host.lower() == other.host.lower()

    def __hash__(self) -> int:
        """Hash what equality compares."""
        return hash((self.host.lower(), self.port))

    def __str__(self) -> str:
        """Return the URI as the API takes it."""
        return f"sips:{self.host_port}"

    def __repr__(self) -> str:
        """Return the call that makes it."""
        return f"TasUri({self.host!r})" if self.port is None else f"TasUri({self.host!r}, {self.port})"


@lru_cache(maxsize=4096)
def _parse(text: str) -> TasUri:
    # Cached: a fleet of a million registrations shares a few TASes, and each URI then stands once in memory.
    if not isinstance(text, str):
        raise InvalidTasUri(f"{text!r} is not a TAS URI: {_EXPECTED}")
    scheme, colon, rest = text.partition(":")
    if not colon or scheme.lower() != "sips":
        raise InvalidTasUri(f"{text!r} is not a TAS URI: the core reaches a TAS over TLS only; {_EXPECTED}")
    if "@" in rest:
        raise InvalidTasUri(f"{text!r} is not a TAS URI: it has a user part; {_EXPECTED}")
    if ";" in rest or "?" in rest:
        raise InvalidTasUri(f"{text!r} is not a TAS URI: it has parameters; {_EXPECTED}")
    match = _AUTHORITY.fullmatch(rest)
    if match is None or not match[1]:
        raise InvalidTasUri(f"{text!r} is not a TAS URI: {_EXPECTED}")
    host, port = match[1], match[2]
    if port is not None and not re.fullmatch(r"[0-9]{1,5}", port):
        raise InvalidTasUri(f"{text!r} is not a TAS URI: {port!r} is not a port from 1 to 65535")
    try:
        return TasUri(host, None if port is None else int(port))
    except InvalidTasUri as error:
        raise InvalidTasUri(f"{text!r} is not a TAS URI: {error}") from error


def _is_host(host: str) -> bool:
    if ":" in host:
        try:
            return "%" not in host and IPv6Address(host) is not None
        except AddressValueError:
            return False
    return _is_ipv4(host) or (len(host) <= 253 and _HOSTNAME.fullmatch(host) is not None)


def _is_ipv4(host: str) -> bool:
    try:
        return IPv4Address(host) is not None
    except AddressValueError:
        return False
