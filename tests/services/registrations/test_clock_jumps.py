"""A clock that is set by two hours: what lists say of leases."""

from pathlib import Path

import pytest

from sipbreakout_tui.services.registrations.keeping import status
from sipbreakout_tui.services.registrations.listing import details, row_object, table
from tests.services.live import NOW, A, a_book

HOURS = 7200.0


async def test_no_lease_is_shown_longer_than_a_life_when_the_clock_is_set_back(tmp_path: Path) -> None:
    with a_book(tmp_path) as book:
        await book.accepted(kept=True)
        row, at = book.row(), NOW - HOURS
        assert row.remaining(at) == row.ttl == 3600
        assert row.remaining(NOW) == 3600
        assert row.remaining(NOW + 60) == 3540
        assert " 60:00 " in list(table([row], at))[1]
        shown = "\n".join(details(row, at))
        assert "(60:00)" in shown
        assert "asserted by us, before the clock was set back" in shown
        assert row.known_from(NOW) == "asserted by us"
        assert row_object(row, at)["state"] == "asserted"
        assert status([row], at, True)["in_force"] == 1


async def test_ahead_it_has_expired_and_says_so(tmp_path: Path) -> None:
    with a_book(tmp_path) as book:
        await book.accepted(kept=True)
        row, at = book.row(), NOW + HOURS
        assert (row.state(at), row.remaining(at)) == ("expired", -3600)
        assert row.known_from(at) == "asserted by us, not refreshed"
        assert status([row], at, True)["late"] == 1


@pytest.mark.parametrize("hours", [-2, 2])
async def test_what_is_done_after_the_jump_counts(tmp_path: Path, hours: int) -> None:
    with a_book(tmp_path) as book:
        await book.accepted()
        book.clock.now += hours * 3600
        await book.accepted()
        row = book.row()
        assert row.accepted_at == book.clock.now
        assert (row.state(book.clock.now), row.known_from(book.clock.now)) == ("asserted", "asserted by us")
        await book.deleted(A)
        assert book.row().answer == "deleted"
