"""Lines with marks: harmless text, shortened in the middle, shown by Rich without markup."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.style import Style

from sipbreakout_tui.diagram.canvas import UNICODE, Canvas
from sipbreakout_tui.diagram.lines import STYLES, Mark, Span, StyledLine, plain, rich_text, shortened


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


def test_rich_shows_the_text_as_it_is() -> None:
    line = StyledLine("[bold red]core[/]", (Span(10, 14, "party"),))
    text = rich_text(line)
    assert text.plain == str(line) == "[bold red]core[/]"
    assert [(span.start, span.end, span.style) for span in text.spans] == [(10, 14, STYLES["party"])]
    assert rich_text(line, {}).spans == []


def test_every_mark_has_a_style_that_rich_knows() -> None:
    assert set(STYLES) == set(get_args(Mark))
    for style in STYLES.values():
        Style.parse(style)


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
