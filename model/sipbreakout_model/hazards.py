"""What can go wrong, seen from the registrations alone (domain section 6), and what a TAS could loop."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum

from sipbreakout_model.book import RegistrationBook
from sipbreakout_model.callflow import CallFlow, OutcomeKind
from sipbreakout_model.counterfactual import STRANGER
from sipbreakout_model.dialling import COUNTRY_CODES, DIALLING_PREFIXES
from sipbreakout_model.errors import ScenarioError
from sipbreakout_model.numbers import E164, E164_DIGITS
from sipbreakout_model.registration import MAX_PREFIX_DIGITS, Lease, Registration, RouteType
from sipbreakout_model.routing import route
from sipbreakout_model.scenario import Call, CalleeBehaviour, Scenario, TasBehaviour
from sipbreakout_model.sentences import duration
from sipbreakout_model.tas_uri import TasUri


class Severity(IntEnum):
    """How bad a hazard is; the higher, the worse."""

    NOTICE = 1
    """Worth knowing; nothing is wrong yet."""
    WARNING = 2
    """Will mislead somebody, or fails under a likely condition."""
    ERROR = 3
    """Calls go wrong now."""

    def __str__(self) -> str:
        """Return the word."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Hazard:
    """One thing that can go wrong."""

    id: str
    """Kind of hazard, such as `same-prefix`."""
    severity: Severity
    numbers: tuple[E164, ...]
    """The numbers concerned, the one to change first."""
    text: str
    """What it is and whom it hits."""
    fix: str
    """What to do."""


NumberProblem = Callable[[E164], str | None]
"""Says why a number is not valid in its country's plan, or None; given by the caller."""


def find_hazards(book: RegistrationBook, at: float, number_problem: NumberProblem | None = None) -> list[Hazard]:
    """Return the hazards of all registrations at Unix time `at` (s), worst first, then by number.

    Args:
        book: The registrations; expired ones are a hazard themselves and no part of any other.
        at: Unix time in seconds.
        number_problem: Knows numbering plans; None: that hazard is not looked for.
    """
    leases = [lease for lease in book if lease.active_at(at)]
    found: list[Hazard] = []
    for lease in book:
        found += _life(lease, at)
    for lease in leases:
        registration = lease.registration
        found += _prefixes(registration)
        found += _number(registration.number, number_problem)
        found += _host(registration)
    found += _redial(leases)
    found += _masked_prefixes(leases)
    found += _collisions(book, leases)
    found += _same_tas(leases)
    found.sort(key=lambda hazard: (-hazard.severity, hazard.numbers[0].text, hazard.id))
    return found


def _life(lease: Lease, at: float) -> Iterator[Hazard]:
    remaining, number = lease.remaining(at), lease.registration.number
    if remaining is None or lease.accepted_at is None or lease.accepted_at > at:
        return
    fix = f"Upsert it again: {upsert_command(lease.registration)}"
    if remaining <= 0:
        text = f"{lease.registration.route_type} of {number} expired {duration(-remaining)} ago: no call meets it"
        yield Hazard("expired", Severity.ERROR, (number,), text, fix)
    elif remaining < lease.ttl / 2:
        late = duration(lease.ttl / 2 - remaining)
        text = f"{number} was due for a refresh {late} ago and expires in {duration(remaining)}"
        yield Hazard("expiring", Severity.WARNING, (number,), text, fix)


