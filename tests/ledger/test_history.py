"""Yesterday's registrations: history and book against a plain reading of what happened."""

import asyncio
import io
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sipbreakout_model import E164, Call, Lease, Registrations, route
from sipbreakout_tui.ledger import End, History, Kind, Ledger, State, Verb
from sipbreakout_tui.ledger.runs import RUN_CAP
from tests.ledger.making import AT, CORE, HALF, NUMBER, OTHER, Clock, ask, delete, registration, upsert

LOOP = registration()
FORK = registration(kind="FORK")
OTHER_CORE = "other:1"


async def test_refreshes_become_one_event_and_stay_exact(ledger: Ledger, clock: Clock) -> None:
    leases = []
    for n in range(RUN_CAP + 10):
        leases.append(await upsert(ledger, clock, LOOP))
        clock.now += HALF + n / 1024
    events = list(ledger.events())
    assert [event.count for event in events] == [RUN_CAP, 10]
    assert [moment for event in events for moment in event.acceptances] == [lease.accepted_at for lease in leases]
    assert (events[0].kind, events[0].last_accepted_at) == (Kind.ACCEPTED, leases[RUN_CAP - 1].accepted_at)
    history = ledger.history()
    for lease in leases[::25]:
        assert lease.accepted_at is not None
        for at in (lease.accepted_at, lease.accepted_at + 1799.9):
            assert history.active(NUMBER, at) == ledger.book_at(at).active(NUMBER, at) == lease
    assert history.last(NUMBER) == leases[-1]
    assert ledger.verify() == []


@pytest.mark.parametrize("between", ["refused", "failed", "unknown", "changed", "actor", "ttl", "expired", "deleted"])
async def test_whatever_comes_between_ends_a_run(ledger: Ledger, clock: Clock, between: str) -> None:
    await upsert(ledger, clock, LOOP)
    clock.now += 60
    if between == "refused":
        await ledger.refused(await ask(ledger, LOOP), "no")
    elif between == "failed":
        await ledger.failed(await ask(ledger, LOOP), "away")
    elif between == "unknown":
        await ask(ledger, LOOP)
    elif between == "changed":
        await upsert(ledger, clock, FORK)
    elif between == "deleted":
        await delete(ledger, LOOP)
    clock.now += 3600 if between == "expired" else 60
    await upsert(
        ledger, clock, LOOP, ttl=1800.0 if between == "ttl" else 3600.0, actor="keeper" if between == "actor" else "cli"
    )
    assert [event.count for event in ledger.events()] == [1] * (2 if between in ("actor", "ttl", "expired") else 3)


async def test_a_deleted_or_replaced_lease_ends_there(ledger: Ledger, clock: Clock) -> None:
    await upsert(ledger, clock, LOOP)
    clock.now += 100
    fork = await upsert(ledger, clock, FORK)
    clock.now += 100
    await delete(ledger, FORK)
    history = ledger.history(CORE)
    assert [(span.lease.registration, span.until, span.end) for span in history.around(NUMBER, AT)] == [
        (LOOP, AT + 100, End.REPLACED),
        (FORK, AT + 200, End.DELETED),
    ]
    assert history.around(NUMBER, AT + 10_000) == []
    assert history.active(NUMBER, AT + 99) == Lease(LOOP, AT)
    assert history.active(NUMBER, AT + 199.5) == fork
    assert history.active(NUMBER, AT + 200) is None
    assert history.last(NUMBER) is None
    assert history.as_of(AT + 150).last(NUMBER) == fork
    assert history.as_of(AT + 150).active(NUMBER, AT) == Lease(LOOP, AT)
    assert history.as_of(AT - 1).last(NUMBER) is None
    assert list(history) == [NUMBER]
    assert len(history) == 1
    assert history.known_from is None


async def test_r1_a_call_of_yesterday_meets_yesterdays_registration(ledger: Ledger, clock: Clock) -> None:
    await upsert(ledger, clock, LOOP)
    clock.now += 100
    await upsert(ledger, clock, FORK)
    registrations: Registrations = ledger.history()
    rules = [route(Call(OTHER, NUMBER, at), registrations).legs[1].rule for at in (AT + 50, AT + 150, AT + 9999)]
    assert rules == ["R4", "R5", "R3"]


async def test_v7_a_request_without_answer_may_have_changed_it(ledger: Ledger, clock: Clock) -> None:
    await upsert(ledger, clock, LOOP)
    clock.now += 100
    request = await ask(ledger, FORK)
    clock.now += 10
    await ledger.failed(await ask(ledger, LOOP, Verb.DELETE), "no answer", 15.0)
    await ledger.failed(await ask(ledger, LOOP), "not authorised", may_have_changed=False)
    history = ledger.history()
    assert history.unknown(NUMBER, AT + 99) == []
    assert [(doubt.registration, doubt.why) for doubt in history.unknown(NUMBER, AT + 105)] == [(FORK, None)]
    first, second = history.unknown(NUMBER, AT + 111)
    assert (first.event, second.verb, second.why, second.asked_at) == (request, Verb.DELETE, "no answer", AT + 110)
    assert history.unknown(NUMBER, AT + 100 + 3700) == [second][:0]
    assert history.unknown(OTHER, AT + 105) == []
    clock.now += 10
    await upsert(ledger, clock, LOOP)
    history = ledger.history()
    assert len(history.unknown(NUMBER, AT + 111)) == 2
    assert history.unknown(NUMBER, AT + 120) == []


