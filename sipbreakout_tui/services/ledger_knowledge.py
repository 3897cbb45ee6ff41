"""What the ledger knows of registrations at the moment of a call."""

import math

from sipbreakout_model import E164, Registrations, TasUri
from sipbreakout_tui.ledger import Ledger
from sipbreakout_tui.ledger.history import End, History, Span
from sipbreakout_tui.trace.diagnosis.knowledge import Standing, State


class LedgerKnowledge:
    """A ledger's history as `Knowledge`."""

    def __init__(self, history: History, hosts: set[str], prefixes: set[str]) -> None:
        """Take what the ledger holds.

        Args:
            history: All leases.
            hosts: The hosts of every `sip_uri` that was ever registered, lower case.
            prefixes: Every prefix that ever was.
        """
        self.history = history
        self._hosts = hosts
        self._prefixes = prefixes
        self._spans: dict[str, list[Span]] = {}

    def at(self, moment: float) -> Registrations:
        """Return what was in force, as known at Unix time `moment` (s)."""
        return self.history.as_of(moment)

    def state(self, number: E164, moment: float) -> State:
        """Return what the number's registration was at Unix time `moment` (s)."""
        lease = self.history.active(number, moment)
        if lease is not None:
            return State(Standing.ACTIVE, lease)
        if self.history.unknown(number, moment):
            return State(Standing.UNKNOWN)
        spans = self._spans_of(number)
        before = [span for span in spans if span.until <= moment]
        if before:
            last = max(before, key=lambda span: span.until)
            standing = Standing.DELETED if last.end is End.DELETED else Standing.EXPIRED
            return State(standing, last.lease, moment - last.until)
        if spans:
            first = spans[0].lease
            return State(Standing.NOT_YET, first, (first.accepted_at or 0.0) - moment)
        return State(Standing.NEVER)

    def hosts(self) -> set[str]:
        """Return the hosts of every `sip_uri`, lower case."""
        return self._hosts

    def prefixes(self) -> set[str]:
        """Return every prefix that is not empty."""
        return self._prefixes

    def around(self, number: E164, moment: float) -> list[Span]:
        """Return the number's leases in force at any time within an hour of Unix time `moment` (s)."""
        return self.history.around(number, moment)

    def _spans_of(self, number: E164) -> list[Span]:
        spans = self._spans.get(number.text)
        if spans is None:
            spans = self._spans[number.text] = self.history.around(number, 0.0, math.inf)
        return spans


def from_ledger(target: str | None = None) -> LedgerKnowledge:
    """Return what the ledger in the state folder knows now; see `ledger_knowledge`.

    Raises:
        StoreError: The ledger cannot be opened.
    """
    with Ledger() as ledger:
        return ledger_knowledge(ledger, target)


def ledger_knowledge(ledger: Ledger, target: str | None = None) -> LedgerKnowledge:
    """Return what a ledger knows now, which outlives the ledger.

    Args:
        ledger: An open one.
        target: Only of this core; None: with several, a number's latest acceptance counts.
    """
    # Refreshes alter nothing: what stands now and every change before it are all that ever was.
    parts = {(row[2], row[4], row[5]) for row in ledger.current_rows(target)}
    for event in ledger.changes(target):
        for registration in (event.registration, event.before):
            if registration is not None:
                prefixes = registration.mobile_originating_prefix, registration.mobile_terminating_prefix
                parts.add((str(registration.sip_uri), *prefixes))
    hosts = {TasUri.parse(uri).host.lower() for uri, _, _ in parts if uri}
    return LedgerKnowledge(ledger.history(target), hosts, {text for part in parts for text in part[1:] if text})
