"""The committed notebooks: every one runs from a clean kernel, and shows what is committed."""

import re
import socket
import time
from pathlib import Path
from typing import Any

import pytest

from notebooks.execute import FOLDER, WIDGETS, execute, read, strip

NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
NAMES = [
    "01-route-types",
    "02-why-did-this-call-loop",
    "03-live-registrations",
    "04-fleet-audit",
    "05-from-capture-to-cause",
]
SECONDS = 60
MOST_BYTES = 1_500_000
MACHINE_PATH = re.compile(r"/(?:home|root|Users|work|tmp|private|var|opt|usr)/|[A-Z]:\\\\|site-packages|/\.venv")


def outputs(notebook: Any) -> list[tuple[str, list[str]]]:
    """Return each code cell's source and its outputs as plain text."""
    return [
        (cell.source, [output.get("text") or output.get("data", {}).get("text/plain", "") for output in cell.outputs])
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]


def test_all_are_there() -> None:
    assert [path.stem for path in NOTEBOOKS] == NAMES


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_runs_and_shows_what_is_committed(path: Path, tmp_path: Path) -> None:
    committed, notebook = read(path), read(path)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    began = time.monotonic()
    execute(notebook, tmp_path, SECONDS)
    assert time.monotonic() - began < SECONDS
    strip(notebook)
    assert outputs(notebook) == outputs(committed), f"run: python notebooks/execute.py {path.stem}"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_committed_with_outputs_and_without_a_machine(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    notebook = read(path)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1)), "run from top to bottom"
    assert sum(bool(cell.outputs) for cell in code) >= len(code) - 2, "all but preparations show something"
    for cell in code:
        assert [output for output in cell.outputs if output.output_type == "error"] == []
        assert [output for output in cell.outputs if output.get("name") == "stderr"] == []
        assert not [mime for out in cell.outputs for mime in out.get("data", ()) if mime.startswith(WIDGETS)]
    assert all(not cell.metadata for cell in notebook.cells)
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert MACHINE_PATH.search(text) is None
    for name in (str(Path.home()), str(FOLDER.parent)):
        assert len(name) < 4 or name not in text
    host = socket.gethostname()
    assert len(host) < 6 or host not in text
    assert "image/png" not in text
    assert len(text.encode("utf-8")) < MOST_BYTES


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_code_cell_is_introduced(path: Path) -> None:
    kinds = [cell.cell_type for cell in read(path).cells]
    assert kinds[0] == "markdown"
    assert read(path).cells[0].source.startswith("# ")
    assert kinds.count("markdown") >= kinds.count("code") - 1
