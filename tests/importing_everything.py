"""Imports every module of the three packages, and prints what happened besides: `importing_everything.py`."""

import atexit
import importlib
import importlib.util
import locale
import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

PACKAGES = ("sipbreakout_model", "sipbreakout_tui", "wgtwo")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
GROUPS = ("shutil.", "socket.", "sqlite3.", "subprocess.", "tempfile.")
EVENTS = {
    "_thread.start_new_thread",
    "os.chdir",
    "os.chmod",
    "os.exec",
    "os.fork",
    "os.mkdir",
    "os.posix_spawn",
    "os.putenv",
    "os.remove",
    "os.rename",
    "os.symlink",
    "os.system",
    "os.unsetenv",
}
"""What a module may not do while it is imported, by the names of the audit events."""

happened: list[str] = []


def look(event: str, arguments: tuple[object, ...]) -> None:
    """Note an event that is none of an import's."""
    opens = event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITING
    if opens or event in EVENTS or event.startswith(GROUPS):
        happened.append(f"{event} {arguments!r:.200} while importing {importing()}")


def importing() -> str:
    """Return the module whose top level is being run."""
    frame = sys._getframe(2)
    while frame.f_back is not None and frame.f_code.co_name != "<module>":
        frame = frame.f_back
    return str(frame.f_globals.get("__name__"))


def names() -> Iterator[str]:
    """Yield the name of every module of the packages, with nothing imported."""
    for package in PACKAGES:
        spec = importlib.util.find_spec(package)
        if spec is None or spec.origin is None:
            raise ModuleNotFoundError(package)
        root = Path(spec.origin).parent
        for path in sorted(root.rglob("*.py")):
            parts = (package, *path.relative_to(root).with_suffix("").parts)
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def state() -> dict[str, object]:
    """Return what an import may not change."""
    return {
        "at exit": atexit._ncallbacks(),
        "environment": dict(os.environ),
        "hooks": (sys.excepthook, sys.unraisablehook, threading.excepthook),
        "locale": locale.setlocale(locale.LC_ALL),
        "logging": (
            list(logging.root.handlers),
            logging.root.level,
            logging.root.manager.disable,
            logging.raiseExceptions,
        ),
        "path": list(sys.path),
        "signals": [signal.getsignal(number) for number in sorted(signal.valid_signals())],
        "streams": (sys.stdin, sys.stdout, sys.stderr),
        "threads": threading.enumerate(),
        "working folder": Path.cwd(),
    }


if __name__ == "__main__":
    every = list(names())
    assert not {name.partition(".")[0] for name in sys.modules}.intersection(PACKAGES)
    before = state()
    sys.addaudithook(look)
    for name in every:
        importlib.import_module(name)
    after = state()
    happened += [f"changed: {what}" for what in before if before[what] != after[what]]
    print("\n".join([*happened, f"{len(every)} modules"]))
