"""Access tokens (V4, V9): the file, and what a core lets in."""

import gc
import itertools
import logging
from pathlib import Path
from types import FunctionType, ModuleType

import grpc
import pytest

from sipbreakout_model import E164
from sipbreakout_tui.core import EmbeddedCore, TokenFileError, Tokens
from sipbreakout_tui.core.service import SERVICE
from sipbreakout_tui.core.tokens import MissingScope, NoAccess
from tests.core.conftest import NOT_ACCEPTABLE, NOW, NUMBER, OK, Asked, Clock, asking, delete, status_of, upsert

SCOPE = "call.routing:write"
OTHER = "+4722222222"
SECRET = "c2VjcmV0LXNlY3JldC1zZWNyZXQ="
FILE = f"""
[[token]]
token = "{SECRET}"
kind = "client"
scopes = ["{SCOPE}"]

[[token]]
token = "user-token"
kind = "user"
number = "{NUMBER}"
scopes = ["openid", "{SCOPE}"]
expires = 2027-01-15T08:10:00Z  # 600 s after NOW

[[token]]
token = "no-scope"
kind = "client"
scopes = ["{SCOPE}:read"]
"""
HEAD = '[[token]]\ntoken = "abc"\n'
CLIENT = f'{HEAD}kind = "client"\nscopes = []\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "tokens.toml"
    path.write_text(FILE, encoding="utf-8")
    return path


def bearer(*tokens: str) -> tuple[tuple[str, str], ...]:
    return tuple(("authorization", f"Bearer {token}") for token in tokens)


def test_a_file_is_read(file: Path) -> None:
    tokens = Tokens.read(file)
    assert repr(tokens) == "<Tokens: 3>"
    assert tokens.check(f"Bearer {SECRET}", SCOPE, NOW).number is None
    user = tokens.check("bearer  user-token ", SCOPE, NOW + 599)
    assert (user.number, user.expires) == (E164(NUMBER), NOW + 600)


@pytest.mark.parametrize(
    ("authorization", "words"),
    [
        (None, "no access token: send the metadata `authorization: Bearer TOKEN`, once"),
        ("", "no access token"),
        (SECRET, "no access token"),
        (f"Basic {SECRET}", "no access token"),
        ("Bearer", "no access token"),
        ("Bearer x", "the access token is not known to this core: get a new one"),
        (f"Bearer {SECRET}x", "is not known"),
        (f"Bearer {SECRET[:-1]}", "is not known"),
        ("Bearer \udcff", "is not known"),
        ("Bearer user-token", "the access token expired at 2027-01-15T08:10:00.000Z: get a new one"),
    ],
)
def test_no_access(file: Path, authorization: str | None, words: str) -> None:
    with pytest.raises(NoAccess, match=words) as caught:
        Tokens.read(file).check(authorization, SCOPE, NOW + 600)
    assert SECRET not in str(caught.value)


def test_missing_scope(file: Path) -> None:
    with pytest.raises(MissingScope, match=f"does not hold the scope {SCOPE}: get one that does"):
        Tokens.read(file).check("Bearer no-scope", SCOPE, NOW)


