"""The two themes: what Textual would choose by itself and does not fit."""

import pytest
from textual.color import Color

from sipbreakout_tui.tui.theme import THEMES
from tests.tui.driving import running


@pytest.mark.parametrize("name", THEMES)
async def test_scrollbars_show_their_thumb_only(name: str) -> None:
    theme = THEMES[name]
    async with running(core=False, theme=name) as driver:
        colours = {key: Color.parse(value) for key, value in driver.app.theme_variables.items() if "scrollbar" in key}
    background = Color.parse(theme.background or "")
    tracks = {colour for key, colour in colours.items() if "background" in key or "corner" in key}
    assert tracks == {background}
    for key in ("scrollbar", "scrollbar-hover", "scrollbar-active"):
        assert abs(colours[key].brightness - background.brightness) > 0.15, key
