"""The calls of a trace as a list."""

import math

import pytest

from sipbreakout_model import InvalidValue
from sipbreakout_tui.services.traces.call_rows import SORTS, CallList, call_cells, grade, local_moment, sort_after
from tests.services.tracing import scripted
from tests.trace.blackbox.cases import LOOP
from tests.trace.traffic import loops, others

SCENES = (loops.returned, loops.loop(), others.direct_callee_busy, loops.loop(turns=5))


def numbers(calls: CallList) -> list[int]:
    return [calls.rows[index].number for index in calls.order]


def test_the_worst_are_on_top_and_the_order_can_be_another() -> None:
    with scripted(*SCENES, registrations=LOOP) as opened:
        calls = CallList(opened)
        assert numbers(calls) == [4, 2, 3, 1]
        assert (calls.sorted_by, calls.reverse) == ("verdict", False)
        calls.arrange("time")
        assert numbers(calls) == [1, 2, 3, 4]
        calls.arrange(reverse=True)
        assert numbers(calls) == [4, 3, 2, 1]
        calls.arrange("turns", True)
        assert numbers(calls)[0] == 4
        for name in SORTS:
            calls.arrange(name, False)
            assert sorted(numbers(calls)) == [1, 2, 3, 4]


def test_a_filter_chooses_and_one_that_cannot_be_read_changes_nothing() -> None:
    with scripted(*SCENES, registrations=LOOP) as opened:
        calls = CallList(opened)
        calls.arrange(text="verdict:session-id-lost turns:>3")
        assert numbers(calls) == [4]
        assert [found.case.seen.number for found in calls.shown()] == [4]
        with pytest.raises(InvalidValue, match="turns:much is not a comparison"):
            calls.arrange(text="turns:much")
        assert (numbers(calls), calls.text) == ([4], "verdict:session-id-lost turns:>3")
        calls.arrange(text=" ")
        assert numbers(calls) == [4, 2, 3, 1]


def test_a_row_says_what_a_call_is() -> None:
    with scripted(*SCENES, registrations=LOOP) as opened:
        calls = CallList(opened)
        cells = call_cells(calls.diagnosis(3))
        assert (cells.caller, cells.callee, cells.turns, cells.outcome) == (
            "+4711111111",
            "+4722222222",
            "5",
            "looped (483)",
        )
        assert calls.verdicts()[0] == ("session-id-lost", 2)


def test_verdicts_look_as_grave_as_they_are() -> None:
    assert [grade(name).glyph for name in ("session-id-lost", "tas-answered", "as-predicted", "prefix-stacked")] == [
        "✖",
        "◐",
        "●",
        "◐",
    ]


def test_a_moment_that_does_not_exist_is_no_error() -> None:
    assert len(local_moment(1_700_000_000.5)) == len("2023-11-14 23:13:20.500")
    assert local_moment(math.inf) == "no time"


def test_sortings_follow_one_another() -> None:
    assert sort_after("time", 1) == "caller"
    assert sort_after("time", -1) == "verdict"
    with pytest.raises(InvalidValue, match="'colour' is no column"):
        sort_after("colour", 1)