@pytest.mark.parametrize(
    ("expires", "at"),
    [
        ("1800000600", NOW + 600),
        ("1800000600.5", NOW + 600.5),
        ('"2027-01-15T08:10:00Z"', NOW + 600),
        ('"1800000600"', NOW + 600),
        ("2027-01-15T09:10:00+01:00", NOW + 600),
    ],
)
def test_forms_of_expires(tmp_path: Path, expires: str, at: float) -> None:
    path = tmp_path / "tokens.toml"
    path.write_text(f'{HEAD}kind = "client"\nscopes = ["s"]\nexpires = {expires}\n', encoding="utf-8")
    assert Tokens.read(path).check("Bearer abc", "s", NOW).expires == at


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "no token in it: expected at least one [[token]] table"),
        ("token = []", "no token in it"),
        ("token = 1", "no token in it"),
        ("token = [1]", "token 1: not a table"),
        ("[tokens]", "unknown key 'tokens': expected [[token]] tables only"),
        ('[[token]]\ntoken = "abc', "is not TOML: look at its syntax at "),
        (b"\xff", "is not UTF-8"),
        (f"{CLIENT}scope = 1", "token 1: unknown key 'scope': expected token, kind, number, scopes, expires"),
        ('[[token]]\nkind = "client"\nscopes = []', "token 1: token is missing or no bearer token"),
        ('[[token]]\ntoken = "two words"\nkind = "client"\nscopes = []', "no bearer token"),
        ('[[token]]\ntoken = 1\nkind = "client"\nscopes = []', "no bearer token"),
        (f"{HEAD}scopes = []", "token 1: kind is missing or not known: expected client or user"),
        (f'{HEAD}kind = "{SECRET}"\nscopes = []', "kind is missing or not known"),
        (f'{HEAD}kind = ["client"]\nscopes = []', "kind is missing or not known"),
        (f'{CLIENT}number = "+4711111111"', "a client token has no number of its own"),
        (f'{HEAD}kind = "user"\nscopes = []', "a user token needs number"),
        (f'{HEAD}kind = "user"\nnumber = 4711111111\nscopes = []', "a user token needs number"),
        (f'{HEAD}kind = "user"\nnumber = "112"\nscopes = []', "token 1: number '112' is not in E.164 form"),
        (f'{HEAD}kind = "user"\nnumber = "{SECRET}"\nscopes = []', "token 1: number is not in E.164 form"),
        (f'{HEAD}kind = "client"', "token 1: scopes is missing or wrong"),
        (f'{HEAD}kind = "client"\nscopes = "{SCOPE}"', "scopes is missing or wrong"),
        (f'{HEAD}kind = "client"\nscopes = ["two words"]', "scopes is missing or wrong"),
        (f'{CLIENT}expires = "soon"', "token 1: expires is not a time"),
        (f"{CLIENT}expires = 2027-01-15", "expires '2027-01-15' is not a time"),
        (f"{CLIENT}expires = 12:00:00", "is not a time"),
        (f"{CLIENT}expires = true", "expires is not a time"),
        (f"{CLIENT}expires = inf", "expires is not a time"),
        (f"{CLIENT}expires = 1e30", "is not a time"),
        (f"{CLIENT}{CLIENT}", "token 2: the same token as an earlier entry"),
    ],
)
def test_a_faulty_file_is_one_message_without_a_token(tmp_path: Path, content: str | bytes, words: str) -> None:
    path = tmp_path / "tokens.toml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(TokenFileError) as caught:
        Tokens.read(path)
    message = str(caught.value)
    assert message.startswith(f"token file {path}: ")
    assert words in message
    assert "\n" not in message
    assert SECRET not in message
    assert "abc" not in message


@pytest.mark.parametrize("name", ["missing.toml", ".", "nul\0.toml", "\x1b[31m.toml"])
def test_a_file_that_cannot_be_read(tmp_path: Path, name: str) -> None:
    with pytest.raises(TokenFileError, match="cannot be read: ") as caught:
        Tokens.read(tmp_path / name)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("method", ["UpsertRegistration", "DeleteRegistration"])
@pytest.mark.parametrize(
    ("metadata", "code"),
    [
        ((), grpc.StatusCode.UNAUTHENTICATED),
        (bearer("unknown"), grpc.StatusCode.UNAUTHENTICATED),
        (bearer(SECRET, SECRET), grpc.StatusCode.UNAUTHENTICATED),
        (bearer("no-scope"), grpc.StatusCode.PERMISSION_DENIED),
    ],
)
async def test_both_methods_ask_for_a_token_with_the_scope(
    clock: Clock, file: Path, method: str, metadata: tuple[tuple[str, str], ...], code: grpc.StatusCode
) -> None:
    async with asking(EmbeddedCore(clock=clock, tokens=file)) as asked:
        call = getattr(asked.stub, method)
        got, words = await status_of(call(upsert() if method.startswith("U") else delete(), metadata=metadata))
        assert got is code
        assert "token" in words
        assert len(asked.core.book) == 0


