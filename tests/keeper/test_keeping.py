"""The keeper against the real core, on a clock that both share and a test moves."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from sipbreakout_model import Lease, Registration
from sipbreakout_tui.changes import Recorder
from sipbreakout_tui.config import Profile
from sipbreakout_tui.core import EmbeddedCore
from sipbreakout_tui.keeper import Keeper
from sipbreakout_tui.keeper.keeping import CONCURRENCY, FAULT_SECONDS, RELOAD_SECONDS
from sipbreakout_tui.ledger import Kind, Ledger, Request, Verb
from sipbreakout_tui.rpc.client import RegistrationClient
from sipbreakout_tui.rpc.errors import CannotReachCore, CoreFailed, Refused
from sipbreakout_tui.store import StoreError

NOW = 1_800_000_000.0
TTL = 3600.0
DAY = 86_400


@dataclass
class Clock:
    now: float = NOW

    def __call__(self) -> float:
        return self.now


class Client(RegistrationClient):
    """The real client, but for what `trouble` raises before anything is sent."""

    def __init__(self, profile: Profile, clock: Clock) -> None:
        super().__init__(profile, clock=clock)
        self.trouble: Callable[[Registration], Exception | None] = lambda registration: None
        self.asked: list[str] = []
        self.accepted: list[str] = []

    async def upsert(self, registration: Registration) -> Lease:
        self.asked.append(registration.number.text)
        trouble = self.trouble(registration)
        if trouble is not None:
            raise trouble
        lease = await super().upsert(registration)
        self.accepted.append(registration.number.text)
        return lease


@dataclass
class Bench:
    core: EmbeddedCore
    ledger: Ledger
    client: Client
    clock: Clock
    path: Path
    said: list[str] = field(default_factory=list)
    keeper: Keeper = field(init=False)

    def __post_init__(self) -> None:
        self.keeper = self.another()

    def another(self, seed: int = 1) -> Keeper:
        return Keeper(
            Recorder(self.client, self.ledger, "keeper"),
            clock=self.clock,
            random=random.Random(seed).random,
            say=self.said.append,
        )

    async def kept(self, count: int, *, spread: float = 0.0, ledger: Ledger | None = None) -> list[Registration]:
        """Register and keep numbers, accepted over the last `spread` seconds."""
        ledger = ledger or self.ledger
        fleet = [number(index) for index in range(count)]
        ids = await ledger.asked_many(
            [
                _request(each, self.core.address, self.clock.now - spread * index / count)
                for index, each in enumerate(fleet)
            ]
        )
        for index, (id_, each) in enumerate(zip(ids, fleet, strict=True)):
            lease = self.core.book.upsert(each, self.clock.now - spread * index / count, TTL)
            await ledger.accepted(id_, lease)
        await ledger.keep_many([(each.number, self.core.address) for each in fleet], True)
        return fleet

    def lapsed(self, fleet: list[Registration]) -> list[str]:
        book, now = self.core.book, self.clock.now
        return [each.number.text for each in fleet if book.active(each.number, now) is None]

    async def to_the_next(self) -> None:
        """Move the clock to the next refresh or reload, and tick."""
        now = self.clock.now
        upcoming = self.keeper.schedule.next_at() or now
        self.clock.now = max(now + 1, min(upcoming, now + RELOAD_SECONDS))
        await self.keeper.tick()

    async def go(self, seconds: int, step: int = 1) -> None:
        """Move the clock, with a tick at every step."""
        for _ in range(0, seconds, step):
            self.clock.now += step
            await self.keeper.tick()


def _request(registration: Registration, target: str, at: float) -> Request:
    return Request(Verb.UPSERT, registration, target, "lab", "cli", at)


def number(index: int) -> Registration:
    return Registration.parse(f"+47{10_000_000 + index}", "sips:tas.example.com", "LOOP", "00", "11")


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    clock = Clock()
    path = tmp_path / "ledger.sqlite3"
    async with AsyncExitStack() as stack:
        core = await stack.enter_async_context(EmbeddedCore(clock=clock))
        ledger = stack.enter_context(Ledger(path, clock=clock))
        client = Client(Profile("lab", core.address, plaintext=True), clock)
        await stack.enter_async_context(client)
        yield Bench(core, ledger, client, clock, path)
        assert ledger.verify() == []


async def test_a_due_registration_is_refreshed_with_the_same_parameters_and_once(bench: Bench) -> None:
    (registration,) = await bench.kept(1)
    await bench.go(int(0.2 * TTL) - 1, 60)
    assert bench.client.asked == []
    await bench.go(int(0.3 * TTL) + 10, 10)
    assert bench.client.accepted == [registration.number.text]
    assert bench.keeper.report.refreshed == 1
    lease = bench.core.book.active(registration.number, bench.clock.now)
    assert lease is not None
    assert lease.registration == registration
    (known,) = bench.ledger.current()
    assert (known.accepted_at, known.kept) == (lease.accepted_at, True)
    (event,) = bench.ledger.events(newest_first=True, limit=1)
    assert (event.actor, event.profile) == ("keeper", "lab")
    assert bench.said == []


async def test_what_is_not_kept_is_left_alone(bench: Bench) -> None:
    fleet = await bench.kept(3)
    await bench.ledger.keep(fleet[1].number, bench.core.address, False)
    await bench.go(1900, 10)
    assert sorted(bench.client.accepted) == [fleet[0].number.text, fleet[2].number.text]
    await bench.go(1800, 60)
    assert bench.lapsed(fleet) == [fleet[1].number.text]


async def test_nothing_lapses_in_two_hours_at_a_core(bench: Bench) -> None:
    fleet = await bench.kept(60, spread=1700)
    while bench.clock.now < NOW + 2 * TTL:
        await bench.to_the_next()
        assert bench.lapsed(fleet) == []
    assert bench.keeper.report.refreshed == len(bench.client.accepted) >= 60 * 3
    assert bench.said == []


class FakeRecorder:
    """A core and a ledger in memory: a day of refreshes in a second."""

    def __init__(self, clock: Clock, count: int, *, spread: float = 0.0) -> None:
        self.clock = clock
        self.ledger = self
        self.target = "core.example:443"
        self.accepted_at = {number(index).number.text: clock.now - spread * index / count for index in range(count)}
        self.refreshed: list[tuple[str, float]] = []
        self.poison = ""

    def current_rows(self, target: str, *, kept: bool) -> Iterator[tuple[object, ...]]:
        for text, at in self.accepted_at.items():
            registration = ("sips:tas.example.com", "LOOP", "", "")
            yield (text, target, *registration, "asserted", at, at + TTL, 1, None, at, None, TTL)

    async def refresh(self, registration: Registration) -> Lease:
        if registration.number.text == self.poison:
            raise CoreFailed("INTERNAL for this one")
        self.accepted_at[registration.number.text] = self.clock.now
        self.refreshed.append((registration.number.text, self.clock.now))
        return Lease(registration, self.clock.now, TTL)


async def test_nothing_lapses_in_a_day_and_the_load_is_even() -> None:
    clock = Clock()
    recorder = FakeRecorder(clock, 200)
    keeper = Keeper(recorder, clock=clock, random=random.Random(1).random)  # type: ignore[arg-type]
    for _ in range(DAY):
        clock.now += 1
        upcoming = keeper.schedule.next_at()
        if upcoming is None or upcoming <= clock.now or int(clock.now) % 600 == 0:
            await keeper.tick()
            assert min(recorder.accepted_at.values()) + TTL > clock.now
    assert keeper.report.refreshed == len(recorder.refreshed)
    each = Counter(text for text, _ in recorder.refreshed)
    assert set(each) == set(recorder.accepted_at)
    assert min(each.values()) >= DAY / (TTL / 2) - 1
    assert max(each.values()) <= DAY / (TTL * 0.2)
    # Twice the mean of 200 numbers in 1800 s is less than one: one.
    assert max(Counter(at for _, at in recorder.refreshed).values()) == 1


async def test_after_an_outage_the_most_urgent_come_first(bench: Bench) -> None:
    fleet = await bench.kept(60, spread=1500)
    bench.client.trouble = lambda registration: CannotReachCore("nobody there")
    await bench.go(1800, 5)
    assert bench.client.accepted == []
    assert bench.said == ["nobody there. Trying again"]
    assert bench.keeper.report.trouble == "nobody there"
    bench.client.trouble = lambda registration: None
    bench.client.asked.clear()
    await bench.go(61)
    order = [int(text[3:]) for text in bench.client.asked]
    assert order[:CONCURRENCY] == list(range(10_000_059, 10_000_059 - CONCURRENCY, -1))
    assert bench.said == ["nobody there. Trying again", f"refreshing at {bench.core.address} again"]
    assert bench.keeper.report.trouble is None
    await bench.go(600)
    assert bench.lapsed(fleet) == []


async def test_attempts_while_the_core_is_away_are_few(bench: Bench) -> None:
    await bench.kept(200)
    await bench.go(1)
    bench.client.trouble = lambda registration: CannotReachCore("nobody there")
    await bench.go(3600)
    batches = 3600 / 20  # the wait grows to a minute, of which a random part is waited
    assert len(bench.client.asked) < batches * CONCURRENCY
    assert len(bench.said) == 1
    kinds = Counter(event.kind for event in bench.ledger.events())
    assert kinds[Kind.FAILED] == len(bench.client.asked)


async def test_a_core_that_never_comes_back_and_a_new_keeper(bench: Bench) -> None:
    fleet = await bench.kept(20)
    bench.clock.now += 2 * TTL  # nobody kept them meanwhile
    assert len(bench.lapsed(fleet)) == 20
    await bench.keeper.tick()
    await bench.go(10)
    assert bench.lapsed(fleet) == [], "what is kept is registered again"


async def test_one_number_without_an_answer_does_not_slow_a_fleet_down() -> None:
    clock = Clock()
    recorder = FakeRecorder(clock, 6000, spread=1200)
    keeper = Keeper(recorder, clock=clock, random=random.Random(1).random)  # type: ignore[arg-type]
    await keeper.tick()
    recorder.poison = min(keeper.schedule, key=lambda due: due.at).key
    late: set[str] = set()
    for _ in range(12):
        for _ in range(180):
            clock.now += 1
            await keeper.tick()
        late.update(text for text, at in recorder.accepted_at.items() if at + 0.55 * TTL <= clock.now)
    assert late == {recorder.poison}


async def test_one_number_without_an_answer_lets_no_other_one_lapse(bench: Bench) -> None:
    """The poison number is always the most urgent one: it must not stand in everybody's way."""
    fleet = await bench.kept(100)
    poison = fleet[7].number.text
    bench.client.trouble = lambda registration: (
        CoreFailed("INTERNAL for this one") if registration.number.text == poison else None
    )
    for _ in range(2):
        await bench.go(int(TTL), 5)
        assert bench.lapsed(fleet) == [poison]
    asked = Counter(bench.client.asked)
    assert 10 <= asked[poison] <= 2 * TTL / FAULT_SECONDS * 2
    assert bench.said in (
        ["INTERNAL for this one. Trying again"],
        ["INTERNAL for this one. Trying again", f"refreshing at {bench.core.address} again"],  # it was asked alone
    )
    bench.client.trouble = lambda registration: None
    await bench.go(int(FAULT_SECONDS) + 2)
    assert bench.lapsed(fleet) == []


