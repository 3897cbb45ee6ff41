import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from sipbreakout_model import E164, Registration, SipBreakoutError, route
from sipbreakout_model.scenario import Call
from sipbreakout_tui.config import Profile
from sipbreakout_tui.core import EmbeddedCore, Faults
from sipbreakout_tui.ledger import Ledger
from sipbreakout_tui.rpc.errors import CannotReachCore, NotAuthorised, NotSent, Refused
from sipbreakout_tui.services.core_session import open_recorder
from sipbreakout_tui.services.registrations.live import Changed, CoreState, LiveRegistrations
from sipbreakout_tui.services.registrations.plan import ChangeKind
from sipbreakout_tui.services.registrations.undo import NothingToUndo

ONE = Registration.parse("+4711111111", "sips:tas.example.com", "LOOP", "00", "01")
OTHER = Registration.parse("+4711111111", "sips:pbx.example.net", "FORK")
TWO = Registration.parse("+4722222222", "sips:tas.example.com", "FALLBACK")
BARRED = Registration.parse("+4733333333", "sips:tas.example.com", "LOOP")
PATIENCE = 200


class Clock:
    now = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now


class Scene:
    def __init__(self, live: LiveRegistrations, ledger: Ledger, core: EmbeddedCore, clock: Clock) -> None:
        self.live, self.ledger, self.core, self.clock = live, ledger, core, clock


@asynccontextmanager
async def scene(folder: Path, *, read_only: bool = False, tokens: Path | None = None) -> AsyncIterator[Scene]:
    clock = Clock()
    async with AsyncExitStack() as opened:
        faults = Faults(refuse=frozenset({BARRED.number}))
        core = await opened.enter_async_context(EmbeddedCore(clock=clock, faults=faults, tokens=tokens))
        ledger = opened.enter_context(Ledger(folder / "ledger.sqlite3", clock=clock))
        profile = Profile("test", core.address, plaintext=True, read_only=read_only)
        live = LiveRegistrations(profile, ledger, clock=clock)
        opened.callback(live.close)
        await live.load()
        live.connect(await opened.enter_async_context(open_recorder(profile, ledger, "test", clock=clock)))
        yield Scene(live, ledger, core, clock)


