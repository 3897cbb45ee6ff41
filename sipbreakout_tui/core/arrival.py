"""How requests arrive: in time, or not at all, so that peers who send nothing cannot crowd out the others."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, TypeAlias, TypeVar

import grpc
import grpc.aio
from google.protobuf.message import DecodeError, Message

from sipbreakout_tui.core.listening import MAX_MESSAGE
from sipbreakout_tui.safe_text import visible

MESSAGE_SECONDS = 10.0
"""How long the message of a request may take after its headers; clients send both at once."""

MAX_WAITING = 1000
"""The most requests at once whose message is still to come; one more ends the oldest of them."""

UNREADABLE = f"the request cannot be read: expected a message of the API's .proto files, at most {MAX_MESSAGE} bytes"
"""What is said of a request that is no message."""

Context: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"

_M = TypeVar("_M", bound=Message)
_log = logging.getLogger(__name__)


class Arrivals:
    """The requests of a server whose message is still to come."""

    def __init__(self) -> None:
        """Start with none."""
        self._waiting: dict[asyncio.Timeout, None] = {}  # the oldest first

    async def message(self, context: Context) -> Any:
        """Return the message of a request, as its reader gives it; None where it ended without one.

        gRPC's own unary handlers wait for ever, and never answer a request that ended without a message.
        """
        patience = asyncio.timeout(MESSAGE_SECONDS)
        try:
            async with patience:
                self._waiting[patience] = None
                try:
                    if len(self._waiting) > MAX_WAITING:
                        self._end_oldest()
                    message = await context.read()
                finally:
                    self._waiting.pop(patience, None)
        except TimeoutError:
            return await abort(context, grpc.StatusCode.DEADLINE_EXCEEDED, "no message came with the request: send one")
        return None if message is grpc.aio.EOF else message

    def _end_oldest(self) -> None:
        oldest = next(iter(self._waiting))
        del self._waiting[oldest]
        oldest.reschedule(asyncio.get_running_loop().time())


class Places:
    """So many calls of one kind at once; others are turned away."""

    def __init__(self, most: int) -> None:
        """Hold so many."""
        self._left = most

    @contextmanager
    def place(self) -> Iterator[bool]:
        """Hold a place while entered; False: there is none left."""
        if not self._left:
            yield False
            return
        self._left -= 1
        try:
            yield True
        finally:
            self._left += 1


def reader(kind: type[_M]) -> Callable[[bytes], _M | None]:
    """Return what reads a request; None stands for one that cannot be read."""

    def read(data: bytes) -> _M | None:
        # gRPC checks the size as sent: a compressed message may be larger.
        if len(data) > MAX_MESSAGE:
            return None
        try:
            return kind.FromString(data)
        except DecodeError:
            return None

    return read


async def abort(context: Context, code: grpc.StatusCode, words: str) -> NoReturn:
    """End a request with a status."""
    _log.info("%s answered to %s: %s", code.name, visible(context.peer()), words)
    await context.abort(code, words)
    raise AssertionError  # abort raises
