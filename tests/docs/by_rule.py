"""Commands of the pages that are not run here because they install, fetch or stay: what is true of them is checked."""

import importlib.util
import os
import re
import subprocess
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.docs.pages import ROOT

Rule = Callable[[Any, list[str]], None]
"""Takes the reader and the command, and fails where it could not do what the page promises."""

_REQUIREMENT = re.compile(r"(?P<what>\.|sipbreakout-tui|dist/sipbreakout_tui-\S+\.whl)(?:\[(?P<extras>[a-z,]+)\])?")


def _project() -> dict[str, Any]:
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project


def installs(_reader: object, command: list[str]) -> None:
    """`pip install`, `pipx install`: this project, with extras that it has, and files that are there."""
    words = command[command.index("install") + 1 :] if "install" in command else []
    assert words, "nothing is installed: a rule is needed"
    named = []
    while words:
        word = words.pop(0)
        if word in ("-c", "--constraint", "-r", "--requirement"):
            assert (ROOT / words.pop(0)).is_file(), f"the file after {word} is not there"
        elif word in ("-e", "--editable", "--upgrade", "--force", "-q", "--quiet"):
            continue
        else:
            match = _REQUIREMENT.fullmatch(word)
            assert match, f"{word!r} is not this project"
            missing = set(filter(None, (match["extras"] or "").split(","))) - _project()["optional-dependencies"].keys()
            assert not missing, f"no extra is named {', '.join(missing)}"
            named.append(word)
    assert named, "nothing is installed"


def makes(_reader: object, command: list[str]) -> None:
    """`make`: the target exists, and make knows what to do for it."""
    targets = [word for word in command[1:] if "=" not in word and not word.startswith("-")]
    known = re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    for target in targets:
        assert target in known, f"the Makefile has no target {target}"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    done = subprocess.run(
        ["make", "--dry-run", *command[1:]],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        check=False,
        encoding="utf-8",
        timeout=60,
    )
    assert done.returncode == 0, done.stderr


def runs_python(reader: object, command: list[str]) -> None:
    """`python -m MODULE`, `python FILE`: it is there; `python -m pip` is pip."""
    words = [word for word in command[1:] if word not in ("-W", "error")]
    if words[:2] == ["-m", "pip"]:
        installs(reader, words[1:])
    elif words[:1] == ["-m"]:
        assert importlib.util.find_spec(words[1]) is not None, f"there is no module {words[1]}"
    else:
        path = ROOT / words[0]
        assert path.is_file(), f"{words[0]} is not there"
        compile(path.read_text(encoding="utf-8"), str(path), "exec")


def opens_jupyter(_reader: object, command: list[str]) -> None:
    """`jupyter lab FOLDER`: the folder is there, and the extra `notebook` brings jupyterlab."""
    assert command[1] == "lab"
    assert all((ROOT / word).exists() for word in command[2:])
    assert any(each.startswith("jupyterlab") for each in _project()["optional-dependencies"]["notebook"])


def clones(reader: Any, command: list[str]) -> None:
    """`git clone URL [FOLDER]`: remembers the folder, which one can go into afterwards."""
    assert command[1] == "clone", f"git {command[1]} is not what a reader does"
    reader.cloned.add(Path(command[-1]).name.removesuffix(".git"))


def goes_into(reader: Any, command: list[str]) -> None:
    """`cd FOLDER`: it is there, or what was cloned, which is where the reader is already."""
    assert command[1] in reader.cloned or (ROOT / command[1]).is_dir(), f"{command[1]} is no folder"


def exports(reader: Any, command: list[str]) -> None:
    """`export NAME=VALUE`: holds for the lines that follow."""
    for word in command[1:]:
        name, equals, value = word.partition("=")
        assert equals, f"export {name} sets nothing"
        assert not set("$`") & set(value), "a rule is needed for what is expanded"
        reader.environment[name] = value.replace("~", reader.environment["HOME"], 1) if value[:1] == "~" else value


RULES: Mapping[str, Rule] = {
    "cd": goes_into,
    "export": exports,
    "git": clones,
    "jupyter": opens_jupyter,
    "make": makes,
    "pip": installs,
    "pipx": installs,
    "python": runs_python,
    "python3": runs_python,
}
