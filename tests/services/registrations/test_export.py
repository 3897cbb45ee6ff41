"""Registrations written into files."""

from pathlib import Path

import pytest

from sipbreakout_model import InvalidValue
from sipbreakout_tui.services.registrations.export import SUFFIXES, as_toml, export_rows
from sipbreakout_tui.services.registrations.files import read_registrations
from sipbreakout_tui.services.registrations.listing import Row
from sipbreakout_tui.services.result_files import NotWritten
from tests.services.live import CORE, A, B, Book


async def rows(book: Book) -> list[Row]:
    await book.accepted(A)
    await book.refused("no", B)
    return [Row._make(row) for row in book.ledger.current_rows(CORE)]


@pytest.mark.parametrize("suffix", SUFFIXES)
async def test_what_is_written_can_be_imported(suffix: str, tmp_path: Path, book: Book) -> None:
    path = tmp_path / f"out{suffix}"
    assert export_rows(path, await rows(book)) == 1
    assert [entry.registration for entry in read_registrations(path)] == [A]


async def test_what_cannot_be_written_leaves_nothing(tmp_path: Path, book: Book) -> None:
    known = await rows(book)
    with pytest.raises(InvalidValue, match=r"out\.txt: the suffix does not tell the format"):
        export_rows(tmp_path / "out.txt", known)
    with pytest.raises(NotWritten, match="cannot write"):
        export_rows(tmp_path / "none" / "out.csv", known)
    assert list(tmp_path.iterdir()) == [path for path in tmp_path.iterdir() if path.name.startswith("ledger")]


async def test_a_row_as_toml(book: Book) -> None:
    text = as_toml((await rows(book))[0])
    assert text.startswith('[[registration]]\nnumber = "+4711111111"\n')
    assert "accepted_at" not in text
