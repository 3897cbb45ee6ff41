"""What somebody is told who leaves."""

from sipbreakout_tui.services.leaving import about_to_end, leaving_words
from sipbreakout_tui.services.registrations.listing import Row
from tests.services.live import NOW


def row(index: int, expires_in: float | None, *, kept: bool = False) -> Row:
    at = None if expires_in is None else NOW + expires_in
    number = f"+471111{index:04}"
    uri = "sips:tas.example.com"
    return Row(number, "c:1", uri, "LOOP", "", "", "asserted", NOW, at, int(kept), None, NOW, None, 3600.0)


def test_only_what_ends_soon_and_nobody_keeps() -> None:
    rows = [row(1, 700), row(2, 500), row(3, 100), row(4, 50, kept=True), row(5, -1), row(6, None), row(7, 600)]
    assert [each.number[-1] for each in about_to_end(rows, NOW)] == ["3", "2", "7"]


def test_the_words() -> None:
    assert leaving_words([row(1, 700)], NOW) is None
    assert leaving_words([row(1, 242)], NOW) == (
        "1 registration that nobody keeps ends within 10 minutes:\n  +4711110001      in 04:02"
    )
    lines = (leaving_words([row(index, 60 + index) for index in range(13)], NOW) or "").splitlines()
    assert lines[0] == "13 registrations that nobody keeps end within 10 minutes:"
    assert (len(lines), lines[-1]) == (12, "  and 3 more")
    words = leaving_words([], NOW, "delete: 3 done, 7 left of 10")
    assert words == "Under way: delete: 3 done, 7 left of 10\nQuitting stops it; what is not sent yet is left out."
    assert (leaving_words([row(1, 60)], NOW, "x") or "").count("\n\n") == 1