async def test_a_refusal_ends_keeping_that_number_and_says_so(bench: Bench) -> None:
    fleet = await bench.kept(3)
    number = fleet[1].number
    bench.client.trouble = lambda registration: Refused("barred") if registration.number == number else None
    await bench.go(1900, 5)
    assert bench.keeper.report.refused == [(number.text, "barred")]
    assert bench.said == [f"{number} is not kept any longer: {bench.core.address} refused it: barred"]
    (known,) = bench.ledger.current(number=number)
    assert (known.kept, known.words, known.registration) == (False, "barred", fleet[1])
    await bench.go(3600, 30)
    assert bench.client.asked.count(number.text) == 1
    assert bench.keeper.report.trouble is None


async def test_what_another_process_keeps_is_picked_up(bench: Bench) -> None:
    await bench.keeper.tick()
    assert len(bench.keeper.schedule) == 0
    with Ledger(bench.path, clock=bench.clock) as another:
        fleet = await bench.kept(2, ledger=another)
        await bench.go(int(RELOAD_SECONDS) + 1)
        assert len(bench.keeper.schedule) == 2
        await another.keep(fleet[0].number, bench.core.address, False)
        await bench.go(int(RELOAD_SECONDS) + 1)
        assert len(bench.keeper.schedule) == 1
        await bench.go(1900, 10)
    assert bench.client.accepted == [fleet[1].number.text]