@dataclass(frozen=True)
class Step:
    """One thing that happens in a random story."""

    seconds: float
    what: str
    number: E164
    target: str
    kind: str


steps = st.builds(
    Step,
    st.sampled_from([0.0, 0.25, 60.0, 1800.0, 1800.0, 3600.0, -5.0]),
    st.sampled_from(["accept", "accept", "accept", "delete", "refuse", "fail", "lose", "late"]),
    st.sampled_from([NUMBER, NUMBER, OTHER]),
    st.sampled_from([CORE, CORE, OTHER_CORE]),
    st.sampled_from(["LOOP", "LOOP", "LOOP", "FORK"]),
)
Truth = dict[tuple[E164, str], list[tuple[float, Lease | None]]]


async def tell(ledger: Ledger, clock: Clock, story: list[Step]) -> Truth:
    """Let the story happen and return, for each number and core, what settled it and when, in order."""
    truth: Truth = {}
    for step in story:
        clock.now += step.seconds
        what = registration(step.number, kind=step.kind)
        settled = truth.setdefault((step.number, step.target), [])
        request = await ask(ledger, what, Verb.DELETE if step.what == "delete" else Verb.UPSERT, step.target)
        if step.what in ("accept", "late"):
            if step.what == "late":
                clock.now += 0.5
            lease = Lease(what, clock())
            await ledger.accepted(request, lease, 0.5)
            settled.append((clock(), lease))
        elif step.what == "delete":
            await ledger.deleted(request)
            settled.append((clock(), None))
        elif step.what == "refuse":
            await ledger.refused(request, "no")
        elif step.what == "fail":
            await ledger.failed(request, "away")
    return truth


def standing(truth: Truth, number: E164, target: str | None, at: float) -> Lease | None:
    """Return the lease in force, read plainly: the last thing settled by then."""
    leases = []
    for (of, core), settled in truth.items():
        by_then = [lease for moment, lease in settled if moment <= at]
        if of == number and target in (None, core) and by_then and by_then[-1] and by_then[-1].active_at(at):
            leases.append(by_then[-1])
    return max(leases, key=lambda lease: lease.accepted_at or 0, default=None)


def assert_true(ledger: Ledger, truth: Truth, since: float) -> None:
    moments = {
        moment + shift for settled in truth.values() for moment, _ in settled for shift in (-0.25, 0, 1800, 3600)
    }
    for target in (None, CORE):
        history: History = ledger.history(target)
        for at in sorted(moment for moment in moments if moment >= since):
            book = ledger.book_at(at, target)
            for number in (NUMBER, OTHER):
                lease = standing(truth, number, target, at)
                for found in (book.active(number, at), history.active(number, at)):
                    # Two cores may have accepted at one moment: either counts.
                    assert (found and found.accepted_at) == (lease and lease.accepted_at), (number, target, at)
    for known in ledger.current():
        settled = truth[known.number, known.target]
        assert known.lease == (settled[-1][1] if settled else None)
        assert known.state is not State.UNKNOWN or known.doubt_since is not None


async def read_back(ledger: Ledger, clock: Clock, story: list[Step], folder: Path) -> None:
    truth = await tell(ledger, clock, story)
    assert ledger.verify() == []
    assert_true(ledger, truth, 0.0)
    text = io.StringIO()
    ledger.export(text)
    with Ledger(folder / "copy.sqlite3", clock=clock) as copy:
        copy.import_(text.getvalue().splitlines())
        assert copy.verify() == []
        assert list(copy.current()) == list(ledger.current())
        assert_true(copy, truth, 0.0)
        again = io.StringIO()
        copy.export(again)
        assert again.getvalue().splitlines()[1:] == text.getvalue().splitlines()[1:]
        assert ledger.import_(again.getvalue().splitlines())[:2] == (0, 0)
    before = list(ledger.current())
    middle = AT + (clock.now - AT) / 2
    if middle <= clock.now:
        ledger.prune(middle)
        assert ledger.verify() == []
        assert list(ledger.current()) == before
        assert_true(ledger, truth, middle)


@settings(max_examples=60, deadline=None)
@given(st.lists(steps, max_size=25))
def test_every_moment_is_told_as_it_was(story: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        clock = Clock()
        with Ledger(Path(folder) / "ledger.sqlite3", clock=clock) as ledger:
            asyncio.run(read_back(ledger, clock, story, Path(folder)))
