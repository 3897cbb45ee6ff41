"""Which lapses a soak excuses, and which it reports."""

from pathlib import Path

import pytest

from sipbreakout_model import DEFAULT_TTL
from tests.soak.evidence import CATCH_UP, ROOM, SETTLING, Spells, Watch, covered
from tests.soak.faster import UNDER_WAY

Spell = tuple[float, float]

END = 100_000.0
"""When the lease ended."""
LATE = END - ROOM
"""When a refresh was due at the latest."""
NOW = END + 50_000
NEVER = NOW
SHORT, ALL_BUT = CATCH_UP / 2, CATCH_UP * 0.9


def watch(core: list[Spell], keeper: list[Spell]) -> Watch:
    watch = Watch(Path("unread"))
    for spells, away in ((core, watch.core_away), (keeper, watch.keeper_away)):
        for begin, end in spells:
            away.begin(begin)
            if end < NOW:
                away.end(end)
    return watch


@pytest.mark.parametrize(
    ("core", "keeper", "lost", "renewed", "explained"),
    [
        ([], [], [], END + 1, False),
        ([], [], [], NEVER, False),
        # The core is away for the whole time, and for a little less.
        ([(LATE, END)], [], [], END + SETTLING, True),
        ([(LATE, END)], [], [], END + SETTLING + ALL_BUT, True),
        ([(LATE, END)], [], [], END + SETTLING + CATCH_UP + 1, False),
        ([(LATE - 1000, END + 900)], [], [], END + 900 + SHORT, True),
        ([(LATE, NOW)], [], [], NEVER, True),
        # One kill of the core excuses what follows from it, and no more.
        ([(END - 400, END - 300)], [], [], END + 1, True),
        ([(END - 400, END - 300)], [], [], END + 100, True),
        ([(END - 400, END - 300)], [], [], END + 300, False),
        ([(END - 400, END - 300)], [], [], NEVER, False),
        ([(END - 720, END - 620)], [], [], END + 1, False),
        ([(END - 720, END - 620)], [], [], NEVER, False),
        ([(END - 100, END)], [], [], END + 1, False),
        ([(END - 100, END)], [], [], NEVER, False),
        ([(END - 1400, END - 1300)], [], [], END + 1, False),
        ([(END + 1, END + 500)], [], [], END + 500, False),
        # Two at once are in the way for as long as one.
        ([(END - 100, END)], [(END - 100, END)], [], END + 1, False),
        # Many kills, each with its time to settle; in between nothing is in the way.
        ([(LATE + 1000 * n, LATE + 1000 * n + 100) for n in range(20)], [], [], NEVER, False),
        ([], [(LATE, END)], [], END + SHORT, True),
        ([], [(LATE, END)], [], END + CATCH_UP + 1, False),
        ([], [(LATE, LATE + 100)], [], END + 1, False),
        # A refresh counts as under way after its keeper died, and only then.
        ([], [(LATE + 2, LATE + 60)], [LATE + 1], LATE + UNDER_WAY + SHORT, True),
        ([], [(LATE + 2, LATE + 60)], [LATE + 1], LATE + UNDER_WAY + CATCH_UP + 10, False),
        ([], [], [LATE + 1], LATE + UNDER_WAY, False),
        ([], [(LATE - 2000, LATE - 1900)], [LATE + 1], LATE + UNDER_WAY, False),
    ],
)
def test_a_lapse_is_excused_for_as_long_as_something_was_in_the_way(
    core: list[Spell], keeper: list[Spell], lost: list[float], renewed: float, explained: bool
) -> None:
    assert watch(core, keeper).is_explained(END, renewed, lost, NOW) is explained


@pytest.mark.parametrize(
    ("spells", "seconds"),
    [([], 0), ([(0, 5), (25, 30)], 0), ([(12, 14), (11, 15), (13, 16)], 5), ([(0, 11), (19, 30)], 2), ([(0, 30)], 10)],
)
def test_covered(spells: list[Spell], seconds: float) -> None:
    assert covered(spells, 10, 20) == seconds


def test_spells() -> None:
    spells = Spells()
    spells.begin(1)
    spells.begin(2)  # it is away already
    assert spells.until(now=9, after=5) == [(1, 9)]
    spells.end(3)
    assert spells.until(now=9, after=5) == [(1, 8)]


def test_lapses_and_lives() -> None:
    seen = Watch(Path("unread"))
    seen._acceptances |= {"in time": [0, 3000], "late": [0, 4000], "never": [0], "young": [3000], "unknown": []}
    numbers = list(seen._acceptances)
    now = DEFAULT_TTL + 900
    assert list(seen.lapses(numbers, now)) == [("late", DEFAULT_TTL, 4000), ("never", DEFAULT_TTL, now)]
    assert seen.lives(numbers, now) == 3
