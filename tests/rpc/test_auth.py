"""Tokens: where they come from, how long they are kept, and that nobody ever sees them (V9)."""

import asyncio
import base64
import json
import logging
import os
import ssl
import sys
import traceback
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from urllib.parse import parse_qs, quote_plus, unquote_plus

import grpc
import pytest
import trustme
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sipbreakout_model import SipBreakoutError
from sipbreakout_tui.config import OAuthAuth, Secret, SecretRef, SecretUnavailable, TokenAuth
from sipbreakout_tui.rpc.auth import Failure, SharedToken, Token, can_be_sent, token_source
from sipbreakout_tui.rpc.errors import CannotReachCore, NotAuthorised
from sipbreakout_tui.rpc.oauth import _token, fetch_token
from tests.rpc.fake_core import REGISTRATION, UNAVAILABLE, Bench, FakeTime, bench, body, fails, ok
from tests.rpc.fake_token_endpoint import CLIENT_ID, CLIENT_SECRET, TokenEndpoint, answer, granted, token_endpoint

UNAUTHENTICATED = fails(grpc.StatusCode.UNAUTHENTICATED, "bad token")
DENIED = fails(grpc.StatusCode.PERMISSION_DENIED, "no scope")
TOKEN = "t0ken-of.the_lab"


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB_TOKEN", TOKEN)
    monkeypatch.setenv("LAB_SECRET", CLIENT_SECRET)


def lab(endpoint: TokenEndpoint, deadline: float = 5.0) -> AbstractAsyncContextManager[Bench]:
    return bench(ok(), auth=oauth(endpoint.url), deadline=deadline)


def oauth(url: str) -> OAuthAuth:
    return OAuthAuth(url, CLIENT_ID, SecretRef(env="LAB_SECRET"))


# A token by reference

FROM_ENV = TokenAuth(SecretRef(env="LAB_TOKEN"))


