"""Where the bearer token of a request comes from (V9)."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from sipbreakout_model import SipBreakoutError
from sipbreakout_tui.config import (
    Auth,
    NoAuth,
    OAuthAuth,
    Secret,
    SecretRef,
    SecretUnavailable,
    TokenAuth,
)
from sipbreakout_tui.rpc.errors import NotAuthorised

MARGIN = 60.0
"""Seconds before its end at which a token is replaced; half its life where that is shorter."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Token:
    """An access token; its `repr` does not show it."""

    secret: Secret
    """What stands after `Bearer`."""
    replace_at: float | None = None
    """When to get another one, by the clock of the source; None: when it is refused."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no token. Kept as a value, so that each caller who waits raises an error of its own."""

    kind: type[SipBreakoutError]
    """The class of the error."""
    message: str
    """Its message, without secrets."""


class TokenSource(Protocol):
    """What the client asks for a token before each attempt."""

    async def token(self) -> Secret | None:
        """Return the token to send, or None to send none.

        Raises:
            SipBreakoutError: There should be one, and it cannot be had.
        """

    def refused(self, token: Secret) -> None:
        """Learn that the core did not take a token: the next call fetches another one."""

    async def close(self) -> None:
        """Stop what runs in the background."""


class NoToken:
    """No token is sent."""

    async def token(self) -> Secret | None:
        """Return None."""
        return None

    def refused(self, token: Secret) -> None:
        """Ignore it: there is none."""

    async def close(self) -> None:
        """Do nothing."""


class SharedToken:
    """A token that is kept until it ends or is refused; who asks meanwhile waits for the same fetch."""

    def __init__(self, fetch: Callable[[], Awaitable[Token | Failure]], clock: Callable[[], float] = time.time) -> None:
        """Start without a token.

        Args:
            fetch: Gets a token; expected faults are returned, not raised.
            clock: Seconds, by which tokens end.
        """
        self._fetch = fetch
        self._clock = clock
        self._held: Token | None = None
        self._fetching: asyncio.Task[Token | Failure] | None = None

    async def token(self) -> Secret | None:
        """Return the token, fetched where there is none or its end is near.

        Raises:
            SipBreakoutError: It cannot be had; nothing is kept of the failure.
        """
        held = self._held
        if held is not None and (held.replace_at is None or self._clock() < held.replace_at):
            return held.secret
        if self._fetching is None:
            self._fetching = asyncio.create_task(self._fetch_once())
        # Shielded: a caller who is cancelled takes the token from nobody else.
        got = await asyncio.shield(self._fetching)
        if isinstance(got, Failure):
            raise got.kind(got.message)
        return got.secret

    async def _fetch_once(self) -> Token | Failure:
        try:
            got = await self._fetch()
            self._held = got if isinstance(got, Token) else None
            return got
        finally:
            self._fetching = None

    def refused(self, token: Secret) -> None:
        """Forget the token, unless another one has taken its place."""
        if self._held is not None and self._held.secret is token:
            _log.info("the token was refused: fetching another one")
            self._held = None

    async def close(self) -> None:
        """Cancel a fetch that nobody waits for any more."""
        fetching = self._fetching
        self._held = None
        if fetching is not None:
            fetching.cancel()
            await asyncio.gather(fetching, return_exceptions=True)


def token_source(auth: Auth, *, clock: Callable[[], float] = time.time, timeout: float = 5.0) -> TokenSource:
    """Return where the tokens of a profile come from.

    Args:
        auth: How the profile proves who we are.
        clock: Seconds, by which tokens end.
        timeout: Seconds that the token endpoint may take.
    """
    if isinstance(auth, NoAuth):
        return NoToken()
    if isinstance(auth, TokenAuth):
        ref = auth.token

        async def read() -> Token | Failure:
            return await read_token(ref)

        return SharedToken(read, clock)
    oauth: OAuthAuth = auth

    async def fetch() -> Token | Failure:
        from sipbreakout_tui.rpc.oauth import fetch_token  # loads authlib, 0.3 s

        return await fetch_token(oauth, clock=clock, timeout=timeout)

    return SharedToken(fetch, clock)


async def read_token(ref: SecretRef) -> Token | Failure:
    """Return the token that a reference leads to."""
    secret = await read_secret(ref)
    if isinstance(secret, Failure):
        return secret
    if not can_be_sent(secret):
        return Failure(NotAuthorised, f"{ref} gives no token: it has spaces or characters that no token has")
    return Token(secret)


async def read_secret(ref: SecretRef) -> Secret | Failure:
    """Return what a reference leads to, read beside the event loop: files and commands may block."""
    failure: Failure
    if ref.file is not None and (unsafe := await asyncio.to_thread(ref.warning)) is not None:
        _log.warning("%s", unsafe)
    try:
        return ref.resolve() if ref.env is not None else await asyncio.to_thread(ref.resolve)
    except SecretUnavailable as error:
        failure = Failure(SecretUnavailable, str(error))
    return failure


def can_be_sent(token: Secret) -> bool:
    """Return whether a text may stand after `Bearer`: printing ASCII without spaces (RFC 6750 section 2.1)."""
    text = token.reveal()
    return bool(text) and text.isascii() and text.isprintable() and " " not in text
