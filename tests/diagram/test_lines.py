"""Lines with marks: harmless text, shortened in the middle, each mark with a look."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipbreakout_tui.diagram.canvas import UNICODE, Canvas
from sipbreakout_tui.diagram.lines import Mark, Span, StyledLine, plain, shortened
from sipbreakout_tui.tui.widgets.picture import STYLES


@pytest.mark.parametrize(
    ("text", "width", "short"),
    [
        ("+4722222222", 11, "+4722222222"),
        ("+4722222222", 7, "+47…222"),
        ("+4722222222", 8, "+472…222"),
        ("+4722222222", 2, "+4"),
        ("+4722222222", 0, ""),
    ],
)
def test_shortened(text: str, width: int, short: str) -> None:
    assert shortened(text, width) == short


@given(text=st.text(), width=st.integers(0, 40), ellipsis=st.sampled_from(["…", ".."]))
def test_shortened_is_never_longer(text: str, width: int, ellipsis: str) -> None:
    assert len(shortened(text, width, ellipsis)) <= width


@given(text=st.text())
def test_plain_is_printable_ascii(text: str) -> None:
    assert plain(text).isascii()
    assert plain(text).isprintable()


def test_every_mark_has_a_look() -> None:
    assert set(STYLES) == set(get_args(Mark))


def test_canvas_grows_cuts_and_joins_marks() -> None:
    canvas = Canvas(6)
    canvas.put(1, 4, "abc", "leg")
    canvas.put(1, 3, "x", "leg")
    canvas.box(range(2, 4), range(3), UNICODE.box)
    assert list(canvas.lines()) == [
        StyledLine(""),
        StyledLine("   xab", (Span(3, 6, "leg"),)),
        StyledLine("┌─┐"),
        StyledLine("└─┘"),
    ]
