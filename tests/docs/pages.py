"""The pages that strangers read, and the fenced blocks on them."""

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]

_FENCE = re.compile(r"^ *(?P<fence>`{3,}|~{3,})(?P<language>[^`\s]*)[^`]*$")


class Block(NamedTuple):
    """A fenced block."""

    page: Path
    line: int
    """The line of its fence, from 1."""
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page.name}:{self.line}"

    def shows_output_of(self, other: "Block") -> bool:
        """Return whether it is a `text` with nothing between it and the end of another block."""
        end = other.line + other.text.count("\n") + 1
        return self.language == "text" and self.page == other.page and self.line == end + 2


def pages() -> list[Path]:
    """Return README.md, CONTRIBUTING.md and the pages of docs/."""
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(page: Path) -> list[Block]:
    """Return the fenced blocks of a page."""
    return blocks_of(page, page.read_text(encoding="utf-8"))


def blocks_of(page: Path, text: str) -> list[Block]:
    found, opened, within = [], None, list[str]()
    for number, line in enumerate(text.splitlines(), 1):
        match = _FENCE.match(line)
        if opened is None and match:
            opened, within = (number, match["fence"], match["language"]), []
        elif opened is not None and match and not match["language"] and match["fence"].startswith(opened[1]):
            found.append(Block(page, opened[0], opened[2], "".join(f"{each}\n" for each in within)))
            opened = None
        else:
            within.append(line)
    assert opened is None, f"{page}: the block of line {opened and opened[0]} does not end"
    return found


def prose_of(text: str) -> str:
    """Return a page without its fenced blocks and without what stands in backquotes."""
    return re.sub(r"`[^`]*`", "", _unfenced(text))


def inline_code(text: str) -> list[str]:
    """Return what stands in backquotes outside of fenced blocks, each in one line."""
    return [" ".join(each.split()) for each in re.findall(r"`([^`]+)`", _unfenced(text))]


def _unfenced(text: str) -> str:
    kept, fence = [], ""
    for line in text.splitlines():
        match = _FENCE.match(line)
        if match and not fence:
            fence = match["fence"]
        elif match and not match["language"] and match["fence"].startswith(fence):
            fence = ""
        elif not fence:
            kept.append(line)
    return "\n".join(kept)