def _prefixes(registration: Registration) -> Iterator[Hazard]:
    number, kind = registration.number, registration.route_type
    originating, terminating = registration.mobile_originating_prefix, registration.mobile_terminating_prefix
    if kind.applies_mo and kind.applies_mt and originating == terminating:
        shown = f"both prefixes of {number} are {originating}" if originating else f"{number} has no prefixes"
        text = f"{shown}: the TAS cannot tell whether it is rung because of the caller or the callee (R7)"
        severity = Severity.WARNING if originating else Severity.NOTICE
        yield Hazard("same-prefix", severity, (number,), text, "Give the two directions different prefixes")
    if terminating and not kind.applies_mt:
        text = (
            f"no call shows the mobile_terminating_prefix {terminating} of {number}: {kind} leaves incoming calls alone"
        )
        yield Hazard("unseen-prefix", Severity.WARNING, (number,), text, "Leave mobile_terminating_prefix empty")
    if originating and not kind.applies_mo:
        text = (
            f"no call shows the mobile_originating_prefix {originating} of {number}: {kind} leaves outgoing calls alone"
        )
        if kind.applies_mt:
            text += "; read by presence, calls from registered numbers show it, and mislead (R7)"
        yield Hazard("unseen-prefix", Severity.WARNING, (number,), text, "Leave mobile_originating_prefix empty")
    for prefix in dict.fromkeys((originating, terminating)):
        text = f"prefix {prefix} of {number} is a "
        if prefix in DIALLING_PREFIXES:
            text += f"dialling code: a TAS that drops the plus of +{prefix}… dials another number"
        elif prefix in COUNTRY_CODES:
            text += f"country code: +{prefix}… is a number of another country as it stands"
        else:
            continue
        fix = "Take a prefix that starts no number"
        yield Hazard("prefix-is-dialling-code", Severity.NOTICE, (number,), text, fix)


def _number(number: E164, number_problem: NumberProblem | None) -> Iterator[Hazard]:
    if number.exceeds_e164:
        text = f"{number} has {len(number.digits)} digits; E.164 allows {E164_DIGITS}, the API more"
        yield Hazard("number-too-long", Severity.NOTICE, (number,), text, "Check the number")
    problem = None if number_problem is None else number_problem(number)
    if problem is not None:
        yield Hazard("number-invalid", Severity.WARNING, (number,), f"{number}: {problem}", "Check the number")


def _host(registration: Registration) -> Iterator[Hazard]:
    if registration.sip_uri.is_ip_literal:
        text = (
            f"{registration.number} names its TAS by address, {registration.sip_uri}: "
            "the core wants a certificate valid for exactly that (V8)"
        )
        yield Hazard("ip-literal", Severity.WARNING, (registration.number,), text, "Name the TAS by its host name")


def _redial(leases: list[Lease]) -> Iterator[Hazard]:
    """One hazard for each TAS and type: it is the TAS that would have to dial anew."""
    groups: dict[tuple[RouteType, TasUri], list[E164]] = defaultdict(list)
    for lease in leases:
        groups[lease.registration.route_type, lease.registration.sip_uri].append(lease.registration.number)
    for (kind, uri), numbers in groups.items():
        whom = _whom(numbers)
        if kind is RouteType.INGRESS:
            continue
        if kind.loops:
            text = f"if the TAS {uri} returns a call of {whom} without its Session-ID, {kind} is met again: a loop (R9)"
        elif kind is RouteType.FALLBACK:
            text = f"if the TAS {uri} dials {whom} itself, an unanswered call rings it again, up to 30 s a turn (R15)"
        else:
            text = f"if the TAS {uri} dials {whom} itself, {kind} rings the TAS again, in circles (R9)"
        fix = "Have the TAS keep the Session-ID of its leg (R8)"
        yield Hazard("loop-on-redial", Severity.NOTICE, tuple(numbers), text, fix)


def _whom(numbers: list[E164]) -> str:
    return str(numbers[0]) if len(numbers) == 1 else f"one of {len(numbers)} numbers"


def _masked_prefixes(leases: list[Lease]) -> Iterator[Hazard]:
    """Under PRESENCE a caller whose registration does not act on outgoing calls still masks the MT prefix."""
    silent = (RouteType.LOOP_MT, RouteType.FALLBACK)
    callers = sum(lease.registration.route_type in silent for lease in leases)
    groups: dict[TasUri, list[E164]] = defaultdict(list)
    for lease in leases:
        registration = lease.registration
        terminating = registration.mobile_terminating_prefix
        others = callers - (registration.route_type in silent)
        differs = terminating != registration.mobile_originating_prefix
        if registration.route_type.applies_mt and terminating and others and differs:
            groups[registration.sip_uri].append(registration.number)
    for uri, numbers in groups.items():
        text = (
            f"if the core reads the prefix table by presence, calls to {_whom(numbers)} from numbers with LOOP_MT or "
            f"FALLBACK show {uri} the mobile_originating_prefix, not the mobile_terminating_prefix (R7)"
        )
        fix = "Have the TAS tell the two cases apart by From instead"
        yield Hazard("masked-prefix", Severity.NOTICE, tuple(numbers), text, fix)


