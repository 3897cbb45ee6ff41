"""What a folder holds for somebody who types a path, and what is wrong with a path."""

import os
from pathlib import Path

import pytest

from sipbreakout_tui.services.file_choice import MOST_SHOWN, opening_problem, read_folder, saving_problem


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("call.pcap", "Call-2.pcap", "notes.md", ".hidden.pcap", "other.PCAP"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "captures").mkdir()
    return tmp_path


def names(folder: Path, start: str = "", suffixes: tuple[str, ...] = ()) -> list[str]:
    return [entry.shown for entry in read_folder(folder, start, suffixes).entries]


def test_folders_come_first_and_hidden_files_are_asked_for(folder: Path) -> None:
    assert names(folder) == ["captures/", "Call-2.pcap", "call.pcap", "notes.md", "other.PCAP"]
    assert names(folder, ".") == [".hidden.pcap"]
    assert names(folder, "", (".pcap",)) == ["captures/", "Call-2.pcap", "call.pcap", "other.PCAP"]
    assert names(folder, "cal", (".pcap",)) == ["Call-2.pcap", "call.pcap"]


def test_what_names_go_on_with(folder: Path) -> None:
    (folder / "call-3.pcap").touch()
    assert read_folder(folder, "call").common == ""
    (folder / "Call-2.pcap").unlink()
    assert read_folder(folder, "call").common == "call"
    assert read_folder(folder, "call-").common == "call-3.pcap"
    assert read_folder(folder, "nix").common == ""


def test_a_large_folder_is_cut(tmp_path: Path) -> None:
    for number in range(MOST_SHOWN + 7):
        (tmp_path / f"{number:04}").touch()
    found = read_folder(tmp_path, "")
    assert (len(found.entries), found.left_out) == (MOST_SHOWN, 7)


def test_names_that_do_not_print_are_shown_as_escapes(tmp_path: Path) -> None:
    (tmp_path / "\x1b[31mred").touch()
    os.close(os.open(os.fsencode(tmp_path) + b"/\xff.pcap", os.O_CREAT))
    assert sorted(names(tmp_path)) == ["\\udcff.pcap", "\\x1b[31mred"]


def test_what_cannot_be_opened(folder: Path) -> None:
    assert opening_problem(folder / "call.pcap") is None
    assert opening_problem(folder / "nix") == f"{folder}/nix does not exist"
    assert opening_problem(folder) == f"{folder} is a folder: choose a file in it"
    assert str(opening_problem(folder / "call.pcap" / "x")).endswith("Not a directory")
    assert "embedded null" in str(opening_problem(Path("a\0b")))
    os.mkfifo(folder / "pipe")
    assert "no file that can be read twice" in str(opening_problem(folder / "pipe"))


def test_what_cannot_be_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert opening_problem(folder / "call.pcap") == f"{folder}/call.pcap may not be read by you"
    assert saving_problem(folder / "new.svg") == f"{folder}/new.svg may not be written by you"


def test_what_cannot_be_saved(folder: Path) -> None:
    assert saving_problem(folder / "new.svg", (".svg", ".png")) is None
    assert saving_problem(folder / "NEW.SVG", (".svg",)) is None
    assert saving_problem(folder / "call.pcap") is None
    assert saving_problem(folder / "new.txt", (".svg", ".png")) == f"{folder}/new.txt ends in none of .svg, .png"
    assert saving_problem(folder / "captures") == f"{folder}/captures is a folder: add a name"
    assert saving_problem(folder / "nix" / "a.svg") == f"there is no folder {folder}/nix"
