"""Writes the generated pages and pictures of docs/, and the command outputs in the pages written by hand.

Generated are commands.md, terminal-ui.md, rules.md, diagnosis.md, gallery.md with its pictures, and the screenshots of
the terminal UI; performance.md is written by `make bench`. Run as `python -m docs.generate`; with --check it only says
what is stale. In a block marked `console`, of README.md, CONTRIBUTING.md and docs/*.md, each line that starts with
`$ sipbreakout` is run here, at the top of the checkout and without profiles and ledger, and what it prints becomes the
lines below it.
"""

import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from docs.commands_page import commands_page
from docs.diagnosis_page import diagnosis_page
from docs.gallery_page import gallery_drawings, gallery_page, same_drawings
from docs.keys_page import keys_page
from docs.rules_page import rules_page
from docs.screenshot_files import screenshot_files

DOCS = Path(__file__).parent
ROOT = DOCS.parent


def with_outputs(page: str) -> str:
    """Return the page with the output of its commands as they print it now, times in UTC."""
    return re.sub(r"```console\n(.*?)```", lambda block: f"```console\n{session(block[1])}```", page, flags=re.DOTALL)


def session(block: str) -> str:
    """Return the text of a `console` block with the output of its commands as they print it now.

    Raises:
        SystemExit: A command is none of sipbreakout, or there is none.
    """
    commands = [line for line in block.splitlines() if line.startswith("$ ")]
    if not commands:
        raise SystemExit(f"docs: no line of the console block starts with '$ ': {block!r}")
    with tempfile.TemporaryDirectory() as folder:
        return "\n".join(f"{command}\n{_output(command[2:], Path(folder))}" for command in commands)


def _output(command: str, folder: Path) -> str:
    words = shlex.split(command)
    if words[0] != "sipbreakout":
        raise SystemExit(f"docs: only sipbreakout commands are run, not {command!r}")
    own = {"SIPBREAKOUT_CONFIG": str(folder / "config.toml"), "SIPBREAKOUT_STATE_DIR": str(folder / "state")}
    (folder / "config.toml").write_text("version = 1\n", encoding="utf-8")
    unwanted = ("SIPBREAKOUT_PROFILE", "COLUMNS", "LINES")
    done = subprocess.run(
        [sys.executable, "-m", "sipbreakout_tui", *words[1:]],
        cwd=ROOT,
        env={
            **{name: value for name, value in os.environ.items() if name not in unwanted},
            **own,
            "TZ": "UTC",
            "PYTHONIOENCODING": "utf-8",
        },
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    return done.stdout + done.stderr


def pages_by_hand() -> list[Path]:
    """Return the pages that commands are run in: README.md, CONTRIBUTING.md and those of docs/ with such blocks."""
    found = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.glob("*.md"))]
    return [path for path in found if "```console\n" in path.read_text(encoding="utf-8")]


def generated_pages() -> dict[Path, str]:
    """Return the pages that are generated whole, by path."""
    return {
        DOCS / "commands.md": commands_page(),
        DOCS / "terminal-ui.md": keys_page(),
        DOCS / "rules.md": rules_page(),
        DOCS / "diagnosis.md": diagnosis_page(),
        DOCS / "gallery.md": gallery_page(),
    }


def differing(files: Mapping[Path, str]) -> list[Path]:
    """Return those of the files that hold something else now, or are not there."""
    return [path for path, text in files.items() if not path.exists() or path.read_text(encoding="utf-8") != text]


def main() -> int:
    """Write what is stale, or with --check only name it; return the exit code."""
    check = sys.argv[1:] == ["--check"]
    stale = []
    files = {
        **{path: with_outputs(path.read_text(encoding="utf-8")) for path in pages_by_hand()},
        **generated_pages(),
        **gallery_drawings(DOCS),
        **screenshot_files(DOCS),
    }
    for path in differing(files):
        stale.append(path.name)
        if not check:
            path.parent.mkdir(exist_ok=True)
            path.write_text(files[path], encoding="utf-8")
    for path, draw in same_drawings(DOCS).items():
        if not path.exists() or path.with_suffix(".svg").name in stale:
            stale.append(path.name)
            if not check:
                path.write_bytes(draw())
    if stale:
        print(f"docs: {', '.join(stale)} " + ("stale: run make docs" if check else "written"))
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
