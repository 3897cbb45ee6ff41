"""Who gets in: a table over Host, Origin and token, by real requests."""

from collections.abc import Mapping

import pytest
from aiohttp import WSServerHandshakeError
from multidict import CIMultiDict, MultiDict

from sipbreakout_tui.tui.web.access import Access
from tests.tui.web.talking import Served, serving

PORT = 4711
ACCESS = Access(PORT, "secret")
OWN = f"127.0.0.1:{PORT}"

HOSTS = [
    ([OWN], True),
    ([f"localhost:{PORT}"], True),
    ([], False),
    ([OWN, OWN], False),
    ([OWN, "evil.example"], False),
    (["127.0.0.1"], False),
    (["localhost"], False),
    ([f"127.0.0.1:{PORT + 1}"], False),
    ([f"evil.example:{PORT}"], False),
    ([f"127.0.0.1.evil.example:{PORT}"], False),
    ([f"[::1]:{PORT}"], False),
    ([f"0.0.0.0:{PORT}"], False),
    ([f"{OWN}@evil.example"], False),
    ([""], False),
]

ORIGINS = [
    ([], True, False),
    ([f"http://{OWN}"], True, True),
    ([f"http://localhost:{PORT}"], True, True),
    (["null"], False, False),
    ([""], False, False),
    ([f"https://{OWN}"], False, False),
    (["http://127.0.0.1"], False, False),
    ([f"http://127.0.0.1:{PORT + 1}"], False, False),
    (["http://evil.example"], False, False),
    ([f"http://{OWN}/"], False, False),
    ([f"http://{OWN}.evil.example"], False, False),
    ([f"http://{OWN}", "http://evil.example"], False, False),
]

TOKENS = [
    ("/", "token=secret", True),
    ("/", "", False),
    ("/", "token=", False),
    ("/", "token=Secret", False),
    ("/", "token=secret&token=secret", False),
    ("/", "token=sécret", False),
    ("/", "other=secret", False),
    ("/secret/", "", True),
    ("/secret/ws", "width=80", True),
    ("/secret", "", True),
    ("/secre/", "token=secret", False),
    ("/secrets/", "", False),
    ("//secret/", "", False),
    ("/static/secret/", "", False),
    ("/ws", "token=secret", False),
    ("/\udcff/", "", False),
    ("", "", False),
]


def query(text: str) -> MultiDict[str]:
    return MultiDict((name, value) for name, _, value in (pair.partition("=") for pair in text.split("&")))


def headers(hosts: list[str], origins: list[str], **others: str) -> CIMultiDict[str]:
    return CIMultiDict([*(("host", host) for host in hosts), *(("origin", each) for each in origins), *others.items()])


@pytest.mark.parametrize(("hosts", "allowed"), HOSTS)
def test_host(hosts: list[str], allowed: bool) -> None:
    assert (ACCESS.refusal(headers(hosts, []), "/secret/", query("")) is None) is allowed


@pytest.mark.parametrize(("origins", "page", "websocket"), ORIGINS)
def test_origin(origins: list[str], page: bool, websocket: bool) -> None:
    assert (ACCESS.refusal(headers([OWN], origins), "/secret/", query("")) is None) is page
    upgrading = headers([OWN], origins, upgrade="WebSocket")
    assert (ACCESS.refusal(upgrading, "/secret/ws", query("")) is None) is websocket


@pytest.mark.parametrize(("path", "text", "allowed"), TOKENS)
def test_token(path: str, text: str, allowed: bool) -> None:
    assert (ACCESS.refusal(headers([OWN], []), path, query(text)) is None) is allowed


def test_a_token_is_new_each_time_and_not_in_the_repr() -> None:
    one, other = Access(PORT), Access(PORT)
    assert one.token != other.token
    assert len(one.token) >= 43
    assert one.token not in repr(one)


def test_the_port_of_http_is_not_in_host() -> None:
    assert Access(80).hosts == ("127.0.0.1", "localhost")


async def status(served: Served, url: str, given: Mapping[str, str]) -> int:
    async with served.session.get(url, headers=given, allow_redirects=False) as answer:
        if answer.status == 403:
            assert len(await answer.text()) < 100
            assert served.token not in await answer.text()
        return answer.status


async def test_every_kind_of_request_is_checked() -> None:
    async with serving() as served:
        port = served.origin.rpartition(":")[2]
        paths = ["", "static/js/textual.js", "page/page.js", "download/1", "ws", "nothing"]
        plain = [200, 200, 200, 404, 400, 404]
        good: list[dict[str, str]] = [{}, {"Origin": served.origin}, {"Host": f"localhost:{port}"}]
        bad = [{"Host": "evil.example"}, {"Host": f"evil.example:{port}"}, {"Origin": "http://evil.example"}]
        for path, expected in zip(paths, plain, strict=True):
            for given in good:
                assert await status(served, served.root + path, given) == expected, (path, given)
            for given in bad:
                assert await status(served, served.root + path, given) == 403, (path, given)
            for root in (f"{served.origin}/", f"{served.origin}/wrong/"):
                assert await status(served, root + path, {}) == 403, (root, path)
        assert await status(served, served.url, {}) == 303
        assert await status(served, served.url, {"Host": "evil.example"}) == 403
        assert await status(served, served.url[:-1], {}) == 403
        async with served.session.post(served.root) as answer:
            assert answer.status == 405


@pytest.mark.parametrize("case", ["no origin", "null", "other port", "foreign", "foreign host", "wrong token"])
async def test_a_foreign_websocket_starts_nothing(case: str) -> None:
    async with serving() as served:
        origin = {"no origin": None, "null": "null", "foreign": "http://evil.example"}.get(case, served.origin)
        if case == "other port":
            origin = "http://127.0.0.1:1"
        given = {"Host": "evil.example"} if case == "foreign host" else {}
        root = f"{served.origin}/wrong/" if case == "wrong token" else served.root
        with pytest.raises(WSServerHandshakeError) as refused:
            await served.session.ws_connect(f"{root}ws", origin=origin, headers=given)
        assert refused.value.status == 403
        assert served.reports == []


async def test_headers_of_every_answer() -> None:
    async with serving() as served:
        for url in (served.url, served.root + "static/css/xterm.css", served.origin + "/", served.root + "nothing"):
            async with served.session.get(url) as answer:
                policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
                assert policy["default-src"] == "'none'"
                assert policy["script-src"] == "'self'"
                assert policy["frame-ancestors"] == "'none'"
                assert answer.headers["X-Frame-Options"] == "DENY"
                assert answer.headers["Cache-Control"] == "no-store"
                assert answer.headers["Referrer-Policy"] == "no-referrer"
                assert "Set-Cookie" not in answer.headers
