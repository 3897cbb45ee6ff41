"""OAuth 2.0 client credentials: one fetch of an access token (RFC 6749 section 4.4)."""

import asyncio
import logging
import math
import ssl
import time
from base64 import b64encode
from collections.abc import Callable
from typing import Any
from urllib.parse import quote_plus, urlsplit

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client

from sipbreakout_model import SipBreakoutError
from sipbreakout_tui import __version__
from sipbreakout_tui.config import OAuthAuth, Secret, met, without
from sipbreakout_tui.config.profile import is_loopback
from sipbreakout_tui.rpc.auth import MARGIN, Failure, Token, can_be_sent, read_secret
from sipbreakout_tui.rpc.errors import CannotReachCore, NotAuthorised
from sipbreakout_tui.safe_text import visible

MAX_WORDS = 200
"""How much of the endpoint's own words is shown, in characters."""

_CHECK = "check client_id and client_secret with: sipbreakout config check"

_log = logging.getLogger(__name__)


async def fetch_token(
    auth: OAuthAuth, *, clock: Callable[[], float] = time.time, timeout: float = 5.0
) -> Token | Failure:
    """Return an access token from the token endpoint, or why there is none.

    Args:
        auth: Endpoint and credentials.
        clock: Seconds; what `replace_at` counts by.
        timeout: Seconds that the endpoint may take in all.
    """
    client_id = Secret(auth.client_id) if isinstance(auth.client_id, str) else await read_secret(auth.client_id)
    if isinstance(client_id, Failure):
        return client_id
    client_secret = await read_secret(auth.client_secret)
    if isinstance(client_secret, Failure):
        return client_secret
    asked_at = clock()
    answer = await _ask(auth, client_id, client_secret, timeout)
    if isinstance(answer, Failure):
        return answer
    token = _token(answer, asked_at)
    if isinstance(token, str):
        return Failure(NotAuthorised, f"the token endpoint {auth.token_url} gave no usable token: {token}")
    _log.info("got a token from %s", auth.token_url)
    return token


async def _ask(auth: OAuthAuth, client_id: Secret, client_secret: Secret, timeout: float) -> dict[str, Any] | Failure:
    """Return what the endpoint answers; no exception that may hold the credentials gets out."""
    # Reading the system's certificates takes a while: beside the event loop. Without TLS none are needed.
    plain = urlsplit(auth.token_url).scheme == "http"
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if plain else await asyncio.to_thread(httpx2.create_ssl_context)
    status: list[int] = []
    kind: type[SipBreakoutError]

    def note(response: httpx2.Response) -> httpx2.Response:
        status.append(response.status_code)
        return response

    try:
        async with asyncio.timeout(timeout), _client(auth, client_id, client_secret, timeout, trust) as client:
            client.register_compliance_hook("access_token_response", note)
            answer = await client.fetch_token(auth.token_url, grant_type="client_credentials")
            if status[-1] < 400 and isinstance(answer, dict):
                return answer
            kind, why = NotAuthorised, f"answered {status[-1]} without an error code: {_CHECK}"
    except OAuthError as error:
        words = f"{error.error}: {error.description}" if error.description else str(error.error)
        words = _shown(words, client_id, client_secret)
        kind, why = NotAuthorised, f"answered {status[-1]}: {words}. Then {_CHECK}"
    except (TimeoutError, httpx2.TimeoutException):
        kind, why = CannotReachCore, f"did not answer within {timeout:g} s"
    except httpx2.HTTPStatusError as error:
        kind, why = _of_status(error.response.status_code)
    except httpx2.ConnectError as error:
        words = _shown(str(error), client_id, client_secret)
        kind, why = CannotReachCore, f"cannot be reached: {words or 'no connection'}"
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:  # its text may quote what was received
        kind, why = CannotReachCore, f"gave no answer in HTTP: {type(error).__name__}"
    except (ValueError, TypeError, KeyError, ArithmeticError, RecursionError):
        kind, why = _of_status(status[-1] if status else 200)
    return Failure(kind, f"the token endpoint {auth.token_url} {why}")


def _shown(words: str, client_id: Secret, client_secret: Secret) -> str:
    """Return the endpoint's words without the credentials, nor the header that they were sent in."""
    user, password = client_id.reveal(), client_secret.reveal()
    pairs = (f"{quote_plus(user)}:{quote_plus(password)}", f"{user}:{password}")  # as sent, and as it may be made anew
    headers = [Secret(b64encode(pair.encode("utf-8", "surrogatepass")).decode("ascii")) for pair in pairs]
    return visible(without(words, *headers, client_secret)[:MAX_WORDS])


def _of_status(code: int) -> tuple[type[SipBreakoutError], str]:
    """Return error and words for an answer that is not the JSON object that it should be."""
    if code >= 500:
        return CannotReachCore, f"failed with {code}: try again later"
    if code >= 400:
        return NotAuthorised, f"answered {code}: {_CHECK}"
    if code >= 300:
        return NotAuthorised, f"answered {code}: it redirects, and credentials follow nowhere: correct token_url"
    return NotAuthorised, f"answered {code} with something that is no token in JSON: is token_url right?"


def _client(
    auth: OAuthAuth, client_id: Secret, client_secret: Secret, timeout: float, trust: ssl.SSLContext
) -> AsyncOAuth2Client:
    # Form-encoded before they are put in Basic: RFC 6749 section 2.3.1; authlib does not.
    local = is_loopback(urlsplit(auth.token_url).hostname or "")
    return AsyncOAuth2Client(
        quote_plus(client_id.reveal()),
        quote_plus(client_secret.reveal()),
        scope=auth.scope,
        token_endpoint_auth_method="client_secret_basic",
        timeout=timeout,
        follow_redirects=False,
        verify=trust,
        headers={"User-Agent": f"sipbreakout/{__version__}"},
        trust_env=not local,  # no proxy of the environment between us and this machine
    )


def _token(answer: dict[str, Any], asked_at: float) -> Token | str:
    """Return the token of an answer, or what is wrong with it; no value of the answer is shown."""
    text, kind, life = answer.get("access_token"), answer.get("token_type", "bearer"), answer.get("expires_in")
    if not isinstance(text, str):
        return "access_token is missing"
    secret = met(Secret(text))
    if not can_be_sent(secret):
        return "access_token has characters that no token has"
    if not isinstance(kind, str) or kind.lower() != "bearer":
        return "token_type is not Bearer"
    if life is None:
        return Token(secret)
    try:
        seconds = float(life)
    except (TypeError, ValueError, OverflowError):
        return "expires_in is no number"
    if not math.isfinite(seconds) or seconds <= 0:
        return "expires_in is not above 0"
    return Token(secret, asked_at + seconds - min(MARGIN, seconds / 2))