async def answer(asked: Asked, number: str | None, token: str) -> tuple[int, str]:
    got = await asked.stub.UpsertRegistration(upsert(number), metadata=bearer(token))
    return got.status_code, got.error_message


async def test_a_client_token_names_any_number(clock: Clock, file: Path) -> None:
    async with asking(EmbeddedCore(clock=clock, tokens=file)) as asked:
        assert await answer(asked, NUMBER, SECRET) == (OK, "")
        assert await answer(asked, OTHER, SECRET) == (OK, "")
        code, words = await answer(asked, None, SECRET)
        assert code == NOT_ACCEPTABLE
        assert "phone_number is missing: name the number with a client access token" in words


async def test_a_user_token_is_its_number(clock: Clock, file: Path) -> None:
    async with asking(EmbeddedCore(clock=clock, tokens=file)) as asked:
        for number in (None, "", NUMBER):
            assert await answer(asked, number, "user-token") == (OK, "")
        assert [str(lease.registration.number) for lease in asked.core.book] == [NUMBER]
        code, words = await answer(asked, OTHER, "user-token")
        assert code == NOT_ACCEPTABLE
        assert f"{OTHER} is not the number of the user access token: name {NUMBER} or leave it out" in words
        refused = await asked.stub.DeleteRegistration(delete(OTHER), metadata=bearer("user-token"))
        assert refused.status_code == NOT_ACCEPTABLE
        deleted = await asked.stub.DeleteRegistration(delete(None), metadata=bearer("user-token"))
        assert (deleted.status_code, len(asked.core.book)) == (OK, 0)


async def test_a_token_that_ends_while_the_core_runs(clock: Clock, file: Path) -> None:
    async with asking(EmbeddedCore(clock=clock, tokens=file)) as asked:
        assert await answer(asked, None, "user-token") == (OK, "")
        clock.now += 600
        code, words = await status_of(asked.stub.UpsertRegistration(upsert(None), metadata=bearer("user-token")))
        assert code is grpc.StatusCode.UNAUTHENTICATED
        assert "expired at" in words


async def test_tokens_are_not_logged(clock: Clock, file: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with asking(EmbeddedCore(clock=clock, tokens=file)) as asked:
        await answer(asked, NUMBER, SECRET)
        await answer(asked, "x", SECRET)
        await status_of(asked.stub.UpsertRegistration(upsert(), metadata=bearer(SECRET + "x")))
        await status_of(asked.stub.UpsertRegistration(upsert(), metadata=bearer("no-scope")))
    assert caplog.records
    assert not [token for token, line in itertools.product((SECRET, "no-scope"), caplog.messages) if token in line]


def reached(start: object) -> list[object]:
    """Everything that an object holds, and what that holds, but for classes, modules and functions."""
    seen: dict[int, object] = {}
    left = [start]
    while left and len(seen) < 100_000:
        each = left.pop()
        if id(each) not in seen and not isinstance(each, (type, ModuleType, FunctionType)):
            seen[id(each)] = each
            left += gc.get_referents(each)
    assert not left
    return list(seen.values())


def test_only_digests_are_kept(file: Path) -> None:
    tokens = Tokens.read(file)
    tokens.check(f"Bearer {SECRET}", SCOPE, NOW)
    texts = [
        each if isinstance(each, str) else each.decode("latin-1")
        for each in reached(tokens)
        if isinstance(each, (str, bytes))
    ]
    assert SCOPE in texts  # it does look into them
    assert [
        token for token, text in itertools.product((SECRET, "user-token", "no-scope"), texts) if token in text
    ] == []


def test_the_scope_is_the_one_the_api_declares() -> None:
    assert [method.name for method in SERVICE.methods] == ["UpsertRegistration", "DeleteRegistration"]
