"""A profile: one core, how it is reached, and how we prove who we are (V4, V9)."""

import math
import re
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from sipbreakout_model import E164
from sipbreakout_tui.config.errors import ConfigError
from sipbreakout_tui.config.secret import SecretRef

SCOPE = "call.routing:write"
"""The OAuth scope that both RPCs need (V9)."""

MAX_DEADLINE = 15.0
"""Seconds: the longest that all attempts of one request may take together."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,252})?")
_TARGET = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\[\]:]+):([0-9]{1,5})")

TokenKind = Literal["client", "user"]
"""Whether an access token is for every number of a client, or for the number of one user (V4)."""


@dataclass(frozen=True, slots=True)
class NoAuth:
    """No token is sent."""


@dataclass(frozen=True, slots=True)
class TokenAuth:
    """A bearer token that somebody else fetched."""

    token: SecretRef
    """Where it is; read again after the core did not take it."""


@dataclass(frozen=True, slots=True)
class OAuthAuth:
    """OAuth 2.0 client credentials (RFC 6749 section 4.4).

    Raises:
        ConfigError: The token URL is neither https nor on this machine.
    """

    token_url: str
    """The token endpoint."""
    client_id: str | SecretRef
    """The client's id; no secret, but it may be referred to as one."""
    client_secret: SecretRef
    """Where the client's secret is."""
    scope: str = SCOPE
    """What is asked for."""

    def __post_init__(self) -> None:
        """Refuse an endpoint that would get the secret unencrypted, and an empty id."""
        problem = token_url_problem(self.token_url)
        if problem is not None:
            raise ConfigError([f"token_url {problem}"])
        if isinstance(self.client_id, str) and not self.client_id.strip():
            raise ConfigError(["client_id is empty"])


Auth = NoAuth | TokenAuth | OAuthAuth
"""How we prove who we are."""


@dataclass(frozen=True, slots=True)
class Profile:
    """One core and how to talk to it.

    Raises:
        ConfigError: With every problem: among them plaintext to another machine.
    """

    name: str
    """What it is called; an ad hoc profile is called after its target."""
    target: str
    """`host:port` of the core."""
    plaintext: bool = False
    """Without TLS; only to this machine."""
    ca_file: Path | None = None
    """Certificates (PEM) that the core's must come from, instead of the usual ones."""
    client_cert: Path | None = None
    """Our certificate (PEM), where the core asks for one."""
    client_key: Path | None = None
    """The key (PEM, unencrypted) of our certificate."""
    server_name: str | None = None
    """The name that the core's certificate must be valid for, where it is not the target's host."""
    auth: Auth = field(default_factory=NoAuth)
    """How we prove who we are."""
    token_kind: TokenKind = "client"
    """`user`: the wire leaves the number out, it is the token's own (V4)."""
    number: E164 | None = None
    """The number of a user's token."""
    read_only: bool = False
    """Nothing is ever sent with it that changes a registration."""
    deadline: float = 5.0
    """Seconds that one attempt may take."""

    def __post_init__(self) -> None:
        """Refuse what cannot work or would be unsafe."""
        problems = list(_problems(self))
        if problems:
            raise ConfigError(problems)

    @property
    def is_local(self) -> bool:
        """Whether the target is on this machine."""
        return is_loopback(_host(self.target))

    @property
    def without_number(self) -> bool:
        """Whether the wire leaves the number out (V4)."""
        return self.token_kind == "user"


def ad_hoc(target: str, plaintext: bool = False, ca_file: Path | None = None, token_env: str | None = None) -> Profile:
    """Return the profile that `--target`, `--plaintext`, `--ca` and `--token-env` describe.

    Raises:
        ConfigError: As `Profile` does.
    """
    auth: Auth = NoAuth() if token_env is None else TokenAuth(SecretRef(env=token_env))
    return Profile(target, target, plaintext, ca_file, auth=auth)


def is_loopback(host: str) -> bool:
    """Return whether a host, an IPv6 address in brackets or not, is this machine and nothing else."""
    if host.lower() in ("localhost", "localhost."):
        return True
    try:
        return ip_address(host.removeprefix("[").removesuffix("]")).is_loopback
    except ValueError:
        return False


def _host(target: str) -> str:
    return target.rpartition(":")[0]


def name_problem(name: object) -> str | None:
    """Return why something is not the name of a profile, or None."""
    if isinstance(name, str) and _NAME.fullmatch(name):
        return None
    return f"{name!r} is not a name: expected letters, digits, '.', '_' and '-', at most 64"


def _problems(profile: Profile) -> list[str]:
    found: list[str | None] = [
        None if profile.name == profile.target else name_problem(profile.name),
        _target_problem(profile.target),
        *_transport_problems(profile),
        *_number_problems(profile),
    ]
    if not (math.isfinite(profile.deadline) and 0 < profile.deadline <= MAX_DEADLINE):
        found.append(f"deadline {profile.deadline!r} is not above 0 s and at most {MAX_DEADLINE:g} s")
    return [problem for problem in found if problem is not None]


def _target_problem(target: str) -> str | None:
    if "@" in target:  # not shown: what stands before it is often a password
        return "target has a user part: expected host:port, as in api.example.com:443"
    match = _TARGET.fullmatch(target)
    if match is None or not (match[1].startswith("[") or _HOST.fullmatch(match[1])):
        return f"target {target!r} is not host:port, as in api.example.com:443 or [::1]:50051"
    if not 0 < int(match[2]) < 65536:
        return f"target {target!r}: {match[2]} is not a port from 1 to 65535"
    return None


def _transport_problems(profile: Profile) -> list[str | None]:
    found: list[str | None] = []
    if profile.plaintext and not profile.is_local:
        found.append(
            f"plaintext to {profile.target} is refused: numbers and tokens would cross the network unencrypted. "
            "Plaintext goes to this machine only (127.0.0.1, [::1], localhost); use TLS"
        )
    if profile.plaintext:
        tls = ("ca_file", "client_cert", "client_key", "server_name")
        useless = [name for name in tls if getattr(profile, name) is not None]
        if useless:
            found.append(f"plaintext contradicts {', '.join(useless)}: leave out either")
    if (profile.client_cert is None) != (profile.client_key is None):
        found.append("client_cert and client_key go together: give both or none")
    if profile.server_name is not None and not _HOST.fullmatch(profile.server_name):
        found.append(f"server_name {profile.server_name!r} is not a host name")
    return found


def _number_problems(profile: Profile) -> list[str | None]:
    if profile.token_kind not in ("client", "user"):
        return [f"token_kind {profile.token_kind!r} is not known: expected client or user"]
    if profile.token_kind == "user" and profile.number is None:
        return ['token_kind = "user" needs number: the one that the token belongs to (V4)']
    if profile.token_kind == "client" and profile.number is not None:
        return ['number goes with token_kind = "user": leave it out, a client\'s token is for every number (V4)']
    return []


def token_url_problem(url: str) -> str | None:
    """Return why something is not a token endpoint that may get a secret, or None."""
    # The URL is not shown before it is known to hold no password.
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "is not a URL"
    if "@" in parts.netloc or not url.isprintable() or " " in url:
        return "holds a user or characters that no URL has: expected as in https://id.example.com/oauth2/token"
    if parts.query or parts.fragment:
        return "has a query or a fragment: expected as in https://id.example.com/oauth2/token"
    if parts.scheme not in ("http", "https") or not host or port == 0:
        return f"{url!r} is not a web address: expected as in https://id.example.com/oauth2/token"
    if parts.scheme == "http" and not is_loopback(host):
        return f"{url!r} would send the client secret unencrypted: https is needed, except to this machine"
    return None
