"""Reading registration files: what cannot be read is said with the path."""

import os
from pathlib import Path

import pytest

from sipbreakout_model import RegistrationTextError
from sipbreakout_tui.services.registrations import files as registration_files
from sipbreakout_tui.services.registrations.files import read_registrations

CSV = b"number,sip_uri,route_type\n+4711111111,sips:a.example,LOOP\n"


def problems(path: Path) -> list[str]:
    with pytest.raises(RegistrationTextError) as caught:
        read_registrations(path)
    return caught.value.problems


def test_entries(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_bytes(b"\xef\xbb\xbf" + CSV)
    (entry,) = read_registrations(path)
    assert str(entry.registration) == "+4711111111 LOOP sips:a.example (MO –, MT –)"
    assert entry.accepted_at is None


@pytest.mark.parametrize("name", ["r", "r.txt", "r.toml.bak", "-", ".toml"])
def test_suffix_tells_the_format(tmp_path: Path, name: str) -> None:
    expected = "the suffix does not tell the format: expected .toml, .json, .csv"
    assert problems(tmp_path / name) == [f"{tmp_path / name}: {expected}"]


def test_missing(tmp_path: Path) -> None:
    path = tmp_path / "r.toml"
    assert problems(path) == [f"{path}: cannot be read: No such file or directory"]


def test_directory(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.mkdir()
    assert problems(path) == [f"{path}: cannot be read: Is a directory"]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_forbidden(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.touch(0o000)
    assert problems(path) == [f"{path}: cannot be read: Permission denied"]


def test_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_bytes(CSV + b"+4722222222,sips:\xe5.example,LOOP\n")
    assert problems(path) == [f"{path}: line 3: byte 0xe5 is not UTF-8: save the file as UTF-8"]
    path.write_bytes(CSV.decode().encode("utf-16"))
    assert problems(path) == [f"{path}: line 1: byte 0xff is not UTF-8: save the file as UTF-8"]


def test_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "r.csv"
    path.write_bytes(CSV)
    monkeypatch.setattr(registration_files, "MAX_BYTES", len(CSV))
    assert len(read_registrations(path)) == 1
    monkeypatch.setattr(registration_files, "MAX_BYTES", len(CSV) - 1)
    assert problems(path) == [f"{path}: is larger than {len(CSV) - 1} bytes: split it"]


def test_every_problem_starts_with_the_path_made_visible(tmp_path: Path) -> None:
    path = tmp_path / "a\x1b\nb.csv"
    path.write_bytes(CSV + b"112,sips:a.example,LOOP\n+4722222222,x,LOOP\n")
    begin = str(tmp_path / r"a\x1b\nb.csv: line ")
    found = problems(path)
    assert [problem[: len(begin) + 1] for problem in found] == [f"{begin}3", f"{begin}4"]
