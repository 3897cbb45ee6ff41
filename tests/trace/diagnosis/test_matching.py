"""Observed legs beside predicted ones."""

import pytest

from sipbreakout_model import E164, Call, CallFlow, LegMatch, Registration, RegistrationBook, RouteType, TasUri, route
from sipbreakout_tui.trace.call import PlacedLeg, place
from sipbreakout_tui.trace.diagnosis.matching import Pair, View, match_legs
from sipbreakout_tui.trace.leg import SeenLeg
from sipbreakout_tui.trace.linking import link_legs
from tests.trace.hearing import CALLEE, CALLER, CORE, PARTIES, PREFIXED, TAS, A, B, leg

U = "a0317f1a784dc48ff824d0d3715d86ab"
ALL = View(subscribers=True, tas=True)
NAMES = {
    LegMatch.AS_PREDICTED: "=",
    LegMatch.MISSING: "-",
    LegMatch.UNEXPECTED: "+",
    LegMatch.DIFFERENT_NUMBER: "#",
    LegMatch.NOT_VISIBLE: "?",
}


def predicted(kind: RouteType = RouteType.LOOP) -> CallFlow:
    book = RegistrationBook()
    book.upsert(Registration(E164(CALLER), TasUri("core.example"), kind, "00", "11"), None)
    return route(Call(E164(CALLER), E164(CALLEE), 0.0), book)


ONE = leg(A, CORE, 0.0, session=U)
TWO = leg(CORE, TAS, 0.01, called=PREFIXED, session=U)
THREE = leg(TAS, CORE, 0.02, session=U)
FOUR = leg(CORE, B, 0.03, session=U)


def seen(*legs: SeenLeg) -> tuple[PlacedLeg, ...]:
    (group,) = link_legs(list(legs), PARTIES, ("00",))
    call = place(group, PARTIES, 1, ("00",))
    assert call is not None
    return call.legs


def told(pairs: list[Pair]) -> str:
    return " ".join(f"{NAMES[pair.match]}{'' if pair.predicted is None else pair.predicted.number}" for pair in pairs)


@pytest.mark.parametrize(
    ("legs", "expected"),
    [
        ((ONE, TWO, THREE, FOUR), "=1 =2 =3 =4"),
        ((ONE, TWO, THREE), "=1 =2 =3 -4"),
        ((ONE, TWO, FOUR), "=1 =2 -3 =4"),
        ((ONE, FOUR), "=1 -2 -3 =4"),
        ((ONE, leg(CORE, TAS, 0.01, called="+11" + CALLEE[1:], session=U)), "=1 #2 -3 -4"),
        ((ONE, TWO, leg(TAS, CORE, 0.02, called="+4733333333", session=U)), "=1 =2 #3 -4"),
        ((ONE, TWO, THREE, FOUR, leg(TAS, CORE, 0.04, session=U)), "=1 =2 =3 =4 +"),
    ],
)
def test_each_leg_stands_beside_the_one_predicted(legs: tuple[SeenLeg, ...], expected: str) -> None:
    assert told(match_legs(seen(*legs), predicted(), ALL)) == expected


@pytest.mark.parametrize(
    ("view", "expected"),
    [(ALL, "=1 -2 -3 =4"), (View(subscribers=True, tas=False), "=1 ?2 ?3 =4")],
)
def test_where_the_capture_shows_nothing_nothing_is_missing(view: View, expected: str) -> None:
    assert told(match_legs(seen(ONE, FOUR), predicted(), view)) == expected


def test_from_the_tas_s_side() -> None:
    view = View(subscribers=False, tas=True)
    assert told(match_legs(seen(TWO, THREE), predicted(), view)) == "?1 =2 =3 ?4"


def test_without_a_prediction_all_is_unexpected() -> None:
    assert told(match_legs(seen(ONE, FOUR), None, ALL)) == "+ +"


def test_a_fork_has_its_legs_in_either_order() -> None:
    flow = predicted(RouteType.FORK)
    tas = leg(CORE, TAS, 0.005, called=PREFIXED, session=U)
    assert sorted(told(match_legs(seen(ONE, tas, FOUR), flow, ALL)).split()) == ["=1", "=2", "=3"]
