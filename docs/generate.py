"""Writes the generated pages and pictures of docs/, and the command outputs in README.md.

These are rules.md, diagnosis.md, gallery.md with its pictures, and the screenshots of the terminal UI. Run as
`python -m docs.generate`; with --check it only says what is stale. In a block marked `console` each line that
starts with `$ sipbreakout` is run here, at the top of the checkout, and what it prints becomes the lines below it.
"""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from docs.diagnosis_page import diagnosis_page
from docs.gallery_page import gallery_files, same_drawings
from docs.rules_page import rules_page
from docs.screenshot_files import screenshot_files

DOCS = Path(__file__).parent
README = DOCS.parent / "README.md"


def with_outputs(page: str) -> str:
    """Return the page with the output of its commands as they print it now, times in UTC."""
    return re.sub(r"```console\n(.*?)```", lambda block: f"```console\n{_session(block[1])}```", page, flags=re.DOTALL)


def _session(block: str) -> str:
    commands = [line for line in block.splitlines() if line.startswith("$ ")]
    return "\n".join(f"{command}\n{_output(command[2:])}" for command in commands)


def _output(command: str) -> str:
    words = shlex.split(command)
    if words[0] != "sipbreakout":
        raise SystemExit(f"docs: only sipbreakout commands are run, not {command!r}")
    done = subprocess.run(
        [sys.executable, "-m", "sipbreakout_tui", *words[1:]],
        cwd=README.parent,
        env={**os.environ, "TZ": "UTC", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    return done.stdout + done.stderr


def main() -> int:
    """Write what is stale, or with --check only name it; return the exit code."""
    check = sys.argv[1:] == ["--check"]
    readme = README.read_text(encoding="utf-8")
    stale = []
    pages = {
        DOCS / "rules.md": rules_page(),
        DOCS / "diagnosis.md": diagnosis_page(),
        README: with_outputs(readme),
        **gallery_files(DOCS),
        **screenshot_files(DOCS),
    }
    for path, text in pages.items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(path.name)
            if not check:
                path.parent.mkdir(exist_ok=True)
                path.write_text(text, encoding="utf-8")
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
