"""Who was registered a little while ago, for a few numbers: what `LiveRegistrations` does not hold."""

import math
from collections.abc import Iterable, Mapping

from sipbreakout_model import E164, Lease, Registrations
from sipbreakout_tui.ledger import Kind, Ledger

Leases = Mapping[str, tuple[tuple[Lease, float], ...]]
"""By number: each lease with the moment (Unix time, s) that another answer ended it; infinite where none did."""


def read_past(ledger: Ledger, target: str, numbers: Iterable[E164], since: float) -> Leases:
    """Return the leases of some numbers that a ledger knows; reads it, so call it in a thread.

    Args:
        ledger: What is known.
        target: The core.
        numbers: Whose.
        since: Unix time in seconds before which nothing matters.

    Raises:
        StoreError: The ledger cannot be read.
    """
    return {number.text: _leases(ledger, target, number, since) for number in numbers}


def _leases(ledger: Ledger, target: str, number: E164, since: float) -> tuple[tuple[Lease, float], ...]:
    ends: list[float] = []
    leases: list[Lease] = []
    for event in ledger.events(number, since, target):
        if event.kind is Kind.ACCEPTED and event.registration is not None and event.ttl is not None:
            starts = event.acceptances
            leases += [Lease(event.registration, start, event.ttl) for start in starts]
            ends += starts
        elif event.kind is Kind.DELETED and event.at is not None:
            ends.append(event.at)
    ends.sort()
    return tuple(
        (lease, next((end for end in ends if end > (lease.accepted_at or 0.0)), math.inf))
        for lease in sorted(leases, key=lambda lease: lease.accepted_at or 0.0)
    )


class WithPast:
    """Registrations as they are now, and for some numbers as they were before."""

    def __init__(self, registrations: Registrations, past: Leases) -> None:
        """Take what is known now and what `read_past` returned."""
        self._registrations = registrations
        self._past = past

    def active(self, number: E164, at: float, /) -> Lease | None:
        """Return the lease in force for the number at Unix time `at` (s), or None."""
        lease = self._registrations.active(number, at)
        if lease is not None:
            return lease
        was = (lease for lease, until in self._past.get(number.text, ()) if at < until and lease.active_at(at))
        return next(was, None)

    def last(self, number: E164, /) -> Lease | None:
        """Return the lease last known for the number, expired or not, or None."""
        return self._registrations.last(number)
