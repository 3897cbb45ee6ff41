"""Who may talk to the server: pages of its own origin that know the token."""

import hmac
import secrets
from dataclasses import dataclass, field

from multidict import MultiMapping

HOST = "127.0.0.1"
"""The only address that is listened on."""

TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class Access:
    """The port and the secret of one server.

    The secret is in the path of everything that is served, not in a cookie: a browser sends the
    cookies of 127.0.0.1 to every port of it, so also to servers of other users of this machine.
    """

    port: int
    """The port that is listened on."""
    token: str = field(default_factory=lambda: secrets.token_urlsafe(TOKEN_BYTES), repr=False)
    """The secret, safe in a URL."""

    @property
    def hosts(self) -> tuple[str, str]:
        """What a browser that was sent here puts into Host."""
        port = "" if self.port == 80 else f":{self.port}"
        return f"{HOST}{port}", f"localhost{port}"

    @property
    def url(self) -> str:
        """The URL to give to a person."""
        return f"http://{self.hosts[0]}/?token={self.token}"

    @property
    def root(self) -> str:
        """The path below which everything is served."""
        return f"/{self.token}/"

    def refusal(self, headers: MultiMapping[str], path: str, query: MultiMapping[str]) -> str | None:
        """Return why a request is refused, or None for one that is let in.

        Args:
            headers: Its headers. Host must be ours, Origin too where it is present, and what upgrades
                to a websocket needs an Origin.
            path: Its decoded path; it begins with the token, or is `/`.
            query: Its query, which holds the token where the path is `/`.
        """
        hosts = headers.getall("Host", [])
        if len(hosts) != 1 or hosts[0] not in self.hosts:
            return "This server answers only to its own address."
        origins = headers.getall("Origin", [])
        own = [f"http://{host}" for host in self.hosts]
        if any(origin not in own for origin in origins) or ("Upgrade" in headers and len(origins) != 1):
            return "This server answers only to its own page."
        tokens = query.getall("token", []) if path == "/" else path.split("/")[1:2]
        if len(tokens) != 1 or not self._is_token(tokens[0]):
            return "Open the whole URL that sipbreakout web printed: it holds a token, new at each start."
        return None

    def _is_token(self, text: str) -> bool:
        return hmac.compare_digest(text.encode("utf-8", "replace"), self.token.encode("ascii"))
