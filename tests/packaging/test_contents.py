"""The wheel and the sdist hold what they should, and nothing else."""

import email
import tarfile
import zipfile
from collections.abc import Iterator
from email.message import Message
from pathlib import Path, PurePosixPath

import pytest

from sipbreakout_tui import __version__
from tests.packaging.building import ROOT, build

STEM = f"sipbreakout_tui-{__version__}"

PACKAGES = {
    "sipbreakout_tui": ROOT / "sipbreakout_tui",
    "sipbreakout_model": ROOT / "model" / "sipbreakout_model",
    "wgtwo": ROOT / "proto" / "wgtwo",
}

CODE = {".py", ".pyi", ".proto", ".tcss"}

DATA = {
    "sipbreakout_model/py.typed",
    "sipbreakout_tui/py.typed",
    "sipbreakout_tui/services/demo/looping-call.pcap.gz",
    "sipbreakout_tui/tui/web/page/icon.svg",
    "sipbreakout_tui/tui/web/page/page.css",
    "sipbreakout_tui/tui/web/page/page.html",
    "sipbreakout_tui/tui/web/page/page.js",
    "wgtwo/py.typed",
}
"""Every file of the wheel that is neither code nor a stylesheet of the terminal UI."""

DIST_INFO = {"METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE"}

SDIST_FOLDERS = ("model", "proto", "sipbreakout_tui")

SDIST_FILES = {
    ".gitignore",  # hatchling always adds it
    "CHANGELOG.md",
    "LICENSE",
    "PKG-INFO",
    "README.md",
    "constraints.txt",
    "pyproject.toml",
}

CACHES = {"__pycache__", ".hypothesis", ".ipynb_checkpoints", ".mypy_cache", ".pytest_cache", ".ruff_cache"}


def files_below(folder: Path) -> Iterator[str]:
    """Yield the paths of a folder's files, caches left out."""
    for path in folder.rglob("*"):
        if path.is_file() and not CACHES.intersection(path.relative_to(folder).parts):
            yield path.relative_to(folder).as_posix()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    return zipfile.ZipFile(build("wheel", tmp_path_factory.mktemp("wheel")))


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the sdist holds."""
    folder = tmp_path_factory.mktemp("sdist")
    with tarfile.open(build("sdist", folder)) as archive:
        archive.extractall(folder, filter="data")
    return folder / STEM


def test_the_wheel_holds_the_three_packages_and_the_licence(wheel: zipfile.ZipFile) -> None:
    code = {f"{name}/{path}" for name, folder in PACKAGES.items() for path in files_below(folder)}
    about = {f"{STEM}.dist-info/{name}" for name in DIST_INFO}
    assert set(wheel.namelist()) == code | about


def test_the_wheel_holds_no_data_but_what_the_code_reads(wheel: zipfile.ZipFile) -> None:
    names = {name for name in wheel.namelist() if not name.startswith(f"{STEM}.dist-info/")}
    assert {name for name in names if PurePosixPath(name).suffix not in CODE} == DATA


def test_the_metadata_are_complete(wheel: zipfile.ZipFile) -> None:
    said: Message = email.message_from_bytes(wheel.read(f"{STEM}.dist-info/METADATA"))
    assert (said["Name"], said["Version"], said["Requires-Python"]) == ("sipbreakout-tui", __version__, ">=3.11")
    assert (said["License-Expression"], said["License-File"]) == ("Apache-2.0", "LICENSE")
    assert said["Summary"]
    assert said["Description-Content-Type"] == "text/markdown"
    assert set(said.get_all("Provides-Extra", [])) == {"dev", "keyring", "notebook", "web"}
    classifiers = said.get_all("Classifier", [])
    assert {f"Programming Language :: Python :: 3.{minor}" for minor in (11, 12, 13)} <= set(classifiers)
    assert wheel.read(f"{STEM}.dist-info/entry_points.txt").decode().split("\n")[:2] == [
        "[console_scripts]",
        "sipbreakout = sipbreakout_tui.__main__:main",
    ]


def test_the_sdist_holds_what_the_wheel_is_built_from(sdist: Path) -> None:
    wanted = {f"{name}/{path}" for name in SDIST_FOLDERS for path in files_below(ROOT / name)}
    found = {path.relative_to(sdist).as_posix() for path in sdist.rglob("*") if path.is_file()}
    assert found == wanted | SDIST_FILES


def test_the_sdist_makes_the_same_wheel(sdist: Path, wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    with zipfile.ZipFile(build("wheel", tmp_path, sdist)) as again:
        assert {info.filename: info.CRC for info in again.infolist()} == {
            info.filename: info.CRC for info in wheel.infolist()
        }


def test_the_version_stands_in_one_place() -> None:
    stated = [
        path.relative_to(ROOT).as_posix()
        for folder in ("sipbreakout_tui", "model", "proto", "docs")
        for path in (ROOT / folder).rglob("*.py")
        if f'"{__version__}"' in path.read_text(encoding="utf-8")
    ]
    assert stated == ["sipbreakout_tui/__init__.py"]
    assert f'version = "{__version__}"' not in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
