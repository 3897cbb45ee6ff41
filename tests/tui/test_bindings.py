"""Every key of the program: it has an id, words and a behaviour test, and clashes with no other."""

import ast
from pathlib import Path

import pytest
from textual.binding import Binding

from sipbreakout_tui.cli.running import run
from sipbreakout_tui.tui.keymap import clashes
from sipbreakout_tui.tui.scopes import all_scopes, bindings_of, bound_classes

TESTS = Path(__file__).parent


def marked_ids() -> set[str]:
    """Return the ids that a `pytest.mark.key` in one of the files beside names."""
    found: set[str] = set()
    for path in sorted(TESTS.glob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.key":
                found |= {ast.literal_eval(argument) for argument in node.args}
    return found


def test_every_binding_has_an_id_words_and_a_known_form() -> None:
    for kind in bound_classes():
        for binding in kind.__dict__.get("BINDINGS", ()):
            assert isinstance(binding, Binding), kind
            assert binding.id, (kind, binding.key)
            assert binding.description, (kind, binding.key)
            assert binding.tooltip == "" or binding.tooltip.endswith("."), (kind, binding.key)


def test_one_id_does_one_thing() -> None:
    actions: dict[str, set[str]] = {}
    for kind in bound_classes():
        for binding in bindings_of(kind):
            actions.setdefault(binding.id or "", set()).add(binding.action)
    assert {name: found for name, found in actions.items() if len(found) > 1} == {}


def test_nothing_shipped_clashes() -> None:
    # Escape leaves the innermost thing first: a filter or a form before what the place has under it.
    assert [clash for clash in clashes(all_scopes(), {}) if clash.key != "escape"] == []


def test_every_binding_has_a_behaviour_test() -> None:
    known = {name for scope in all_scopes() for name in scope.keys}
    marked = marked_ids()
    assert sorted(known - marked) == [], "mark a test of each with @pytest.mark.key(…)"
    assert sorted(marked - known) == [], "no key has such an id"


@pytest.mark.key("table.up", "table.down", "table.first", "table.last", "table.page_up", "table.page_down")
async def test_the_cursor_of_a_list_moves() -> None:
    from sipbreakout_tui.tui.widgets.line_table import LineTable
    from tests.tui.driving import running

    async with running(size=(80, 24)) as driver:
        await driver.press("4")
        table = driver.app.screen.query_one(LineTable)
        await driver.until(lambda: len(table.shown_rows) > 5)
        last = len(table.shown_rows) - 1
        for key, position in (("down", 1), ("end", last), ("up", last - 1), ("home", 0), ("up", 0)):
            await driver.press(key)
            assert table.index == position, key
        await driver.press("pagedown")
        page = table.index
        assert page is not None
        assert page > 3
        await driver.press("pageup")
        assert table.index is not None
        assert table.index < page  # the pane below is not as high for every row


@pytest.mark.key("table.mark", "table.mark_all")
async def test_rows_of_a_list_are_marked() -> None:
    from sipbreakout_tui.tui.widgets.line_table import LineTable
    from tests.tui.driving import running

    async with running() as driver:
        table = driver.app.screen.query_one(LineTable)
        await driver.until(lambda: len(table.shown_rows) == 12)
        await driver.press("space", "down", "space")  # it goes on to the next row
        assert len(table.marks) == 2
        assert driver.text().count("◆") == 2
        await driver.press("up", "space")
        assert len(table.marks) == 1
        await driver.press("ctrl+a")
        assert len(table.marks) == 12


@pytest.mark.key("filter.clear", "filter.leave")
async def test_a_filter_is_left_with_and_without_its_text() -> None:
    from sipbreakout_tui.tui.widgets.filter_bar import FilterBar
    from sipbreakout_tui.tui.widgets.line_table import LineTable
    from tests.tui.driving import focused, running

    async with running() as driver:
        await driver.press("5")
        bar = driver.app.screen.query_one(FilterBar)
        for key in ("down", "enter"):
            await driver.press("slash", "o", key)
            assert isinstance(focused(driver), LineTable)
        assert bar.text == "oo"
        await driver.press("slash", "escape")
        assert bar.text == ""
        assert isinstance(focused(driver), LineTable)


def test_every_name_is_listed_for_the_configuration(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["config", "keys"]) == 0
    listed = {line.split()[0] for line in capsys.readouterr().out.splitlines()[1:]}
    assert listed == {name for scope in all_scopes() for name in scope.keys}
