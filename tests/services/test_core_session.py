"""Which registration a delete names (V3)."""

import pytest

from sipbreakout_model import RouteType, TasUri
from sipbreakout_tui.services.core_session import NothingKnown, to_delete
from tests.services.live import CORE, OTHER_A, A, Book

NUMBER = A.number


async def test_by_default_the_one_that_we_asserted(book: Book) -> None:
    await book.accepted(A)
    assert to_delete(book.ledger, NUMBER, CORE, None) == A
    assert to_delete(book.ledger, NUMBER, CORE, TasUri.parse("sips:TAS.example.com")) == A
    book.clock.now += 7200  # an expired one, too: the core has the last word
    assert to_delete(book.ledger, NUMBER, CORE, None) == A


async def test_another_uri_is_taken_at_its_word(book: Book) -> None:
    await book.accepted(A)
    found = to_delete(book.ledger, NUMBER, CORE, OTHER_A.sip_uri)
    assert (found.number, found.sip_uri, found.route_type) == (NUMBER, OTHER_A.sip_uri, RouteType.LOOP)


async def test_nothing_known(book: Book) -> None:
    await book.accepted(A, target="other.example:443")
    await book.refused("no")
    with pytest.raises(NothingKnown, match=r"sipbreakout delete \+4711111111 --sip-uri sips:…"):
        to_delete(book.ledger, NUMBER, CORE, None)
    await book.accepted(A)
    await book.deleted(A)
    with pytest.raises(NothingKnown):
        to_delete(book.ledger, NUMBER, CORE, None)
