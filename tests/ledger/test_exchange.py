"""Export, import and pruning."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sipbreakout_model import Lease
from sipbreakout_tui.ledger import ImportFailed, Ledger, LedgerError, State
from tests.ledger.making import AT, CORE, HALF, NUMBER, OTHER, Clock, ask, delete, registration, upsert

LOOP = registration()
FORK = registration(kind="FORK", mo="00")


def exported(ledger: Ledger) -> list[str]:
    text = io.StringIO()
    count = ledger.export(text)
    lines = text.getvalue().splitlines()
    assert json.loads(lines[-1]) == {"end": {"events": count}}
    return lines


def contents(ledger: Ledger) -> tuple[object, ...]:
    return list(ledger.current()), exported(ledger)[1:]


async def fill(ledger: Ledger, clock: Clock) -> None:
    await upsert(ledger, clock, LOOP)
    for _ in range(3):
        clock.now += HALF
        await upsert(ledger, clock, LOOP)
    await ledger.keep(NUMBER, CORE, True)
    await ledger.failed(await ask(ledger, FORK), "away", 15.0)
    await ledger.note("restarted", target=CORE)
    await upsert(ledger, clock, registration(OTHER))
    await ledger.keep(OTHER, CORE, True)
    await delete(ledger, registration(OTHER))
    await ask(ledger, FORK)


async def test_what_is_imported_is_what_was_exported(ledger: Ledger, clock: Clock, tmp_path: Path) -> None:
    await fill(ledger, clock)
    lines = exported(ledger)
    with Ledger(tmp_path / "copy.sqlite3", clock=clock) as copy:
        assert copy.import_(lines) == (6, 0, 0)
        assert contents(copy) == contents(ledger)
        assert copy.import_(lines) == (0, 0, 6)
        assert contents(copy) == contents(ledger)
        assert copy.verify() == []
    assert ledger.import_(lines) == (0, 0, 6)
    assert contents(ledger)[1] == lines[1:]


async def test_a_later_export_completes_an_earlier_one(ledger: Ledger, clock: Clock, tmp_path: Path) -> None:
    await upsert(ledger, clock, LOOP)
    clock.now += HALF
    refresh, change = await ask(ledger, LOOP), await ask(ledger, registration(OTHER))
    first = exported(ledger)
    await ledger.accepted(refresh, Lease(LOOP, clock()), 0.01)
    await ledger.refused(change, "no")
    second = exported(ledger)
    with Ledger(tmp_path / "copy.sqlite3", clock=clock) as copy:
        assert copy.import_(first) == (3, 0, 0)
        assert [known.state for known in copy.current()] == [State.UNKNOWN] * 2
        assert copy.import_(second) == (0, 2, 0)
        assert contents(copy) == contents(ledger)
        assert copy.import_(first) == (0, 0, 3)
        assert contents(copy) == contents(ledger)
        assert copy.verify() == []


async def test_two_ledgers_become_one_in_the_order_of_time(ledger: Ledger, clock: Clock, tmp_path: Path) -> None:
    with Ledger(tmp_path / "other.sqlite3", clock=clock) as other:
        await upsert(ledger, clock, LOOP)
        clock.now += 1000
        await upsert(other, clock, FORK)
        clock.now += 500
        await upsert(ledger, clock, LOOP)
        clock.now += 500
        await delete(other, FORK)
        both = ledger.import_(exported(other)), other.import_(exported(ledger))
        assert both == ((2, 0, 0), (1, 0, 2))
        for one in (ledger, other):
            assert [known.state for known in one.current()] == [State.DELETED]
            assert one.verify() == []
            for after, kind in (
                (0, "LOOP"),
                (999, "LOOP"),
                (1000, "FORK"),
                (1500, "LOOP"),
                (1999, "LOOP"),
                (2000, None),
            ):
                lease = one.history().active(NUMBER, AT + after)
                assert (lease and lease.registration.route_type.name) == kind, after


async def test_two_changes_at_one_moment_in_two_ledgers_are_both_kept(
    ledger: Ledger, clock: Clock, tmp_path: Path
) -> None:
    with Ledger(tmp_path / "other.sqlite3", clock=clock) as other:
        await upsert(ledger, clock, LOOP)
        await upsert(other, clock, FORK)
        assert ledger.import_(exported(other)) == (1, 0, 0)
    assert len(list(ledger.events())) == 2


async def test_an_export_brings_back_what_was_pruned(ledger: Ledger, clock: Clock) -> None:
    await upsert(ledger, clock, LOOP)
    await upsert(ledger, clock, FORK)
    before, lines = contents(ledger), exported(ledger)
    clock.now += 10
    assert ledger.prune(clock.now) == 1
    assert ledger.import_(lines) == (1, 0, 1)
    assert contents(ledger) == before


def edited(**fields: object) -> Callable[[list[str]], list[str]]:
    def edit(lines: list[str]) -> list[str]:
        entry: dict[str, Any] = json.loads(lines[1])
        for name, value in fields.items():
            if value is None:
                del entry["event"][name]
            else:
                entry["event"][name] = value
        return [lines[0], json.dumps(entry), *lines[2:]]

    return edit


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda lines: lines[:-1], "the file was cut off"),
        (lambda lines: [], "the file was cut off"),
        (lambda lines: lines[1:], "line 1: this is no export"),
        (lambda lines: [lines[0].replace(":1,", ":2,"), *lines[1:]], "line 1: the format has version 2"),
        (lambda lines: [lines[0], lines[2], *lines[2:]][:2] + lines[-1:], "line 3: the file should hold"),
        (lambda lines: [*lines, "{}"], "line 10: something follows the end"),
        (lambda lines: [*lines[:2], "{", *lines[2:]], "line 3: "),
        (lambda lines: [*lines[:2], "[1]", *lines[2:]], "line 3: .* is no line of an export"),
        (lambda lines: [*lines[:2], '{"other": 1}', *lines[2:]], "line 3: 'other' is unknown"),
        (lambda lines: [*lines[:2], "[" * 100_000, *lines[2:]], "line 3: "),
        (lambda lines: [*lines[:2], '{"event": 7}', *lines[2:]], "line 3: "),
        (edited(kind="odd"), "line 2: 'odd' is not a valid Kind"),
        (edited(number="112"), "line 2: '112' is not an E.164 number"),
        (edited(number=7), "line 2: 7 is not an E.164 number"),
        (edited(registration={"sip_uri": "sip:x"}), "line 2: 'route_type' is missing"),
        (edited(target=None), "line 2: 'target' is missing"),
        (edited(asked_at="now"), "line 2: asked_at 'now' is no number"),
        (edited(asked_at=float("nan")), "line 2: asked_at nan is no number"),
        (edited(acceptances=[]), "line 2: an accepted event needs acceptances"),
        (edited(acceptances=[AT, AT - 1]), "line 2: acceptances do not follow"),
        (edited(ttl=0), "line 2: an accepted event needs"),
        (edited(order=-1), "line 2: order -1 is no whole number"),
        (edited(id=2**70), "line 2: id .* is no whole number"),
        (edited(words=7), "line 2: words 7 is no text"),
    ],
)
async def test_a_bad_line_is_named_and_nothing_is_taken(
    ledger: Ledger, clock: Clock, tmp_path: Path, change: Callable[[list[str]], list[str]], words: str
) -> None:
    await fill(ledger, clock)
    lines = change(exported(ledger))
    with Ledger(tmp_path / "copy.sqlite3", clock=clock) as copy:
        with pytest.raises(ImportFailed, match=words):
            copy.import_(lines)
        assert list(copy.events()) == []


async def test_pruning_keeps_what_later_moments_need(ledger: Ledger, clock: Clock) -> None:
    await upsert(ledger, clock, LOOP)
    clock.now += 10
    await upsert(ledger, clock, FORK)
    clock.now += 10
    await ledger.refused(await ask(ledger, LOOP), "no")
    clock.now += 1
    before = list(ledger.current())
    assert ledger.prune(clock.now) == 1
    assert list(ledger.current()) == before
    assert ledger.book_at(clock.now).active(NUMBER, clock.now) == Lease(FORK, AT + 10)
    assert ledger.known_from() == ledger.history().known_from == clock.now
    with pytest.raises(LedgerError, match="pruned"):
        ledger.book_at(AT)
    ledger.prune(AT)
    assert ledger.known_from() == clock.now
    with pytest.raises(LedgerError, match="future"):
        ledger.prune(clock.now + 1)


async def test_verify_tells_what_does_not_fit(ledger: Ledger, clock: Clock) -> None:
    await upsert(ledger, clock, LOOP)
    clock.now += HALF
    await upsert(ledger, clock, LOOP)
    await upsert(ledger, clock, registration(OTHER))
    faults = {
        "UPDATE current SET accepted_at = 1": f"{NUMBER} at {CORE}: its current accepted_at is 1.0, its events say",
        "UPDATE current SET answer = 'refused'": "its current answer is 'refused', its events say 'asserted'",
        "DELETE FROM current WHERE number = '+4722222222'": f"{OTHER} at {CORE} has events, but no current state",
        "DELETE FROM event WHERE number = '+4722222222'": f"{OTHER} at {CORE} has a current state, but no events",
        "UPDATE event SET kind = 'odd'": "is of a kind that no event has",
        "UPDATE event SET count = 9": "is a run whose moments are not as many as it says",
        "UPDATE event SET last_accepted_at = 9": "is a run whose moments do not end where it says",
        "UPDATE event SET sip_uri = 'sip:x'": "holds no registration: 'sip:x' is not a TAS URI",
    }
    for fault, words in faults.items():
        found: list[str] = []

        def look(connection: Any, fault: str = fault, found: list[str] = found) -> None:
            from sipbreakout_tui.ledger.state import problems

            connection.execute(fault)
            found.extend(problems(connection))
            raise ZeroDivisionError  # so that nothing of it stays

        with pytest.raises(ZeroDivisionError):
            ledger._store.write(look).result()
        assert any(words in sentence for sentence in found), (fault, found)


async def test_verify_does_not_flood(ledger: Ledger, clock: Clock) -> None:
    from sipbreakout_tui.ledger.state import SHOWN_PROBLEMS, _some

    assert list(_some(iter(["x"] * (SHOWN_PROBLEMS + 5))))[-1] == "and 5 more"
