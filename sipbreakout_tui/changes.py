"""Requests to a core with a record of each: asked, before it is sent; answered, once it is."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sipbreakout_model import Lease, Registration, SipBreakoutError
from sipbreakout_tui.ledger import UNDER_WAY_SECONDS, Ledger, Request, Verb
from sipbreakout_tui.rpc.client import RegistrationClient
from sipbreakout_tui.rpc.errors import CannotReachCore, CoreFailed, NotConnected, Refused

T = TypeVar("T")

_WAITS = 150
"""How often a change of a kept number looks whether the refresh under way has its answer."""

_KEPT_SECONDS = 300.0
"""How long the set of kept numbers holds; nothing is refreshed earlier than a fifth of its life."""


class Recorder:
    """Sends changes through a client and writes each into a ledger, so that nothing known is lost (V7).

    What was asked is durable before it is sent, and what was answered before anybody is told.
    """

    def __init__(
        self,
        client: RegistrationClient,
        ledger: Ledger,
        actor: str,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take an open client and ledger.

        Args:
            client: Of the core that is asked.
            ledger: Where requests and answers go.
            actor: Who asks, for the record: `cli`, `keeper`, `tui`.
            monotonic: Seconds, by which latencies are measured.
        """
        self.client = client
        self.ledger = ledger
        self._actor = actor
        self._monotonic = monotonic
        self._kept_numbers: frozenset[str] = frozenset()
        self._kept_until = 0.0

    @property
    def target(self) -> str:
        """The core that is asked, as `host:port`."""
        return self.client.profile.target

    async def upsert(self, registration: Registration) -> Lease:
        """Add, replace or refresh a registration.

        Raises:
            SipBreakoutError: As the client does; the record says so, too.
        """
        return await self._accepted(await self._asked(Verb.UPSERT, registration), registration)

    async def refresh(self, registration: Registration) -> Lease | None:
        """Refresh a kept registration, unless it was deleted or changed meanwhile: then return None.

        Raises:
            SipBreakoutError: As `upsert`.
        """
        request = await self.ledger.asked_alone(self._request(Verb.UPSERT, registration), if_kept=True)
        return None if request is None else await self._accepted(request, registration)

    async def delete(self, registration: Registration) -> str | None:
        """Delete a registration; return a note where it is not plain that it was there.

        Raises:
            SipBreakoutError: As the client does; the record says so, too.
        """
        # Always alone: a refresh that came after it would register the number again.
        request = await self._asked_alone(self._request(Verb.DELETE, registration))
        note, latency = await self._sent(request, self.client.delete(registration))
        await self.ledger.deleted(request, latency, note)
        return note

    async def _asked(self, verb: Verb, registration: Registration) -> int:
        """Record a request; that of a kept number waits until no refresh is under way."""
        asked = self._request(verb, registration)
        if registration.number.text in self._kept():
            return await self._asked_alone(asked)
        return await self.ledger.asked(*asked)

    async def _asked_alone(self, asked: Request) -> int:
        """Record a request once no other one for the number is under way, or what is has been lost."""
        for _ in range(_WAITS):
            request = await self.ledger.asked_alone(asked)
            if request is not None:
                return request
            await asyncio.sleep(UNDER_WAY_SECONDS / _WAITS)
        return await self.ledger.asked(*asked)

    def _kept(self) -> frozenset[str]:
        """Return the numbers that a keeper may be refreshing; a new one is not due that soon."""
        now = self._monotonic()
        if now >= self._kept_until:
            self._kept_numbers = frozenset(row[0] for row in self.ledger.current_rows(self.target, kept=True))
            self._kept_until = now + _KEPT_SECONDS
        return self._kept_numbers

    async def _accepted(self, request: int, registration: Registration) -> Lease:
        lease, latency = await self._sent(request, self.client.upsert(registration))
        await self.ledger.accepted(request, lease, latency)
        return lease

    async def _sent(self, request: int, call: Awaitable[T]) -> tuple[T, float]:
        """Return the answer and the seconds it took; an error is written down and raised again."""
        began = self._monotonic()
        try:
            answer = await call
        except Refused as error:
            await self.ledger.refused(request, error.words, self._monotonic() - began)
            raise
        except SipBreakoutError as error:
            lost = isinstance(error, (CannotReachCore, CoreFailed)) and not isinstance(error, NotConnected)
            latency = self._monotonic() - began
            await self.ledger.failed(request, str(error), latency, may_have_changed=lost)
            raise
        return answer, self._monotonic() - began

    def _request(self, verb: Verb, registration: Registration) -> Request:
        profile = self.client.profile
        return Request(verb, registration, profile.target, profile.name, self._actor)
