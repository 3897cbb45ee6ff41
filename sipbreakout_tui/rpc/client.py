"""The client of one core: upserts and deletes registrations (V1 to V5, V9, V10)."""

import asyncio
import logging
import random as random_numbers
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from types import TracebackType
from typing import Final, Self, TypeVar, cast

import grpc
import grpc.aio
from google.protobuf.message import DecodeError, Message

from sipbreakout_model import DEFAULT_TTL, E164, Lease, Registration, SipBreakoutError
from sipbreakout_tui.config import Profile, without
from sipbreakout_tui.rpc.attempts import (
    MAX_WORDS,
    Answered,
    Clocks,
    Method,
    request_until_answered,
)
from sipbreakout_tui.rpc.auth import token_source
from sipbreakout_tui.rpc.channel import open_channel
from sipbreakout_tui.rpc.errors import CoreFailed, NotSent, Refused
from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.wire import to_wire
from wgtwo.sipbreakout.v1 import sipbreakout_pb2 as pb

NOT_REGISTERED: Final = re.compile(
    r"\bnot\s+(?:\w+\s+)?registered\b"
    r"|\bno(?:\s+\w+)?\s+registration\b"
    r"|\bregistration\s+(?:\w+\s+)?(?:not\s+found|does\s+not\s+exist)\b"
    r"|\bnothing\s+(?:is\s+)?registered\b"
    r"|\b(?:unknown|unregistered)\s+(?:phone\s+)?number\b",
    re.IGNORECASE,
)
"""Words for "nothing to delete": the API has no code for it. They count after a lost answer only."""

LOST_ANSWER = "answered 'not registered' after a lost answer: counts as deleted"
"""The note of a delete whose first answer did not arrive."""

LONGEST_TTL: Final = 366 * 86400.0
"""Seconds; a longer life in an answer is none (V2 says one hour)."""

_SERVICE: Final = pb.DESCRIPTOR.services_by_name["SipBreakoutService"].full_name

_REACHED: Final = {
    grpc.ChannelConnectivity.READY: True,
    grpc.ChannelConnectivity.IDLE: None,
    grpc.ChannelConnectivity.CONNECTING: None,
    grpc.ChannelConnectivity.TRANSIENT_FAILURE: False,
}

_log = logging.getLogger(__name__)
_Request = TypeVar("_Request")
_Answer = TypeVar("_Answer", pb.UpsertRegistrationResponse, pb.DeleteRegistrationResponse)


