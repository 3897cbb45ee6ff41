"""A disk that can be filled: a real one where this process may mount it, else a limit that works like one."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

KINDS = ("limit", "tmpfs")


class SmallDisk:
    """A folder in which `full` leaves no room."""

    def __init__(self, folder: Path, kind: str) -> None:
        self.folder = folder
        self.ballast = folder / "ballast"
        self._kind = kind

    @contextmanager
    def full(self) -> Iterator[None]:
        """Leave no room for a single byte inside the block, and make room again."""
        if self._kind == "limit":
            with no_room():
                yield
            return
        with self.ballast.open("wb", buffering=0) as file:
            try:
                while file.write(b"x" * 4096):
                    pass
            except OSError:  # that is when it is full
                pass
        try:
            yield
        finally:
            self.ballast.unlink()


@contextmanager
def no_room() -> Iterator[None]:
    """Let no file of this process grow: Python ignores the signal for it, so a write fails as on a full disk."""
    resource = pytest.importorskip("resource", reason="no limits of files here")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def small_disk(folder: Path, kind: str) -> Iterator[SmallDisk]:
    """Yield a disk of 4 MiB, or skip the test where it cannot be mounted."""
    folder.mkdir()
    if kind == "limit":
        yield SmallDisk(folder, kind)
        return
    mounting = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    if not shutil.which("mount") or subprocess.run(mounting, capture_output=True, check=False).returncode:
        pytest.skip("no disk can be mounted here")
    try:
        yield SmallDisk(folder, kind)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], capture_output=True, check=True)


@contextmanager
def read_only(path: Path) -> Iterator[None]:
    """Let nobody write to a file or folder inside the block, or skip the test where root cannot be kept from it."""
    if os.name != "posix":
        pytest.skip("permissions of POSIX")
    if os.geteuid() != 0:
        mode = path.stat().st_mode
        path.chmod(mode & ~0o222)
        try:
            yield
        finally:
            path.chmod(mode)
        return
    if (
        not shutil.which("chattr")
        or subprocess.run(["chattr", "+i", path], capture_output=True, check=False).returncode
    ):
        pytest.skip("root may write everything here")
    try:
        yield
    finally:
        subprocess.run(["chattr", "-i", path], capture_output=True, check=True)
