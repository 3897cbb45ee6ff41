from sipbreakout_model import Registration, RegistrationBook
from sipbreakout_tui.services.calls.past import WithPast, read_past
from tests.services.live import CORE, NOW, OTHER_A, A, Book


def held(book: Book, *registrations: Registration) -> WithPast:
    known = RegistrationBook()
    for registration in registrations:
        known.upsert(registration, book.clock.now)
    return WithPast(known, read_past(book.ledger, CORE, [A.number], NOW - 7200))


async def test_a_refreshed_registration_was_in_force_before(book: Book) -> None:
    await book.accepted()
    book.clock.now = NOW + 1800
    await book.accepted()
    registrations = held(book, A)
    assert (lease := registrations.active(A.number, NOW + 60)) is not None
    assert lease.accepted_at == NOW
    assert (lease := registrations.active(A.number, NOW + 1800)) is not None
    assert lease.accepted_at == NOW + 1800
    assert registrations.active(A.number, NOW - 1) is None
    assert registrations.last(A.number) == registrations.active(A.number, NOW + 1900)


async def test_what_was_replaced_or_deleted_was_in_force_until_then(book: Book) -> None:
    await book.accepted()
    book.clock.now = NOW + 100
    await book.accepted(OTHER_A)
    book.clock.now = NOW + 200
    await book.deleted(OTHER_A)
    registrations = held(book)
    in_force = [registrations.active(A.number, NOW + after) for after in (99, 100, 199, 200)]
    assert [lease and lease.registration for lease in in_force] == [A, OTHER_A, OTHER_A, None]


async def test_a_refusal_changes_nothing(book: Book) -> None:
    await book.accepted()
    book.clock.now = NOW + 100
    await book.refused("no", OTHER_A)
    lease = held(book).active(A.number, NOW + 150)
    assert lease is not None
    assert lease.registration == A