async def test_what_is_done_shows_at_the_next_look(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        live = at.live
        assert (await live.look()).indices == ()
        await live.upsert(ONE)
        await live.upsert(TWO)
        assert await live.look() == Changed((0, 1))
        assert [row.number for row in live.rows] == ["+4711111111", "+4722222222"]
        assert live.rows[0].state(at.clock.now) == "asserted"
        assert await live.look() == Changed(())
        await live.delete(ONE)
        assert await live.look() == Changed((0,))
        assert live.rows[0].state(at.clock.now) == "deleted"
        assert live.core is CoreState.SERVING


async def test_a_refusal_is_raised_counted_and_shown(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        with pytest.raises(Refused):
            await at.live.upsert(BARRED)
        await at.live.look()
        assert at.live.refused == 1
        assert at.live.row("+4733333333") is not None
        assert at.live.to_keep("+4733333333") is None
        assert at.live.core is CoreState.SERVING


async def test_what_other_processes_write_is_seen(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        with Ledger(at.ledger.path, clock=at.clock) as theirs:
            async with open_recorder(at.live.profile, theirs, "cli", clock=at.clock) as recorder:
                await recorder.upsert(ONE)
                assert (await at.live.look()).indices == (0,)
                at.clock.now += 1000
                await recorder.upsert(ONE)
                assert (await at.live.look()).indices == (0,)
                at.clock.now += 100
                await recorder.upsert(TWO)
                assert (await at.live.look()).indices == (1,)
            await theirs.keep(ONE.number, at.live.profile.target, True)
            assert (await at.live.look()).everything
            assert at.live.kept == 1


async def test_a_clock_that_is_set_back_hides_nothing(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        await at.live.upsert(ONE)
        await at.live.look()
        at.clock.now -= 7200
        await at.live.upsert(TWO)
        await at.live.look()
        assert at.live.row("+4722222222") is not None


async def test_expiring_counts_what_nobody_keeps(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        await at.live.upsert(ONE)
        await at.live.upsert(TWO)
        await at.live.look()
        assert at.live.expiring(at.clock.now) == 0
        assert at.live.expiring(at.clock.now + 3001) == 2
        assert at.live.expiring(at.clock.now + 3601) == 0
        await at.live.keep([ONE.number.text], True)
        assert at.live.expiring(at.clock.now + 3001) == 1
        assert at.live.kept == 1
        await at.live.keep([ONE.number.text], False)
        assert at.live.expiring(at.clock.now + 3001) == 2


async def test_it_answers_routing_as_the_ledgers_book_does(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        await at.live.upsert(ONE)
        await at.live.upsert(TWO)
        await at.live.look()
        call = Call.parse("+4711111111", "+4722222222", at.clock.now + 10)
        book = at.ledger.book_at(at.clock.now + 10, at.live.profile.target)
        assert route(call, at.live) == route(call, book) == route(call, at.live.book())
        assert at.live.active(E164("+4711111111"), at.clock.now + 3600) is None
        assert at.live.last(E164("+4711111111")) is not None
        assert at.live.last(E164("+4799999999")) is None


async def test_undo_restores_what_was_replaced(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        with pytest.raises(NothingToUndo):
            at.live.undo_plan()
        await at.live.upsert(ONE)
        await at.live.upsert(OTHER)
        change = at.live.undo_plan()
        assert change.registration == ONE
        report = await at.live.carry_out([change], asyncio.Event())
        await at.live.look()
        assert report.done == [ONE.number]
        row = at.live.row("+4711111111")
        assert row is not None
        assert row.registration() == ONE


async def test_bulk_of_known_numbers_and_a_stop(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        await at.live.upsert(ONE)
        await at.live.upsert(TWO)
        await at.live.look()
        changes = at.live.changes_for(ChangeKind.DELETE, ["+4711111111", "+4722222222", "+4799999999"])
        assert [change.registration for change in changes] == [ONE, TWO]
        stop = asyncio.Event()
        stop.set()
        report = await at.live.carry_out(changes, stop)
        assert report.not_started == [ONE.number, TWO.number]
        assert report.total == 2


async def test_import_plan_reads_a_file(tmp_path: Path) -> None:
    file = tmp_path / "wanted.csv"
    file.write_text("number,sip_uri,route_type\n+4711111111,sips:tas.example.com,LOOP\n", "utf-8")
    async with scene(tmp_path) as at:
        await at.live.upsert(TWO)
        await at.live.look()
        plan = await at.live.import_plan(file, prune=True)
        assert [change.kind for change in plan] == [ChangeKind.CREATE, ChangeKind.DELETE]


async def test_a_core_that_is_lost_and_back(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        told = asyncio.Event()
        watching = asyncio.create_task(at.live.watch(told.set))
        await _until(lambda: at.live.core is CoreState.SERVING)
        port = at.core.listen_port
        await at.core.stop(0)
        await _until(lambda: at.live.core is CoreState.AWAY)
        async with EmbeddedCore(listen=f"127.0.0.1:{port}", clock=at.clock):
            await _until(lambda: at.live.core is CoreState.SERVING)
        watching.cancel()


async def test_a_core_that_does_not_know_us(tmp_path: Path) -> None:
    tokens = tmp_path / "tokens.toml"
    tokens.write_text(
        '[[token]]\ntoken = "secret-of-another"\nkind = "client"\nscopes = ["sipbreakout.write"]\n', "utf-8"
    )
    tokens.chmod(0o600)
    async with scene(tmp_path, tokens=tokens) as at:
        with pytest.raises(NotAuthorised):
            await at.live.upsert(ONE)
        assert at.live.core is CoreState.UNAUTHORISED
        await at.live.look()
        row = at.live.row("+4711111111")
        assert row is not None
        assert row.state(at.clock.now) == "failed"


async def test_a_read_only_profile_sends_nothing(tmp_path: Path) -> None:
    async with scene(tmp_path, read_only=True) as at:
        assert at.live.read_only
        with pytest.raises(NotSent):
            await at.live.upsert(ONE)


async def test_an_unreachable_core_is_away_after_a_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sipbreakout_tui.rpc.attempts.BUDGET", 0.2)
    async with scene(tmp_path) as at:
        await at.core.stop(0)
        with pytest.raises(CannotReachCore):
            async with asyncio.timeout(30):
                await at.live.upsert(ONE)
        assert at.live.core is CoreState.AWAY
        await at.live.look()
        row = at.live.row("+4711111111")
        assert row is not None
        assert row.state(at.clock.now) == "unknown"


async def test_a_damaged_ledger_is_an_error_and_not_the_end(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        await at.live.upsert(ONE)
        await at.live.look()
        connection = sqlite3.connect(at.ledger.path)
        connection.execute("ALTER TABLE current RENAME TO gone")
        connection.commit()
        connection.close()
        with pytest.raises(SipBreakoutError):
            await at.live.look()
        assert at.live.row("+4711111111") is not None


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():
            await asyncio.sleep(0.01)
