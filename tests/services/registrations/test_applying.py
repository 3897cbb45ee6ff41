"""The plan from the ledger, and the doing through a recorder at a real core."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest

from sipbreakout_model import Registration
from sipbreakout_tui.changes import Recorder
from sipbreakout_tui.config import Profile
from sipbreakout_tui.core import EmbeddedCore, Faults
from sipbreakout_tui.ledger import Verb
from sipbreakout_tui.services.core_session import open_recorder
from sipbreakout_tui.services.registrations.applying import carry_out, plan_for
from sipbreakout_tui.services.registrations.plan import Change, ChangeKind
from tests.services.live import CORE, NOW, OTHER_A, A, B, Book


def kinds(changes: list[Change]) -> dict[str, ChangeKind]:
    return {change.registration.number.text: change.kind for change in changes}


def plan(book: Book, *wanted: Registration, prune: bool = False) -> list[ChangeKind]:
    return [change.kind for change in plan_for(book.ledger, CORE, wanted, book.clock.now, prune=prune)]


async def test_plan(book: Book) -> None:
    assert plan(book, A, B) == [ChangeKind.CREATE] * 2
    await book.accepted(A)
    await book.accepted(B, target="other.example:443")
    assert plan(book, A, B) == [ChangeKind.UNCHANGED, ChangeKind.CREATE]
    assert plan(book, OTHER_A) == [ChangeKind.REPLACE]
    book.clock.now += 1801
    assert plan(book, A) == [ChangeKind.REFRESH]
    book.clock.now += 1799
    assert plan(book, A) == [ChangeKind.CREATE]
    assert plan(book, prune=True) == []


@pytest.mark.parametrize("trouble", ["failed", "refused", "asked"])
async def test_what_is_not_certain_is_sent_again(book: Book, trouble: str) -> None:
    await book.accepted(A)
    if trouble == "failed":
        await book.failed("away", OTHER_A)
    elif trouble == "refused":
        await book.refused("no", OTHER_A)
    else:
        await book.asked(OTHER_A)
    assert plan(book, A) == [ChangeKind.REFRESH]
    assert plan(book, prune=True) == [ChangeKind.DELETE]


async def test_what_was_only_asked_or_deleted_is_created(book: Book) -> None:
    await book.asked(A)
    assert plan(book, A) == [ChangeKind.CREATE]
    await book.accepted(A)
    await book.deleted(A)
    assert plan(book, A, prune=True) == [ChangeKind.CREATE]


@dataclass
class Bench:
    core: EmbeddedCore
    recorder: Recorder
    book: Book

    def held(self) -> list[str]:
        return sorted(lease.registration.number.text for lease in self.core.book)

    def kept(self) -> list[str]:
        return [row[0] for row in self.book.ledger.current_rows(kept=True)]


@pytest.fixture
async def bench(book: Book) -> AsyncIterator[Bench]:
    book.clock.now = NOW
    async with AsyncExitStack() as stack:
        core = await stack.enter_async_context(EmbeddedCore(faults=Faults(refuse=frozenset([B.number]))))
        profile = Profile("lab", core.address, plaintext=True)
        recorder = await stack.enter_async_context(open_recorder(profile, book.ledger, "cli"))
        yield Bench(core, recorder, book)


def changes(*numbers: int, kind: ChangeKind = ChangeKind.CREATE) -> list[Change]:
    fleet = [Registration.parse(f"+47{number}", "sips:tas.example.com", "LOOP") for number in numbers]
    return [Change(kind, each, None) for each in fleet]


async def test_done_refused_and_kept(bench: Bench) -> None:
    plan = [*changes(10_000_000, 10_000_001), Change(ChangeKind.CREATE, B, None)]
    report = await carry_out(bench.recorder, plan, concurrency=2, keep=True)
    assert str(report) == "2 done, 1 refused"
    assert report.refused[0][0] == B.number
    assert bench.held() == bench.kept() == ["+4710000000", "+4710000001"]
    assert {event.actor for event in bench.book.ledger.events()} == {"cli"}


async def test_unchanged_is_not_sent_but_kept_and_deleted_is_kept_no_longer(bench: Bench) -> None:
    await carry_out(bench.recorder, changes(10_000_000, 10_000_001), keep=True)
    await bench.book.ledger.keep(changes(10_000_000)[0].registration.number, bench.core.address, False)
    events = len(list(bench.book.ledger.events()))
    plan = changes(10_000_000, kind=ChangeKind.UNCHANGED) + changes(10_000_001, kind=ChangeKind.DELETE)
    report = await carry_out(bench.recorder, plan, keep=True)
    assert [str(number) for number in report.done] == ["+4710000001"]
    assert len(list(bench.book.ledger.events())) == events + 1
    assert bench.kept() == bench.held() == ["+4710000000"]


async def test_stopped_before_it_began_and_in_the_middle(bench: Bench) -> None:
    plan = changes(*range(10_000_000, 10_000_050))
    stop = asyncio.Event()
    report = await carry_out(
        bench.recorder, plan, concurrency=3, keep=True, stop=stop, progress=lambda so_far: _stop_at(stop, so_far.total)
    )
    assert 10 <= len(report.done) <= 13
    assert len(report.done) + len(report.not_started) == report.total == 50
    assert bench.held() == bench.kept() == sorted(str(number) for number in report.done)
    again = await carry_out(bench.recorder, plan, stop=stop)
    assert len(again.not_started) == 50
    assert [row for row in bench.book.rows() if row.answer == "unknown"] == []


def _stop_at(stop: asyncio.Event, total: int) -> None:
    if total >= 10:
        stop.set()


async def test_a_delete_in_doubt_is_planned_again(book: Book) -> None:
    await book.accepted(A)
    await book.asked(A, Verb.DELETE)
    assert plan(book, prune=True) == [ChangeKind.DELETE]
    assert kinds(plan_for(book.ledger, CORE, [A], NOW)) == {A.number.text: ChangeKind.REFRESH}
