"""URIs as they stand in SIP messages, read tolerantly: sip, sips, tel, and any other scheme as it is."""

import re
from dataclasses import dataclass, field
from urllib.parse import unquote

from sipbreakout_tui.trace.sip.splitting import WHITE, number, params, split

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*$")
_NUMBER = re.compile(r"\+?[0-9]+")
_SEPARATORS = str.maketrans("", "", "-.()")
_MAX_PORT = 65535


@dataclass(frozen=True, slots=True)
class Uri:
    """A URI in its parts (RFC 3261 section 19.1, RFC 3966); other schemes than sip, sips and tel have no parts."""

    text: str
    """As it was written."""
    scheme: str = ""
    """Lower case; empty where there is none."""
    user: str | None = None
    """As written, with escapes and user parameters, without a password; of a tel URI its number."""
    host: str = ""
    """As written; IPv6 without brackets."""
    port: int | None = None
    params: dict[str, str] = field(default_factory=dict)
    """Names in lower case, escapes decoded."""
    headers: dict[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    """Short sentences that name no value."""

    @classmethod
    def parse(cls, text: str) -> "Uri":
        """Return the URI of any text; what is wrong with it stands in `problems`."""
        text = text.strip(WHITE)
        scheme, colon, rest = text.partition(":")
        if not colon or not _SCHEME.match(scheme):
            return cls(text, problems=("a URI without a scheme",))
        scheme = scheme.lower()
        if scheme == "tel":
            user, _, tail = rest.partition(";")
            return cls(text, scheme, user.strip(WHITE), params=_decoded(params(split(tail, ";"))))
        if scheme not in ("sip", "sips"):
            return cls(text, scheme)
        return cls._sip(text, scheme, rest)

    @classmethod
    def _sip(cls, text: str, scheme: str, rest: str) -> "Uri":
        problems: list[str] = []
        userinfo, at, server = rest.partition("@")
        if not at:
            userinfo, server = "", rest
        server, _, header_text = server.partition("?")
        host_port, _, param_text = server.partition(";")
        if "@" in host_port:
            problems.append("a URI with two @")
            more, _, host_port = host_port.rpartition("@")
            userinfo = f"{userinfo}@{more}"
        host, port, sound = host_and_port(host_port)
        if not sound:
            problems.append("a URI with a port that is none")
        if not host:
            problems.append("a URI without a host")
        return cls(
            text,
            scheme,
            userinfo.partition(":")[0] if at else None,
            host,
            port,
            _decoded(params(split(param_text, ";"))),
            params([part for part in header_text.split("&") if part]),
            tuple(problems),
        )

    @property
    def number(self) -> str | None:
        """The telephone number as written, such as `+4722222222` or `112`; None where the user part is none.

        Escapes are decoded, visual separators and user parameters such as `;phone-context=` left out.
        """
        if self.user is None:
            return None
        digits = unquote(self.user.partition(";")[0]).translate(_SEPARATORS)
        return digits if _NUMBER.fullmatch(digits) else None

    def __str__(self) -> str:
        """Return the URI as it was written."""
        return self.text


def _decoded(found: dict[str, str]) -> dict[str, str]:
    return {unquote(name).lower(): unquote(value) for name, value in found.items()}


def host_and_port(text: str) -> tuple[str, int | None, bool]:
    """Return host, port and whether the port is sound; IPv6 needs no brackets where no port follows.

    Args:
        text: `host`, `host:port`, `[::1]:port` or `::1`.
    """
    text = text.strip(WHITE)
    if text.startswith("["):
        host, _, tail = text[1:].partition("]")
        tail = tail.strip(WHITE)
        if not tail:
            return host, None, True
        port = number(tail[1:]) if tail.startswith(":") else None
    elif text.count(":") == 1:
        host, _, tail = text.partition(":")
        port = number(tail)
    else:
        return text, None, True
    port = port if port is not None and port <= _MAX_PORT else None
    return host.strip(WHITE), port, port is not None
