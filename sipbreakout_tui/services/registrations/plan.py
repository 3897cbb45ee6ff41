"""What has to be sent so that the core holds what a file says: a plan first, then the doing."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from sipbreakout_model import Lease, Registration


class ChangeKind(Enum):
    """What one number needs."""

    CREATE = "create"
    REPLACE = "replace"
    REFRESH = "refresh"
    """The same registration is in force, but more than half of its life is over, or its state is not certain."""
    DELETE = "delete"
    UNCHANGED = "unchanged"

    def __str__(self) -> str:
        """Return the word."""
        return self.value


@dataclass(frozen=True, slots=True)
class Change:
    """What one number needs, and what it has."""

    kind: ChangeKind
    registration: Registration
    """What is sent; for a delete what is deleted."""
    before: Registration | None
    """What is in force as far as we know."""
    keep: bool = False
    """Whether it is marked as kept once it is accepted."""

    @property
    def verb(self) -> str | None:
        """`upsert`, `delete`, or None where nothing is sent."""
        if self.kind is ChangeKind.UNCHANGED:
            return None
        return "delete" if self.kind is ChangeKind.DELETE else "upsert"

    def __str__(self) -> str:
        """Return one line for people, such as `replace  +47… LOOP sips:… (was FORK sips:…)`."""
        line = f"{self.kind.value:<9}  {self.registration}{', kept' if self.keep else ''}"
        return f"{line}, was {self.before}" if self.kind is ChangeKind.REPLACE else line


@dataclass(frozen=True, slots=True)
class Held:
    """What we know a number to have."""

    lease: Lease
    certain: bool
    """Whether the last answer was a yes: not refused, failed or still missing."""


def plan_changes(wanted: Iterable[Registration], held: Mapping[str, Held], at: float, *, prune: bool) -> list[Change]:
    """Return what every number needs, in the order of the file; deletes come last.

    Args:
        wanted: What shall be registered.
        held: What we know, by number; expired leases count as nothing.
        at: Unix time in seconds.
        prune: Whether numbers that the file does not name are deleted.
    """
    changes = []
    named = set()
    for registration in wanted:
        named.add(registration.number.text)
        changes.append(_change(registration, held.get(registration.number.text), at))
    if prune:
        for number, what in held.items():
            if number not in named and what.lease.active_at(at):
                registration = what.lease.registration
                changes.append(Change(ChangeKind.DELETE, registration, registration))
    return changes


def _change(registration: Registration, held: Held | None, at: float) -> Change:
    if held is None or not held.lease.active_at(at):
        return Change(ChangeKind.CREATE, registration, None)
    before = held.lease.registration
    if before != registration:
        return Change(ChangeKind.REPLACE, registration, before)
    remaining = held.lease.remaining(at)
    fresh = held.certain and remaining is not None and remaining > held.lease.ttl / 2
    return Change(ChangeKind.UNCHANGED if fresh else ChangeKind.REFRESH, registration, before)


def summary(changes: Iterable[Change]) -> str:
    """Return how many of each kind there are, such as `2 create, 1 delete, 7 unchanged`."""
    counts = Counter(change.kind for change in changes)
    said = [f"{counts[kind]} {kind}" for kind in ChangeKind if counts[kind]]
    return ", ".join(said) or "nothing to do"
