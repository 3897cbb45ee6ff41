"""docs/architecture.md names the rooms that are there, and the layers that import-linter holds them to."""

import re
import tomllib
from pathlib import Path

from tests.docs.pages import ROOT

PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
PACKAGE = ROOT / "sipbreakout_tui"
MODEL = "sipbreakout_model"
_SUBGRAPH = re.compile(r'subgraph (\w+)\["(.+)"\]\n((?: +\w+\n)+) +end')


def layers_of_the_picture() -> list[tuple[bool, set[str]]]:
    """Return each layer from the top: whether its rooms keep apart, and the rooms."""
    (picture,) = re.findall(r"```mermaid\n(.*?)```", PAGE, flags=re.DOTALL)
    groups = {name: (title == "apart", set(rooms.split())) for name, title, rooms in _SUBGRAPH.findall(picture)}
    (arrows,) = re.findall(r"^ *(\w+(?: --> \w+)+)$", picture, flags=re.MULTILINE)
    order = arrows.split(" --> ")
    assert sorted(order) == sorted(groups), "every layer is on the one line of arrows"
    return [groups[name] for name in order]


def layers_of_the_contract() -> list[tuple[bool, set[str]]]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = (each for each in settings["tool"]["importlinter"]["contracts"] if each["type"] == "layers")
    return [("|" in layer, set(re.findall(r"\w+", layer))) for layer in contract["layers"]]


def rooms_in(folder: Path) -> set[str]:
    """Return the packages and modules of a package, without those that only start it."""
    packages = {path.parent.name for path in folder.glob("*/__init__.py")}
    return packages | {path.stem for path in folder.glob("[!_]*.py")}


def names_in_table(head: str) -> list[str]:
    """Return the first column of the table whose first column is headed so."""
    (table,) = re.findall(rf"^\| {head} \|.*\n\|---.*\n((?:\|.*\n)+)", PAGE, flags=re.MULTILINE)
    return re.findall(r"^\| `(\w+)` \|", table, flags=re.MULTILINE)


def test_the_picture_is_the_contract() -> None:
    assert layers_of_the_picture() == [*layers_of_the_contract(), (False, {MODEL})]


def test_every_room_stands_in_the_table_in_the_order_of_the_picture() -> None:
    names = names_in_table("room")
    assert sorted(names) == sorted({*rooms_in(PACKAGE), MODEL})
    level = {room: number for number, (_, rooms) in enumerate(layers_of_the_picture()) for room in rooms}
    assert [level[name] for name in names] == sorted(level[name] for name in names)


def test_the_packages_of_services_are_named() -> None:
    packages = [path.parent.name for path in (PACKAGE / "services").glob("*/__init__.py")]
    assert sorted(names_in_table("package")) == sorted(packages)


def test_the_places_to_look_are_there() -> None:
    paths = re.findall(r"`((?:model|sipbreakout_tui|tests|proto)/[^`]+)`", PAGE)
    assert [path for path in paths if not (ROOT / path).exists()] == []
