"""Rules of the house that no linter knows."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("sipbreakout_tui", "model", "proto", "tests", "bench", "docs")
LINES = 500


def sources() -> list[Path]:
    """Every Python file that somebody wrote: the generated ones are left out."""
    paths = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
    return sorted(path for path in paths if not path.stem.endswith(("_pb2", "_pb2_grpc")))


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_file_is_short_and_named_after_its_concept(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= LINES, f"{path.relative_to(ROOT)} has {lines} lines: split it, {LINES} is the most"
    assert path.stem not in {"util", "utils", "helpers", "misc"}, "name it after what is in it"
