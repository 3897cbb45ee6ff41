"""Many changes at once."""

import asyncio

from sipbreakout_model import E164, Registration
from sipbreakout_tui.rpc.errors import CannotReachCore, CoreFailed, Refused
from sipbreakout_tui.services.registrations.bulk import BulkReport, run_changes
from sipbreakout_tui.services.registrations.plan import Change, ChangeKind


def changes(count: int) -> list[Change]:
    return [
        Change(ChangeKind.CREATE, Registration.parse(f"+47{index:08}", "sips:tas.example.com", "LOOP"), None)
        for index in range(10_000_000, 10_000_000 + count)
    ]


def numbers(plan: list[Change]) -> list[E164]:
    return [change.registration.number for change in plan]


async def test_every_number_stands_in_exactly_one_list() -> None:
    plan = changes(200)
    running = 0
    most = 0

    async def send(change: Change) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        last = change.registration.number.text[-1]
        if last == "3":
            raise Refused("not today")
        if last == "7":
            raise CoreFailed("broken")

    seen: list[int] = []
    report = await run_changes(plan, send, concurrency=7, progress=lambda so_far: seen.append(so_far.total))
    assert most == 7
    assert (len(report.done), len(report.refused), len(report.failed), report.not_started) == (160, 20, 20, [])
    every = report.done + [number for number, _ in report.refused + report.failed]
    assert sorted(map(str, every)) == sorted(map(str, numbers(plan)))
    assert report.refused[0][1] == "not today"
    assert seen == list(range(1, 201))
    assert str(report) == "160 done, 20 refused, 20 failed"
    assert not report.complete


async def test_stop_waits_for_what_is_under_way_and_starts_no_more() -> None:
    plan = changes(100)
    stop = asyncio.Event()

    async def send(change: Change) -> None:
        await asyncio.sleep(0)
        if change is plan[9]:
            stop.set()

    report = await run_changes(plan, send, concurrency=4, stop=stop)
    assert len(report.done) + len(report.not_started) == 100
    assert 10 <= len(report.done) <= 14
    assert plan[99].registration.number in report.not_started


async def test_core_that_is_away_ends_the_run() -> None:
    plan = changes(50)

    async def send(change: Change) -> None:
        raise CannotReachCore("nobody there")

    report = await run_changes(plan, send, concurrency=5)
    assert report.unreachable
    assert len(report.failed) <= 5
    assert len(report.failed) + len(report.not_started) == 50


async def test_nothing_to_do_is_complete() -> None:
    report = await run_changes([], lambda change: asyncio.sleep(0))
    assert report.complete
    assert str(report) == "0 done"
    assert isinstance(report, BulkReport)
