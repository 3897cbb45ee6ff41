"""Access tokens that a core knows (V4, V9): read from a TOML file, kept as digests only.

[[token]]
token = "…"                       # what stands after "Bearer"
kind = "user"                     # client: any number; user: its own only
number = "+4711111111"            # kind user only
scopes = ["call.routing:write"]
expires = 2026-12-31T00:00:00Z    # optional; also Unix seconds, or RFC 3339 as text
"""

import hmac
import re
import secrets
import tomllib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sipbreakout_model import E164, InvalidValue, SipBreakoutError
from sipbreakout_model.times import parse_time, rfc3339
from sipbreakout_tui.safe_text import visible

MAX_BYTES = 16 * 1024 * 1024
"""The largest token file that is read."""

_KEYS = ("token", "kind", "number", "scopes", "expires")
_KINDS = ("client", "user")
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")  # RFC 6750 section 2.1
_HARMLESS = re.compile(r"[+0-9.:TZ -]{1,32}")
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")  # RFC 6749 section 3.3


class TokenFileError(InvalidValue):
    """A token file that cannot be used; no message shows a token."""


class NoAccess(SipBreakoutError):
    """A request without a token that the core knows and that is in force (UNAUTHENTICATED)."""


class MissingScope(SipBreakoutError):
    """A request whose token does not hold the scope of the method (PERMISSION_DENIED, V9)."""


@dataclass(frozen=True, slots=True)
class Token:
    """What a token allows; not the token itself."""

    number: E164 | None
    """The number a user token is bound to (V4); None for a client token."""
    scopes: frozenset[str]
    """What it may be used for."""
    expires: float | None
    """Unix time in seconds from which on it is not valid; None: never."""


class Tokens:
    """The tokens of a core, found in constant time whatever the number of tokens and their text."""

    __slots__ = ("_by_digest", "_key")

    def __init__(self, tokens: Iterable[tuple[str, Token]]) -> None:
        """Keep a keyed digest of each token's text, and forget the text."""
        # With a key of this process, how long a look-up takes tells nothing about a token.
        self._key = secrets.token_bytes(32)
        self._by_digest = {self._digest(text): token for text, token in tokens}

    @classmethod
    def read(cls, path: Path) -> "Tokens":
        """Return the tokens of a file.

        Raises:
            TokenFileError: It cannot be read, or an entry is faulty; the message names the entry by its index.
        """
        name = visible(str(path))
        try:
            return cls(_entries(_document(path)))
        except TokenFileError as error:
            raise TokenFileError(f"token file {name}: {error}") from error.__cause__

    def check(self, authorization: str | None, scope: str, now: float) -> Token:
        """Return the token of a request.

        Args:
            authorization: The value of the metadata `authorization`, or None where there is not exactly one.
            scope: The scope the method asks for.
            now: Unix time in seconds.

        Raises:
            NoAccess: No token, an unknown one, or one that has expired.
            MissingScope: It does not hold the scope.
        """
        scheme, _, text = (authorization or "").strip().partition(" ")
        if scheme.lower() != "bearer" or not text:
            raise NoAccess("no access token: send the metadata `authorization: Bearer TOKEN`, once")
        token = self._by_digest.get(self._digest(text.strip()))
        if token is None:
            raise NoAccess("the access token is not known to this core: get a new one")
        if token.expires is not None and now >= token.expires:
            raise NoAccess(f"the access token expired at {rfc3339(token.expires)}: get a new one")
        if scope not in token.scopes:
            raise MissingScope(f"the access token does not hold the scope {scope}: get one that does (V9)")
        return token

    def __len__(self) -> int:
        """Return how many tokens there are."""
        return len(self._by_digest)

    def __repr__(self) -> str:
        """Return the class and how many tokens there are."""
        return f"<Tokens: {len(self)}>"

    def _digest(self, text: str) -> bytes:
        return hmac.digest(self._key, text.encode("utf-8", "surrogatepass"), "sha256")


