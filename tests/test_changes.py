"""Requests and their record: against the real core over a real socket, with a real ledger."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from sipbreakout_model import E164, Registration
from sipbreakout_tui import changes
from sipbreakout_tui.changes import Recorder
from sipbreakout_tui.config import Profile
from sipbreakout_tui.core import EmbeddedCore, Faults
from sipbreakout_tui.ledger import UNDER_WAY_SECONDS, Event, Kind, Known, Ledger, Request, State, Verb
from sipbreakout_tui.rpc import attempts
from sipbreakout_tui.rpc.client import RegistrationClient
from sipbreakout_tui.rpc.errors import CannotReachCore, NotSent, Refused

NOW = 1_800_000_000.0
A = Registration.parse("+4711111111", "sips:tas.example.com", "LOOP", "00", "11")
OTHER_A = Registration.parse("+4711111111", "sips:other.example.com", "FORK")
B = Registration.parse("+4722222222", "sips:tas.example.com", "FALLBACK")


@dataclass
class Clock:
    now: float = NOW

    def __call__(self) -> float:
        return self.now


@dataclass
class Set:
    """A core, a ledger, and who writes down what is asked."""

    core: EmbeddedCore
    ledger: Ledger
    recorder: Recorder
    clock: Clock

    def known(self, number: E164 = A.number) -> Known:
        (known,) = self.ledger.current(number=number)
        return known

    def events(self, number: E164 = A.number) -> list[Event]:
        return list(self.ledger.events(number))

    def held(self, number: E164 = A.number) -> Registration | None:
        lease = self.core.book.active(number, self.clock())
        return None if lease is None else lease.registration


def profile(address: str, *, read_only: bool = False) -> Profile:
    return Profile("lab", address, plaintext=True, read_only=read_only)


@asynccontextmanager
async def opened(path: Path, *, faults: Faults | None = None, actor: str = "cli") -> AsyncIterator[Set]:
    clock = Clock()
    async with AsyncExitStack() as stack:
        core = await stack.enter_async_context(EmbeddedCore(clock=clock, faults=faults or Faults()))
        ledger = stack.enter_context(Ledger(path / "ledger.sqlite3", clock=clock))
        client = await stack.enter_async_context(RegistrationClient(profile(core.address), clock=clock))
        yield Set(core, ledger, Recorder(client, ledger, actor), clock)
        assert ledger.verify() == []


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Set]:
    async with opened(tmp_path, faults=Faults(refuse=frozenset([B.number]))) as bench:
        yield bench


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody wait between the attempts of one request."""
    monkeypatch.setattr(attempts, "MAX_WAIT", 0.0)


async def test_accepted_is_recorded_with_when_who_and_how_long(bench: Set) -> None:
    lease = await bench.recorder.upsert(A)
    assert (lease.accepted_at, lease.ttl) == (NOW, 3600.0)
    known = bench.known()
    assert (known.state, known.registration, known.accepted_at, known.expires_at) == (
        State.ASSERTED, A, NOW, NOW + 3600.0,
    )  # fmt: skip
    (event,) = bench.events()
    assert (event.kind, event.verb, event.actor, event.profile) == (Kind.ACCEPTED, Verb.UPSERT, "cli", "lab")
    assert event.target == bench.core.address == bench.recorder.target
    assert event.latency is not None
    assert 0 < event.latency < UNDER_WAY_SECONDS


async def test_refused_is_recorded_in_the_words_of_the_core_and_raised(bench: Set) -> None:
    with pytest.raises(Refused) as caught:
        await bench.recorder.upsert(B)
    known = bench.known(B.number)
    assert (known.state, known.registration, known.words) == (State.REFUSED, None, caught.value.words)
    assert "refused on purpose" in caught.value.words
    (event,) = bench.events(B.number)
    assert event.kind is Kind.REFUSED
    assert not event.may_have_changed
    assert event.latency is not None


async def test_a_refused_change_leaves_what_was_before(bench: Set) -> None:
    await bench.recorder.upsert(A)
    with pytest.raises(Refused):
        await bench.recorder.delete(OTHER_A)
    known = bench.known()
    assert (known.state, known.registration, known.expires_at) == (State.REFUSED, A, NOW + 3600.0)
    assert bench.held() == A


async def test_deleted_is_recorded_and_kept_no_longer(bench: Set) -> None:
    await bench.recorder.upsert(A)
    await bench.ledger.keep(A.number, bench.recorder.target, True)
    assert await bench.recorder.delete(A) is None
    known = bench.known()
    assert (known.state, known.registration, known.kept) == (State.DELETED, None, False)
    assert [event.kind for event in bench.events()] == [Kind.ACCEPTED, Kind.DELETED]
    assert bench.held() is None


