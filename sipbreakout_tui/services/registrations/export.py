"""Writing registrations into a file that can be imported again."""

from collections.abc import Iterable
from pathlib import Path

from sipbreakout_model import InvalidValue
from sipbreakout_model.registration_text import Entry, TextFormat, format_registrations
from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.services.registrations.listing import Row
from sipbreakout_tui.services.result_files import write_whole

SUFFIXES = tuple(f".{form.value}" for form in TextFormat)
"""What a file's name may end in; it decides the format."""


def export_rows(path: Path, rows: Iterable[Row]) -> int:
    """Write the registrations of the rows, whole or not at all, and return how many.

    Rows without a registration that we know of (refused, deleted) are left out.

    Raises:
        InvalidValue: The suffix tells no format.
        NotWritten: The file cannot be written.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise InvalidValue(f"{visible(str(path))}: the suffix does not tell the format: expected {', '.join(SUFFIXES)}")
    entries = [Entry(row.registration(), row.accepted_at) for row in rows if row.accepted_at is not None]
    write_whole(path, format_registrations(entries, TextFormat(path.suffix.lower()[1:])).encode("utf-8"))
    return len(entries)


def as_toml(row: Row) -> str:
    """Return the registration of a row as an entry of a TOML file, without the moment of its acceptance."""
    return format_registrations([Entry(row.registration(), None)], TextFormat.TOML)