def _collisions(book: RegistrationBook, leases: list[Lease]) -> Iterator[Hazard]:
    """A prefix before one number of the book gives another number of the book."""
    originating = defaultdict(list)
    for lease in leases:
        if lease.registration.route_type.applies_mo:
            originating[lease.registration.mobile_originating_prefix].append(lease.registration.number)
    for other in leases:
        digits = other.registration.number.digits
        for length in range(1, min(MAX_PREFIX_DIGITS, len(digits) - 2) + 1):
            prefix, rest = digits[:length], digits[length:]
            if rest[0] == "0":
                continue
            called = book.last(E164(f"+{rest}"))
            if called is None:
                continue
            users = [number for number in originating.get(prefix, []) if number != called.registration.number]
            if called.registration.route_type.applies_mt and called.registration.mobile_terminating_prefix == prefix:
                users.insert(0, called.registration.number)
            if users:
                text = (
                    f"prefix {prefix} of {users[0]} turns {called.registration.number} into "
                    f"{other.registration.number}, another subscriber: a TAS that leaves it on reaches them (R11)"
                )
                numbers = (*users, other.registration.number)
                yield Hazard("prefix-collision", Severity.ERROR, numbers, text, "Take a prefix that starts no number")


def _same_tas(leases: list[Lease]) -> Iterator[Hazard]:
    groups = defaultdict(list)
    for lease in leases:
        if lease.registration.route_type.loops:
            groups[lease.registration.sip_uri.host.lower()].append(lease.registration)
    for host, registrations in groups.items():
        kinds = Counter(registration.route_type for registration in registrations)
        placing = kinds[RouteType.LOOP] + kinds[RouteType.LOOP_MO]
        taking = kinds[RouteType.LOOP] + kinds[RouteType.LOOP_MT]
        if len(registrations) > 1 and placing and taking:
            text = (
                f"{len(registrations)} numbers loop through {host}: of a call between two of them the TAS "
                "sees only the caller's side, the callee's registration is not met (R2)"
            )
            fix = "Have the TAS serve both sides of an internal call on the one leg it gets"
            numbers = tuple(registration.number for registration in registrations)
            yield Hazard("same-tas-internal", Severity.NOTICE, numbers, text, fix)


def upsert_command(registration: Registration) -> str:
    """Return the command line that makes the registration."""
    parts = [
        f"sipbreakout upsert {registration.number} --sip-uri {registration.sip_uri} --type {registration.route_type}"
    ]
    if registration.mobile_originating_prefix:
        parts.append(f"--mo {registration.mobile_originating_prefix}")
    if registration.mobile_terminating_prefix:
        parts.append(f"--mt {registration.mobile_terminating_prefix}")
    return " ".join(parts)


_SCENARIOS = tuple(
    Scenario(callee=callee, tas=tas, forwards_to=STRANGER if tas is TasBehaviour.FORWARDS else None)
    for callee in CalleeBehaviour
    for tas in TasBehaviour
)


def find_loops(book: RegistrationBook, at: float) -> dict[Registration, tuple[CallFlow, ...]]:
    """Return the flows that loop, by registration in force at Unix time `at` (s).

    For each registration every thing a TAS and a callee may do is tried on a call to and a call from
    a number that is registered nowhere. Registrations that cannot loop have no entry.
    """
    found: dict[Registration, tuple[CallFlow, ...]] = {}
    for lease in book:
        registration = lease.registration
        if not lease.active_at(at):
            continue
        calls = []
        if registration.route_type.applies_mo:
            calls.append(Call(registration.number, STRANGER, at))
        if registration.route_type.applies_mt:
            calls.append(Call(STRANGER, registration.number, at))
        loops = tuple(flow for call in calls for flow in _looping(call, book, registration.route_type))
        if loops:
            found[registration] = loops
    return found


def _looping(call: Call, book: RegistrationBook, kind: RouteType) -> Iterator[CallFlow]:
    for scenario in _SCENARIOS:
        if kind is not RouteType.FALLBACK and scenario.callee is not CalleeBehaviour.ANSWERS:
            continue  # before the loop nobody but a FALLBACK rings the callee
        try:
            flow = route(call, book, scenario)
        except ScenarioError:
            continue
        if flow.outcome.kind is OutcomeKind.LOOPED:
            yield flow
