"""What the tests of the ledger put into it."""

from sipbreakout_model import E164, Lease, Registration
from sipbreakout_tui.ledger import Ledger, Verb

AT = 1_790_000_000.0
NUMBER = E164("+4711111111")
OTHER = E164("+4722222222")
CORE = "core.example:443"
HALF = 1800.0


class Clock:
    """A clock that moves when told to."""

    def __init__(self, now: float = AT) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def registration(
    number: E164 = NUMBER, uri: str = "sips:tas.example", kind: str = "LOOP", mo: str = ""
) -> Registration:
    return Registration.parse(number.text, uri, kind, mo)


async def ask(
    ledger: Ledger, what: Registration, verb: Verb = Verb.UPSERT, target: str = CORE, actor: str = "cli"
) -> int:
    return await ledger.asked(verb, what, target, "profile", actor)


async def upsert(
    ledger: Ledger, clock: Clock, what: Registration, target: str = CORE, ttl: float = 3600.0, actor: str = "cli"
) -> Lease:
    """Assert a registration now."""
    lease = Lease(what, clock(), ttl)
    await ledger.accepted(await ask(ledger, what, target=target, actor=actor), lease, 0.01)
    return lease


async def delete(ledger: Ledger, what: Registration, target: str = CORE) -> None:
    await ledger.deleted(await ask(ledger, what, Verb.DELETE, target), 0.01)
