"""Where a command's result goes: stdout, or a file that is written whole."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from sipbreakout_tui.safe_text import visible

WORDS = ("text", "json")
"""The formats of a result."""


def put_lines(lines: list[str], path: str | None) -> None:
    """Write lines for people to the path, or to stdout where that is None or `-`.

    What does not print in a line stands as its escape: a core's words may hold anything.

    Raises:
        NotWritten: The path or stdout cannot be written to.
    """
    text = "".join(f"{visible(line)}\n" for line in lines)
    if path is None or path == "-":
        _print(text)
    else:
        _write(path, text)


def put_json(document: object, path: str | None) -> None:
    """Write one JSON document, in UTF-8 whatever the locale, as `put_lines` does.

    What does not print stands as JSON's own escape, which reads back as the same text.

    Raises:
        NotWritten: The path or stdout cannot be written to.
    """
    import json

    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)
    if not text.replace("\n", "").isprintable():
        text = "".join(char if char == "\n" or char.isprintable() else json.dumps(char).strip('"') for char in text)
    put_text(text + "\n", path)


def put_text(text: str, path: str | None) -> None:
    """Write a text, in UTF-8 whatever the locale, as `put_lines` does.

    Raises:
        NotWritten: The path or stdout cannot be written to.
    """
    if path is None or path == "-":
        _print(text, utf8=True)
    else:
        _write(path, text)


def put_picture(content: bytes, form: str, path: str | None) -> None:
    """Write a picture to the path, or to stdout where that is None or `-`.

    Raises:
        InvalidValue: A picture that is no text would go to a terminal.
        NotWritten: The path or stdout cannot be written to.
    """
    if path is not None and path != "-":
        from pathlib import Path

        from sipbreakout_tui.services.result_files import write_whole

        write_whole(Path(path), content)
    elif form in ("png", "pdf"):
        if sys.stdout is not None and sys.stdout.isatty():
            from sipbreakout_model import InvalidValue

            raise InvalidValue(f"--format {form} is not for a terminal: name a file with -o")
        _print_bytes(content)
    else:
        _print(content.decode("utf-8"), utf8=True)


def put_csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write comma-separated values to stdout, in UTF-8 whatever the locale; one line a row, as `put_lines` does.

    Raises:
        NotWritten: stdout cannot be written to.
    """
    import csv

    lines = _Lines()
    writer = csv.writer(lines, lineterminator="")
    writer.writerow(header)
    writer.writerows(rows)
    lines.append("")
    _print("\n".join(lines), utf8=True)


class _Lines(list[str]):
    """What a CSV writer writes, a line each."""

    def write(self, line: str) -> None:
        self.append(visible(line))


def _write(path: str, text: str) -> None:
    from pathlib import Path

    from sipbreakout_tui.services.result_files import write_whole

    write_whole(Path(path), text.encode("utf-8"))


def _print(text: str, *, utf8: bool = False) -> None:
    if utf8:
        _print_bytes(text.encode("utf-8"))
        return
    with _written():
        sys.stdout.write(text)
        sys.stdout.flush()


def _print_bytes(content: bytes) -> None:
    with _written():
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.flush()


@contextmanager
def _written() -> Iterator[None]:
    """Say in our own words what keeps stdout from being written to; a closed pipe stays what it is."""
    from sipbreakout_tui.services.result_files import NotWritten

    if sys.stdout is None:
        raise NotWritten("cannot write the result: stdout is closed")
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise NotWritten(f"cannot write the result to stdout: {error.strerror}") from error
