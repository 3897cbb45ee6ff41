"""The program of one browser tab, and its end."""

import asyncio
import os
import shlex
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Sequence
from contextlib import suppress

from aiohttp import WSCloseCode, web
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

from sipbreakout_tui.safe_text import visible

GRACE = 2.5
"""Seconds a program has to end after SIGTERM, before it is killed."""

KILLED = 1.0
"""Seconds to wait for a killed program to be gone."""

READY = b"__GANGLION__\n"
"""What textual's driver writes before its first packet."""

ERROR_BYTES = 4096
"""How much of the end of a failed program's stderr is reported."""


class Child(AppService):
    """A program that talks to one websocket; it has a process group of its own, which ends with it."""

    def __init__(
        self,
        command: Sequence[str],
        socket: web.WebSocketResponse,
        downloads: DownloadManager,
        report: Callable[[str], None],
    ) -> None:
        """Prepare the program; `start` runs it, `stop` ends it.

        Args:
            command: Program and arguments, run without a shell.
            socket: Where its screen goes.
            downloads: Where the files go that it hands to the browser.
            report: Called with a message where the program fails.
        """
        super().__init__(
            shlex.join(command),
            write_bytes=socket.send_bytes,
            write_str=socket.send_str,
            close=self._leave_open,
            download_manager=downloads,
        )
        self._arguments = command
        self._socket = socket
        self._report = report
        self._errors: asyncio.Task[bytes] | None = None
        self._starting: asyncio.Task[None] | None = None
        self._end: asyncio.Task[None] | None = None

    def _build_environment(self, width: int = 80, height: int = 24) -> dict[str, str]:
        environment = super()._build_environment(width, height)
        return {
            **environment,
            "TEXTUAL_DRIVER": "sipbreakout_tui.tui.web.driver:WebDriver",
            "PYTHONIOENCODING": "utf-8",  # what the browser takes, whatever the locale here
        }

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        self._process = process = await asyncio.create_subprocess_exec(
            *self._arguments,
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            env=self._build_environment(width, height),
            start_new_session=True,  # a ctrl-c in the server's terminal is for the server
        )
        self._stdin = process.stdin
        if process.stderr is not None:
            self._errors = asyncio.create_task(_tail(process.stderr))
        return process

    async def start(self, width: int, height: int) -> None:
        """Run the program in a screen of that many columns and rows."""
        self._starting = asyncio.create_task(super().start(width, height))
        await asyncio.shield(self._starting)

    async def run(self) -> None:
        """Relay what the program draws until it ends, then close the websocket with the reason."""
        process = self._process
        if process is None or process.stdout is None or self._errors is None:
            return
        with suppress(asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            await self._relay(process.stdout)
        # Stays unread where the packets make no sense or the browser is gone: then `stop` does the rest.
        if process.stdout.at_eof():
            errors, code = await self._errors, await process.wait()
            if code:
                self._report(f"the program of a browser tab ended with exit code {code}\n{_shown(errors)}".rstrip())
                await self._close(WSCloseCode.INTERNAL_ERROR, f"It ended with exit code {code}: see the server.")
        await self._close(WSCloseCode.OK, "")

    async def stop(self) -> None:
        """End the program and everything in its process group, within GRACE and KILLED seconds."""
        if self._end is None:
            self._end = asyncio.create_task(self._stop())
        await asyncio.shield(self._end)

    async def _relay(self, stdout: asyncio.StreamReader) -> None:
        await stdout.readuntil(READY)
        handlers = {b"D": self.on_data, b"M": self.on_meta, b"P": self.on_packed}
        while (kind := await stdout.readexactly(1)) in handlers:
            size = int.from_bytes(await stdout.readexactly(4), "big")
            await handlers[kind](await stdout.readexactly(size))

    async def _stop(self) -> None:
        if self._starting is not None:
            await asyncio.wait({self._starting})
        process = self._process
        if process is None or process.stdout is None or self._errors is None or self._task is None:
            return
        await self._download_manager.cancel_app_downloads(self.app_service_id)
        self._task.cancel()
        await asyncio.wait({self._task})
        # A program that draws into a full pipe would not come to its SIGTERM.
        rest: asyncio.Task[bytes] = asyncio.create_task(_tail(process.stdout))
        self.stdin.close()
        ended = asyncio.gather(rest, self._errors, process.wait())
        _end_group(process, kill=False)
        await asyncio.wait({ended}, timeout=GRACE)
        _end_group(process, kill=True)
        await asyncio.wait({ended}, timeout=KILLED)
        # What left the group may still hold the pipes.
        ended.cancel()
        with suppress(asyncio.CancelledError):
            await ended

    async def _close(self, code: int, reason: str) -> None:
        with suppress(ConnectionError):
            await self._socket.close(code=code, message=reason.encode("utf-8"))

    async def _leave_open(self) -> None:
        """Wait for the program's real end where it announces it: its exit code is known only then."""


def _end_group(process: Process, *, kill: bool) -> None:
    with suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL if kill else signal.SIGTERM)


async def _tail(stream: asyncio.StreamReader) -> bytes:
    """Read a stream to its end, and return the end of it."""
    tail = b""
    while data := await stream.read(65536):
        tail = (tail + data)[-ERROR_BYTES:]
    return tail


def _shown(errors: bytes) -> str:
    return "\n".join(visible(line.rstrip()) for line in errors.decode("utf-8", "replace").splitlines() if line.strip())
