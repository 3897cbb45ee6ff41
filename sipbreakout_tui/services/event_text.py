"""Events of the ledger as lines for people and as JSON."""

from sipbreakout_model.times import local_time, rfc3339
from sipbreakout_tui.ledger import Event, Kind, Verb
from sipbreakout_tui.safe_text import visible


def event_line(event: Event, *, utc: bool = False) -> str:
    """Return one line: when, what was asked where, what became of it, how long it took, who asked."""
    when = local_time(event.asked_at, utc=utc)
    if event.kind is Kind.NOTE:
        return f"{when}  note      {event.words or ''}"
    asked = f"{when}  {event.verb.value if event.verb else '':<7} {_what(event)} at {event.target}"
    return f"{asked}: {_became(event, utc=utc)}  ({_by(event)})"


def event_details(event: Event, *, utc: bool = False) -> list[str]:
    """Return all that is known of an event as lines, safe to show."""
    registration = event.registration
    asked = event.verb.value if event.verb is not None else "note"
    facts = [
        ("asked", f"{local_time(event.asked_at, utc=utc)}, {asked} at {event.target}"),
        ("number", "–" if event.number is None else str(event.number)),
    ]
    if registration is not None:
        facts.append(("TAS", str(registration.sip_uri)))
    if registration is not None and event.verb is Verb.UPSERT:
        mo, mt = registration.mobile_originating_prefix or "–", registration.mobile_terminating_prefix or "–"
        facts += [("route type", str(registration.route_type)), ("prefixes", f"MO {mo}, MT {mt}")]
    if event.before is not None and event.change:
        facts.append(("before", str(event.before)))
    facts.append(("became", _became(event, utc=utc) if event.kind is not Kind.NOTE else event.words or ""))
    if event.at is not None:
        facts.append(("answered", local_time(event.at, utc=utc)))
    if event.accepted_at is not None and event.ttl is not None:
        facts.append(("lives", f"{event.ttl:g} s from {local_time(event.accepted_at, utc=utc)}"))
    if event.latency is not None:
        facts.append(("latency", f"{event.latency * 1000:.0f} ms"))
    facts.append(("asked by", f"{event.actor}, profile {event.profile}"))
    return [f"{name:<11} {visible(text)}" for name, text in facts]


def _what(event: Event) -> str:
    registration = event.registration
    if registration is None:
        return str(event.number)
    # A delete names only these two; what else stands in the event was not looked at (V3).
    if event.verb is Verb.DELETE:
        return f"{registration.number} {registration.sip_uri}"
    return str(registration)


def _became(event: Event, *, utc: bool) -> str:
    if event.kind is Kind.ASKED:
        return "unknown: no answer recorded"
    words = f": {event.words}" if event.words else ""
    if event.kind is Kind.ACCEPTED and event.count > 1 and event.last_at is not None:
        return f"accepted, and refreshed {event.count - 1} times until {local_time(event.last_at, utc=utc)}"
    if event.kind is Kind.ACCEPTED and event.before is not None and event.change:
        return f"accepted in place of {event.before}"
    if event.kind is Kind.FAILED and event.may_have_changed:
        return f"unknown, it may have been carried out{words}"
    return f"{event.kind.value}{words}"


def _by(event: Event) -> str:
    latency = "" if event.latency is None else f", {event.latency * 1000:.0f} ms"
    return f"{event.actor}, profile {event.profile}{latency}"


def event_object(event: Event) -> dict[str, object]:
    """Return an event as one JSON object; moments RFC 3339 in UTC, latency in seconds."""
    registration = event.registration
    return {
        "id": event.id,
        "asked_at": rfc3339(event.asked_at),
        "verb": None if event.verb is None else event.verb.value,
        "kind": event.kind.value,
        "number": None if event.number is None else str(event.number),
        "sip_uri": None if registration is None else str(registration.sip_uri),
        "route_type": None if registration is None else registration.route_type.name,
        "mobile_originating_prefix": None if registration is None else registration.mobile_originating_prefix,
        "mobile_terminating_prefix": None if registration is None else registration.mobile_terminating_prefix,
        "target": event.target,
        "profile": event.profile,
        "actor": event.actor,
        "answered_at": None if event.at is None else rfc3339(event.at),
        "accepted_at": None if event.accepted_at is None else rfc3339(event.accepted_at),
        "ttl": event.ttl,
        "latency": event.latency,
        "words": event.words,
        "may_have_changed": event.may_have_changed,
        "count": event.count,
        "last_at": None if event.last_at is None else rfc3339(event.last_at),
    }
