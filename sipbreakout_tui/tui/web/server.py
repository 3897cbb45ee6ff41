"""A web server on 127.0.0.1 that runs one program for each browser tab."""

import asyncio
import logging
import os
import socket
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

from aiohttp import WSCloseCode, WSMsgType, web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.typedefs import Handler
from textual_serve.download_manager import DownloadManager

from sipbreakout_model import SipBreakoutError
from sipbreakout_tui.tui.web.access import HOST, Access
from sipbreakout_tui.tui.web.child import Child

MOST_CHILDREN = 8
"""The most browser tabs at once."""

MOST_CELLS = 1000
"""The most columns or rows that a browser gets."""

UNREAD_SECONDS = 30
"""How long a program may leave its input unread before its tab is closed."""

PAGE = Path(__file__).parent / "page"


class CannotServe(SipBreakoutError):
    """A port that cannot be listened on, such as one in use."""


class WebServer:
    """Serves from `async with`, which ends every program when it is left."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        port: int = 0,
        most: int = MOST_CHILDREN,
        report: Callable[[str], None],
    ) -> None:
        """Listen, but answer nobody yet.

        Args:
            command: The Textual program of a tab and its arguments.
            port: Where to listen on 127.0.0.1; 0 for any free port.
            most: The most tabs at once.
            report: Called with a message where the program of a tab fails.

        Raises:
            CannotServe: The port is in use or not allowed.
        """
        self._command = command
        self._most = most
        self._report = report
        try:
            self._listener = socket.create_server((HOST, port))
        except OSError as error:
            why = os.strerror(error.errno) if error.errno else error
            raise CannotServe(
                f"cannot listen on {HOST}:{port}: {why}. Stop what listens there, or give another --port (0: any free)"
            ) from error
        self._access = Access(self._listener.getsockname()[1])
        self._downloads = DownloadManager()
        self._tabs: dict[Child, web.WebSocketResponse] = {}
        self._runner = web.AppRunner(
            self._application(),
            access_log=None,
            logger=_private_logger(report),
            handle_signals=False,
            shutdown_timeout=0.5,
        )

    @property
    def url(self) -> str:
        """The URL that opens a tab; it holds the token."""
        return self._access.url

    async def __aenter__(self) -> "WebServer":
        """Start to answer."""
        await self._runner.setup()
        self._site = web.SockSite(self._runner, self._listener)
        await self._site.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End every program, then the server; that takes 5 s at most."""
        await self._site.stop()
        self._most = 0
        await asyncio.gather(*(self._end(child, tab) for child, tab in self._tabs.items()))
        await self._runner.cleanup()

    def _application(self) -> web.Application:
        application = web.Application(middlewares=[self._guard])
        application.on_response_prepare.append(self._add_headers)
        root = self._access.root
        application.add_routes(
            [
                web.get("/", self._enter),
                web.get(root, self._page),
                web.get(f"{root}ws", self._terminal),
                web.get(f"{root}download/{{key}}", self._download),
                web.static(f"{root}static", Path(str(files("textual_serve"))) / "static"),
                web.static(f"{root}page", PAGE),
            ]
        )
        return application

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        refusal = self._access.refusal(request.headers, request.path, request.query)
        if refusal is not None:
            return web.Response(status=403, text=f"{refusal}\n")
        return await handler(request)

    async def _add_headers(self, _: web.Request, response: web.StreamResponse) -> None:
        sockets = " ".join(f"ws://{host}" for host in self._access.hosts)
        response.headers.update(
            {
                # xterm.js puts its measures into style elements: the one thing inline.
                "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
                f"img-src 'self'; font-src 'self'; connect-src {sockets}; "
                "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
                "X-Frame-Options": "DENY",
                "X-Content-Type-Options": "nosniff",
                "Referrer-Policy": "no-referrer",
                "Cross-Origin-Opener-Policy": "same-origin",
                "Cross-Origin-Resource-Policy": "same-origin",
                "Cache-Control": "no-store",
            }
        )

    async def _enter(self, _: web.Request) -> web.Response:
        return web.Response(status=303, headers={"Location": self._access.root})

    async def _page(self, _: web.Request) -> web.FileResponse:
        return web.FileResponse(PAGE / "page.html")

    async def _download(self, request: web.Request) -> web.StreamResponse:
        key = request.match_info["key"]
        try:
            download = await self._downloads.get_download_metadata(key)
        except KeyError:
            raise web.HTTPNotFound(text="There is no such download any more.\n") from None
        # Never shown inline: a report made of captured text would be a page of our origin.
        name = quote(download.file_name, safe="")
        response = web.StreamResponse(headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}"})
        response.content_type = "application/octet-stream"
        await response.prepare(request)
        async for chunk in self._downloads.download(key):
            await response.write(chunk)
        await response.write_eof()
        return response

    async def _terminal(self, request: web.Request) -> web.WebSocketResponse:
        tab = web.WebSocketResponse(heartbeat=15, timeout=0.5, compress=False)
        await tab.prepare(request)
        if len(self._tabs) >= self._most:
            reason = f"{self._most} tabs are open, which is the most: close one, then start again."
            await tab.close(code=WSCloseCode.TRY_AGAIN_LATER, message=reason.encode("utf-8"))
            return tab
        child = Child(self._command, tab, self._downloads, self._report)
        self._tabs[child] = tab
        try:
            await child.start(_cells(request.query.get("width"), 80), _cells(request.query.get("height"), 24))
            await _obey(tab, child)
        except OSError as error:
            self._report(f"cannot run the program of a browser tab: {error.strerror or error}")
            await tab.close(code=WSCloseCode.INTERNAL_ERROR, message=b"It could not be started: see the server.")
        finally:
            await child.stop()
            self._tabs.pop(child, None)
        return tab

    async def _end(self, child: Child, tab: web.WebSocketResponse) -> None:
        await child.stop()
        await tab.close(code=WSCloseCode.GOING_AWAY, message=b"sipbreakout web was stopped.")


class _Reporting(logging.Handler):
    """Reports errors of ours by their class only: what aiohttp logs may quote a request, and so the token."""

    def __init__(self, report: Callable[[str], None]) -> None:
        super().__init__(logging.ERROR)
        self._report = report

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and not isinstance(error, HttpProcessingError):
            self._report(f"a request failed with an unexpected {type(error).__name__}. This is a bug")


def _private_logger(report: Callable[[str], None]) -> logging.Logger:
    logger = logging.Logger("web")  # without a parent: nobody else hears it
    logger.addHandler(_Reporting(report))
    return logger


async def _obey(tab: web.WebSocketResponse, child: Child) -> None:
    """Hand what the browser sends to the program until the browser is gone."""
    async for message in tab:
        if message.type is not WSMsgType.TEXT:
            continue
        try:
            order = message.json()
        except ValueError:
            continue
        try:
            async with asyncio.timeout(UNREAD_SECONDS):
                await _hand_over(order, tab, child)
        except TimeoutError:
            return


async def _hand_over(order: object, tab: web.WebSocketResponse, child: Child) -> None:
    match order:
        case ["stdin", str(text)]:
            await child.send_bytes(text.encode("utf-8", "replace"))
        case ["resize", {"width": int(width), "height": int(height)}]:
            await child.set_terminal_size(_cells(width, 80), _cells(height, 24))
        case ["ping", str(sent)]:
            await tab.send_json(["pong", sent])
        case ["blur"]:
            await child.blur()
        case ["focus"]:
            await child.focus()


def _cells(given: str | int | None, default: int) -> int:
    try:
        return min(max(int(given or default), 1), MOST_CELLS)
    except ValueError:
        return default
