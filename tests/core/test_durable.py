"""Registrations that outlive the core: durable before the answer, in the order of the requests."""

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import grpc
import pytest

from sipbreakout_model import E164, NotRegistered, Registration, RegistrationBook, TasUri, WrongSipUri
from sipbreakout_tui.core import EmbeddedCore, registry
from sipbreakout_tui.core.durable import MIGRATIONS, DurableRegistry
from sipbreakout_tui.core.registry import Registry
from sipbreakout_tui.store import Store, StoreError
from tests.core.conftest import NOT_ACCEPTABLE, NOW, NUMBER, OK, URI, Clock, asking, delete, status_of, upsert

OTHER = "sips:other.example.com:5061"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "new" / "state.sqlite3"


@asynccontextmanager
async def opened(state: Path, now: float = NOW) -> AsyncIterator[DurableRegistry]:
    with closing(DurableRegistry(state, now=now)) as registry:
        yield registry


def wanted(number: str = NUMBER, sip_uri: str = URI) -> Registration:
    return Registration.parse(number, sip_uri, "LOOP_MO", "00", "")


def held(book: RegistrationBook) -> dict[str, tuple[str, float | None]]:
    return {str(lease.registration.number): (str(lease.registration), lease.accepted_at) for lease in book}


def rows(state: Path) -> list[str]:
    with closing(sqlite3.connect(state)) as connection:
        return [number for (number,) in connection.execute("SELECT number FROM registration ORDER BY number")]


async def test_a_core_comes_back_with_what_it_had(state: Path, clock: Clock) -> None:
    async with asking(EmbeddedCore(clock=clock, state=state)) as asked:
        await asked.stub.UpsertRegistration(upsert(mo="00", mt="01"))
        await asked.stub.UpsertRegistration(upsert("+4722222222", OTHER))
        await asked.stub.UpsertRegistration(upsert("+4733333333"))
        await asked.stub.DeleteRegistration(delete("+4733333333"))
        before = held(asked.core.book)
    clock.now += 3599
    async with asking(EmbeddedCore(clock=clock, state=state)) as asked:
        assert held(asked.core.book) == before
        assert asked.core.book.active(E164(NUMBER), clock.now) is not None
        answer = await asked.stub.DeleteRegistration(delete("+4722222222", OTHER))
        assert answer.status_code == OK
    clock.now += 1
    async with EmbeddedCore(clock=clock, state=state) as core:
        assert held(core.book) == {}


async def test_what_is_answered_is_in_the_file(state: Path) -> None:
    async with opened(state) as registry:
        await registry.upsert(wanted(), NOW)
        assert rows(state) == [NUMBER]
        await registry.delete(E164(NUMBER), TasUri.parse(URI), NOW)
        assert rows(state) == []


async def test_the_refusals_are_those_of_the_model(state: Path) -> None:
    async with opened(state) as durable:
        memory = Registry()
        for registry in (durable, memory):
            await registry.upsert(wanted(), NOW)
        for number, sip_uri, at, kind in (
            ("+4799999999", URI, NOW, NotRegistered),
            (NUMBER, OTHER, NOW, WrongSipUri),
            (NUMBER, URI, NOW + 3600, NotRegistered),
        ):
            words = []
            for registry in (durable, memory):
                with pytest.raises(kind) as caught:
                    await registry.delete(E164(number), TasUri.parse(sip_uri), at)
                words.append(str(caught.value))
            assert words[0] == words[1]
        assert held(durable.book) == held(memory.book)


async def test_changes_of_one_number_are_made_in_the_order_they_came(state: Path) -> None:
    uri, other = TasUri.parse(URI), TasUri.parse(OTHER)
    async with opened(state) as registry:
        done = await asyncio.gather(
            registry.upsert(wanted(), NOW),
            registry.delete(E164(NUMBER), uri, NOW),
            registry.delete(E164(NUMBER), uri, NOW),
            registry.upsert(wanted(sip_uri=OTHER), NOW),
            registry.delete(E164(NUMBER), uri, NOW),
            registry.upsert(wanted("+4722222222"), NOW),
            registry.delete(E164(NUMBER), other, NOW),
            registry.upsert(wanted(), NOW + 1),
            return_exceptions=True,
        )
        kinds = [type(result) for result in done]
        nothing = type(None)
        assert kinds == [nothing, nothing, NotRegistered, nothing, WrongSipUri, nothing, nothing, nothing]
        after = held(registry.book)
        assert after[NUMBER] == (str(wanted()), NOW + 1)
    async with opened(state) as registry:
        assert held(registry.book) == after


