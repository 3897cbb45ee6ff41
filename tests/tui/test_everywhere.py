"""The keys that act in every place, the palette and the help."""

from pathlib import Path

import pytest
from textual.widgets import Input, OptionList

from sipbreakout_model import Registration
from sipbreakout_tui.services.registrations.bulk_run import BulkRun
from sipbreakout_tui.tui.requests import ImportFile, OpenCaptures, Request
from sipbreakout_tui.tui.screens.dialog import Question
from sipbreakout_tui.tui.screens.hazards.place import HazardsPlace
from sipbreakout_tui.tui.screens.jump import Jump
from sipbreakout_tui.tui.screens.keys_help import KeysHelp
from sipbreakout_tui.tui.screens.open_file import OpenFile, SaveFile
from sipbreakout_tui.tui.screens.profiles import ProfilesDialog
from sipbreakout_tui.tui.widgets.line_table import LineTable
from tests.tui.driving import Driver, focused, running
from tests.tui.two_cores import serving, two_cores

TAS = "sips:tas.example.com"


def told(driver: Driver) -> str:
    return "\n".join(notice.message for notice in driver.app._notifications)


def commands(driver: Driver) -> dict[str, str]:
    screen = driver.app.screen
    return {command.title: command.help for command in driver.app.get_system_commands(screen)}


@pytest.mark.key("app.open")
async def test_o_opens_captures_and_files_of_registrations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("call.pcap", "fleet.toml"):
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    asked: list[tuple[str, Request | None]] = []

    async def go(place: str, request: Request | None = None) -> None:
        asked.append((place, request))

    async with running(core=False) as driver:
        monkeypatch.setattr(driver.app, "go", go)
        for name in ("call.pcap", "fleet.toml"):
            await driver.press("o")
            await driver.until(lambda: isinstance(driver.app.screen, OpenFile) and driver.app.screen.query(Input))
            driver.app.screen.query_one(Input).value = name
            await driver.press("enter")
            await driver.until(lambda: not isinstance(driver.app.screen, OpenFile))
        await driver.until(lambda: len(asked) == 2)
        assert asked == [
            ("trace", OpenCaptures((Path("call.pcap"),))),
            ("registrations", ImportFile(Path("fleet.toml"))),
        ]
        await driver.press("o", "escape")
        assert len(asked) == 2


@pytest.mark.key("app.keys", "dialog.leave", "app.interrupt", "app.profile")
async def test_help_says_what_the_keys_do_here() -> None:
    async with running(size=(80, 24), core=False) as driver:
        await driver.press("4", "question_mark")
        await driver.until(lambda: isinstance(driver.app.screen, KeysHelp))
        text = driver.text()
        assert "Keys in Hazards" in text
        assert "f          Show what would be sent to end the hazard." in text
        assert "esc close" in text
        assert "Copy selected" not in text
        await driver.press("end")
        await driver.until(lambda: "Go to the core of another profile." in driver.text())
        assert "'          Put the focus where a letter is." in driver.text()
        await driver.press("escape")
        assert isinstance(driver.app.screen, HazardsPlace)
        await driver.press("ctrl+c")
        assert told(driver) == "press q to quit"
        await driver.press("P")
        await driver.until(lambda: "the demo has a core and a profile of its own" in told(driver))
        assert driver.app.is_running


@pytest.mark.key("app.quit")
async def test_q_quits_the_demo_at_once() -> None:
    async with running(core=False) as driver:
        await driver.press("q")
        await driver.until(lambda: not driver.app.is_running)


@pytest.mark.key("app.jump", "jump.leave")
async def test_jump_puts_the_focus_where_the_letter_is() -> None:
    async with running(core=False) as driver:
        await driver.press("4")
        await driver.until(lambda: isinstance(driver.app.screen, HazardsPlace))
        table = driver.app.screen.query_one(LineTable)
        await driver.press("apostrophe")
        await driver.until(lambda: isinstance(driver.app.screen, Jump))
        jump = driver.app.screen
        assert isinstance(jump, Jump)
        letters = {target: letter for letter, (_, target) in jump._targets.items()}
        assert list(letters)[:5] == ["registrations", "call", "trace", "hazards", "journal"]
        await driver.press("escape")
        assert focused(driver) is table
        await driver.press("apostrophe", "9", next(letters[each] for each in letters if isinstance(each, Input)))
        await driver.until(lambda: isinstance(focused(driver), Input))
        table.focus()
        await driver.press("apostrophe", letters["journal"])
        await driver.until(lambda: driver.app.current_mode == "journal")


@pytest.mark.key("place.registrations", "place.call", "place.trace", "place.hazards", "place.journal")
async def test_numbers_go_to_places() -> None:
    async with running(core=False) as driver:
        for key, name in enumerate(("registrations", "call", "trace", "hazards", "journal"), 1):
            await driver.press(str(key))
            assert driver.app.current_mode == name


