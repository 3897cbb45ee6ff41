"""What is known of a number after what was asked and answered (V7)."""

from pathlib import Path

import pytest

from sipbreakout_model import Lease
from sipbreakout_tui.ledger import (
    CURRENT_COLUMNS,
    Answer,
    Kind,
    Known,
    Ledger,
    LedgerError,
    NotAsked,
    NotAsserted,
    Request,
    State,
    Verb,
)
from tests.ledger.making import AT, CORE, HALF, NUMBER, OTHER, Clock, ask, delete, registration, upsert

LOOP = registration()
FORK = registration(kind="FORK", mo="00")


def known(ledger: Ledger, target: str = CORE) -> Known:
    (one,) = ledger.current(target, NUMBER)
    return one


def test_a_new_ledger_knows_nothing(ledger: Ledger) -> None:
    assert list(ledger.current()) == []
    assert list(ledger.events()) == []
    assert ledger.last_change(CORE) is None
    assert len(ledger.book_at(AT)) == 0


def test_the_state_folder_is_the_default_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIPBREAKOUT_STATE_DIR", str(tmp_path / "state"))
    with Ledger() as ledger:
        assert ledger.path == tmp_path / "state" / "ledger.sqlite3"


async def test_v7_asked_without_an_answer_is_unknown(ledger: Ledger) -> None:
    await ask(ledger, LOOP)
    one = known(ledger)
    assert (one.state, one.registration, one.asked, one.doubt_since) == (State.UNKNOWN, None, LOOP, AT)


async def test_accepted_is_asserted_by_us(ledger: Ledger, clock: Clock) -> None:
    lease = await upsert(ledger, clock, LOOP)
    one = known(ledger)
    assert one.state is State.ASSERTED
    assert one.lease == lease
    assert (one.accepted_at, one.expires_at, one.kept, one.doubt_since, one.asked) == (AT, AT + 3600, False, None, None)


async def test_v1_an_upsert_replaces_and_a_delete_removes(ledger: Ledger, clock: Clock) -> None:
    await upsert(ledger, clock, LOOP)
    await upsert(ledger, clock, FORK)
    assert known(ledger).registration == FORK
    await ledger.keep(NUMBER, CORE, True)
    await delete(ledger, FORK)
    one = known(ledger)
    assert (one.state, one.registration, one.kept, one.asked) == (State.DELETED, None, False, FORK)


@pytest.mark.parametrize("fails", [False, True])
async def test_v10_a_refused_or_failed_request_leaves_what_is_in_force_visible(
    ledger: Ledger, clock: Clock, fails: bool
) -> None:
    await upsert(ledger, clock, LOOP)
    await ledger.keep(NUMBER, CORE, True)
    clock.now += HALF
    request = await ask(ledger, FORK)
    if fails:
        await ledger.failed(request, "no answer within 15 s", 15.0)
    else:
        await ledger.refused(request, "not acceptable: bad prefix", 0.01)
    one = known(ledger)
    assert one.registration == LOOP
    assert one.expires_at == AT + 3600
    assert one.kept
    assert one.last_event_at == AT + HALF
    if fails:
        assert (one.state, one.words, one.doubt_since) == (State.FAILED, "no answer within 15 s", AT + HALF)
    else:
        assert (one.state, one.words, one.doubt_since) == (State.REFUSED, "not acceptable: bad prefix", None)


async def test_a_failure_that_changed_nothing_raises_no_doubt(ledger: Ledger) -> None:
    await ledger.failed(await ask(ledger, LOOP), "not authorised", may_have_changed=False)
    assert known(ledger).doubt_since is None
    assert known(ledger).asked == LOOP


async def test_a_later_accepted_request_settles_what_was_unknown(ledger: Ledger, clock: Clock) -> None:
    await ask(ledger, FORK)
    clock.now += 1
    await upsert(ledger, clock, LOOP)
    assert (known(ledger).state, known(ledger).doubt_since) == (State.ASSERTED, None)


async def test_v7_an_earlier_answer_does_not_settle_what_was_asked_later(ledger: Ledger, clock: Clock) -> None:
    first = await ask(ledger, LOOP)
    clock.now += 1
    second = await ask(ledger, FORK)
    await ledger.accepted(first, Lease(LOOP, AT))
    one = known(ledger)
    assert (one.state, one.registration, one.doubt_since) == (State.UNKNOWN, LOOP, AT + 1)
    await ledger.refused(second, "no")
    assert (known(ledger).state, known(ledger).registration) == (State.REFUSED, LOOP)


