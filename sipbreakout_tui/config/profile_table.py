"""One table `[profiles.NAME]` as a profile."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sipbreakout_model import E164, InvalidNumber
from sipbreakout_tui.config.errors import ConfigError
from sipbreakout_tui.config.profile import Auth, NoAuth, OAuthAuth, Profile, TokenAuth, token_url_problem
from sipbreakout_tui.config.secret import HOW_TO_REFER, SecretRef
from sipbreakout_tui.safe_text import visible

_PLAIN: dict[str, tuple[type, ...]] = {
    "target": (str,),
    "plaintext": (bool,),
    "ca_file": (str,),
    "client_cert": (str,),
    "client_key": (str,),
    "server_name": (str,),
    "token_kind": (str,),
    "number": (str,),
    "read_only": (bool,),
    "deadline": (int, float),
}
_WORDS = {str: "a text", bool: "true or false", int: "a number", float: "a number"}
_OAUTH = ("token_url", "client_id", "client_secret")
_PATHS = ("ca_file", "client_cert", "client_key")
KEYS = (*_PLAIN, "token", *_OAUTH)
"""Every key of a profile."""


def read_profile(name: str, table: Mapping[str, object], folder: Path, problems: list[str]) -> Profile | None:
    """Return the profile that a table describes, or None after adding to the problems.

    Each problem is what follows the table's name: `.target: …` or `: …`.

    Args:
        name: What the profile is called.
        table: Its keys and values.
        folder: What relative paths start from.
        problems: Where to add what is wrong; values that may be secrets are not shown.
    """
    before = len(problems)
    problems += [f".{visible(key)}: no such key: expected one of {', '.join(KEYS)}" for key in table if key not in KEYS]
    values: dict[str, Any] = {}
    for key in _PLAIN:
        value = _plain(key, table[key], folder, problems) if key in table else None
        if value is not None:
            values[key] = value
    auth = _auth(table, folder, problems)
    if "number" in table and "number" not in values:
        values.pop("token_kind", None)  # else it is said to lack the number
    if "target" not in table:
        problems.append('.target: is missing: write target = "host:port"')
    if "target" not in values:
        return None
    try:
        profile = Profile(name, auth=auth or NoAuth(), **values)
    except ConfigError as error:
        problems += [f": {problem}" for problem in error.problems]
        return None
    return profile if len(problems) == before else None


def _plain(key: str, value: object, folder: Path, problems: list[str]) -> object:
    kinds = _PLAIN[key]
    # type() and not isinstance: true is no number.
    if type(value) not in kinds:
        problems.append(f".{key}: {_WORDS[kinds[0]]} is expected, not {type(value).__name__}")
        return None
    if key in _PATHS:
        return _path(str(value), folder)
    if key == "number":
        try:
            return E164(str(value))
        except InvalidNumber as error:
            problems.append(f".number: {error}")
            return None
    return value


def _auth(table: Mapping[str, object], folder: Path, problems: list[str]) -> Auth | None:
    given = [key for key in _OAUTH if key in table]
    before = len(problems)
    if "token" in table and given:
        problems.append(f": token contradicts {', '.join(given)}: leave out either")
        return None
    if "token" in table:
        token = _reference("token", table["token"], folder, problems)
        return None if token is None else TokenAuth(token)
    if not given:
        return NoAuth()
    problems += [f".{key}: is missing: {', '.join(_OAUTH)} go together" for key in _OAUTH if key not in table]
    url, client_id = table.get("token_url", ""), table.get("client_id", "")
    if not isinstance(url, str):
        problems.append(f".token_url: a text is expected, not {type(url).__name__}")
    elif "token_url" in table and (wrong := token_url_problem(url)) is not None:
        problems.append(f".token_url: {wrong}")
    if not isinstance(client_id, str):
        client_id = _reference("client_id", client_id, folder, problems) or ""
    elif "client_id" in table and not client_id.strip():
        problems.append(".client_id: is empty")
    secret = None
    if "client_secret" in table:
        secret = _reference("client_secret", table["client_secret"], folder, problems)
    if len(problems) > before or secret is None:
        return None
    return OAuthAuth(str(url), client_id, secret)


def _reference(key: str, value: object, folder: Path, problems: list[str]) -> SecretRef | None:
    # No value is shown here: it may be the secret.
    if isinstance(value, str):
        problems.append(f".{key}: a secret does not stand in this file: {HOW_TO_REFER}")
        return None
    if not isinstance(value, dict) or len(value) != 1:
        problems.append(f".{key}: is no reference: {HOW_TO_REFER}")
        return None
    ((place, where),) = value.items()
    try:
        if place == "command" and isinstance(where, list) and all(isinstance(part, str) for part in where):
            return SecretRef(command=tuple(where))
        if place == "file" and isinstance(where, str):
            return SecretRef(file=_path(where, folder))
        if place == "env" and isinstance(where, str):
            return SecretRef(env=where)
        if place == "keyring" and isinstance(where, str):
            return SecretRef(keyring=where)
    except ConfigError as error:
        problems += [f".{key}: {problem}" for problem in error.problems]
        return None
    problems.append(f".{key}: is no reference: {HOW_TO_REFER}")
    return None


def _path(text: str, folder: Path) -> Path:
    try:
        path = Path(text).expanduser()
    except RuntimeError:  # ~somebody who does not exist
        path = Path(text)
    return folder / path
