"""A token endpoint on loopback, of asyncio streams: it answers what it is told to."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

CLIENT_ID = "me:1"
CLIENT_SECRET = "c1ient s3cr3t/+&=ø"


@dataclass
class Asked:
    """One request as it came."""

    line: str
    headers: dict[str, str]
    body: str


def granted(token: str, **more: object) -> bytes:
    return answer(200, json.dumps({"access_token": token, "token_type": "Bearer", "expires_in": 3600, **more}))


def answer(status: int, body: str, kind: str = "application/json", more: str = "") -> bytes:
    content = body.encode()
    head = (
        f"HTTP/1.1 {status} Said\r\nContent-Type: {kind}\r\nContent-Length: {len(content)}\r\n{more}Connection: close"
    )
    return f"{head}\r\n\r\n".encode() + content


@dataclass
class TokenEndpoint:
    """Gives its answers in turn, the last one for ever; an answer of None never comes."""

    answers: list[bytes | None]
    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    on_request: Callable[[], None] = lambda: None

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            self.asked.append(Asked(head[0], headers, body.decode()))
            self.on_request()
            await self.gate.wait()
            content = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            if content is None:
                await reader.read()  # until the client hangs up
            else:
                writer.write(content)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def token_endpoint(
    *answers: bytes | None, gated: bool = False, tls: ssl.SSLContext | None = None
) -> AsyncIterator[TokenEndpoint]:
    """Serve on a free port of 127.0.0.1; gated, nothing is answered before the gate is set."""
    endpoint = TokenEndpoint(list(answers))
    if not gated:
        endpoint.gate.set()
    server = await asyncio.start_server(endpoint.handle, "127.0.0.1", 0, ssl=tls)
    endpoint.url = f"{'http' if tls is None else 'https'}://127.0.0.1:{server.sockets[0].getsockname()[1]}/oauth2/token"
    try:
        yield endpoint
    finally:
        server.close()
        await server.wait_closed()
