"""Where a core keeps its registrations: in memory; `durable.py` keeps them on disk as well."""

from sipbreakout_model import E164, Registration, RegistrationBook, TasUri

SWEEP_AFTER = 10_000
"""After this many upserts, and one more for each number held, what has expired is forgotten."""


class Registry:
    """Registrations in memory; gone when the core is."""

    def __init__(self) -> None:
        """Start empty."""
        self.book = RegistrationBook()
        self._upserts = 0

    async def upsert(self, registration: Registration, at: float) -> None:
        """Add or replace the number's registration (V1, V2); it is kept when this returns.

        Raises:
            StoreError: It could not be kept, and is not in force.
        """
        self._apply_upsert(registration, at)

    async def delete(self, number: E164, sip_uri: TasUri, at: float) -> None:
        """Remove the registration in force (V3); that is kept when this returns.

        Raises:
            NotRegistered: Nothing is in force for the number at `at`.
            WrongSipUri: It is registered at another `sip_uri`.
            StoreError: It could not be kept, and the registration is still in force.
        """
        self.book.delete(number, sip_uri, at)

    def close(self) -> None:
        """Let go of what is open; may be called twice."""

    def _apply_upsert(self, registration: Registration, at: float) -> None:
        self.book.upsert(registration, at)
        self._upserts += 1
        if self._upserts >= SWEEP_AFTER + len(self.book):
            self._upserts = 0
            self._sweep(at)

    def _sweep(self, at: float) -> None:
        """Forget what has expired, so that numbers that come once do not pile up."""
        for number in [lease.registration.number for lease in self.book if (lease.expires_at or at) <= at]:
            self._forget(number)

    def _forget(self, number: E164) -> None:
        lease = self.book.last(number)
        if lease is not None and lease.accepted_at is not None:
            self.book.delete(number, lease.registration.sip_uri, lease.accepted_at)
