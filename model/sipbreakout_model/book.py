"""Who is registered at a moment: the book of leases (V1 to V3)."""

import math
from collections.abc import Iterator
from typing import Protocol

from sipbreakout_model.errors import InvalidRegistration, NotRegistered, WrongSipUri
from sipbreakout_model.numbers import E164
from sipbreakout_model.registration import DEFAULT_TTL, Lease, Registration
from sipbreakout_model.tas_uri import TasUri


class Registrations(Protocol):
    """What routing needs to know of registrations; a book is one, a history another."""

    def active(self, number: E164, at: float, /) -> Lease | None:
        """Return the lease in force for the number at Unix time `at` (s), or None."""

    def last(self, number: E164, /) -> Lease | None:
        """Return the lease last known for the number, expired or not, or None."""


class RegistrationBook:
    """The leases of all numbers, one a number; every look-up and change is O(1)."""

    __slots__ = ("_leases",)

    def __init__(self) -> None:
        """Start empty."""
        # Keyed by text: hashing a str is several times faster than hashing a dataclass.
        self._leases: dict[str, Lease] = {}

    def upsert(self, registration: Registration, at: float | None, ttl: float = DEFAULT_TTL) -> Lease:
        """Add the registration or replace all of the number's former one (V1, V2).

        Args:
            registration: What the number asks for.
            at: Unix time in seconds of the acceptance; None where nobody knows it: the lease is
                then in force at every moment.
            ttl: Seconds it lives.

        Raises:
            InvalidRegistration: A time that is no finite number, or a life that is not above 0.
        """
        if at is not None and not math.isfinite(at):
            raise InvalidRegistration(f"{at!r} is not a time: expected Unix time in seconds")
        if not ttl > 0:
            raise InvalidRegistration(f"{ttl!r} is not a time to live: expected seconds above 0")
        lease = Lease(registration, at, ttl)
        self._leases[registration.number.text] = lease
        return lease

    def delete(self, number: E164, sip_uri: TasUri, at: float) -> Lease:
        """Remove the registration in force and return its lease (V3).

        Raises:
            NotRegistered: Nothing is in force for the number at `at`; nothing is removed.
            WrongSipUri: It is registered at another `sip_uri`; nothing is removed.
        """
        lease = self.active(number, at)
        if lease is None:
            known = self._leases.get(number.text)
            why = (
                ""
                if known is None
                else f" at that time: its registration at {known.registration.sip_uri} is not in force"
            )
            raise NotRegistered(f"{number} is not registered{why}. There is nothing to delete")
        held = lease.registration.sip_uri
        if held != sip_uri:
            raise WrongSipUri(
                f"{number} is registered at {held}, not {sip_uri}. "
                f"Delete it with: sipbreakout delete {number} --sip-uri {held}"
            )
        del self._leases[number.text]
        return lease

    def active(self, number: E164, at: float) -> Lease | None:
        """Return the lease in force for the number at Unix time `at` (s), or None."""
        lease = self._leases.get(number.text)
        return lease if lease is not None and lease.active_at(at) else None

    def last(self, number: E164) -> Lease | None:
        """Return the number's lease, expired or not; None if it has none or it was deleted."""
        return self._leases.get(number.text)

    def __iter__(self) -> Iterator[Lease]:
        """Yield every lease, expired ones too, in the order in which the numbers were first added."""
        return iter(self._leases.values())

    def __len__(self) -> int:
        """Return how many numbers have a lease, expired ones too."""
        return len(self._leases)

    def __repr__(self) -> str:
        """Return the class and the size; the content may be a million numbers."""
        return f"<RegistrationBook of {len(self)}>"
