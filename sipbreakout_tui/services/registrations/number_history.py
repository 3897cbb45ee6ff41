"""What was asked of a core for one number, counted and listed."""

from collections.abc import Iterable
from dataclasses import dataclass

from sipbreakout_model import E164
from sipbreakout_tui.ledger import Event, Kind, Ledger

MOST_EVENTS = 200
"""How many events are listed at most."""


@dataclass(frozen=True, slots=True)
class NumberHistory:
    """The requests of a number at a core; `str()` counts them, such as `3 upserts, 41 refreshes, 1 refusal`."""

    upserts: int
    """Those that changed what was in force."""
    refreshes: int
    deletes: int
    refusals: int
    failures: int
    """No answer, or none that could be used; those whose answer is not recorded, too."""
    events: tuple[Event, ...]
    """Newest first, MOST_EVENTS at most; a run of refreshes is one."""

    def __str__(self) -> str:
        """Return the counts that are not 0."""
        counts = (
            (self.upserts, "upsert", "upserts"),
            (self.refreshes, "refresh", "refreshes"),
            (self.deletes, "delete", "deletes"),
            (self.refusals, "refusal", "refusals"),
            (self.failures, "without answer", "without answer"),
        )
        return ", ".join(f"{count} {one if count == 1 else many}" for count, one, many in counts if count) or "nothing"


def number_history(ledger: Ledger, number: str, target: str) -> NumberHistory:
    """Return what the ledger tells of a number at a core; reads the disk, so call it in a thread.

    Raises:
        StoreError: The ledger cannot be read.
    """
    return _counted(ledger.events(E164(number), target=target, newest_first=True))


def _counted(events: Iterable[Event]) -> NumberHistory:
    counts = dict.fromkeys(Kind, 0)
    changes = 0
    listed: list[Event] = []
    for event in events:
        counts[event.kind] += event.count
        changes += event.kind is Kind.ACCEPTED and event.change
        if len(listed) < MOST_EVENTS:
            listed.append(event)
    return NumberHistory(
        upserts=changes,
        refreshes=counts[Kind.ACCEPTED] - changes,
        deletes=counts[Kind.DELETED],
        refusals=counts[Kind.REFUSED],
        failures=counts[Kind.FAILED] + counts[Kind.ASKED],
        events=tuple(listed),
    )
