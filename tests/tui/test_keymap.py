"""Keys that the user chose: read, checked and used."""

from pathlib import Path

import pytest

from sipbreakout_tui.config import ConfigError, load_keys, load_profiles
from sipbreakout_tui.tui import launch
from sipbreakout_tui.tui.chosen_keys import chosen_keys
from sipbreakout_tui.tui.keymap import Clash, Scope, Where, clashes, keymap_problems, parse_keys
from sipbreakout_tui.tui.scopes import all_scopes
from tests.tui.driving import running


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SIPBREAKOUT_CONFIG", str(tmp_path / "config.toml"))
    return tmp_path / "config.toml"


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("D", ("D",)),
        ("shift+d", ("D",)),
        ("?", ("question_mark",)),
        ("+", ("plus",)),
        ("ctrl+s", ("ctrl+s",)),
        ("f2, x", ("f2", "x")),
        ("left_square_bracket", ("left_square_bracket",)),
        ("apostrophe", ("apostrophe",)),
        ("slash", ("slash",)),
        ("pageup", ("pageup",)),
        ("", None),
        ("x,", None),
        ("nonsense", None),
        ("ctrl+ctrl+a", None),
        ("strg+a", None),
        ("\x1b", None),
    ],
)
def test_what_a_key_is_called(text: str, keys: tuple[str, ...] | None) -> None:
    assert parse_keys(text) == keys


APP = Scope("App", Where.EVERYWHERE, "", {"app.quit": ("q",)})
ALWAYS = Scope("App", Where.ALWAYS, "", {"app.palette": ("ctrl+p",)})
PLACE = Scope("Place", Where.PLACE, "call", {"call.next": ("n",), "call.save": ("s", "f2")})
OTHER = Scope("Other", Where.PLACE, "trace", {"trace.next": ("n",)})
TABLE = Scope("Table", Where.WIDGET, "", {"table.mark": ("space",)})
SLIDER = Scope("Slider", Where.WIDGET, "call", {"moment.later": ("right",)})
DIALOG = Scope("Dialog", Where.DIALOG, "", {"dialog.leave": ("escape",), "question.no": ("n",)})
SCOPES = [APP, ALWAYS, PLACE, OTHER, TABLE, SLIDER, DIALOG]


@pytest.mark.parametrize(
    ("keymap", "clash"),
    [
        ({}, None),
        ({"call.next": ("s",)}, Clash("s", "call.next", "call.save")),
        ({"call.next": ("f2",)}, Clash("f2", "call.next", "call.save")),
        ({"call.next": ("q",)}, Clash("q", "app.quit", "call.next")),
        ({"table.mark": ("q",)}, Clash("q", "app.quit", "table.mark")),
        ({"table.mark": ("n",)}, Clash("n", "call.next", "table.mark")),
        ({"moment.later": ("s",)}, Clash("s", "call.save", "moment.later")),
        ({"question.no": ("ctrl+p",)}, Clash("ctrl+p", "app.palette", "question.no")),
        ({"question.no": ("escape",)}, Clash("escape", "dialog.leave", "question.no")),
        ({"question.no": ("q",)}, None),
        ({"trace.next": ("s",)}, None),
        ({"trace.next": ("right",)}, None),
        ({"moment.later": ("space",)}, None),
        ({"call.next": ("q",), "app.quit": ("x",)}, None),
    ],
)
def test_what_clashes(keymap: dict[str, tuple[str, ...]], clash: Clash | None) -> None:
    found = clashes(SCOPES, keymap)
    assert (found[0] if found else None) == clash


def test_what_is_shipped_and_clashes_on_purpose_is_no_problem() -> None:
    inner = Scope("Inner", Where.WIDGET, "", {"filter.clear": ("escape",)})
    place = Scope("Place", Where.PLACE, "call", {"call.leave": ("escape",)})
    assert clashes([inner, place], {})
    assert keymap_problems({}, [inner, place]) == []


def test_problems_in_words() -> None:
    chosen = {"call.nxt": "x", "call.save": "hyper", "trace.next": "q", "zzzzzz": "x"}
    assert keymap_problems(chosen, SCOPES) == [
        "keys: no action has the id 'call.nxt': is call.next meant?",
        "keys: call.save = 'hyper' is no key: expected one such as D, f2, ctrl+s or question_mark",
        "keys: no action has the id 'zzzzzz': the palette (ctrl+p) names them",
        "keys: q would do both app.quit and trace.next: give one of them another key",
    ]


def test_the_table_of_the_file(config: Path) -> None:
    assert load_keys() == {}
    config.write_text('version = 1\n[keys]\n"registrations.delete" = "D"\nhazards.fix = "F,f3"\n')
    assert load_keys() == {"registrations.delete": "D", "hazards.fix": "F,f3"}
    assert load_profiles().names == ["embedded", "sandbox", "production"]
    assert chosen_keys() == {"registrations.delete": "D", "hazards.fix": "F,f3"}
    config.write_text("version = 1\n[keys]\na = 1\n")
    problem = r'keys.a: the name of a key is expected, as in "a" = "D"'
    with pytest.raises(ConfigError, match=problem):
        load_keys()
    with pytest.raises(ConfigError, match=problem):
        load_profiles()
    config.write_text("version = 1\nkeys = 1\n")
    with pytest.raises(ConfigError, match="keys is no table"):
        load_keys()
    for broken in ("keys = [", "[keys]\n\xff = 1"):
        config.write_text(broken, "latin-1")
        assert load_keys() == {}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('"app.quit" = "slash"', "keys: slash would do both app.quit and "),
        ('"hazards.copy" = "q"', "keys: q would do both app.quit and hazards.copy: give one of them another key"),
        ('"hazards.cpy" = "q"', "no action has the id 'hazards.cpy': is hazards.copy meant?"),
        ('"app.quit" = "nix"', "app.quit = 'nix' is no key"),
    ],
)
def test_what_clashes_is_refused_before_the_terminal_is_touched(
    config: Path, line: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    config.write_text(f"version = 1\n[keys]\n{line}\n")
    monkeypatch.setattr(launch, "_check_terminal", lambda: None)
    for demo in (False, True):
        with pytest.raises(ConfigError) as caught:
            launch.run([], demo=demo)
        assert words in str(caught.value)
        assert str(caught.value).startswith(f"{config}: keys: ")


async def test_a_chosen_key_acts_and_is_shown(config: Path) -> None:
    config.write_text('version = 1\n[keys]\n"app.quit" = "X"\n"app.keys" = "f1"\n')
    async with running(keys=chosen_keys(), core=False) as driver:
        assert "X quit" in driver.text()
        await driver.press("ctrl+c")
        assert "press X to quit" in "\n".join(notice.message for notice in driver.app._notifications)
        await driver.press("q")
        assert driver.app.is_running
        await driver.press("f1")
        await driver.until(lambda: "Keys in Registrations" in driver.text())
        await driver.press("escape", "X")
        await driver.until(lambda: not driver.app.is_running)


def test_every_shipped_key_can_be_written_in_the_file() -> None:
    for scope in all_scopes():
        for name, keys in scope.keys.items():
            assert parse_keys(",".join(keys)) == keys, name
