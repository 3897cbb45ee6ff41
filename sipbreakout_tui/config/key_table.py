"""The table `[keys]` of the profile file: which keys do what, other than as shipped."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from sipbreakout_tui.config.errors import ConfigError
from sipbreakout_tui.config.places import config_path
from sipbreakout_tui.safe_text import visible

_MAX_BYTES = 4 * 1024 * 1024


def read_keys(table: object, problems: list[str]) -> dict[str, str]:
    """Return the keys by the action's id, as they are written; whether they make sense is for the program to say.

    Args:
        table: What stands under `keys`.
        problems: Where to add what is wrong.
    """
    if not isinstance(table, dict):
        problems.append('keys is no table: write [keys] and lines such as "registrations.delete" = "D"')
        return {}
    found = {}
    for name, key in _flat(table, ""):
        if isinstance(key, str) and key.strip():
            found[name] = key
        else:
            problems.append(f'keys.{visible(name)}: the name of a key is expected, as in "{visible(name)}" = "D"')
    return found


def load_keys(path: Path | None = None) -> dict[str, str]:
    """Return the keys that the profile file chooses, and nothing else of it; none where it cannot be read.

    What is wrong with the rest of it, `load_profiles` tells.

    Args:
        path: The file, by default `config_path()`.

    Raises:
        ConfigError: The table cannot be used.
    """
    path = config_path() if path is None else path
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES)
        if b"keys" not in content:  # reading TOML costs a part of the time that a start takes
            return {}
        import tomllib

        table = tomllib.loads(content.decode("utf-8-sig")).get("keys", {})
    except (OSError, ValueError, RecursionError):
        return {}
    problems: list[str] = []
    keys = read_keys(table, problems)
    if problems:
        raise ConfigError([f"{visible(str(path))}: {problem}" for problem in problems])
    return keys


def _flat(table: Mapping[str, object], before: str) -> Iterator[tuple[str, object]]:
    """Yield the entries; without quotes `registrations.delete` is a table in the table."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield before + name, value