class RegistrationClient:
    """Talks to the core of one profile over one channel; `async with` opens and closes it.

    Requests may run at the same time. Each is sent again on UNAVAILABLE and DEADLINE_EXCEEDED, with
    exponential backoff and full jitter, at most 8 times and within 15 s in all, and once more with a
    new token on UNAUTHENTICATED.
    """

    def __init__(
        self,
        profile: Profile,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        random: Callable[[], float] = random_numbers.random,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take the profile; nothing is opened yet.

        Args:
            profile: The core and how to talk to it.
            clock: Unix time in seconds, for `accepted_at` and for the end of tokens.
            sleep: Waits some seconds between attempts.
            random: A number from 0 to 1: which part of the longest wait is waited.
            monotonic: Seconds, by which the 15 s count.
        """
        self.profile = profile
        self._clocks = Clocks(clock, sleep, random, monotonic)
        self._tokens = token_source(profile.auth, clock=clock, timeout=profile.deadline)
        self._channel: grpc.aio.Channel | None = None

    async def __aenter__(self) -> Self:
        """Open the channel; the core need not be there yet.

        Raises:
            ConfigError: A certificate file cannot be used.
        """
        self._channel = open_channel(self.profile)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the channel; requests that still run are cancelled."""
        channel, self._channel = self._channel, None
        await self._tokens.close()
        if channel is not None:
            await channel.close()

    async def upsert(self, registration: Registration) -> Lease:
        """Add, replace or refresh a registration (V1, V2).

        Returns:
            The lease: from when the attempt that was accepted was sent, for as long as the answer says.

        Raises:
            Refused: The core said no.
            NotSent: The profile is read-only, or its token is for another number (V4).
            CannotReachCore: No answer within 15 s: whether it was carried out is not known.
            NotConnected: TLS failed before anything was sent.
            NotAuthorised: The token was not taken, or cannot be had.
            CoreFailed: The core answered with a fault.
            SecretUnavailable: A reference of the profile leads to no secret.
        """
        what = f"upsert of {registration.number}"
        self._check(what, registration.number)
        request = pb.UpsertRegistrationRequest(registration=self._message(registration))
        answered = await self._request(what, self._method("UpsertRegistration", pb.UpsertRegistrationResponse), request)
        answer = answered.body
        if answer.status_code != pb.STATUS_CODE_OK:
            raise self._refusal(what, answer.status_code, answer.error_message)
        return Lease(registration, answered.sent_at, _ttl(what, answer))

    async def delete(self, registration: Registration) -> str | None:
        """Remove a registration; number and `sip_uri` decide, the rest is ignored (V3).

        Returns:
            None, or a note for the record: the core said "not registered" after an earlier answer was lost.

        Raises:
            Refused: The core said no.
            SipBreakoutError: As `upsert` does.
        """
        what = f"delete of {registration.number}"
        self._check(what, registration.number)
        request = pb.DeleteRegistrationRequest(registration=self._message(registration))
        answered = await self._request(what, self._method("DeleteRegistration", pb.DeleteRegistrationResponse), request)
        answer = answered.body
        if answer.status_code == pb.STATUS_CODE_OK:
            return None
        gone = answer.status_code == pb.STATUS_CODE_NOT_ACCEPTABLE and NOT_REGISTERED.search(answer.error_message)
        if gone and answered.after_loss:
            _log.info("%s at %s %s", what, self.profile.target, LOST_ANSWER)
            return LOST_ANSWER
        raise self._refusal(what, answer.status_code, answer.error_message)

    async def connectivity(self) -> AsyncIterator[bool | None]:
        """Yield whether the core can be reached, now and whenever that changes; None while it is tried.

        A connection that was lost is tried again at once, without a request.
        """
        channel, told = self._open(), False
        while (state := channel.get_state(try_to_connect=True)) is not grpc.ChannelConnectivity.SHUTDOWN:
            reached = _REACHED[state]
            if reached is not None or not told:  # between two attempts it stays away
                told = True
                yield reached
            await channel.wait_for_state_change(state)

    def _open(self) -> grpc.aio.Channel:
        if self._channel is None:
            raise RuntimeError("the client is not open: use it in `async with RegistrationClient(...)`")
        return self._channel

    def _method(self, name: str, kind: type[_Answer]) -> Method[Message, _Answer]:
        """Return one RPC; the generated stub would log a traceback for an answer that cannot be read."""

        def read(data: bytes) -> _Answer | None:
            try:
                return kind.FromString(data)
            except DecodeError:
                return None

        def write(message: Message) -> bytes:
            return message.SerializeToString()

        method = self._open().unary_unary(f"/{_SERVICE}/{name}", write, read)
        return cast(Method[Message, _Answer], method)

    async def _request(self, what: str, method: Method[_Request, _Answer], request: _Request) -> Answered[_Answer]:
        answered = await request_until_answered(
            what, method, request, self.profile, self._tokens, self._clocks, self._is_connected
        )
        # Here, so that no variable of a traceback holds a token that the core repeats.
        answered.body.error_message = without(answered.body.error_message, answered.token)
        return answered

    def _is_connected(self) -> bool:
        """Return whether there may be a connection: gRPC leaves this state only for a new one."""
        return self._open().get_state() is not grpc.ChannelConnectivity.TRANSIENT_FAILURE

    def _message(self, registration: Registration) -> pb.Registration:
        return to_wire(registration, without_number=self.profile.without_number)

    def _check(self, what: str, number: E164) -> None:
        profile = self.profile
        if profile.read_only:
            raise NotSent(f"{what} was not sent: profile {profile.name} is read-only. Choose another with --profile")
        if profile.number is not None and profile.number != number:
            raise NotSent(
                f"{what} was not sent: the token of profile {profile.name} is that of {profile.number}, "
                "and is for no other number (V4). Choose another profile"
            )

    def _refusal(self, what: str, status: int, words: str) -> SipBreakoutError:
        where = f"{what} at {self.profile.target}"
        shown = visible(words if len(words) <= MAX_WORDS else f"{words[:MAX_WORDS]}…")
        if status == pb.STATUS_CODE_NOT_ACCEPTABLE:
            return Refused(words, f"{where} was refused: {shown or 'the core gave no reason'}")
        named = "no status" if status == pb.STATUS_CODE_UNSPECIFIED else f"status {status}, which is not known"
        said = f" and said: {shown}" if shown else ""
        return CoreFailed(f"{where} was answered with {named}{said}. Whether it was carried out is not known")


def _ttl(what: str, answer: pb.UpsertRegistrationResponse) -> float:
    """Return the seconds that the answer gives; V2's where it gives none above 0, or one beyond belief."""
    ttl = answer.time_to_live.seconds + answer.time_to_live.nanos / 1e9
    if 0 < ttl <= LONGEST_TTL:
        return ttl
    odd = f"a time_to_live of {ttl:g} s" if ttl > 0 else "no time_to_live"
    _log.warning("%s: the answer has %s: %g s are assumed (V2)", what, odd, DEFAULT_TTL)
    return DEFAULT_TTL
