"""Where a command's result goes: stdout, or a file that is written whole."""

import sys

WORDS = ("text", "json")
"""The formats of a result."""


def put_lines(lines: list[str], path: str | None) -> None:
    """Write lines for people to the path, or to stdout where that is None or `-`.

    Raises:
        NotWritten: The path or stdout cannot be written to.
    """
    text = "".join(f"{line}\n" for line in lines)
    if path is None or path == "-":
        _print(text)
    else:
        _write(path, text)


def put_json(document: object, path: str | None) -> None:
    """Write one JSON document, in UTF-8 whatever the locale, as `put_lines` does.

    Raises:
        NotWritten: The path or stdout cannot be written to.
    """
    import json

    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    if path is None or path == "-":
        _print(text, utf8=True)
    else:
        _write(path, text)


def _write(path: str, text: str) -> None:
    from pathlib import Path

    from sipbreakout_tui.services.result_files import write_whole

    write_whole(Path(path), text.encode("utf-8"))


def _print(text: str, *, utf8: bool = False) -> None:
    from sipbreakout_tui.services.result_files import NotWritten

    if sys.stdout is None:
        raise NotWritten("cannot write the result: stdout is closed")
    try:
        if utf8:
            sys.stdout.flush()
            sys.stdout.buffer.write(text.encode("utf-8"))
        else:
            sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise NotWritten(f"cannot write the result to stdout: {error.strerror}") from error