async def test_lost_answer_of_a_delete_is_noted(tmp_path: Path, impatient: None) -> None:
    # Of every second request that fails, the answer is lost after it was applied.
    async with opened(tmp_path, faults=Faults(fail_every=2)) as bench:
        await bench.recorder.upsert(A)  # request 1
        await bench.recorder.upsert(A)  # 2 fails before it is applied, 3
        note = await bench.recorder.delete(A)  # the answer of 4 is lost, 5 says "not registered"
        assert note is not None
        assert "lost answer" in note
        assert bench.known().state is State.DELETED
        assert bench.events()[-1].words == note


@pytest.mark.parametrize("verb", ["upsert", "delete"])
async def test_failed_leaves_a_doubt_only_where_it_may_have_been_carried_out(
    tmp_path: Path, verb: str, impatient: None
) -> None:
    async with opened(tmp_path) as bench:
        await bench.recorder.upsert(A)
        await bench.core.stop()
        with pytest.raises(CannotReachCore):
            await getattr(bench.recorder, verb)(A)
        known = bench.known()
        assert (known.state, known.registration, known.doubt_since) == (State.FAILED, A, NOW)
        assert bench.events()[-1].may_have_changed


async def test_what_was_not_sent_is_no_doubt(bench: Set) -> None:
    await bench.recorder.upsert(A)
    async with RegistrationClient(profile(bench.core.address, read_only=True)) as client:
        with pytest.raises(NotSent):
            await Recorder(client, bench.ledger, "cli").upsert(OTHER_A)
    known = bench.known()
    assert (known.state, known.registration, known.doubt_since) == (State.FAILED, A, None)
    assert not bench.events()[-1].may_have_changed


@pytest.mark.parametrize("verb", [Verb.UPSERT, Verb.DELETE])
async def test_asked_is_durable_before_anything_is_sent(bench: Set, tmp_path: Path, verb: Verb) -> None:
    await bench.recorder.upsert(A)
    seen: list[State] = []

    class Dying(RegistrationClient):
        """Sends nothing: this is where the process dies."""

        async def upsert(self, registration: Registration) -> object:  # type: ignore[override]
            return await self.delete(registration)

        async def delete(self, registration: Registration) -> str | None:
            with Ledger(tmp_path / "ledger.sqlite3", clock=bench.clock) as another:
                seen.extend(known.state for known in another.current(number=registration.number))
            raise KeyboardInterrupt

    async with Dying(profile(bench.core.address)) as client:
        recorder = Recorder(client, bench.ledger, "cli")
        work = recorder.upsert(OTHER_A) if verb is Verb.UPSERT else recorder.delete(A)
        with pytest.raises(KeyboardInterrupt):
            await work
    assert seen == [State.UNKNOWN]
    known = bench.known()
    assert (known.state, known.registration, known.doubt_since) == (State.UNKNOWN, A, NOW)


async def test_cancelled_in_the_middle_is_unknown(tmp_path: Path) -> None:
    async with opened(tmp_path, faults=Faults(delay=60)) as bench:
        work = asyncio.ensure_future(bench.recorder.upsert(A))
        while not bench.events():
            await asyncio.sleep(0)
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
        assert bench.known().state is State.UNKNOWN
        assert bench.known().registration is None


async def test_refresh_renews_what_is_kept_and_nothing_else(bench: Set) -> None:
    recorder, ledger = bench.recorder, bench.ledger
    assert await recorder.refresh(A) is None, "never heard of"
    await recorder.upsert(A)
    assert await recorder.refresh(A) is None, "not kept"
    await ledger.keep(A.number, recorder.target, True)
    assert await recorder.refresh(OTHER_A) is None, "changed meanwhile"
    bench.clock.now += 1800
    lease = await recorder.refresh(A)
    assert lease is not None
    assert lease.accepted_at == NOW + 1800
    await recorder.delete(A)
    assert await recorder.refresh(A) is None, "deleted"
    assert bench.held() is None
    assert [event.count for event in bench.events()] == [2, 1]


async def test_a_refused_refresh_leaves_the_former_lease(bench: Set) -> None:
    target = bench.core.address
    request = await bench.ledger.asked(Verb.UPSERT, B, target, "lab", "cli")
    lease = bench.core.book.upsert(B, NOW)
    await bench.ledger.accepted(request, lease)
    await bench.ledger.keep(B.number, target, True)
    with pytest.raises(Refused):
        await bench.recorder.refresh(B)
    known = bench.known(B.number)
    assert (known.state, known.registration, known.accepted_at) == (State.REFUSED, B, NOW)


