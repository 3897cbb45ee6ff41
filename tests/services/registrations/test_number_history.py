"""The requests of a number, counted."""

from sipbreakout_tui.services.registrations.number_history import MOST_EVENTS, number_history
from tests.services.live import CORE, OTHER_A, A, B, Book


async def test_counts_and_events(book: Book) -> None:
    await book.accepted(A)
    for _ in range(3):
        book.clock.now += 60
        await book.accepted(A)
    book.clock.now += 60
    await book.accepted(OTHER_A)
    await book.refused("no", A)
    await book.failed("away", A)
    await book.deleted(OTHER_A)
    await book.accepted(B)
    history = number_history(book.ledger, A.number.text, CORE)
    assert str(history) == "2 upserts, 3 refreshes, 1 delete, 1 refusal, 1 without answer"
    assert [event.kind.value for event in history.events][:2] in (["deleted", "failed"], ["failed", "deleted"])
    assert {event.number for event in history.events} == {A.number}


async def test_nothing_and_many(book: Book) -> None:
    assert str(number_history(book.ledger, A.number.text, CORE)) == "nothing"
    for _ in range(MOST_EVENTS + 5):
        book.clock.now += 1
        await book.refused("no", A)
    history = number_history(book.ledger, A.number.text, CORE)
    assert (history.refusals, len(history.events)) == (MOST_EVENTS + 5, MOST_EVENTS)
