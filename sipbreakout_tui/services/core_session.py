"""A core and the ledger, open together: what every command and screen works with."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from sipbreakout_model import E164, Registration, RouteType, TasUri
from sipbreakout_tui.changes import Recorder
from sipbreakout_tui.config import Profile
from sipbreakout_tui.ledger import Ledger, LedgerError
from sipbreakout_tui.rpc.client import RegistrationClient


@asynccontextmanager
async def open_recorder(
    profile: Profile, ledger: Ledger, actor: str, *, clock: Callable[[], float] = time.time
) -> AsyncIterator[Recorder]:
    """Open a client of the profile's core whose requests are written into the ledger; `clock` is Unix time in seconds.

    Raises:
        ConfigError: A file that the profile names cannot be used.
    """
    async with RegistrationClient(profile, clock=clock) as client:
        yield Recorder(client, ledger, actor)


class NothingKnown(LedgerError):
    """A number of which the ledger knows no registration at this core."""


def to_delete(ledger: Ledger, number: E164, target: str, sip_uri: TasUri | None) -> Registration:
    """Return the registration that a delete names: number and `sip_uri` decide (V3).

    Args:
        ledger: What we know.
        number: The number.
        target: The core, as `host:port`.
        sip_uri: Where the TAS is; None: as we asserted it.

    Raises:
        NothingKnown: No `sip_uri` is given and we know none; the message says what to do.
    """
    for known in ledger.current(target, number):
        registration = known.registration
        if registration is not None and sip_uri in (None, registration.sip_uri):
            return registration
    if sip_uri is None:
        raise NothingKnown(
            f"we know of no registration of {number} at {target}. If there is one, name its TAS: "
            f"sipbreakout delete {number} --sip-uri sips:…"
        )
    return Registration(number, sip_uri, RouteType.LOOP)  # the type is not looked at (V3)
