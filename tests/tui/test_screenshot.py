"""Pictures of the screen: complete, the same each time, and without anything from elsewhere."""

import re
import time
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rich.segment import Segment
from rich.style import Style

from docs.screenshot_files import screenshot_files
from sipbreakout_tui.tui.options import Options
from sipbreakout_tui.tui.screenshots.cells import HEIGHT, WIDTH, blocks, strokes
from sipbreakout_tui.tui.screenshots.picture import picture
from sipbreakout_tui.tui.screenshots.taking import demo_screenshot, screenshot
from tests.tui.driving import running

SVG = "{http://www.w3.org/2000/svg}"


def drawn(*lines: list[Segment], width: int = 20) -> ElementTree.Element:
    return ElementTree.fromstring(picture(lines, width, title="a <title>", foreground="#111111", background="#eeeeee"))


def texts(root: ElementTree.Element) -> list[tuple[str | None, dict[str, str]]]:
    return [(each.text, each.attrib) for each in root.iter(f"{SVG}text")]


def test_words_stand_in_their_columns() -> None:
    root = drawn([Segment("  one two"), Segment("   "), Segment(" end <&> ")], [Segment("below")])
    found = {text: (float(at["x"]), float(at["y"])) for text, at in texts(root)}
    assert found["one two"][0] == pytest.approx(2 * WIDTH)
    assert found["end <&>"][0] == pytest.approx(13 * WIDTH, abs=0.01)
    assert found["below"][1] - found["one two"][1] == HEIGHT
    assert root.find(f"{SVG}title").text == "a <title>"  # type: ignore[union-attr]
    assert float(dict(texts(root))["one two"]["textLength"]) == pytest.approx(7 * WIDTH, abs=0.01)


def test_signs_stand_in_the_middle_of_their_cells() -> None:
    root = drawn([Segment("a●"), Segment("日")])
    found = dict(texts(root))
    assert float(found["●"]["x"]) == pytest.approx(1.5 * WIDTH)
    assert float(found["日"]["x"]) == pytest.approx(3 * WIDTH)


def test_looks() -> None:
    style = Style(color="#ff0000", bgcolor="#00ff00", bold=True, italic=True, underline=True)
    root = drawn([Segment("x", style), Segment("y", Style(color="#ff0000", reverse=True))])
    found = dict(texts(root))
    assert found["x"]["fill"] == "#ff0000"
    assert (found["x"]["font-weight"], found["x"]["font-style"]) == ("bold", "italic")
    assert found["x"]["text-decoration"] == "underline"
    assert found["y"]["fill"] == "#eeeeee"
    assert [each.get("fill") for each in root.iter(f"{SVG}rect")] == ["#eeeeee", "#00ff00", "#ff0000"]


def test_hostile_text_is_harmless() -> None:
    root = drawn([Segment("<script>\x1b[31m</script>\x00\u202e")])
    assert "\x1b" not in "".join(root.itertext())


def test_lines_reach_the_ends_of_their_cells() -> None:
    for code in range(0x2500, 0x2580):
        char = chr(code)
        points = [point for stroke in strokes(char) for step in stroke.steps for point in step.points]
        assert points, char
        assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in points), char
        assert any(x in (0, WIDTH) or y in (0, HEIGHT) for x, y in points), char


@pytest.mark.parametrize(
    ("char", "sides"),
    [("─", "LR"), ("│", "UD"), ("┌", "RD"), ("╰", "RU"), ("╡", "LUD"), ("╪", "LRUD"), ("╶", "R"), ("┇", "UD")],
)
def test_sides_of_lines(char: str, sides: str) -> None:
    points = {point for stroke in strokes(char) for step in stroke.steps for point in step.points}
    reached = {"L": any(x == 0 for x, _ in points), "R": any(x == WIDTH for x, _ in points)}
    reached |= {"U": any(y == 0 for _, y in points), "D": any(y == HEIGHT for _, y in points)}
    assert {side for side, yes in reached.items() if yes} == set(sides)


def test_every_block_is_drawn() -> None:
    for code in range(0x2580, 0x25A0):
        parts = blocks(chr(code))
        assert parts, chr(code)
        assert all(0 <= part.left < 1 and part.left + part.width <= 1 for part in parts)
        assert all(0 <= part.top < 1 and part.top + part.height <= 1 for part in parts)
    (half,) = blocks("▌")
    assert (half.left, half.width) == (0, 0.5)
    (lower,) = blocks("▂")
    assert (lower.top, lower.height) == (0.75, 0.25)


async def test_palette_takes_the_same_picture() -> None:
    async with running(size=(80, 24)) as driver:
        text = driver.app.export_screenshot()
    assert re.findall(r"https?://[^\"]*", text) == ["http://www.w3.org/2000/svg"]
    assert not re.search(r"@font-face|url\(|href|<style|<script", text)
    root = ElementTree.fromstring(text)
    assert float(root.attrib["width"]) == pytest.approx(80 * WIDTH + 20)
    assert "Registrations" in "".join(root.itertext())


def test_picture_of_the_demo_is_the_same_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    first = demo_screenshot("journal", (80, 24), theme="light")
    monkeypatch.setenv("TZ", "Asia/Kathmandu")
    time.tzset()
    try:
        assert demo_screenshot("journal", (80, 24), theme="light") == first
        assert time.tzname[0] != "UTC"
    finally:
        monkeypatch.undo()
        time.tzset()
    assert "12:04:31" in first
    assert "#fcfcfa" in first


def test_ascii_picture() -> None:
    assert demo_screenshot("hazards", (80, 24), only_ascii=True).isascii()


async def test_ledger_that_cannot_be_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sipbreakout_model import SipBreakoutError

    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("SIPBREAKOUT_STATE_DIR", str(tmp_path / "file"))
    monkeypatch.setenv("SIPBREAKOUT_CONFIG", str(tmp_path / "config.toml"))
    with pytest.raises(SipBreakoutError, match="file"):
        await screenshot(Options(), "registrations", (80, 24))


def test_pictures_of_the_docs_are_all_places() -> None:
    wanted = {"registrations", "call", "trace", "hazards", "journal"}
    found = {path.stem for path in (Path(__file__).parents[2] / "docs" / "screenshots").glob("*.svg")}
    assert found == wanted
    assert screenshot_files.__doc__