def _document(path: Path) -> Mapping[str, object]:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        why = error.strerror if isinstance(error, OSError) else error
        raise TokenFileError(f"cannot be read: {why}") from error
    if len(content) > MAX_BYTES:
        raise TokenFileError(f"is larger than {MAX_BYTES} bytes: split it")
    try:
        return tomllib.loads(content.decode("utf-8"))
    except UnicodeDecodeError:
        raise TokenFileError("is not UTF-8: save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        # The parser's message may end with a piece of the file, and so with a token: only where is told.
        where = re.search(r"\(at ([^()]*)\)$", str(error))
        at = f" at {where[1].removeprefix('at ')}" if where else ""
        raise TokenFileError(f"is not TOML: look at its syntax{at}") from None


def _entries(document: Mapping[str, object]) -> list[tuple[str, Token]]:
    unknown = sorted(set(document) - {"token"})
    if unknown:
        raise TokenFileError(f"unknown key {unknown[0][:20]!r}: expected [[token]] tables only")
    tables = document.get("token")
    if not isinstance(tables, list) or not tables:
        raise TokenFileError("no token in it: expected at least one [[token]] table")
    entries: dict[str, Token] = {}
    for index, table in enumerate(tables, 1):
        try:
            text, token = _entry(table)
            if text in entries:
                raise TokenFileError("the same token as an earlier entry: every token is there once")
        except InvalidValue as error:
            raise TokenFileError(f"token {index}: {error}") from None
        entries[text] = token
    return list(entries.items())


def _entry(table: object) -> tuple[str, Token]:
    if not isinstance(table, dict):
        raise TokenFileError("not a table: write [[token]] above it")
    unknown = sorted(set(table) - set(_KEYS))
    if unknown:
        raise TokenFileError(f"unknown key {unknown[0][:20]!r}: expected {', '.join(_KEYS)}")
    text = table.get("token")
    if not isinstance(text, str) or _TOKEN.fullmatch(text) is None:
        raise TokenFileError("token is missing or no bearer token: expected letters, digits and -._~+/= as text")
    kind = table.get("kind")
    if kind not in _KINDS:
        raise TokenFileError("kind is missing or not known: expected client or user")
    number = table.get("number")
    if kind == "client" and number is not None:
        raise TokenFileError("a client token has no number of its own: take number out, or make it kind user (V4)")
    if kind == "user" and not isinstance(number, str):
        raise TokenFileError("a user token needs number, the one it is bound to, as text such as +4711111111 (V4)")
    return text, Token(
        _number(number) if isinstance(number, str) else None,
        _scopes(table.get("scopes")),
        _expires(table.get("expires")),
    )


def _number(text: str) -> E164:
    try:
        return E164(text)
    except InvalidValue:
        raise TokenFileError(f"number{_shown(text)} is not in E.164 form: expected such as +4711111111") from None


def _scopes(value: object) -> frozenset[str]:
    if not isinstance(value, list) or not all(isinstance(scope, str) and _SCOPE.fullmatch(scope) for scope in value):
        raise TokenFileError('scopes is missing or wrong: expected a list such as ["call.routing:write"], or []')
    return frozenset(value)


def _expires(value: object) -> float | None:
    if value is None:
        return None
    # Python counts true as a number, and a datetime as a date.
    if isinstance(value, (str, int, float, datetime)) and not isinstance(value, bool):
        with suppress(InvalidValue):
            return parse_time(value.isoformat() if isinstance(value, datetime) else str(value))
    raise TokenFileError(
        f"expires{_shown(value)} is not a time: expected RFC 3339 such as 2026-12-31T00:00:00Z, or Unix seconds"
    )


def _shown(value: object) -> str:
    """Return a value for a message, or nothing where it may be a token on the wrong line."""
    text = str(value)
    return f" {text!r}" if _HARMLESS.fullmatch(text) else ""
