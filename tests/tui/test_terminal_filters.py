"""ASCII only and no colour, without a terminal."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.color import Color
from textual.widgets import Static

from sipbreakout_tui.tui.terminal.app import TerminalApp
from sipbreakout_tui.tui.terminal.ascii import AsciiOnly, in_ascii
from sipbreakout_tui.tui.terminal.filters import WithoutColour
from tests.tui.driving import running, screen_lines

BLACK = Color(0, 0, 0)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ~", "plain ~"),
        ("┌──┬┄┄┐", "+--+..+"),
        ("│ ╎ ║ ╭═╯", "| : | +=+"),
        ("──1──▸ core ◂╌╌4", "--1--> core <..4"),
        ("● ◐ ✖ ○ ◌ ◆ ↻", "* ! x o . # @"),
        ("▲▼▴▾◃▹▵▿", "^v^v<>^v"),
        ("→←↑↓", "><^v"),
        ("███▌   ▏", "###=   -"),
        ("– … · × − ≠", "- ~ . x - !"),
        ("Bjørn", "Bj?rn"),
        ("日本", "????"),
        ("e\N{COMBINING ACUTE ACCENT}x", "ex"),
        ("\x85\ue000", "??"),
        ("👨‍👩‍👧!", "???"),
    ],
)
def test_characters(text: str, shown: str) -> None:
    assert in_ascii(text) == shown.ljust(cell_len(text))[: cell_len(text)]


@given(st.text())
def test_any_text_keeps_its_width(text: str) -> None:
    shown = in_ascii(text)
    assert shown.isascii()
    assert len(shown) == cell_len(text)


def test_every_line_and_block_is_no_question_mark() -> None:
    for code in (*range(0x2500, 0x2600), *range(0x2190, 0x2200)):
        assert "?" not in in_ascii(chr(code)), unicodedata.name(chr(code))


def test_filter_keeps_styles_and_controls() -> None:
    style = Style(bold=True)
    segments = [Segment("→", style), Segment("plain", style)]
    filtered = AsciiOnly().apply(segments, BLACK)
    assert filtered == [Segment(">", style), Segment("plain", style)]
    assert filtered[1] is segments[1]


def test_without_colour_keeps_the_rest() -> None:
    style = Style(color="red", bgcolor="#101010", bold=True, reverse=True, dim=True, meta={"a": 1})
    (segment, plain) = WithoutColour().apply([Segment("x", style), Segment("y", None)], BLACK)
    assert segment.style is not None
    assert (segment.style.color, segment.style.bgcolor) == (None, None)
    assert (segment.style.bold, segment.style.reverse, segment.style.dim) == (True, True, True)
    assert segment.style.meta == {"a": 1}
    assert plain.style is None


class Small(TerminalApp):
    """Shows what the filters have something to do with."""

    def compose(self) -> ComposeResult:
        yield Static("[red]→ ø[/red] │")


async def shown(app: App[int]) -> tuple[str, set[bool]]:
    """Return the first line, and whether there are colours in it."""
    async with app.run_test(size=(20, 4)) as pilot:
        await pilot.pause()
        strip = app.screen._compositor.render_strips()[0]
        colours = {segment.style is not None and segment.style.color is not None for segment in strip}
        return "".join(segment.text for segment in strip).rstrip(), colours


@pytest.mark.parametrize(("value", "coloured"), [(None, True), ("", True), ("1", False)])
async def test_no_color(monkeypatch: pytest.MonkeyPatch, value: str | None, coloured: bool) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    if value is not None:
        monkeypatch.setenv("NO_COLOR", value)
    text, colours = await shown(Small())
    assert text == "→ ø │"
    assert (True in colours) is coloured


async def test_ascii_app() -> None:
    assert (await shown(Small(ascii_only=True)))[0] == "> ? |"


async def test_every_place_in_ascii() -> None:
    async with running(ascii=True) as driver:
        for key in ("1", "2", "3", "4", "5"):
            await driver.press(key)
            await driver.press("question_mark")
            lines = [line for line in screen_lines(driver.app) if not line.isascii()]
            assert lines == []
            await driver.press("escape")
