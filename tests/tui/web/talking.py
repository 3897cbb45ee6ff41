"""What the tests of the web server share: a server in this process, a tab without a browser, the end of a process."""

import asyncio
import os
import re
import select
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType

from sipbreakout_tui.tui.web.server import WebServer

CHILD = Path(__file__).with_name("child_app.py")

SECONDS = 20.0
"""The longest that anything here may take."""


class Served:
    """A server, and a client that has its token."""

    def __init__(self, url: str, session: ClientSession, reports: list[str]) -> None:
        self.url = url
        self.session = session
        self.reports = reports
        """What the server reported."""

    @property
    def token(self) -> str:
        return self.url.partition("token=")[2]

    @property
    def origin(self) -> str:
        return self.url.partition("/?")[0]

    @property
    def root(self) -> str:
        return f"{self.origin}/{self.token}/"

    @asynccontextmanager
    async def tab(self, size: str = "width=80&height=24") -> AsyncIterator["Tab"]:
        async with self.session.ws_connect(f"{self.root}ws?{size}", origin=self.origin) as socket:
            yield Tab(socket)


class Tab:
    """A websocket as the page opens it."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self.socket = socket
        self.drawn = ""
        """What the program has drawn since the last find."""

    async def find(self, pattern: str) -> re.Match[str]:
        """Read until something that was drawn matches."""
        async with asyncio.timeout(SECONDS):
            while (found := re.search(pattern, self.drawn)) is None:
                message = await self.socket.receive()
                if message.type is WSMsgType.TEXT:
                    self.drawn += message.data
                else:
                    assert message.type is WSMsgType.BINARY, (message, self.drawn)
                    self.drawn += message.data.decode()
        self.drawn = self.drawn[found.end() :]
        return found

    async def pid(self) -> int:
        return int((await self.find(r"pid=(\d+);"))[1])

    async def end(self) -> tuple[int | None, str]:
        """Read until the server closes; return the code and the reason."""
        async with asyncio.timeout(SECONDS):
            while (message := await self.socket.receive()).type in (WSMsgType.BINARY, WSMsgType.TEXT):
                pass
        assert message.type is WSMsgType.CLOSE
        return self.socket.close_code, str(message.extra or "")


@asynccontextmanager
async def serving(mode: str = "plain", *, most: int = 8) -> AsyncIterator[Served]:
    reports: list[str] = []
    command = [sys.executable, str(CHILD), mode]
    async with WebServer(command, most=most, report=reports.append) as server, ClientSession() as session:
        yield Served(server.url, session, reports)


class Watched:
    """A process that may already be over when somebody waits for its end."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._descriptor = os.pidfd_open(pid)

    def ends(self) -> bool:
        """Wait for its end, and return whether it came in time."""
        try:
            return bool(select.select([self._descriptor], [], [], SECONDS)[0])
        finally:
            os.close(self._descriptor)