async def test_a_request_that_was_cancelled_leaves_book_and_file_alike(state: Path) -> None:
    async with opened(state) as registry:
        task = asyncio.ensure_future(registry.upsert(wanted(), NOW))
        await asyncio.sleep(0)
        task.cancel()
        await registry.upsert(wanted("+4722222222"), NOW)
        assert task.cancelled()
        assert sorted(held(registry.book)) == rows(state) == [NUMBER, "+4722222222"]


async def test_closing_writes_what_waits_and_may_be_done_twice(state: Path) -> None:
    registry = DurableRegistry(state, now=NOW)
    waiting = [asyncio.ensure_future(registry.upsert(wanted(f"+4711{index:06d}"), NOW)) for index in range(1, 50)]
    await asyncio.sleep(0)
    registry.close()
    registry.close()
    await asyncio.gather(*waiting)
    with pytest.raises(StoreError, match="the core has stopped"):
        await registry.upsert(wanted(), NOW)
    assert len(rows(state)) == len(registry.book) == 49


async def test_what_expired_is_forgotten(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "SWEEP_AFTER", 10)
    async with opened(state) as durable:
        memory = Registry()
        for kept in (durable, memory):
            for index in range(9):
                await kept.upsert(wanted(f"+4711{index:06d}"), NOW)
            for _ in range(11):  # 20 upserts since the start, and 10 numbers held
                await kept.upsert(wanted("+4722222222"), NOW + 3600)
            assert held(kept.book) == {"+4722222222": (str(wanted("+4722222222")), NOW + 3600)}
        await durable.upsert(wanted(), NOW + 3600)  # the rows went before it
    assert rows(state) == [NUMBER, "+4722222222"]


async def test_a_disk_that_fails_is_no_acceptance(
    state: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with asking(EmbeddedCore(clock=clock, state=state)) as asked:
        await asked.stub.UpsertRegistration(upsert())
        before = held(asked.core.book)
        with monkeypatch.context() as patch:
            patch.setattr("sipbreakout_tui.core.durable._UPSERT", "INSERT INTO nowhere VALUES (?, ?, ?, ?, ?, ?)")
            code, words = await status_of(asked.stub.UpsertRegistration(upsert(sip_uri=OTHER)))
        assert code is grpc.StatusCode.UNAVAILABLE
        assert words == "the core cannot write its state, nothing changed: try later"
        assert "state not written: " in caplog.text
        assert held(asked.core.book) == before
        assert (await asked.stub.UpsertRegistration(upsert(sip_uri=OTHER))).status_code == OK


async def test_a_file_is_one_cores_own(state: Path, clock: Clock) -> None:
    words = f"state file {re.escape(str(state))} is in use by another core: stop that one, or give another file"
    async with EmbeddedCore(clock=clock, state=state):
        second = EmbeddedCore(clock=clock, state=state)
        with pytest.raises(StoreError, match=words):
            await second.__aenter__()
    async with EmbeddedCore(clock=clock, state=state):
        pass


@pytest.mark.parametrize("content", [b"not a database, but long enough to look like something" * 20, b"\x00" * 4096])
async def test_a_file_of_another_kind_is_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "state"
    path.write_bytes(content)
    with pytest.raises(StoreError, match=re.escape(str(path))):
        await EmbeddedCore(state=path).__aenter__()
    assert path.read_bytes() == content


async def test_a_place_without_a_file(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    for path in (tmp_path, blocked / "state", tmp_path / "nul\0"):
        with pytest.raises(StoreError) as caught:
            await EmbeddedCore(state=path).__aenter__()
        assert str(caught.value).isprintable()


async def test_a_row_that_is_no_registration(state: Path) -> None:
    async with opened(state) as registry:
        await registry.upsert(wanted(), NOW)
    with closing(Store(state, MIGRATIONS)) as store:
        store.write(lambda connection: connection.execute("UPDATE registration SET sip_uri = 'x'")).result()
    with pytest.raises(StoreError, match="holds what is no registration: 'x' is not a TAS URI"):
        DurableRegistry(state, now=NOW)


async def test_many_at_once(state: Path, clock: Clock) -> None:
    numbers = [f"+4711{index:06d}" for index in range(500)]
    async with asking(EmbeddedCore(clock=clock, state=state)) as asked:
        answers = await asyncio.gather(*(asked.stub.UpsertRegistration(upsert(number)) for number in numbers))
        assert {answer.status_code for answer in answers} == {OK}
        refused = await asked.stub.DeleteRegistration(delete(numbers[0], OTHER))
        assert refused.status_code == NOT_ACCEPTABLE
        assert rows(state) == numbers
