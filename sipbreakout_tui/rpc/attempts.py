"""One request as several attempts: deadline, retries, and a new token where the old one was refused."""

import asyncio
import logging
import random as random_numbers
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

import grpc
import grpc.aio

from sipbreakout_model import SipBreakoutError
from sipbreakout_tui.config import Profile, Secret, without
from sipbreakout_tui.rpc.auth import TokenSource
from sipbreakout_tui.rpc.errors import CoreFailed, NotConnected
from sipbreakout_tui.rpc.status import (
    MEANINGS,
    RETRIED,
    SAME_API,
    handshake_failed,
    refused_advice,
    size_advice,
    tls_advice,
)
from sipbreakout_tui.safe_text import visible

BUDGET = 15.0
"""Seconds that all attempts of one request, with the waits between them, may take together."""

MAX_ATTEMPTS = 8
"""The most attempts of one request, but for one more with a new token."""

FIRST_WAIT = 0.25
"""Seconds: the longest wait before the second attempt; before each later one up to twice as long."""

MAX_WAIT = 4.0
"""Seconds: the longest wait between two attempts."""

MAX_WORDS = 500
"""How much of what a peer says is shown, in characters."""

_log = logging.getLogger(__name__)
_Request = TypeVar("_Request")
_Answer = TypeVar("_Answer")
_Request_contra = TypeVar("_Request_contra", contravariant=True)
_Answer_co = TypeVar("_Answer_co", covariant=True)


class Method(Protocol[_Request_contra, _Answer_co]):
    """One RPC of an asynchronous stub."""

    def __call__(
        self, request: _Request_contra, /, *, timeout: float, metadata: tuple[tuple[str, str], ...]
    ) -> Awaitable[_Answer_co | None]:
        """Send the request; None where what came back cannot be read."""


@dataclass(frozen=True, slots=True)
class Clocks:
    """Time and chance, which tests replace."""

    clock: Callable[[], float] = time.time
    """Unix time in seconds."""
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    """Waits some seconds."""
    random: Callable[[], float] = random_numbers.random
    """A number from 0 to 1: which part of the longest wait is waited (full jitter)."""
    monotonic: Callable[[], float] = time.monotonic
    """Seconds, by which the budget counts."""


@dataclass(frozen=True, slots=True)
class Answered(Generic[_Answer]):
    """An answer and how it was come by."""

    body: _Answer
    """What the core answered."""
    sent_at: float
    """Unix time in seconds at which the attempt was sent that it answers."""
    after_loss: bool
    """Whether an earlier attempt may have been carried out and its answer lost."""
    token: Secret | None
    """What was sent with it, to be taken out of what the core says."""


@dataclass(frozen=True, slots=True)
class _Attempt(Generic[_Answer]):
    """How an attempt ended: a value, because gRPC's exceptions hold what was sent and received."""

    answer: _Answer | None = None
    fault: grpc.StatusCode | None = None
    details: str = ""


@dataclass(slots=True)
class _Progress:
    """What has happened to one request so far."""

    began: float
    attempts: int = 0
    after_loss: bool = False
    renewed: bool = False
    waits: int = field(default=0)


async def request_until_answered(
    what: str,
    method: Method[_Request, _Answer],
    request: _Request,
    profile: Profile,
    tokens: TokenSource,
    clocks: Clocks,
    is_connected: Callable[[], bool] = lambda: True,
) -> Answered[_Answer]:
    """Send a request until it is answered, a fault is final, or 15 s are over.

    Args:
        what: What it is, for messages: `upsert of +4711111111`.
        method: Sends one attempt.
        request: What to send.
        profile: Where to, and how long an attempt may take.
        tokens: Gives the token of each attempt.
        clocks: Time and chance.
        is_connected: Whether there may be a connection to the core, right after an attempt failed.

    Raises:
        NotConnected: TLS failed, and no attempt was sent.
        SipBreakoutError: What the last attempt's status means (`status.MEANINGS`), or no token.
    """
    progress = _Progress(clocks.monotonic())
    for _ in range(MAX_ATTEMPTS + 1):
        token = await tokens.token()
        sent_at = clocks.clock()
        progress.attempts += 1
        done = await _attempt(method, request, _time_left(profile, clocks, progress), token)
        if done.fault is None:
            if done.answer is None:
                raise CoreFailed(
                    f"{what} at {profile.target} was answered with something that cannot be read: {SAME_API} "
                    "Whether it was carried out is not known"
                )
            return Answered(done.answer, sent_at, progress.after_loss, token)
        code = done.fault
        _log.info("%s at %s: attempt %d: %s", what, profile.target, progress.attempts, code.name)
        if code is grpc.StatusCode.UNAUTHENTICATED and token is not None and not progress.renewed:
            progress.renewed = True
            tokens.refused(token)
            continue
        if not progress.after_loss and handshake_failed(done.details) and not is_connected():
            raise _error(what, code, done.details, profile, clocks.monotonic() - progress.began, progress, NotConnected)
        progress.after_loss = progress.after_loss or code in RETRIED
        if not await _wait(code, done.details, clocks, progress):
            break
    raise _error(what, code, done.details, profile, clocks.monotonic() - progress.began, progress)


async def _attempt(
    method: Method[_Request, _Answer], request: _Request, seconds: float, token: Secret | None
) -> _Attempt[_Answer]:
    try:
        return _Attempt(
            await method(
                request,
                timeout=seconds,
                metadata=() if token is None else (("authorization", f"Bearer {token.reveal()}"),),
            )
        )
    except grpc.aio.AioRpcError as error:
        return _Attempt(fault=error.code(), details=visible(without(error.details() or "", token)))


def _time_left(profile: Profile, clocks: Clocks, progress: _Progress) -> float:
    return max(0.001, min(profile.deadline, BUDGET - (clocks.monotonic() - progress.began)))


async def _wait(code: grpc.StatusCode, details: str, clocks: Clocks, progress: _Progress) -> bool:
    """Wait before another attempt; return False, at once, where there is to be none."""
    if code not in RETRIED or tls_advice(details) is not None or progress.waits + 1 >= MAX_ATTEMPTS:
        return False
    seconds = clocks.random() * min(MAX_WAIT, FIRST_WAIT * 2.0**progress.waits)
    if clocks.monotonic() - progress.began + seconds >= BUDGET:
        return False
    progress.waits += 1
    await clocks.sleep(seconds)
    return clocks.monotonic() - progress.began < BUDGET


def _error(
    what: str,
    code: grpc.StatusCode,
    details: str,
    profile: Profile,
    seconds: float,
    progress: _Progress,
    kind: type[SipBreakoutError] | None = None,
) -> SipBreakoutError:
    """Return what a status means, with the class of the error that it is where more is known."""
    meaning = MEANINGS[code]
    tried = "" if progress.attempts == 1 else f" after {progress.attempts} attempts in {seconds:.1f} s"
    words = details if len(details) <= MAX_WORDS else f"{details[:MAX_WORDS]}…"
    said = f": {words.rstrip('. ')}" if words else ""
    advice = (
        tls_advice(details, local=profile.is_local)
        or size_advice(details)
        or refused_advice(details, profile)
        or meaning.advice
    )
    return (kind or meaning.error)(
        f"{what} at {profile.target} failed with {code.name}{tried}{said}. What to do: {advice}"
    )
