"""The page in a real browser that can reach nothing but this machine."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.tui.web.chromium import PROGRAM, browsing
from tests.tui.web.talking import serving

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="chromium is not installed")

TEXT = "document.querySelector('.xterm-rows')?.textContent ?? ''"

ANSWERS = """new Promise((done) => {{
    const look = () => ({what}) ? done(true) : requestAnimationFrame(look);
    look();
}})"""


def until(what: str) -> str:
    """Return a script that is done when something is true."""
    return ANSWERS.format(what=what)


async def test_the_page_shows_the_program_and_asks_no_other_host(tmp_path: Path) -> None:
    async with serving() as served, browsing(tmp_path) as tab:
        await tab.call("Page.navigate", url=served.url)
        await tab.evaluate(until(f"({TEXT}).includes('https://outside.example/5') && ({TEXT}).includes('Quit')"))
        assert await tab.evaluate("location.href") == served.root
        assert await tab.evaluate("document.fonts.check('16px \"Roboto Mono\"')")
        assert await tab.evaluate("getComputedStyle(document.querySelector('.starting')).display") == "none"
        empty = "(([a, b]) => [a.width - b.width, a.height - b.height])([document.body, \
            document.querySelector('.xterm-screen')].map((each) => each.getBoundingClientRect()))"
        assert all(0 <= pixels < 22 for pixels in await tab.evaluate(empty)), "the terminal fills the window"
        # No click on a URL of the text leads anywhere, and the page itself can reach nobody else.
        assert await tab.evaluate("window.open('https://outside.example/') ?? window.open() ?? 'nothing'") == "nothing"
        assert (
            await tab.evaluate("fetch('https://outside.example/').then(() => 'got it', () => 'refused')") == "refused"
        )
        assert [line for line in tab.said if "outside.example" not in line] == []
        for letter in ("keyDown", "keyUp"):
            await tab.call("Input.dispatchKeyEvent", type=letter, key="q", text="q" if letter == "keyDown" else "")
        await tab.evaluate(until("getComputedStyle(document.querySelector('.closed')).display === 'flex'"))
        assert {urlsplit(url).netloc for url in tab.urls} - {urlsplit(served.url).netloc} == set()
        assert any(url.startswith("ws://") for url in tab.urls)


async def test_the_page_says_why_there_is_no_session(tmp_path: Path) -> None:
    async with serving(most=0) as served, browsing(tmp_path) as tab:
        await tab.call("Page.navigate", url=served.url)
        await tab.evaluate(until("document.getElementById('reason')?.textContent.includes('close one')"))
        assert await tab.evaluate("document.activeElement.id") == "again"
