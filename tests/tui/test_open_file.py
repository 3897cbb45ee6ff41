"""The dialogs that ask for a file."""

import os
from pathlib import Path

import pytest
from textual.widgets import Input

from sipbreakout_tui.tui.screens.open_file import FileDialog, FileEntries, OpenFile, SaveFile
from tests.tui.driving import Driver, focused, running


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "captures").mkdir()
    for name in ("captures/first.pcap", "captures/fire.pcap", "captures/notes.md", "top.pcap", "\x1b[2Jevil.pcap"):
        (tmp_path / name).write_bytes(b"x")
    monkeypatch.chdir(tmp_path)
    return tmp_path


async def shown(driver: Driver, dialog: FileDialog) -> list[Path | None]:
    """Show the dialog; what it gives comes into the list."""
    given: list[Path | None] = []
    driver.app.push_screen(dialog, given.append)
    await driver.until(lambda: dialog.query(FileEntries) and (entries(driver) or isinstance(dialog, SaveFile)))
    await driver.settle()
    return given


def entries(driver: Driver) -> list[str]:
    return [str(option.prompt) for listed in driver.app.screen.query(FileEntries) for option in listed.options]


def typed(driver: Driver) -> str:
    return driver.app.screen.query_one(Input).value


@pytest.mark.key("file.complete")
async def test_tab_completes_as_far_as_it_is_plain(folder: Path) -> None:
    async with running(core=False) as driver:
        given = await shown(driver, OpenFile("Open", (".pcap",)))
        assert entries(driver) == ["captures/", "\\x1b[2Jevil.pcap", "top.pcap"]
        await driver.type("c")
        await driver.press("tab")
        await driver.until(lambda: entries(driver) == ["fire.pcap", "first.pcap"])
        assert typed(driver) == "captures/"
        await driver.press("tab")
        await driver.until(lambda: typed(driver) == "captures/fir")
        await driver.press("s", "tab")
        await driver.until(lambda: typed(driver) == "captures/first.pcap")
        await driver.press("enter")
        await driver.until(lambda: given)
        assert given == [Path("captures/first.pcap")]


@pytest.mark.key("file.complete")
async def test_tab_where_nothing_fits_says_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(folder / "captures"))
    async with running(core=False) as driver:
        await shown(driver, OpenFile("Open"))
        await driver.type("nix")
        await driver.press("tab")
        await driver.until(lambda: "nothing here begins like that" in driver.text())
        await driver.type("/x")
        await driver.press("tab")
        await driver.until(lambda: "nix: No such file or directory" in driver.text())
        driver.app.screen.query_one(Input).value = "~"
        await driver.press("tab")
        await driver.until(lambda: typed(driver) == "~/" and "notes.md" in entries(driver))


@pytest.mark.key("file.list")
async def test_a_file_is_taken_from_the_list(folder: Path) -> None:
    async with running(core=False) as driver:
        given = await shown(driver, OpenFile("Open", (".pcap",)))
        await driver.press("down", "enter")
        await driver.until(lambda: entries(driver) == ["fire.pcap", "first.pcap"])
        await driver.press("down", "down", "up", "up")
        assert isinstance(focused(driver), Input)
        await driver.press("down", "down", "enter")
        await driver.until(lambda: given)
        assert given == [Path("captures/first.pcap")]


async def test_a_hostile_name_is_shown_as_escapes_and_opened_as_it_is(folder: Path) -> None:
    async with running(core=False) as driver:
        given = await shown(driver, OpenFile("Open", (".pcap",)))
        await driver.press("down", "down", "enter")
        await driver.until(lambda: given)
        assert given == [Path("\x1b[2Jevil.pcap")]
        given = await shown(driver, OpenFile("Open", (".pcap",)))
        await driver.type("\\")
        driver.app.screen.query_one(Input).value = ""
        await driver.press("down", "down")
        assert "\x1b" not in driver.text()


async def test_what_is_wrong_is_said_in_place(folder: Path) -> None:
    async with running(size=(80, 24), core=False) as driver:
        given = await shown(driver, OpenFile("Open"))
        for text, problem in (("nix", "nix does not exist"), ("captures", "captures is a folder: choose a file in it")):
            driver.app.screen.query_one(Input).value = text
            await driver.press("enter")
            await driver.until(lambda problem=problem: problem in driver.text())  # type: ignore[misc]
        await driver.press("escape")
        assert given == [None]


@pytest.mark.key("question.yes", "question.no")
async def test_a_file_is_saved_and_overwritten_only_after_a_question(folder: Path) -> None:
    async with running(size=(80, 24), core=False) as driver:
        given = await shown(driver, SaveFile("Save", "top.svg", (".svg", ".png", ".pcap")))
        assert "ends in .svg, .png, .pcap" in driver.text()
        path = driver.app.screen.query_one(Input)
        path.value = "top.txt"
        await driver.press("enter")
        await driver.until(lambda: "top.txt ends in none of .svg, .png, .pcap" in driver.text())
        path.value = "top.pcap"
        await driver.press("enter")
        await driver.until(lambda: "top.pcap exists." in driver.text())
        await driver.press("n")
        assert given == []
        await driver.press("enter")
        await driver.until(lambda: "top.pcap exists." in driver.text())
        await driver.press("y")
        await driver.until(lambda: given)
        given += await shown(driver, SaveFile("Save", "", (".svg",)))
        driver.app.screen.query_one(Input).value = "new.svg"
        await driver.press("enter")
        await driver.until(lambda: not isinstance(driver.app.screen, SaveFile))
        assert given[0] == Path("top.pcap")
        assert not os.path.exists("new.svg")  # noqa: PTH110
