"""Tabs and their programs: sizes, keys, downloads, bounds, ends; and what the page names."""

import asyncio
import re
import socket
import sys
from pathlib import Path

import pytest

from sipbreakout_tui.tui.web import child as child_module
from sipbreakout_tui.tui.web.server import PAGE, CannotServe, WebServer
from tests.tui.web.child_app import FAILS_WITH
from tests.tui.web.talking import Watched, serving

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="watches processes by pidfd")

SERVED_SUFFIXES = (".html", ".css", ".js", ".svg")
NAMESPACES = ("http://www.w3.org/2000/svg",)
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


async def test_a_tab_shows_its_program_in_the_size_of_the_browser() -> None:
    async with serving() as served, served.tab("width=100&height=30") as tab:
        await tab.find("100x30;")
        await tab.find("Quit")  # the footer is there before anybody clicks
        await tab.socket.send_json(["ping", "12"])
        await tab.find(r'\["pong", ?"12"\]')
        await tab.socket.send_json(["resize", {"width": 70, "height": 20}])
        await tab.find("70x20;")


async def test_what_makes_no_sense_is_ignored() -> None:
    async with serving() as served, served.tab("width=x&height=") as tab:
        await tab.find("80x24;")
        for order in (
            "{",
            "[]",
            "[1]",
            '["resize", {"width": "a"}]',
            '["stdin", 5]',
            '"stdin"',
            '["stdin", "\\ud800"]',
        ):
            await tab.socket.send_str(order)
        await tab.socket.send_bytes(b"\xff")
        await tab.socket.send_json(["resize", {"width": 10**9, "height": -5}])
        await tab.socket.send_json(["resize", {"width": True, "height": 5}])
        await tab.socket.send_json(["resize", {"width": 10**9, "height": 5}])
        await tab.find("1000x5;")


async def test_a_program_that_ends_closes_its_tab() -> None:
    async with serving() as served, served.tab() as tab:
        watched = Watched(await tab.pid())
        await tab.socket.send_json(["stdin", "q"])
        assert await tab.end() == (1000, "")
        assert watched.ends()
        assert served.reports == []


async def test_a_closed_tab_ends_its_program() -> None:
    async with serving() as served:
        async with served.tab() as tab:
            watched = Watched(await tab.pid())
        assert await asyncio.to_thread(watched.ends)
        assert served.reports == []


async def test_a_program_that_fails_is_reported_without_its_escapes() -> None:
    async with serving("failing") as served, served.tab() as tab:
        code, reason = await tab.end()
        assert code == 1011
        assert "exit code 1" in reason
        assert served.reports == [
            "the program of a browser tab ended with exit code 1\n" + FAILS_WITH.replace("\x1b", "\\x1b")
        ]


async def test_a_program_that_cannot_start_is_reported() -> None:
    reports: list[str] = []
    async with serving() as served, WebServer(["/nowhere/at-all"], report=reports.append) as server:
        served.url = server.url
        async with served.tab() as tab:
            assert (await tab.end())[0] == 1011
    assert reports == ["cannot run the program of a browser tab: No such file or directory"]


async def test_one_tab_too_many_is_told_so() -> None:
    async with serving(most=2) as served, served.tab() as one:
        async with served.tab() as other:
            watched = Watched(await other.pid())
            await one.pid()
            async with served.tab() as third:
                code, reason = await third.end()
            assert (code, reason[:15]) == (1013, "2 tabs are open")
        # A place is free as soon as the program of a closed tab is gone.
        assert await asyncio.to_thread(watched.ends)
        for _ in range(1000):
            async with served.tab() as third:
                message = await third.socket.receive()
                if message.data != 1013:
                    break
        else:
            pytest.fail("no place became free")


async def test_a_program_that_ignores_everything_is_killed_with_its_children(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child_module, "GRACE", 0.3)
    async with serving("stubborn") as served, served.tab() as tab:
        watched = [Watched(await tab.pid()), Watched(int((await tab.find(r"grandchild=(\d+);"))[1]))]
        await tab.socket.close()
        for each in watched:
            assert await asyncio.to_thread(each.ends)


async def test_a_download_is_never_a_page() -> None:
    async with serving() as served, served.tab() as tab:
        await tab.pid()
        await tab.socket.send_json(["stdin", "d"])
        key = (await tab.find(r'"deliver_file_start", "(\w+)"'))[1]
        async with served.session.get(f"{served.root}download/{key}") as answer:
            assert await answer.text() == "<script>delivered</script>"
            assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''a%20b.html"
            assert answer.content_type == "application/octet-stream"
        async with served.session.get(f"{served.root}download/{key}") as answer:
            assert answer.status == 404


async def test_the_end_of_the_server_ends_the_programs() -> None:
    async with serving() as served, served.tab() as one, served.tab() as other:
        watched = [Watched(await one.pid()), Watched(await other.pid())]
    for each in watched:
        assert await asyncio.to_thread(each.ends)


async def test_an_error_of_ours_is_reported_without_what_was_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(_: object, key: str) -> None:
        raise RuntimeError(key)

    monkeypatch.setattr("textual_serve.download_manager.DownloadManager.get_download_metadata", fail)
    async with serving() as served:
        async with served.session.get(f"{served.root}download/1") as answer:
            assert answer.status == 500
        assert served.reports == ["a request failed with an unexpected RuntimeError. This is a bug"]


def test_a_port_in_use() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotServe, match=rf"^cannot listen on 127\.0\.0\.1:{port}: Address already in use\. Stop"):
            WebServer(["true"], port=port, report=print)


async def test_it_listens_on_this_machine_only(monkeypatch: pytest.MonkeyPatch) -> None:
    bound: list[socket.socket] = []
    bind = socket.socket.bind

    def watched(self: socket.socket, address: tuple[str, int]) -> None:
        bind(self, address)
        bound.append(self)

    monkeypatch.setattr("socket.socket.bind", watched)
    async with serving() as served:
        listening = [each for each in bound if each.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)]
        addresses = [each.getsockname() for each in listening]
    assert [(host, f"http://{host}:{port}") for host, port in addresses] == [("127.0.0.1", served.origin)]


def hosts_in(path: Path) -> set[str]:
    """Every URL with a host that a file names outside of comments, and `//host` in attributes and url()."""
    text = COMMENT.sub("", path.read_text(encoding="utf-8"))
    return {*re.findall(r"(?:https?|wss?|ftp):/+[\w.-][^\s\"'`)]*", text), *re.findall(r"[\"'(=]\s*(//[\w.-]+)", text)}


async def test_what_is_served_names_no_other_host() -> None:
    import textual_serve

    assert textual_serve.__file__ is not None
    static = Path(textual_serve.__file__).parent / "static"
    paths = [path for folder in (static, PAGE) for path in folder.rglob("*") if path.suffix in SERVED_SUFFIXES]
    assert {path.name for path in paths} == {
        "xterm.css", "textual.js", "page.html", "page.css", "page.js", "icon.svg",
    }  # fmt: skip
    for path in paths:
        assert hosts_in(path) - set(NAMESPACES) == set(), path
    async with serving() as served:
        named = re.findall(r'(?:href|src)="([^"]*)"', (PAGE / "page.html").read_text(encoding="utf-8"))
        named += re.findall(r'url\("\.\./([^"]*)"\)', (PAGE / "page.css").read_text(encoding="utf-8"))
        assert len(named) == 7
        for path_named in named:
            async with served.session.get(served.root + path_named) as answer:
                assert answer.status == 200, path_named
