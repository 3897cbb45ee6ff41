"""How many calls a second `route` explains, beside building the same answer from constants.

The floor builds an equal CallFlow, Legs and Outcome from values at hand; it decides nothing. Both run in
turns in this process, so the ratio holds when the machine's speed drifts.
"""

import statistics
import time
from collections.abc import Callable

from sipbreakout_model import Call, CallFlow, Leg, Outcome, Registration, RegistrationBook, route
from sipbreakout_model.numbers import E164

BOOK_SIZE = 100_000
CALLS = 20_000
ROUNDS = 9
NOW = 1_790_000_000.0


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


def per_second(work: Callable[[], object]) -> float:
    """Return how often a second `work` ran, over CALLS runs."""
    start = time.perf_counter()
    for _ in range(CALLS):
        work()
    return CALLS / (time.perf_counter() - start)


def main() -> None:
    """Measure both in turns and print the medians and their ratio."""
    book = book_of_loops()
    call = Call(E164("+4710050000"), E164("+4722222222"), NOW)
    build = builder(route(call, book))
    if build() != route(call, book):
        raise SystemExit("the floor does not build what route returns")
    ours, floor = [], []
    for _ in range(ROUNDS):
        ours.append(per_second(lambda: route(call, book)))
        floor.append(per_second(build))
    ratio = statistics.median(f / o for f, o in zip(floor, ours, strict=True))
    print(f"route, LOOP call, book of {BOOK_SIZE}: {statistics.median(ours):,.0f}/s")
    print(f"the same flow from constants:      {statistics.median(floor):,.0f}/s")
    print(f"time of route / time of the floor: {ratio:.2f} (bound: 3)")


if __name__ == "__main__":
    main()