@pytest.mark.key("app.palette")
async def test_the_palette_has_what_keys_do_themes_and_a_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with running() as driver:
        await driver.press("4")
        await driver.until(lambda: isinstance(driver.app.screen, HazardsPlace))
        found = commands(driver)
        assert found["Fix as a dry run"] == "f   Show what would be sent to end the hazard.   (hazards.fix)"
        assert {"Quit", "Open", "Profile", "Theme: light", "Picture of the screen", "Journal", "Mark all"} <= set(found)
        assert not {"Theme: dark", "Maximize", "Row up", "Palette", "Screenshot", "Theme"} & set(found)
        await driver.press("ctrl+p")
        await driver.type("light")
        await driver.until(lambda: "Show the program in light colours." in driver.text())
        await driver.press("enter")
        await driver.until(lambda: driver.app.theme == "sipbreakout-light")
        assert "Theme: dark" in commands(driver)
        await driver.press("ctrl+p")
        await driver.type("pict")
        await driver.until(lambda: "Save what is on the screen" in driver.text())
        await driver.press("enter")
        await driver.until(lambda: isinstance(driver.app.screen, SaveFile) and driver.app.screen.query(Input))
        await driver.press("enter")
        await driver.until(lambda: "wrote sipbreakout.svg" in told(driver))
        assert "loop-on-redial" in (tmp_path / "sipbreakout.svg").read_text()
        assert "Save what was copied" not in commands(driver)
        await driver.press("y")
        assert "copied the hazard; the palette saves it to a file, too" in told(driver)
        await driver.press("ctrl+p")
        await driver.type("copied")
        await driver.until(lambda: "Save the text that was copied last." in driver.text())
        await driver.press("enter")
        await driver.until(lambda: isinstance(driver.app.screen, SaveFile) and driver.app.screen.query(Input))
        await driver.press("enter")
        await driver.until(lambda: "wrote copied.txt" in told(driver))
        assert (tmp_path / "copied.txt").read_text("utf-8").rstrip("\n") == driver.app.clipboard.rstrip("\n")
        await driver.press("ctrl+p")
        await driver.type("again")
        await driver.until(lambda: "Look for hazards again now." in driver.text())
        driver.clock.now += 10
        await driver.press("enter")
        screen = driver.app.screen_stack[0]
        assert isinstance(screen, HazardsPlace)
        await driver.until(lambda: screen._looked_at == driver.clock.now)


@pytest.mark.key("app.suspend")
async def test_ctrl_z_suspends(monkeypatch: pytest.MonkeyPatch) -> None:
    suspended: list[int] = []
    async with running(core=False) as driver:
        monkeypatch.setattr(driver.app, "action_suspend_process", lambda: suspended.append(1))
        await driver.press("ctrl+z")
        assert suspended == [1]


@pytest.mark.key("app.profile")
async def test_another_profile_is_opened_in_the_running_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_OF_TWO", "hunter2")
    async with two_cores(tmp_path, monkeypatch) as driver:
        assert driver.app.title == f"sipbreakout: one {driver.live.profile.target}"
        await driver.live.upsert(Registration.parse("+4722222222", TAS, "LOOP"))
        driver.app.look()
        await driver.until(lambda: "22 22 22 22" in driver.text())
        for place in "345":  # not Call: what is pressed there is typed into its empty form
            await driver.press(place)
        first = driver.live
        await driver.press("P")
        await driver.until(lambda: isinstance(driver.app.screen, ProfilesDialog))
        await driver.until(lambda: "embedded" in driver.text())
        assert "● one " in driver.text()
        assert "plaintext, token, read-only" in driver.text()
        assert "hunter2" not in driver.text()
        listed = driver.app.screen.query_one(OptionList)
        names = ["embedded", "sandbox", "production", "one", "two", "broken"]
        assert listed.highlighted == names.index("one")
        await driver.press("down", "down", "enter")
        await driver.until(lambda: "missing.pem" in told(driver))
        assert driver.live is first
        assert "22 22 22 22" not in driver.text()  # the journal is present
        await driver.press("P")
        await driver.until(lambda: "embedded" in driver.text())
        await driver.press("down", "enter")
        await driver.until(serving(driver, "two"))
        await driver.until(lambda: "in force 0" in driver.text())
        assert driver.app.current_mode == "registrations"
        assert driver.app.title == f"sipbreakout: two {driver.live.profile.target}"
        assert driver.app.read_only
        for place in "5431":
            await driver.press(place)
        await driver.press("P", "escape")
        monkeypatch.setattr(driver.app, "bulk", BulkRun("delete", []))
        await driver.press("P")
        await driver.until(lambda: "a bulk action is under way" in told(driver))


@pytest.mark.key("app.quit")
async def test_quitting_says_which_registrations_are_about_to_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with two_cores(tmp_path, monkeypatch) as driver:
        for index in range(12):
            await driver.live.upsert(Registration.parse(f"+47222222{index:02}", TAS, "LOOP"))
        await driver.live.look()
        driver.clock.now += 3600 - 242
        await driver.press("q")
        await driver.until(lambda: isinstance(driver.app.screen, Question))
        text = driver.text()
        assert "12 registrations that nobody keeps end within 10 minutes:" in text
        assert "+4722222209      in 04:02" in text
        assert "and 2 more" in text
        await driver.press("n")
        assert driver.app.is_running
        run = BulkRun("delete", [])
        monkeypatch.setattr(driver.app, "bulk", run)
        await driver.press("q")
        await driver.until(lambda: "Under way: delete" in driver.text())
        await driver.press("y")
        await driver.until(lambda: not driver.app.is_running)
        assert run.stop.is_set()


@pytest.mark.key("app.quit")
async def test_quitting_asks_nothing_where_nothing_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with two_cores(tmp_path, monkeypatch) as driver:
        await driver.live.upsert(Registration.parse("+4722222222", TAS, "LOOP"))
        await driver.press("q")
        await driver.until(lambda: not driver.app.is_running)
