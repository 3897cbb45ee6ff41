"""The keeper when the clock is set or the disk is full."""

from collections import Counter

import pytest

from sipbreakout_model import Lease, Registration
from sipbreakout_tui.keeper.keeping import CONCURRENCY
from sipbreakout_tui.ledger import Kind
from sipbreakout_tui.rpc.errors import Refused
from tests.keeper.test_keeping import TTL, Bench, bench
from tests.store.small_disk import no_room

__all__ = ["bench"]


@pytest.mark.parametrize("hours", [-2, 2])
async def test_a_clock_that_is_set_makes_no_storm(bench: Bench, hours: int) -> None:
    """Ahead, every lease looks ended and is refreshed once; back, the refreshes are spread over a quarter of a life."""
    fleet = await bench.kept(80, spread=1500)
    await bench.keeper.tick()
    under_way = most = 0
    real = bench.client.upsert

    async def counted(registration: Registration) -> Lease:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        try:
            return await real(registration)
        finally:
            under_way -= 1

    bench.client.upsert = counted  # type: ignore[method-assign]
    bench.client.accepted.clear()
    bench.clock.now += hours * 3600
    await bench.keeper.tick()
    assert len(bench.client.accepted) == (len(fleet) if hours > 0 else 0)
    assert most <= CONCURRENCY
    await bench.go(int(TTL * 0.2), 10)
    assert max(Counter(bench.client.accepted).values()) == 1
    await bench.go(int(TTL), 10)
    assert max(Counter(bench.client.accepted).values()) <= 6
    assert set(bench.client.accepted) == {each.number.text for each in fleet}
    assert bench.said == []


async def test_a_full_disk_sends_nothing_says_so_once_and_goes_on_with_room(bench: Bench) -> None:
    fleet = await bench.kept(30)
    await bench.keeper.tick()
    bench.clock.now += 0.55 * TTL  # all are late
    with no_room():
        await bench.go(300, 10)
    assert bench.client.asked == [], "nothing is sent that cannot be written down"
    (said,) = bench.said
    assert said.startswith(f"{bench.path}: the disk is full")
    assert said.endswith("Trying again")
    assert bench.keeper.report.trouble is not None
    await bench.go(120, 5)
    assert bench.said[1:] == [f"refreshing at {bench.core.address} again"]
    assert bench.keeper.report.trouble is None
    await bench.go(600, 10)
    assert sorted(bench.client.accepted) == [each.number.text for each in fleet]
    assert bench.lapsed(fleet) == []


async def test_an_answer_that_finds_no_room_is_asked_for_again(bench: Bench) -> None:
    """The core has refreshed it, and we do not know."""
    (registration,) = await bench.kept(1)
    await bench.keeper.tick()
    bench.clock.now += 0.55 * TTL
    real = bench.client.upsert
    full = no_room()

    async def then_full(registration: Registration) -> Lease:
        lease = await real(registration)
        if len(bench.client.accepted) == 1:
            full.__enter__()
        return lease

    bench.client.upsert = then_full  # type: ignore[method-assign]
    try:
        await bench.keeper.tick()
    finally:
        full.__exit__(None, None, None)
    (known,) = bench.ledger.current()
    assert known.doubt_since is not None, "in doubt, not done"
    await bench.go(int(TTL * 0.3), 20)
    assert bench.client.accepted == [registration.number.text] * 2
    (known,) = bench.ledger.current()
    assert (known.doubt_since, known.kept) == (None, True)
    assert bench.lapsed([registration]) == []


async def test_a_refusal_that_finds_no_room_does_not_end_the_keeper(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet = await bench.kept(2)
    await bench.keeper.tick()
    number = fleet[0].number
    bench.client.trouble = lambda registration: Refused("barred") if registration.number == number else None
    real, full = bench.ledger.refused, no_room()

    async def then_full(request: int, words: str, latency: float | None = None) -> None:
        await real(request, words, latency)
        full.__enter__()

    bench.clock.now += 0.55 * TTL
    with monkeypatch.context() as patch:
        patch.setattr(bench.ledger, "refused", then_full)
        try:
            while not bench.client.asked.count(number.text):
                await bench.go(1)
        finally:
            full.__exit__(None, None, None)
    assert bench.keeper.report.refused == []
    await bench.go(300, 5)
    assert bench.keeper.report.refused == [(number.text, "barred")]
    (known,) = bench.ledger.current(number=number)
    assert (known.kept, known.words) == (False, "barred")
    assert bench.lapsed(fleet) == []
    assert [event.kind for event in bench.ledger.events(number=number)].count(Kind.REFUSED) == 2
