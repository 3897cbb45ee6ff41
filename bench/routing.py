"""How long `route` takes to explain a call, beside building the same answer from constants; and the book.

The floor builds an equal CallFlow, Legs and Outcome from values at hand; it decides nothing. Both run in
turns in this process, so the ratio holds when the machine's speed drifts.
"""

import itertools
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

from bench.measure import Bound, Measure, MeasuringFailedError, Row, show
from sipbreakout_model import Call, CallFlow, Leg, Outcome, Registration, RegistrationBook, route
from sipbreakout_model.numbers import E164

BOOK_SIZE = 100_000
CALLS = 20_000
ROUNDS = 9
NOW = 1_790_000_000.0
MILLION = 1_000_000
LEASES = f"""
import resource
from sipbreakout_model import Registration, RegistrationBook
book = RegistrationBook()
for index in range({MILLION}):
    uri = f"sips:tas{{index % 4}}.example.com"
    book.upsert(Registration.parse(f"+47{{40_000_000 + index}}", uri, "LOOP", "00", "11"), {NOW} + index)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6)
"""
ROUTE = Row(
    f"explain a LOOP call, book of {BOOK_SIZE:,} registrations",
    "µs",
    "the same flow built from constants",
    Bound("ratio", "≤", 3),
)
LOOKUP = Row(f"look a number up among {BOOK_SIZE:,}", "µs", "among 100")
MEMORY = Row(f"peak memory of a process with a book of {MILLION:,} leases", "MB", "", Bound("value", "<", 500))
ROWS = (ROUTE, LOOKUP, MEMORY)


def book_of_loops() -> RegistrationBook:
    """Return a book of LOOP registrations, accepted over the last half hour."""
    book = RegistrationBook()
    for index in range(BOOK_SIZE):
        registration = Registration.parse(f"+47{10_000_000 + index}", "sips:tas.example.com", "LOOP", "00", "11")
        book.upsert(registration, NOW - index % 1800)
    return book


def builder(flow: CallFlow) -> Callable[[], CallFlow]:
    """Return a function that builds a flow equal to this one."""
    call, outcome, loop, steps = flow.call, flow.outcome, flow.loop, flow.steps
    absent, assumptions = flow.absent, flow.assumptions
    kind, by, status = outcome.kind, outcome.by, outcome.status
    (l1, l2, l3, l4) = [
        (g.number, g.source, g.target, g.called, g.request_uri, g.starts_after, g.end, g.status, g.rule, g.registration)
        for g in flow.legs
    ]

    def build() -> CallFlow:
        legs = (Leg(*l1), Leg(*l2), Leg(*l3), Leg(*l4))
        return CallFlow(call, legs, Outcome(kind, by, status), loop, steps, absent, assumptions)

    return build


def microseconds(work: Callable[[], object]) -> float:
    """Return how long `work` takes, as the mean of CALLS runs."""
    start = time.perf_counter()
    for _ in range(CALLS):
        work()
    return 1e6 * (time.perf_counter() - start) / CALLS


def memory_of_leases() -> float:
    """Return the peak memory (MB) of a process that holds a book of MILLION leases."""
    done = subprocess.run([sys.executable, "-c", LEASES], capture_output=True, text=True, check=True, timeout=300)
    return float(done.stdout)


def measure() -> Iterator[Measure]:
    """Measure ours and the floor in turns."""
    book = book_of_loops()
    call = Call(E164("+4710050000"), E164("+4722222222"), NOW)
    build = builder(route(call, book))
    if build() != route(call, book):
        raise MeasuringFailedError("the floor does not build what route returns")
    pairs = [(microseconds(lambda: route(call, book)), microseconds(build)) for _ in range(ROUNDS)]
    yield Measure.of_pairs(ROUTE, *zip(*pairs, strict=True))
    small = RegistrationBook()
    for lease in itertools.islice(book, 100):
        small.upsert(lease.registration, lease.accepted_at)
    numbers = itertools.cycle([lease.registration.number for lease in small])
    pairs = [
        (microseconds(lambda: book.active(next(numbers), NOW)), microseconds(lambda: small.active(next(numbers), NOW)))
        for _ in range(ROUNDS)
    ]
    yield Measure.of_pairs(LOOKUP, *zip(*pairs, strict=True))
    yield Measure(MEMORY, memory_of_leases())


if __name__ == "__main__":
    show(measure())
