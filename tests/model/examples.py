"""Numbers, registrations and short forms of flows, for the tests of single rules."""

from sipbreakout_model import Call, CallFlow, Lease, OutcomeKind, Party, Registration, RegistrationBook

AT = 1_700_000_000.0
A = "+4711111111"
B = "+4722222222"
C = "+4733333333"
HOSTS = {A: "tas-a.example", B: "tas-b.example", C: "tas-c.example"}
PREFIXES = {A: ("21", "22"), B: ("31", "32"), C: ("41", "42")}


def a_calls_b(placed_by: str | None = None) -> Call:
    return Call.parse(A, B, AT, placed_by)


def leased(
    number: str,
    kind: str,
    *,
    ago: float = 0.0,
    host: str | None = None,
    mo: str | None = None,
    mt: str | None = None,
) -> Lease:
    """Return a lease of one hour, accepted `ago` seconds before the call."""
    usual_mo, usual_mt = PREFIXES.get(number, ("", ""))
    registration = Registration.parse(
        number,
        f"sips:{host or HOSTS[number]}",
        kind,
        usual_mo if mo is None else mo,
        usual_mt if mt is None else mt,
    )
    return Lease(registration, AT - ago)


def book_of(*leases: Lease) -> RegistrationBook:
    book = RegistrationBook()
    for lease in leases:
        book.upsert(lease.registration, lease.accepted_at, lease.ttl)
    return book


def lines(flow: CallFlow) -> list[str]:
    """Return each leg as `caller→core +4722222222`."""
    return [f"{leg.source}→{leg.target} {leg.called}" for leg in flow.legs]


def ending(flow: CallFlow) -> tuple[OutcomeKind, Party | None, int | None]:
    return flow.outcome.kind, flow.outcome.by, flow.outcome.status


def said(flow: CallFlow) -> list[str]:
    """Return every sentence of the flow."""
    return [str(part) for part in (*flow.steps, *flow.absent, *flow.assumptions)]
