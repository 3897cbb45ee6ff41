"""The panel of widgets, without a browser: values are set, and what it shows is read."""

import re
import sys
from collections.abc import Callable

import pytest

pytest.importorskip("ipywidgets")

from sipbreakout_model import (
    CalleeBehaviour,
    LegEnd,
    OutcomeKind,
    PrefixReading,
    Registration,
    RegistrationBook,
    SipBreakoutError,
    TasBehaviour,
    UnmatchedReturn,
)
from sipbreakout_tui.notebook import Explorer, explore
from tests.notebook.conftest import ALICE, BOB, NOW


@pytest.fixture
def panel(book: RegistrationBook) -> Explorer:
    return explore(book)


def words(panel: Explorer) -> str:
    return str(re.sub(r"<[^>]*>", " ", panel.result.value))


def test_it_starts_with_a_call_of_the_book(panel: Explorer) -> None:
    assert (panel.caller.value, panel.callee.value) == (ALICE, BOB)
    assert panel.flow is not None
    assert len(panel.flow.legs) == 4
    assert '<img alt="' in panel.result.value
    assert "Outcome: answered by the callee" in words(panel)


def test_the_slider_covers_the_ttl_and_ends_the_registrations(panel: Explorer) -> None:
    assert (panel.at, panel.seconds.max) == (NOW, 3600)
    assert "2026-09-21 14:13:20+00:00" in panel.moment.value
    panel.seconds.value = 3000  # Alice's was accepted 600 s before the start
    assert panel.flow is not None
    assert "expired 0 s before" in words(panel)
    assert "2026-09-21 15:03:20+00:00" in panel.moment.value
    panel.seconds.value = 3600
    assert [leg.rule for leg in panel.flow.legs] == ["R3", "R3"]
    assert "FALLBACK of the callee +4722222222 expired 0 s before" in words(panel)


def test_the_start_can_be_chosen(book: RegistrationBook) -> None:
    assert explore(book, NOW + 60).at == NOW + 60


def test_without_times_and_numbers_it_still_starts() -> None:
    book = RegistrationBook()
    assert explore(book).flow is not None
    book.upsert(Registration.parse(ALICE, "sips:tas.example.com", "LOOP"), None)
    assert explore(book).flow is not None


def knob(name: str, value: object) -> Callable[[Explorer], None]:
    return lambda panel: setattr(getattr(panel, name), "value", value)


@pytest.mark.parametrize(
    ("turns", "outcome"),
    [
        ([knob("tas", TasBehaviour.RETURNS_WITHOUT_SESSION_ID)], "35 turns (70 legs), ended by 483 Too Many Hops"),
        (
            [knob("tas", TasBehaviour.RETURNS_WITHOUT_SESSION_ID), knob("hops_per_turn", 4)],
            "18 turns (36 legs)",
        ),
        (
            [knob("tas", TasBehaviour.RETURNS_WITHOUT_SESSION_ID), knob("max_forwards", 10)],
            "5 turns (10 legs)",
        ),
        (
            [knob("tas", TasBehaviour.RETURNS_WITHOUT_SESSION_ID), knob("resets_max_forwards", True)],
            "nothing bounds the turns",
        ),
        (
            [
                knob("tas", TasBehaviour.RETURNS_WITHOUT_SESSION_ID),
                knob("unmatched_return", UnmatchedReturn.REJECT),
            ],
            "Outcome: rejected (403)",
        ),
        ([knob("callee_does", CalleeBehaviour.BUSY)], "Outcome: answered by the TAS"),
        (
            [knob("callee_does", CalleeBehaviour.BUSY), knob("fallback_tas", TasBehaviour.REJECTS)],
            "Outcome: rejected (603)",
        ),
        (
            [knob("tas", TasBehaviour.FORWARDS), knob("forwards_to", "+4733333333")],
            "Outcome: answered by the other party",
        ),
        ([knob("caller", "+4733333333")], "Outcome: answered by the callee"),
        ([knob("callee", "112")], "Outcome: answered by the callee"),
        ([knob("placed_by", "sips:tas.example.com")], "R9"),
    ],
)
def test_every_knob_acts_at_once(panel: Explorer, turns: list[Callable[[Explorer], None]], outcome: str) -> None:
    for turn in turns:
        turn(panel)
    assert outcome in words(panel)


def test_the_prefix_reading_acts(book: RegistrationBook) -> None:
    book.upsert(Registration.parse(BOB, "sips:tas.example.com", "LOOP", "51", "52"), NOW)
    book.upsert(Registration.parse(ALICE, "sips:tas.example.com", "LOOP_MT", "31", "32"), NOW)
    panel = explore(book)
    assert f"+52{BOB[1:]}" in words(panel)
    panel.prefix_reading.value = PrefixReading.PRESENCE
    assert f"+51{BOB[1:]} " in words(panel)


def test_the_fix_is_shown(panel: Explorer) -> None:
    assert "what to do" not in words(panel)
    panel.tas.value = TasBehaviour.RETURNS_WITHOUT_SESSION_ID
    assert "put the Session-ID" in words(panel)


@pytest.mark.parametrize(
    ("turn", "message"),
    [
        (knob("caller", "4711111111x"), "is neither an E.164 number"),
        (knob("callee", ""), "cannot be called"),
        (knob("tas", TasBehaviour.FORWARDS), "forwards_to"),
        (knob("forwards_to", "12"), "is not an E.164 number"),
        (knob("max_forwards", 1000), "max_forwards 1000 is out of range"),
        (knob("hops_per_turn", 0), "hops_per_turn 0 is too small"),
        (knob("placed_by", "sip:tas.example.com"), "sips:"),
        (knob("caller", "<script>alert(1)</script>"), "&lt;script&gt;"),
    ],
)
def test_errors_stand_in_place_and_go_away(panel: Explorer, turn: Callable[[Explorer], None], message: str) -> None:
    before = {name: getattr(panel, name).value for name in ("caller", "callee", "tas", "forwards_to", "placed_by")}
    before |= {"max_forwards": 70, "hops_per_turn": 2}
    turn(panel)
    assert panel.flow is None
    assert message in panel.result.value
    assert "<img" not in panel.result.value
    assert "<script" not in panel.result.value
    for name, value in before.items():
        getattr(panel, name).value = value
    assert panel.flow is not None
    assert panel.flow.outcome.kind is OutcomeKind.ANSWERED
    assert panel.flow.legs[0].end is LegEnd.ANSWERED


def test_it_is_displayed_as_a_widget_and_as_a_page(panel: Explorer) -> None:
    bundle = panel._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert bundle["text/html"] == panel.result.value
    assert "answered by the callee" in bundle["text/plain"]


def test_without_ipywidgets_it_says_what_to_install(book: RegistrationBook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    with pytest.raises(SipBreakoutError, match=r"pip install 'sipbreakout-tui\[notebook\]'"):
        explore(book)


def test_a_large_book_offers_some_numbers_and_takes_any() -> None:
    book = RegistrationBook()
    for index in range(2000):
        book.upsert(Registration.parse(f"+4710{index:06}", "sips:tas.example.com", "LOOP"), NOW)
    panel = explore(book)
    assert len(panel.caller.options) == 500
    panel.caller.value = "+4710001999"
    assert panel.flow is not None
    assert len(panel.flow.legs) == 4
