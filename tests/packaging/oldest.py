"""Prints pip constraints with the oldest versions that pyproject.toml allows: `python tests/packaging/oldest.py`.

What is not bounded there, and every tool of the extra dev, stays as in constraints.txt. Needs no package.
"""

import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

EXTRAS = ("keyring", "notebook", "web")
"""The extras whose bounds are taken too: what a user's installation may hold beside the dependencies.

JupyterLab is bounded and not installed: the tests run notebooks in a kernel, and show widgets without it.
"""

FOLLOWING = ("httpcore2",)
"""What a dependency asks for in its own version exactly: httpx2 this one."""

_LOWER_BOUND = re.compile(r"([A-Za-z0-9._-]+)>=([0-9][0-9.]*)(,<[0-9.]+)?")
_PINNED = re.compile(r"([A-Za-z0-9._-]+)==\S+")


def lower_bounds(pyproject: str, extras: Sequence[str] = EXTRAS) -> dict[str, str]:
    """Return the lowest version that is allowed of each dependency, and of what the extras add."""
    project = tomllib.loads(pyproject)["project"]
    requirements = list(project["dependencies"])
    for extra in extras:
        requirements += project["optional-dependencies"][extra]
    return dict(_bound(requirement) for requirement in requirements)


def oldest(bounds: dict[str, str], constraints: Iterable[str]) -> Iterator[str]:
    """Yield the lines of constraints with the bounds in place of what they say of the same packages."""
    names = {_normal(name) for name in (*bounds, *FOLLOWING)}
    for line in constraints:
        pinned = _PINNED.fullmatch(line.strip())
        if pinned is not None and _normal(pinned[1]) not in names:
            yield line.strip()
    for name, version in bounds.items():
        yield f"{name}=={version}"


def _bound(requirement: str) -> tuple[str, str]:
    found = _LOWER_BOUND.fullmatch(requirement)
    if found is None:
        raise ValueError(f"pyproject.toml: {requirement!r} has no lower bound: write it as name>=1.2 or name>=1.2,<2")
    return found[1], found[2]


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def main() -> int:
    """Print the constraints, or why there are none."""
    try:
        bounds = lower_bounds((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    constraints = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    print("\n".join(oldest(bounds, constraints)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
