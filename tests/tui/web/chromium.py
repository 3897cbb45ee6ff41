"""Headless Chromium for the tests, driven through its debugging port; it reaches no host but 127.0.0.1."""

import asyncio
import base64
import itertools
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse

PROGRAM = shutil.which("chromium")

ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-3d-apis",  # then the terminal draws text, not pixels
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--remote-debugging-port=0",
    "--window-size=1200,800",
    "about:blank",
)

SECONDS = 30.0


class Tab:
    """One page: what it asked for, what it said, and what can be asked of it."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self.urls: list[str] = []
        """Every URL that it requested, websockets too."""
        self.said: list[str] = []
        """Console messages and errors."""
        self._socket = socket
        self._numbers = itertools.count(1)

    async def call(self, method: str, **parameters: object) -> dict[str, Any]:
        number = next(self._numbers)
        await self._socket.send_json({"id": number, "method": method, "params": parameters})
        async for message in self._socket:
            event = json.loads(message.data)
            if event.get("id") == number:
                assert "error" not in event, event
                return dict(event["result"])
            self._note(event.get("method"), event.get("params", {}))
        raise ConnectionError(f"chromium left during {method}")

    async def evaluate(self, script: str) -> Any:
        """Return what the script's value, or its promise, is."""
        result = await self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    async def screenshot(self) -> bytes:
        return base64.b64decode((await self.call("Page.captureScreenshot", format="png"))["data"])

    def _note(self, method: str | None, parameters: dict[str, Any]) -> None:
        match method:
            case "Network.requestWillBeSent":
                self.urls.append(parameters["request"]["url"])
            case "Network.webSocketCreated":
                self.urls.append(parameters["url"])
            case "Log.entryAdded":
                self.said.append(parameters["entry"]["text"])
            case "Runtime.exceptionThrown":
                self.said.append(str(parameters["exceptionDetails"]))
            case "Runtime.consoleAPICalled" if parameters["type"] in ("error", "warning"):
                self.said.append(str(parameters["args"]))


@asynccontextmanager
async def browsing(folder: Path) -> AsyncIterator[Tab]:
    """Start Chromium with its state in the folder, and end it."""
    assert PROGRAM is not None
    process = await asyncio.create_subprocess_exec(
        PROGRAM,
        f"--user-data-dir={folder}",
        *ARGUMENTS,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    try:
        async with asyncio.timeout(SECONDS), ClientSession() as session:
            browser = ""
            while not browser:
                line = await process.stderr.readline()
                assert line, "chromium ended at its start"
                browser = line.decode().partition("DevTools listening on ")[2].strip()
            reading = asyncio.create_task(process.stderr.read())
            pages = f"http://{browser.split('/')[2]}/json/list"
            page: dict[str, str] = {}
            while not page:
                async with session.get(pages) as answer:
                    page = next((each for each in await answer.json() if each["type"] == "page"), {})
            async with session.ws_connect(page["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                tab = Tab(socket)
                await tab.call("Emulation.setFocusEmulationEnabled", enabled=True)
                for domain in ("Page", "Network", "Log", "Runtime"):
                    await tab.call(f"{domain}.enable")
                yield tab
            async with session.ws_connect(browser) as socket:
                await socket.send_json({"id": 1, "method": "Browser.close"})
            await reading
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