async def test_a_refresh_leaves_a_number_alone_while_another_request_for_it_is_under_way(bench: Set) -> None:
    await bench.recorder.upsert(A)
    await bench.ledger.keep(A.number, bench.recorder.target, True)
    await bench.ledger.asked(Verb.DELETE, A, bench.recorder.target, "lab", "cli")
    assert await bench.recorder.refresh(A) is None
    bench.clock.now += UNDER_WAY_SECONDS + 1  # whoever asked died
    assert await bench.recorder.refresh(A) is not None


async def test_a_change_waits_for_the_refresh_under_way_and_not_for_ever(
    bench: Set, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []

    async def wait(seconds: float) -> None:
        waited.append(seconds)

    await bench.recorder.upsert(A)
    await bench.ledger.keep(A.number, bench.recorder.target, True)
    async with RegistrationClient(profile(bench.core.address), clock=bench.clock) as client:
        recorder = Recorder(client, bench.ledger, "cli")
        for work in (recorder.upsert(OTHER_A), recorder.delete(OTHER_A)):
            lost = Request(Verb.UPSERT, A, recorder.target, "lab", "keeper")
            assert await bench.ledger.asked_alone(lost, if_kept=False) is not None
            with monkeypatch.context() as patched:
                patched.setattr(changes, "asyncio", type("Loop", (), {"sleep": staticmethod(wait)}))
                await work
            assert sum(waited) == pytest.approx(UNDER_WAY_SECONDS)
            waited.clear()
            bench.clock.now += 60
    assert bench.held() is None


async def test_a_number_kept_a_moment_ago_by_somebody_else_is_not_deleted_beside_its_refresh(
    bench: Set, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bench.recorder.upsert(A)  # from now on the recorder knows that nothing is kept
    await bench.ledger.keep(A.number, bench.recorder.target, True)
    refresh = await bench.ledger.asked_alone(Request(Verb.UPSERT, A, bench.recorder.target, "lab", "keeper"))
    assert refresh is not None
    deleting = asyncio.ensure_future(bench.recorder.delete(A))
    for _ in range(20):
        await asyncio.sleep(0.001)
    assert [event.kind for event in bench.events()] == [Kind.ACCEPTED, Kind.ASKED]
    await bench.ledger.accepted(refresh, bench.core.book.upsert(A, bench.clock()))
    assert await deleting is None
    assert bench.held() is None


def _numbers(count: int) -> list[Registration]:
    return [Registration.parse(f"+47{index}", "sips:tas.example.com", "LOOP") for index in range(10**7, 10**7 + count)]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("processes", [1, 2], ids=["one ledger object", "two ledger objects"])
async def test_no_refresh_comes_after_a_delete_that_was_answered(
    tmp_path: Path, seed: int, processes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    fleet = _numbers(120)
    monkeypatch.setattr(changes, "_WAITS", 1500)  # look more often whether the refresh is answered
    async with AsyncExitStack() as stack:
        core = await stack.enter_async_context(EmbeddedCore(faults=Faults(delay=0.003)))
        ledgers = [stack.enter_context(Ledger(tmp_path / "ledger.sqlite3")) for _ in range(processes)]
        recorders = []
        for actor, ledger in zip(("cli", "keeper"), (ledgers[0], ledgers[-1]), strict=True):
            client = await stack.enter_async_context(RegistrationClient(profile(core.address)))
            recorders.append(Recorder(client, ledger, actor))
        cli, keeper = recorders
        await asyncio.gather(*map(cli.upsert, fleet))
        await ledgers[0].keep_many([(each.number, core.address) for each in fleet], True)

        async def delete(registration: Registration, seconds: float) -> bool:
            await asyncio.sleep(seconds)
            await cli.delete(registration)
            return True

        async def refresh(registration: Registration, seconds: float) -> bool:
            await asyncio.sleep(seconds)
            return await keeper.refresh(registration) is not None

        async def both(index: int, registration: Registration) -> tuple[bool, bool]:
            times = chance.random() * 0.05, chance.random() * 0.05
            if index % 10 == 0:  # the rest meet in the middle
                return await refresh(registration, times[0]), await delete(registration, times[1])
            if index % 10 == 1:
                deleted = await delete(registration, times[1])
                return await refresh(registration, times[0]), deleted
            refreshed, deleted = await asyncio.gather(refresh(registration, times[0]), delete(registration, times[1]))
            return refreshed, deleted

        done = await asyncio.gather(*(both(index, each) for index, each in enumerate(fleet)))
        assert all(deleted for _, deleted in done)
        assert [each.number.text for each in fleet if core.book.last(each.number) is not None] == []
        assert {known.state for known in ledgers[0].current()} == {State.DELETED}
        assert list(ledgers[0].current_rows(kept=True)) == []
        assert ledgers[0].verify() == []
        assert 0 < sum(refreshed for refreshed, _ in done) < len(fleet), "both orders were met"