async def test_what_another_process_changed_is_not_put_back(bench: Bench) -> None:
    (registration,) = await bench.kept(1)
    await bench.keeper.tick()
    changed = Registration.parse(registration.number.text, "sips:other.example.com", "FORK")
    await bench.keeper.tick()
    # After the keeper has read the ledger, and before it refreshes.
    bench.clock.now += 0.5 * TTL
    bench.keeper._reload_at = bench.clock.now + 1
    await Recorder(bench.client, bench.ledger, "cli").upsert(changed)
    await bench.keeper.tick()
    await bench.go(60)
    lease = bench.core.book.active(changed.number, bench.clock.now)
    assert lease is not None
    assert lease.registration == changed
    await bench.go(1800, 10)
    lease = bench.core.book.active(changed.number, bench.clock.now)
    assert lease is not None
    assert (lease.registration, lease.accepted_at is not None and lease.accepted_at > NOW + 1800) == (changed, True)


@pytest.mark.parametrize("hours", [-2, 2])
async def test_nothing_lapses_when_the_clock_is_set(bench: Bench, hours: int) -> None:
    """The core lives by its own clock; only ours is set."""
    fleet = await bench.kept(50, spread=1500)
    true = Clock(bench.clock.now)
    await bench.keeper.tick()
    offset = hours * 3600
    alive_until = {each.number.text: true.now - 1500 * index / 50 + TTL for index, each in enumerate(fleet)}
    for _ in range(0, 10_000, 10):
        true.now += 10
        bench.clock.now = true.now + offset
        done = len(bench.client.accepted)
        await bench.keeper.tick()
        for text in bench.client.accepted[done:]:
            alive_until[text] = true.now + TTL
        assert [text for text, end in alive_until.items() if end <= true.now] == []
    assert max(Counter(bench.client.accepted).values()) <= 10_000 / (0.2 * TTL) + 2


async def test_run_goes_on_until_it_is_told_to_stop(bench: Bench) -> None:
    await bench.kept(5)
    bench.clock.now += TTL
    stop = asyncio.Event()
    running = asyncio.ensure_future(bench.keeper.run(stop))
    while not bench.client.accepted:
        await asyncio.sleep(0)
    stop.set()
    await asyncio.wait_for(running, 10)


async def test_a_ledger_that_cannot_be_read_ends_it(bench: Bench) -> None:
    with Ledger(bench.path) as another:
        keeper = Keeper(Recorder(bench.client, another, "keeper"), clock=bench.clock)
    with pytest.raises(StoreError):
        await keeper.run(asyncio.Event())


async def test_deleted_numbers_leave_the_plan(bench: Bench) -> None:
    fleet = await bench.kept(2)
    await bench.keeper.tick()
    await Recorder(bench.client, bench.ledger, "cli").delete(fleet[0])
    await bench.go(1900, 10)
    assert bench.client.accepted == [fleet[1].number.text]
    assert bench.core.book.last(fleet[0].number) is None