async def test_a_late_answer_to_an_earlier_request_changes_nothing(ledger: Ledger, clock: Clock) -> None:
    first = await ask(ledger, LOOP)
    clock.now += 1
    await upsert(ledger, clock, FORK)
    await ledger.accepted(first, Lease(LOOP, AT))
    one = known(ledger)
    assert (one.state, one.registration, one.accepted_at) == (State.ASSERTED, FORK, AT + 1)
    assert ledger.book_at(AT + 0.5).active(NUMBER, AT + 0.5) == Lease(LOOP, AT)


async def test_a_clock_set_back_does_not_hide_what_came_later(ledger: Ledger, clock: Clock) -> None:
    await upsert(ledger, clock, LOOP)
    clock.now -= 100
    await upsert(ledger, clock, FORK)
    assert known(ledger).registration == FORK
    assert ledger.book_at(AT + 5).active(NUMBER, AT + 5) == Lease(FORK, AT - 100)
    await delete(ledger, FORK)
    assert len(ledger.book_at(AT + 5)) == 0


async def test_each_core_has_its_own_state(ledger: Ledger, clock: Clock) -> None:
    await upsert(ledger, clock, LOOP)
    clock.now += 1
    await upsert(ledger, clock, FORK, target="other:1")
    assert known(ledger).registration == LOOP
    assert known(ledger, "other:1").registration == FORK
    assert [one.target for one in ledger.current()] == [CORE, "other:1"]
    at = clock()
    for target, expected in ((None, FORK), (CORE, LOOP), ("other:1", FORK)):
        lease = ledger.book_at(at, target).active(NUMBER, at)
        assert lease is not None
        assert lease.registration == expected


@pytest.mark.parametrize("kind", [Kind.ACCEPTED, Kind.DELETED, Kind.REFUSED, Kind.FAILED])
async def test_only_what_was_asked_can_be_answered_and_once(ledger: Ledger, clock: Clock, kind: Kind) -> None:
    await upsert(ledger, clock, LOOP)
    lease = Lease(LOOP, AT)
    for request in (1, 77):
        with pytest.raises(NotAsked, match=f"request {request} does not wait"):
            await ledger.answered_many([Answer(request, kind, 0.1, lease if kind is Kind.ACCEPTED else None)])


async def test_an_answer_has_to_fit_the_request(ledger: Ledger) -> None:
    upserting, deleting = await ask(ledger, LOOP), await ask(ledger, LOOP, Verb.DELETE)
    with pytest.raises(NotAsked):
        await ledger.deleted(upserting)
    with pytest.raises(NotAsked):
        await ledger.accepted(deleting, Lease(LOOP, AT))
    with pytest.raises(LedgerError, match="without a lease"):
        await ledger.answered_many([Answer(upserting, Kind.ACCEPTED)])
    with pytest.raises(LedgerError, match="no life"):
        await ledger.accepted(upserting, Lease(LOOP, float("nan")))


async def test_many_at_once_even_for_one_number(ledger: Ledger) -> None:
    registrations = [LOOP, FORK, registration(OTHER), LOOP]
    ids = await ledger.asked_many([Request(Verb.UPSERT, one, CORE, "p", "cli") for one in registrations])
    assert len(set(ids)) == 4
    await ledger.answered_many([Answer.accepted(ids[n], Lease(registrations[n], AT + n), 0.1) for n in (0, 1, 2)])
    assert known(ledger).state is State.UNKNOWN
    assert known(ledger).registration == FORK
    await ledger.answered_many([Answer.refused(ids[3], "no")])
    assert known(ledger).state is State.REFUSED
    assert await ledger.asked_many([]) == []
    await ledger.answered_many([])


async def test_answers_are_recorded_all_or_none(ledger: Ledger) -> None:
    request = await ask(ledger, LOOP)
    with pytest.raises(NotAsked):
        await ledger.answered_many([Answer.refused(request, "no"), Answer.refused(99, "no")])
    assert known(ledger).state is State.UNKNOWN


