"""The requests of one core as rows: pages, news and filters."""

import pytest

from sipbreakout_model import InvalidValue, Lease, Registration
from sipbreakout_model.times import local_time
from sipbreakout_tui.ledger import JOURNAL_COLUMNS, Kind, Verb
from sipbreakout_tui.services import journal as journal_module
from sipbreakout_tui.services.event_text import event_details
from sipbreakout_tui.services.journal import Journal, JournalRow, journal_filter
from tests.services.live import CORE, NOW, OTHER_A, A, B, Book

LATER = local_time(NOW + 1800)[11:19]


def read(book: Book, limit: int = 100) -> Journal:
    journal = Journal(book.ledger, CORE)
    journal.read_older(limit)
    return journal


def answers(journal: Journal, text: str = "") -> list[str]:
    return [journal.rows[id_].answer for id_ in journal.select(journal_filter(text) if text else None)]


def test_the_fields_are_the_columns() -> None:
    names = {"times": "count"}
    assert tuple(names.get(name, name) for name in JournalRow._fields) == JOURNAL_COLUMNS


async def test_pages_from_the_newest_on(book: Book) -> None:
    for index in range(7):
        await book.accepted(Registration.parse(f"+471111111{index}", "sips:tas.example.com", "LOOP"))
    await book.accepted(A, target="other.example:443")
    journal = Journal(book.ledger, CORE)
    assert journal.read_older(3) == 3
    assert [journal.rows[id_].number for id_ in journal.order] == ["+4711111116", "+4711111115", "+4711111114"]
    assert not journal.complete
    assert journal.read_older(3) == 3
    assert journal.read_older(3) == 1
    assert journal.complete
    assert [journal.rows[id_].number for id_ in journal.order][-1] == "+4711111110"
    assert not any(row.profile == "other" for row in journal.rows.values())


async def test_no_more_than_can_be_held(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_module, "MOST", 2)
    for what in (A, B, OTHER_A):
        await book.accepted(what)
    assert read(book, 2).complete


async def test_news_of_some_numbers(book: Book) -> None:
    await book.accepted(A)
    asked = await book.asked(B)
    journal = read(book)
    assert answers(journal) == ["no answer recorded", "ok"]
    await book.ledger.refused(asked, "no")
    book.clock.now += 1800
    await book.accepted(A)
    journal.read_changed(["+4711111111"])
    assert answers(journal) == ["no answer recorded", f"ok, refreshed 1× until {LATER}"]
    journal.read_changed(["+4722222222"])
    assert answers(journal) == ["refused: no", f"ok, refreshed 1× until {LATER}"]
    await book.accepted(OTHER_A)
    journal.read_changed(["+4711111111"])
    assert answers(journal)[0] == "ok"
    assert len(journal.order) == 3
    assert answers(journal, "number:+4722222222") == ["refused: no"]


async def test_a_request_that_a_run_of_refreshes_took_in_goes(book: Book) -> None:
    await book.accepted(A)
    asked = await book.asked(A)
    journal = read(book)
    assert len(journal.order) == 2
    await book.ledger.accepted(asked, Lease(A, book.clock.now), 0.2)
    journal.read_changed(["+4711111111"])
    assert len(journal.order) == 1
    assert book.ledger.event(asked) is None


async def test_what_came_of_it_in_words(book: Book) -> None:
    await book.accepted(A)
    await book.refused("bad \x1b[31m uri")
    await book.failed("nobody there")
    await book.failed("read-only", may_have_changed=False)
    await book.deleted(A, "after a lost answer")
    assert answers(read(book)) == [
        "ok: after a lost answer",
        "failed: read-only",
        "unknown, it may have been carried out: nobody there",
        "refused: bad \\x1b[31m uri",
        "ok",
    ]


async def test_filters(book: Book) -> None:
    await book.accepted(A)
    await book.refused("not acceptable", B)
    await book.deleted(A)
    await book.failed("nobody there", OTHER_A)
    journal = read(book)

    def kinds(text: str) -> list[str]:
        return [journal.rows[id_].kind for id_ in journal.select(journal_filter(text))]

    assert kinds("verb:delete") == ["deleted"]
    assert kinds("answer:refused !verb:delete") == ["refused"]
    assert kinds("type:fallback") == ["refused"]
    assert kinds("tas:other") == ["failed"]
    assert kinds("actor:cli profile:lab latency:>100") == ["failed"]
    assert kinds("latency:<=12 latency:>2") == ["deleted", "accepted"]
    assert kinds("latency:15s") == ["failed"]
    assert kinds("latency:1ms") == ["refused"]
    assert kinds("acceptable") == ["refused"]
    with pytest.raises(InvalidValue, match=r"latency:fast is not a comparison: expected latency:>100 \(ms\)"):
        journal_filter("latency:fast")
    with pytest.raises(InvalidValue, match="'ttl' is no field"):
        journal_filter("ttl:<10m")


async def test_an_event_in_full(book: Book) -> None:
    await book.accepted(A)
    await book.accepted(OTHER_A)
    journal = read(book)
    event = book.ledger.event(journal.order[0])
    assert event is not None
    assert event_details(event, utc=True) == [
        f"asked       2027-01-15 08:00:00+00:00, upsert at {CORE}",
        "number      +4711111111",
        "TAS         sips:other.example.com:5061",
        "route type  FORK",
        "prefixes    MO –, MT –",
        f"before      {A}",
        f"became      accepted in place of {A}",
        "answered    2027-01-15 08:00:00+00:00",
        "lives       3600 s from 2027-01-15 08:00:00+00:00",
        "latency     12 ms",
        "asked by    cli, profile lab",
    ]
    await book.deleted(OTHER_A)
    deleted = next(book.ledger.events(newest_first=True, limit=1))
    assert (deleted.kind, deleted.verb) == (Kind.DELETED, Verb.DELETE)
    assert not any(line.startswith("route type") for line in event_details(deleted))
    note = await book.ledger.note("the core\nwas replaced", target=CORE)
    noted = book.ledger.event(note)
    assert noted is not None
    assert event_details(noted)[1:3] == ["number      –", "became      the core\\nwas replaced"]
    assert read(book).rows[note].answer == "note: the core\\nwas replaced"
