"""The version stands in one place; what else names it keeps up."""

import re
from pathlib import Path

from sipbreakout_tui import __version__

ROOT = Path(__file__).resolve().parents[2]


def test_the_newest_entry_of_the_changelog_is_this_version() -> None:
    released = re.findall(
        r"^## \[(\d[^\]]*)\] - \d{4}-\d\d-\d\d$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE
    )
    assert released[:1] == [__version__]


def test_the_wheel_of_the_page_is_of_this_version() -> None:
    named = re.findall(
        r"sipbreakout_tui-(\S+?)-py3-none-any\.whl", (ROOT / "docs" / "installing.md").read_text("utf-8")
    )
    assert set(named) == {__version__}
