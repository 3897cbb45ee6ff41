"""Logging of the command line: off until asked for, on stderr or into a file, never on stdout."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import logging

VERBOSE_HELP = "Log on stderr what is done, and show the traceback of an unexpected error."
LOG_FILE_HELP = "Append the log to a file."

_PACKAGES = ("sipbreakout_tui", "sipbreakout_model")


def log_to_stderr() -> None:
    """Log everything of ours on stderr; asked for twice it is the same as once."""
    import logging
    import sys

    if not is_verbose():
        _add(logging.StreamHandler(sys.stderr), "%(levelname)s %(name)s: %(message)s")


def log_to_file(path: str) -> None:
    """Append everything of ours to a file, with the time of each line.

    Raises:
        NotWritten: The file cannot be opened for writing.
    """
    import logging

    from sipbreakout_tui.safe_text import visible
    from sipbreakout_tui.services.result_files import NotWritten

    try:
        handler = logging.FileHandler(path, encoding="utf-8", errors="backslashreplace")
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise NotWritten(f"cannot write the log {visible(path)}: {why}") from error
    _add(handler, "%(asctime)s %(levelname)s %(name)s: %(message)s")


def is_verbose() -> bool:
    """Return whether the log goes to stderr."""
    return any(type(handler).__name__ == "StreamHandler" for handler in _handlers)


def stop_logging() -> None:
    """Close every log; the next command starts without."""
    if not _handlers:
        return
    import logging

    for handler in _handlers:
        for package in _PACKAGES:
            logging.getLogger(package).removeHandler(handler)
        handler.close()
    _handlers.clear()


def log_unexpected(error: BaseException) -> None:
    """Log an error that nobody foresaw, with its traceback."""
    if _handlers:
        import logging

        logging.getLogger(__name__).error("unexpected error", exc_info=error)


def log_report(text: str) -> None:
    """Log a report of an error that nobody foresaw."""
    if _handlers:
        import logging

        logging.getLogger(__name__).error("%s", text)


_handlers: list[logging.Handler] = []


def _add(handler: logging.Handler, form: str) -> None:
    import logging

    from sipbreakout_tui.safe_text import visible

    class SafeFormatter(logging.Formatter):
        def format(self, record: logging.LogRecord) -> str:
            return visible(super().format(record), keep="\n\t")

    handler.setFormatter(SafeFormatter(form))
    for package in _PACKAGES:
        logger = logging.getLogger(package)
        logger.setLevel(logging.DEBUG)
        logger.addHandler(handler)
    _handlers.append(handler)
