"""What puts back the last change."""

import pytest

from sipbreakout_tui.ledger import Verb
from sipbreakout_tui.services.registrations.plan import Change, ChangeKind
from sipbreakout_tui.services.registrations.undo import NothingToUndo, undoing
from tests.services.live import CORE, OTHER_A, A, B, Book


async def carry_out(book: Book, change: Change) -> None:
    book.clock.now += 1
    if change.verb == "delete":
        await book.deleted(change.registration)
    else:
        await book.accepted(change.registration)


async def test_an_add_a_replace_and_a_delete(book: Book) -> None:
    await book.accepted(A)
    assert undoing(book.ledger, CORE) == Change(ChangeKind.DELETE, A, A)
    await book.accepted(OTHER_A)
    assert undoing(book.ledger, CORE) == Change(ChangeKind.REPLACE, A, OTHER_A)
    await book.deleted(OTHER_A)
    assert undoing(book.ledger, CORE) == Change(ChangeKind.CREATE, OTHER_A, None)


@pytest.mark.parametrize("kept", [True, False])
async def test_what_was_kept_when_it_was_deleted_is_kept_again(book: Book, kept: bool) -> None:
    await book.accepted(A)
    await book.ledger.keep(A.number, CORE, kept)
    await book.deleted(A)
    change = undoing(book.ledger, CORE)
    assert change == Change(ChangeKind.CREATE, A, None, keep=kept)
    assert str(change).endswith(", kept") is kept


async def test_an_undo_undone_is_done_again(book: Book) -> None:
    await book.accepted(A)
    await book.accepted(OTHER_A)
    seen = []
    for _ in range(4):
        change = undoing(book.ledger, CORE)
        seen.append(change.registration)
        await carry_out(book, change)
    assert seen == [A, OTHER_A, A, OTHER_A]


async def test_refreshes_refusals_and_failures_are_no_changes(book: Book) -> None:
    await book.accepted(A)
    await book.accepted(B)
    for work in (book.accepted(A), book.accepted(B), book.refused("no", OTHER_A), book.failed("away", OTHER_A)):
        book.clock.now += 10
        await work
    assert undoing(book.ledger, CORE) == Change(ChangeKind.DELETE, B, B)


async def test_a_registration_that_had_expired_is_not_put_back(book: Book) -> None:
    await book.accepted(A)
    book.clock.now += 3600
    await book.accepted(OTHER_A)
    assert undoing(book.ledger, CORE) == Change(ChangeKind.DELETE, OTHER_A, OTHER_A)


async def test_nothing_to_undo(book: Book) -> None:
    with pytest.raises(NothingToUndo, match=r"no change of a registration at core\.example:443 is on record"):
        undoing(book.ledger, CORE)
    await book.accepted(A, target="other.example:443")
    await book.refused("no", A)
    with pytest.raises(NothingToUndo, match="no change of a registration"):
        undoing(book.ledger, CORE)


async def test_a_delete_of_what_was_not_known_cannot_be_undone(book: Book) -> None:
    await book.ledger.deleted(await book.asked(A, Verb.DELETE))
    with pytest.raises(NothingToUndo, match="cannot be undone: what was registered there is not on record"):
        undoing(book.ledger, CORE)
