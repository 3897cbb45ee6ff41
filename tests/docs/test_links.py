"""What the pages link to is there: files, pictures, and headings."""

import re
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, pages, prose_of

_LINK = re.compile(r"\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)")
_SOURCE = re.compile(r"(?:src|href)=\"([^\"]+)\"")
_HEADING = re.compile(r"^#{1,6} +(.*?)\s*$", re.MULTILINE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:")


def links(page: Path) -> list[str]:
    """Return what a page links to on its own side, as it is written."""
    text = page.read_text(encoding="utf-8")
    # A link's text may stand in backquotes, its target may not.
    found = [
        *_LINK.findall(prose_of(re.sub(r"`([^`\n]*)`(?=[^`\n]*\]\()", r"\1", text))),
        *_SOURCE.findall(prose_of(text)),
    ]
    return [each for each in found if not _SCHEME.match(each)]


def anchors(page: Path) -> set[str]:
    """Return the fragments that the headings of a page have."""
    found: set[str] = set()
    for heading in _HEADING.findall(prose_of(re.sub(r"`([^`\n]*)`", r"\1", page.read_text(encoding="utf-8")))):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        slug = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        again = sum(each == slug or re.fullmatch(re.escape(slug) + r"-\d+", each) is not None for each in found)
        found.add(f"{slug}-{again}" if slug in found else slug)
    return found


@pytest.mark.parametrize("page", [*pages(), ROOT / "CHANGELOG.md"], ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for link in links(page):
        name, _, fragment = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), f"{page.name} links to {link}, which is not there"
        assert target.is_relative_to(ROOT), f"{page.name} links to {link}, outside of the project"
        if fragment:
            assert fragment in anchors(target), f"{page.name} links to {link}: no such heading"


def test_every_page_is_linked_to() -> None:
    linked = {(page.parent / link.partition("#")[0]).resolve() for page in pages() for link in links(page)}
    assert [page.name for page in pages() if page not in linked and page.name != "README.md"] == []
