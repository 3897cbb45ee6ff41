"""Choosing a file by its path: what a folder holds, how a path goes on, and what is wrong with one."""

import os
import stat
from itertools import islice, takewhile
from pathlib import Path
from typing import NamedTuple

from sipbreakout_tui.safe_text import visible

MOST_SHOWN = 300
"""How many entries of a folder are given."""

_MOST_READ = 20_000


class Entry(NamedTuple):
    """A file or folder."""

    name: str
    """As the file system has it: anything but a slash may be in it."""
    is_folder: bool

    @property
    def shown(self) -> str:
        """The name, safe to show; a folder's with a slash."""
        return visible(self.name) + ("/" if self.is_folder else "")


class Folder(NamedTuple):
    """What a folder holds, as far as it begins like the name that is being typed."""

    entries: tuple[Entry, ...]
    """Folders first, by name; no more than MOST_SHOWN."""
    left_out: int
    """How many more there are, at least."""
    common: str
    """What the names of all of them begin with."""


def read_folder(path: Path, start: str, suffixes: tuple[str, ...] = ()) -> Folder:
    """Return the files and folders whose names begin like `start`, whatever its case.

    Args:
        path: The folder.
        start: What the name begins with; hidden ones are found only where it begins with a dot.
        suffixes: How names of files end; none: any.

    Raises:
        OSError: It cannot be read.
    """
    wanted, found = start.lower(), []
    with os.scandir(path) as entries:
        for entry in islice(entries, _MOST_READ):
            name = entry.name.lower()
            if not name.startswith(wanted) or (name.startswith(".") and not wanted.startswith(".")):
                continue
            is_folder = _is_folder(entry)
            if is_folder or not suffixes or name.endswith(suffixes):
                found.append(Entry(entry.name, is_folder))
    found.sort(key=lambda entry: (not entry.is_folder, entry.name.lower(), entry.name))
    left_out = max(len(found) - MOST_SHOWN, 0)
    return Folder(tuple(found[:MOST_SHOWN]), left_out, _common_start([entry.name for entry in found]))


def opening_problem(path: Path) -> str | None:
    """Return why a file cannot be opened, or None where it can."""
    shown = visible(str(path))
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return f"{shown} does not exist"
    except (OSError, ValueError) as error:
        return f"{shown}: {_words(error)}"
    if stat.S_ISDIR(mode):
        return f"{shown} is a folder: choose a file in it"
    if not stat.S_ISREG(mode):
        return f"{shown} is no file that can be read twice: save it to one first"
    return None if os.access(path, os.R_OK) else f"{shown} may not be read by you"


def saving_problem(path: Path, suffixes: tuple[str, ...] = ()) -> str | None:
    """Return why a file cannot be saved there, or None where it can.

    Args:
        path: The file, which may exist.
        suffixes: How its name may end; none: anyhow.
    """
    shown = visible(str(path))
    if suffixes and not path.name.lower().endswith(suffixes):
        return f"{shown} ends in none of {', '.join(suffixes)}"
    try:
        if path.is_dir():
            return f"{shown} is a folder: add a name"
        if not path.parent.is_dir():
            return f"there is no folder {visible(str(path.parent))}"
    except (OSError, ValueError) as error:
        return f"{shown}: {_words(error)}"
    return None if os.access(path if path.exists() else path.parent, os.W_OK) else f"{shown} may not be written by you"


def _common_start(names: list[str]) -> str:
    if not names:
        return ""
    first, last = min(names), max(names)  # what these two begin with, those between begin with as well
    return "".join(char for char, _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False)))


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link in a circle
        return False


def _words(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