async def test_keeping_needs_a_registration(ledger: Ledger, clock: Clock) -> None:
    with pytest.raises(NotAsserted, match="Upsert it first"):
        await ledger.keep(NUMBER, CORE, True)
    await ledger.keep(NUMBER, CORE, False)
    await upsert(ledger, clock, LOOP)
    with pytest.raises(NotAsserted):
        await ledger.keep_many([(NUMBER, CORE), (OTHER, CORE)], True)
    assert [one.kept for one in ledger.current()] == [False]
    await ledger.keep_many([(NUMBER, CORE)], True)
    await upsert(ledger, clock, FORK)
    assert [one.number for one in ledger.current(kept=True)] == [NUMBER]
    await ledger.keep(NUMBER, CORE, False)
    assert list(ledger.current(kept=True)) == []


async def test_rows_are_what_the_columns_say(ledger: Ledger, clock: Clock) -> None:
    await upsert(ledger, clock, FORK)
    await ledger.refused(await ask(ledger, registration(OTHER)), "no")
    rows = [dict(zip(CURRENT_COLUMNS, row, strict=True)) for row in ledger.current_rows()]
    assert rows[0] == {
        "number": NUMBER.text,
        "target": CORE,
        "sip_uri": "sips:tas.example",
        "route_type": "FORK",
        "mobile_originating_prefix": "00",
        "mobile_terminating_prefix": "",
        "state": "asserted",
        "accepted_at": AT,
        "expires_at": AT + 3600,
        "kept": 0,
        "words": None,
        "last_event_at": AT,
        "doubt_since": None,
        "ttl": 3600.0,
    }
    assert (rows[1]["sip_uri"], rows[1]["accepted_at"], rows[1]["words"]) == ("sips:tas.example", None, "no")


async def test_events_tell_who_asked_what_and_when(ledger: Ledger, clock: Clock) -> None:
    lease = await upsert(ledger, clock, LOOP)
    clock.now += 1
    await ledger.failed(await ask(ledger, FORK, actor="keeper"), "away", 15.0)
    await ledger.note("somebody restarted the core", number=NUMBER, target=CORE, actor="tui")
    accepted, failed, note = ledger.events()
    assert (accepted.kind, accepted.registration, accepted.acceptances) == (Kind.ACCEPTED, LOOP, [lease.accepted_at])
    assert (accepted.asked_at, accepted.at, accepted.latency, accepted.ttl, accepted.count) == (AT, AT, 0.01, 3600.0, 1)
    assert (failed.kind, failed.verb, failed.actor, failed.profile) == (Kind.FAILED, Verb.UPSERT, "keeper", "profile")
    assert (failed.words, failed.latency, failed.may_have_changed) == ("away", 15.0, True)
    assert (note.kind, note.verb, note.words, note.number) == (Kind.NOTE, None, "somebody restarted the core", NUMBER)
    assert [event.id for event in ledger.events(since=AT + 1)] == [failed.id, note.id]
    assert [event.id for event in ledger.events(newest_first=True, limit=2)] == [note.id, failed.id]
    assert list(ledger.events(OTHER)) == list(ledger.events(target="other:1")) == []


async def test_words_of_any_kind_come_back_as_they_were(ledger: Ledger) -> None:
    words = "\x1b[31m☎ 'quoted' \0 end"
    await ledger.refused(await ask(ledger, LOOP), words)
    assert known(ledger).words == words


async def test_the_last_change_and_what_stood_before_it(ledger: Ledger, clock: Clock) -> None:
    await upsert(ledger, clock, LOOP)
    first = ledger.last_change(CORE)
    assert first is not None
    assert (first.kind, first.registration, first.before) == (Kind.ACCEPTED, LOOP, None)
    clock.now += 10
    await upsert(ledger, clock, LOOP)  # a refresh is no change
    await ledger.refused(await ask(ledger, FORK), "no")
    assert ledger.last_change(CORE) == next(ledger.events())
    clock.now += 10
    await upsert(ledger, clock, FORK)
    second = ledger.last_change(CORE)
    assert second is not None
    assert (second.registration, second.before) == (FORK, LOOP)
    clock.now += 10
    await delete(ledger, FORK)
    third = ledger.last_change(CORE)
    assert third is not None
    assert (third.kind, third.before) == (Kind.DELETED, FORK)
    assert [event.before for event in ledger.changes()] == [FORK, LOOP, None]
    assert ledger.last_change("other:1") is None


async def test_what_had_expired_did_not_stand_before(ledger: Ledger, clock: Clock) -> None:
    await upsert(ledger, clock, LOOP)
    clock.now += 3600
    await upsert(ledger, clock, LOOP)
    change = ledger.last_change(CORE)
    assert change is not None
    assert (change.at, change.before) == (AT + 3600, None)
