"""Registration files: TOML, JSON or CSV, told apart by their suffix."""

import logging
import time
from pathlib import Path

from sipbreakout_model import RegistrationTextError
from sipbreakout_model.registration_text import Entry, TextFormat, parse_registrations
from sipbreakout_tui.safe_text import visible

MAX_BYTES = 512 * 1024 * 1024
"""The largest file that is read: room for more than two million registrations."""

_FORMATS = {f".{form.value}": form for form in TextFormat}
_log = logging.getLogger(__name__)


def read_registrations(path: Path) -> list[Entry]:
    """Return the entries of a registration file, in order.

    Args:
        path: A file whose suffix, in either case, is `.toml`, `.json` or `.csv`.

    Raises:
        RegistrationTextError: The file cannot be read, or has faulty entries; every problem starts with
            the path, and nothing is used.
    """
    name = visible(str(path))
    form = _FORMATS.get(path.suffix.lower())
    if form is None:
        raise RegistrationTextError([f"{name}: the suffix does not tell the format: expected {', '.join(_FORMATS)}"])
    began = time.perf_counter()
    try:
        entries = parse_registrations(_text(path), form)
    except RegistrationTextError as error:
        raise RegistrationTextError([f"{name}: {problem}" for problem in error.problems]) from error
    _log.info("read %d registrations from %s in %.3f s", len(entries), name, time.perf_counter() - began)
    return entries


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        why = error.strerror if isinstance(error, OSError) else error
        raise RegistrationTextError([f"cannot be read: {why}"]) from error
    if len(content) > MAX_BYTES:
        raise RegistrationTextError([f"is larger than {MAX_BYTES} bytes: split it"])
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problem = f"line {line}: byte 0x{content[error.start]:02x} is not UTF-8: save the file as UTF-8"
        raise RegistrationTextError([problem]) from error
