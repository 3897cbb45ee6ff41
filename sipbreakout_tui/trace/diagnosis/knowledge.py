"""What is known of registrations at the moment of a call."""

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from sipbreakout_model import E164, Lease, RegistrationBook, Registrations


class Standing(Enum):
    """What a number's registration was at a moment."""

    ACTIVE = "active"
    EXPIRED = "expired"
    DELETED = "deleted"
    NOT_YET = "not_yet"
    """Accepted only later."""
    UNKNOWN = "unknown"
    """A request without an answer may have changed it (V7)."""
    NEVER = "never"
    """No registration of this number is known."""


@dataclass(frozen=True, slots=True)
class State:
    """A number's registration at a moment."""

    standing: Standing
    lease: Lease | None = None
    """The lease concerned; None where there never was one."""
    seconds: float | None = None
    """How long before the moment it ended, or after it it began."""


class Knowledge(Protocol):
    """Registrations over time: a file, or the ledger."""

    def at(self, moment: float, /) -> Registrations:
        """Return what `route` needs for a call at Unix time `moment` (s)."""

    def state(self, number: E164, moment: float, /) -> State:
        """Return what the number's registration was at Unix time `moment` (s)."""

    def hosts(self) -> set[str]:
        """Return the hosts of every `sip_uri`, lower case."""

    def prefixes(self) -> set[str]:
        """Return every prefix that is not empty."""


class BookKnowledge:
    """Registrations of a file: one lease a number, known all the time."""

    def __init__(self, book: RegistrationBook) -> None:
        """Take the book."""
        self._book = book

    def at(self, moment: float) -> Registrations:
        """Return the book."""
        return self._book

    def state(self, number: E164, moment: float) -> State:
        """Return whether the number's lease is in force, over, or not begun."""
        lease = self._book.last(number)
        if lease is None:
            return State(Standing.NEVER)
        return state_of(lease, moment)

    def hosts(self) -> set[str]:
        """Return the hosts of every `sip_uri`, lower case."""
        return {lease.registration.sip_uri.host.lower() for lease in self._book}

    def prefixes(self) -> set[str]:
        """Return every prefix that is not empty."""
        return {
            prefix
            for lease in self._book
            for prefix in (lease.registration.mobile_originating_prefix, lease.registration.mobile_terminating_prefix)
            if prefix
        }


def state_of(lease: Lease, moment: float) -> State:
    """Return what a lease is at a moment by its own times."""
    if lease.active_at(moment):
        return State(Standing.ACTIVE, lease)
    accepted = lease.accepted_at or 0.0
    if moment < accepted:
        return State(Standing.NOT_YET, lease, accepted - moment)
    return State(Standing.EXPIRED, lease, moment - accepted - lease.ttl)
