"""Which registrations decided a call, and which were in force around it."""

from collections.abc import Iterator
from dataclasses import dataclass

from sipbreakout_model import E164
from sipbreakout_tui.services.traces.call_rows import local_moment
from sipbreakout_tui.services.traces.opening import OpenedTrace
from sipbreakout_tui.trace.diagnosis.diagnose import Diagnosis


@dataclass(frozen=True, slots=True)
class Lived:
    """A lease around a call."""

    number: E164
    since: str
    """Local date and time."""
    until: str
    end: str
    """`replaced` (by a refresh, too), `deleted` or `expired`."""
    route_type: str
    sip_uri: str
    mo: str
    mt: str
    at_call: bool
    """Whether it was in force when the call began."""


def leases_around(opened: OpenedTrace, diagnosis: Diagnosis) -> list[Lived]:
    """Return both numbers' leases within an hour of the call; none unless the ledger was asked."""
    at = diagnosis.case.seen.at
    found = []
    for span in opened.registrations_around(diagnosis):
        registration, accepted = span.lease.registration, span.lease.accepted_at
        found.append(
            Lived(
                registration.number,
                "always" if accepted is None else _to_the_second(accepted),
                _to_the_second(span.until),
                span.end.value,
                str(registration.route_type),
                str(registration.sip_uri),
                registration.mobile_originating_prefix or "–",
                registration.mobile_terminating_prefix or "–",
                (accepted or 0.0) <= at < span.until,
            )
        )
    return found


def deciding(opened: OpenedTrace, diagnosis: Diagnosis) -> Iterator[str]:
    """Yield what decided the call, and what was taken for granted; safe to show."""
    case = diagnosis.case
    if case.registration is None:
        yield f"No registration applies (registrations: {opened.known_from})"
    else:
        how = opened.known_from if case.inferred is None else "inferred from the legs"
        words = "Held against {}, which does not make these legs" if case.contradictions else "Decided by {}"
        yield words.format(f"{case.registration} ({how})")
    yield from (f"Assumed: {text}" for text in diagnosis.assumptions)


def _to_the_second(at: float) -> str:
    return local_moment(at).partition(".")[0]