async def test_token_is_sent_with_every_attempt_and_read_once(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("one\n", encoding="utf-8")
    path.chmod(0o600)
    async with bench(UNAVAILABLE, ok(), auth=TokenAuth(SecretRef(file=path))) as on:
        await on.client.upsert(REGISTRATION)
        path.unlink()
        await on.client.delete(REGISTRATION)
    assert on.core.authorizations == ["Bearer one"] * 3


async def test_token_is_read_again_once_when_it_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("old", encoding="utf-8")
    path.chmod(0o600)
    async with bench(UNAUTHENTICATED, ok(), auth=TokenAuth(SecretRef(file=path))) as on:

        def renew() -> None:
            path.write_text("new", encoding="utf-8")

        on.core.on_request = renew
        await on.client.upsert(REGISTRATION)
    assert on.core.authorizations == ["Bearer old", "Bearer new"]
    assert on.time.slept == []


async def test_token_that_stays_bad_is_tried_twice() -> None:
    async with bench(UNAUTHENTICATED, auth=FROM_ENV) as on:
        with pytest.raises(NotAuthorised, match=r"UNAUTHENTICATED after 2 attempts .*bad token.*config check"):
            await on.client.upsert(REGISTRATION)
    assert len(on.core.requests) == 2


async def test_lacking_right_is_final() -> None:
    async with bench(DENIED, auth=FROM_ENV) as on:
        with pytest.raises(NotAuthorised, match=r"no scope.*call.routing:write"):
            await on.client.upsert(REGISTRATION)
    assert len(on.core.requests) == 1


async def test_token_of_a_command() -> None:
    ref = SecretRef(command=(sys.executable, "-c", "print('from-command')"))
    async with bench(ok(), auth=TokenAuth(ref)) as on:
        await on.client.upsert(REGISTRATION)
    assert on.core.authorizations == ["Bearer from-command"]


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such permissions")
async def test_token_that_others_may_read_is_warned_of(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "token"
    path.write_text(TOKEN, encoding="utf-8")
    path.chmod(0o644)
    async with bench(ok(), auth=TokenAuth(SecretRef(file=path))) as on:
        await on.client.upsert(REGISTRATION)
    assert [record.message for record in caplog.records if record.levelno == logging.WARNING] == [
        f"file {path} can be read by other users: chmod 600 {path}"
    ]


async def test_missing_token_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LAB_TOKEN")
    async with bench(ok(), auth=FROM_ENV) as on:
        with pytest.raises(SecretUnavailable, match="environment variable LAB_TOKEN is not set"):
            await on.client.upsert(REGISTRATION)
    assert on.core.requests == []


@pytest.mark.parametrize("text", ["two words", "line\nbreak", "tøken", "a\x00b"[:1] + "\x7f"])
async def test_text_that_is_no_token_is_not_sent(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("LAB_TOKEN", text)
    async with bench(ok(), auth=FROM_ENV) as on:
        with pytest.raises(NotAuthorised, match="environment variable LAB_TOKEN gives no token") as caught:
            await on.client.upsert(REGISTRATION)
    assert text not in str(caught.value)
    assert on.core.requests == []


# Client credentials


async def test_request_to_the_token_endpoint() -> None:
    async with token_endpoint(granted("abc")) as endpoint, lab(endpoint) as on:
        await on.client.upsert(REGISTRATION)
    assert on.core.authorizations == ["Bearer abc"]
    (asked,) = endpoint.asked
    assert asked.line == "POST /oauth2/token HTTP/1.1"
    assert parse_qs(asked.body) == {"grant_type": ["client_credentials"], "scope": ["call.routing:write"]}
    assert asked.headers["content-type"].startswith("application/x-www-form-urlencoded")
    scheme, _, basic = asked.headers["authorization"].partition(" ")
    # RFC 6749 section 2.3.1: id and secret are form-encoded inside Basic.
    pair = base64.b64decode(basic).decode("ascii").split(":")
    assert (scheme, [unquote_plus(part) for part in pair]) == ("Basic", [CLIENT_ID, CLIENT_SECRET])


async def test_token_is_kept_until_a_minute_before_its_end() -> None:
    async with token_endpoint(granted("one"), granted("two")) as endpoint, lab(endpoint) as on:
        await on.client.upsert(REGISTRATION)
        on.time.now += 3539
        await on.client.upsert(REGISTRATION)
        on.time.now += 1
        await on.client.upsert(REGISTRATION)
    assert on.core.authorizations == ["Bearer one", "Bearer one", "Bearer two"]
    assert len(endpoint.asked) == 2


async def test_everybody_waits_for_the_same_token() -> None:
    async with token_endpoint(granted("one"), gated=True) as endpoint, lab(endpoint) as on:
        endpoint.on_request = endpoint.gate.set
        await asyncio.gather(*(on.client.upsert(REGISTRATION) for _ in range(50)))
    assert len(endpoint.asked) == 1
    assert on.core.authorizations == ["Bearer one"] * 50


async def test_refused_token_is_replaced_once_for_all() -> None:
    async with token_endpoint(granted("old"), granted("new")) as endpoint, lab(endpoint) as on:
        await on.client.upsert(REGISTRATION)

        async def picky(request: object, context: object) -> object:
            step = ok() if on.core.authorizations[-1] == "Bearer new" else UNAUTHENTICATED
            return await step(request, context)  # type: ignore[arg-type]

        on.core.script = [picky]
        await asyncio.gather(*(on.client.upsert(REGISTRATION) for _ in range(2)), return_exceptions=True)
        await on.client.upsert(REGISTRATION)
    assert len(endpoint.asked) == 2


async def test_token_that_stays_refused_is_fetched_once_more() -> None:
    async with token_endpoint(granted("one")) as endpoint, bench(UNAUTHENTICATED, auth=oauth(endpoint.url)) as on:
        with pytest.raises(NotAuthorised, match="UNAUTHENTICATED after 2 attempts"):
            await on.client.upsert(REGISTRATION)
    assert len(endpoint.asked) == 2


REFUSED_CLIENT = answer(401, json.dumps({"error": "invalid_client", "error_description": "who\x1b[2J are you"}))


@pytest.mark.parametrize(
    ("given_answer", "kind", "words"),
    [
        (REFUSED_CLIENT, NotAuthorised, r"answered 401: invalid_client: who\\x1b\[2J are you\. Then check client_id"),
        (answer(401, "no", "text/plain"), NotAuthorised, "answered 401: check client_id and client_secret"),
        (answer(403, '{"message": "no"}'), NotAuthorised, "answered 403 without an error code: check client_id"),
        (answer(404, "<html>", "text/html"), NotAuthorised, "answered 404"),
        (answer(302, "", more="Location: http://127.0.0.1:1/\r\n"), NotAuthorised, "answered 302: it redirects"),
        (answer(500, '{"error": "server_error"}'), CannotReachCore, "failed with 500: try again later"),
        (answer(503, "busy"), CannotReachCore, "failed with 503"),
        (answer(200, "<html>"), NotAuthorised, "answered 200 with something that is no token in JSON"),
        (answer(200, "[]"), NotAuthorised, "something that is no token in JSON"),
        (answer(200, "{}"), NotAuthorised, "no usable token: access_token is missing"),
        (granted("a\nb"), NotAuthorised, "access_token has characters that no token has"),
        (granted("abc", token_type="mac"), NotAuthorised, "token_type is not Bearer"),
        (granted("abc", expires_in=-1), NotAuthorised, "expires_in is not above 0"),
        (granted("abc", expires_in="soon"), NotAuthorised, "is no token in JSON"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}",
            CannotReachCore,
            "gave no answer in HTTP: RemoteProtocolError",
        ),
        (b"SSH-2.0\r\n", CannotReachCore, "gave no answer in HTTP"),
        (b"", CannotReachCore, "gave no answer in HTTP"),
        (None, CannotReachCore, r"did not answer within 0\.2 s"),
    ],
)
async def test_faults_of_the_token_endpoint(
    given_answer: bytes | None, kind: type[SipBreakoutError], words: str
) -> None:
    deadline = 0.2 if given_answer is None else 5.0
    async with token_endpoint(given_answer) as endpoint, lab(endpoint, deadline) as on:
        with pytest.raises(kind, match=words) as caught:
            await on.client.upsert(REGISTRATION)
    assert str(caught.value).startswith(f"the token endpoint {endpoint.url} ")
    assert str(caught.value).isprintable()
    assert on.core.requests == []
    assert len(endpoint.asked) == 1 or given_answer is None  # a busy machine may not even send in time


async def test_token_endpoint_that_is_not_there() -> None:
    async with token_endpoint(granted("abc")) as endpoint:
        pass
    async with lab(endpoint) as on:
        with pytest.raises(CannotReachCore, match=r"the token endpoint .* cannot be reached: "):
            await on.client.upsert(REGISTRATION)


async def test_token_endpoint_with_an_unknown_certificate() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    async with token_endpoint(granted("abc"), tls=context) as endpoint, lab(endpoint) as on:
        with pytest.raises(CannotReachCore, match=r"cannot be reached: .*certificate verify failed"):
            await on.client.upsert(REGISTRATION)
    assert endpoint.asked == []


async def test_failure_reaches_everybody_who_waits_and_is_not_kept() -> None:
    async with token_endpoint(answer(503, ""), granted("abc")) as endpoint, lab(endpoint) as on:
        results = await asyncio.gather(*(on.client.upsert(REGISTRATION) for _ in range(9)), return_exceptions=True)
        assert {type(result) for result in results} == {CannotReachCore}
        assert len(set(map(id, results))) == 9
        await on.client.upsert(REGISTRATION)
    assert len(endpoint.asked) == 2


async def test_proxy_of_the_environment_never_sees_the_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    async with token_endpoint(granted("bad")) as proxy, token_endpoint(granted("good")) as endpoint:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        token = await fetch_token(oauth(endpoint.url))
    assert isinstance(token, Token)
    assert token.secret == Secret("good")
    assert proxy.asked == []


async def test_client_that_closes_stops_the_fetch() -> None:
    async with token_endpoint(None) as endpoint, lab(endpoint) as on:
        asked = asyncio.Event()
        endpoint.on_request = asked.set
        request = asyncio.create_task(on.client.upsert(REGISTRATION))
        await asked.wait()
        request.cancel()
        await asyncio.gather(request, return_exceptions=True)
    assert len(endpoint.asked) == 1


# What is kept, without sockets


async def test_cancelled_caller_takes_the_token_from_nobody() -> None:
    gate = asyncio.Event()
    fetches = 0

    async def fetch() -> Token:
        nonlocal fetches
        fetches += 1
        await gate.wait()
        return Token(Secret("abc"))

    shared = SharedToken(fetch)
    first, second = asyncio.create_task(shared.token()), asyncio.create_task(shared.token())
    await asyncio.sleep(0)
    first.cancel()
    gate.set()
    assert await second == Secret("abc")
    assert fetches == 1


async def test_late_refusal_does_not_drop_the_token_that_came_after() -> None:
    tokens = iter([Token(Secret("one")), Token(Secret("two")), Token(Secret("three"))])

    async def fetch() -> Token:
        return next(tokens)

    shared = SharedToken(fetch)
    one = await shared.token()
    assert one is not None
    shared.refused(one)
    two = await shared.token()
    shared.refused(one)
    assert await shared.token() is two


@pytest.mark.parametrize(("life", "kept"), [(3600, 3540), (90, 45), ("600", 540), (1, 0.5)])
def test_when_a_token_is_replaced(life: object, kept: float) -> None:
    token = _token({"access_token": "abc", "expires_in": life}, 1000.0)
    assert isinstance(token, Token)
    assert token.replace_at == 1000 + kept


def test_token_without_an_end_is_kept_until_it_is_refused() -> None:
    token = _token({"access_token": "abc"}, 1000.0)
    assert isinstance(token, Token)
    assert token.replace_at is None


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
_names = st.sampled_from(["access_token", "token_type", "expires_in", "expires_at", "error", "error_description"])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([200, 400, 401]), _json | st.dictionaries(_names, _json | st.just("abc"), max_size=4))
def test_any_json_is_a_token_or_a_failure(status: int, document: object) -> None:
    async def ask() -> Token | Failure:
        async with token_endpoint(answer(status, json.dumps(document))) as endpoint:
            return await fetch_token(oauth(endpoint.url))

    got = asyncio.run(ask())
    if isinstance(got, Token):
        assert can_be_sent(got.secret)
    else:
        assert got.message.isprintable()


# Nobody sees a secret


def everything_of(error: BaseException) -> str:
    """The error as text in every way that Python prints it, also with the values of our variables."""
    said = ["".join(traceback.format_exception(error))]
    links = [error]
    while (link := links[-1].__cause__ or links[-1].__context__) is not None:
        links.append(link)
    for link in links:
        said += [repr(link), str(link), repr(vars(link))]
        frames = [pair for pair in traceback.walk_tb(link.__traceback__) if "tests" not in pair[0].f_code.co_filename]
        said += traceback.StackSummary.extract(iter(frames), capture_locals=True).format()
    return "".join(said)


BASIC = base64.b64encode(f"{quote_plus(CLIENT_ID)}:{quote_plus(CLIENT_SECRET)}".encode()).decode()
FORMS = {
    "token": TOKEN,
    "secret": CLIENT_SECRET,
    "Basic": BASIC,
    "granted": "gr4nted-token",
}
ECHO = f"not {TOKEN}, nor {CLIENT_SECRET}, nor {BASIC}"


@pytest.mark.parametrize("step", [fails(grpc.StatusCode.UNAUTHENTICATED, ECHO), fails(grpc.StatusCode.INTERNAL, ECHO)])
async def test_core_that_echoes_the_token(step: object, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with bench(step, auth=FROM_ENV) as on:  # type: ignore[arg-type]
        with pytest.raises(SipBreakoutError) as caught:
            await on.client.upsert(REGISTRATION)
        shown = everything_of(caught.value) + caplog.text + repr(on.client) + repr(vars(on.client))
        shown += repr(vars(on.client._tokens)) + repr(on.client.profile)
    assert "not (hidden), nor" in str(caught.value)
    assert TOKEN not in shown


async def test_core_that_echoes_the_token_in_its_refusal(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with bench(body(2, ECHO), auth=FROM_ENV) as on:
        with pytest.raises(SipBreakoutError) as caught:
            await on.client.upsert(REGISTRATION)
    assert TOKEN not in everything_of(caught.value) + caplog.text


@pytest.mark.parametrize(
    "given_answer",
    [
        answer(401, json.dumps({"error": "invalid_client", "error_description": ECHO})),
        answer(401, json.dumps({"error": ECHO})),
        answer(400, ECHO),
        answer(500, ECHO),
        answer(200, json.dumps({"access_token": "gr4nted-token", "token_type": ECHO})),
        answer(200, json.dumps({"access_token": "gr4nted-token", "expires_in": "gr4nted-token"})),
        answer(302, "", more="Location: http://127.0.0.1:1/gr4nted-token\r\n"),
        b"HTTP/1.1 200 OK\r\nnonsense gr4nted-token\r\n\r\n",
        None,
    ],
)
async def test_token_endpoint_that_echoes_secrets(
    given_answer: bytes | None, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    deadline = 0.2 if given_answer is None else 5.0
    async with token_endpoint(given_answer) as endpoint, lab(endpoint, deadline) as on:
        with pytest.raises(SipBreakoutError) as caught:
            await on.client.upsert(REGISTRATION)
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("sipbreakout")]
    shown = everything_of(caught.value) + "".join(ours) + "".join(capfd.readouterr())
    assert [name for name, form in FORMS.items() if name != "token" and form in shown] == []
    assert CLIENT_SECRET not in caplog.text
    assert BASIC not in caplog.text


async def test_a_good_day_logs_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with token_endpoint(granted("gr4nted-token")) as endpoint, lab(endpoint) as on:
        await on.client.upsert(REGISTRATION)
    assert [name for name, form in FORMS.items() if form in caplog.text] == []
    assert "got a token from http://127.0.0.1" in caplog.text


async def test_source_of_a_profile_without_auth() -> None:
    from sipbreakout_tui.config import NoAuth

    source = token_source(NoAuth(), clock=FakeTime().clock)
    source.refused(Secret("abc"))
    assert await source.token() is None
    await source.close()
