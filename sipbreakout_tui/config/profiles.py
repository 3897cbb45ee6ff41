"""The profile file (TOML) and the profiles that are built in."""

import logging
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from sipbreakout_tui.config.errors import ConfigError
from sipbreakout_tui.config.key_table import read_keys
from sipbreakout_tui.config.places import CONFIG_VARIABLE, config_is_named, config_path
from sipbreakout_tui.config.profile import OAuthAuth, Profile, name_problem
from sipbreakout_tui.config.profile_table import read_profile
from sipbreakout_tui.config.secret import SecretRef
from sipbreakout_tui.safe_text import visible

VERSION = 1
"""The version of the file's form."""

PROFILE_VARIABLE = "SIPBREAKOUT_PROFILE"
"""Names the profile to use where the command line names none."""

MAX_BYTES = 4 * 1024 * 1024
"""The largest profile file that is read."""

BUILT_IN: Mapping[str, Profile] = MappingProxyType(
    {
        profile.name: profile
        for profile in (
            Profile("embedded", "127.0.0.1:50051", plaintext=True),
            Profile("sandbox", "sandbox.api.wgtwo.com:443"),
            Profile(
                "production",
                "api.wgtwo.com:443",
                auth=OAuthAuth(
                    "https://id.wgtwo.com/oauth2/token",
                    SecretRef(env="SIPBREAKOUT_CLIENT_ID"),
                    SecretRef(env="SIPBREAKOUT_CLIENT_SECRET"),
                ),
            ),
        )
    }
)
"""What there is without a file; addresses from the guide (V9)."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Profiles:
    """Every profile that can be chosen."""

    path: Path
    """The file, which need not exist."""
    own: Mapping[str, Profile]
    """Those of the file, in its order."""
    default: str | None = None
    """The one that the file chooses."""

    @property
    def names(self) -> list[str]:
        """The names of all, the built-in ones first."""
        return [*BUILT_IN, *(name for name in self.own if name not in BUILT_IN)]

    def __iter__(self) -> Iterator[Profile]:
        """Yield all profiles in the order of `names`."""
        return (self[name] for name in self.names)

    def __getitem__(self, name: str) -> Profile:
        """Return the profile of that name; one of the file replaces all of a built-in one.

        Raises:
            KeyError: No such profile.
        """
        own = self.own.get(name)
        return BUILT_IN[name] if own is None else own

    def named(self, name: str | None = None) -> Profile | None:
        """Return the profile named, else the one that `SIPBREAKOUT_PROFILE` names; None where neither does.

        Raises:
            ConfigError: No profile has the name; the message lists those that exist.
        """
        if name is not None:
            return self._found(name, "--profile")
        wanted = os.environ.get(PROFILE_VARIABLE)
        return self._found(wanted, PROFILE_VARIABLE) if wanted else None

    def choose(self, name: str | None = None) -> Profile:
        """Return the profile named, else by `SIPBREAKOUT_PROFILE`, else by the file, else `embedded`.

        Raises:
            ConfigError: No profile has the name; the message lists those that exist.
        """
        return self.named(name) or self._found(self.default or "embedded", f"default in {self.path}")

    def _found(self, wanted: str, who: str) -> Profile:
        try:
            return self[wanted]
        except KeyError:
            known = ", ".join(self.names)
            raise ConfigError([f"{visible(who)}: no profile is named {wanted!r}: expected one of {known}"]) from None


def load_profiles(path: Path | None = None) -> Profiles:
    """Return the profiles of the file and the built-in ones.

    Args:
        path: The file, by default `config_path()`. Without a file there are the built-in ones, but one that
            `SIPBREAKOUT_CONFIG` names has to be there.

    Raises:
        ConfigError: The file cannot be used, with every problem that it has; values that may be secrets
            are not shown.
    """
    needed = path is None and config_is_named()
    path = config_path() if path is None else path
    shown = visible(str(path))
    problems: list[str] = []
    document = _document(path, problems, needed=needed)
    profiles = Profiles(path, MappingProxyType({}))
    if document is not None and not problems:
        profiles = _read(document, path, problems)
    if problems:
        raise ConfigError([f"{shown}: {problem}" for problem in problems])
    _log.debug("%s: %d profiles of its own", shown, len(profiles.own))
    return profiles


def _document(path: Path, problems: list[str], *, needed: bool) -> dict[str, object] | None:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        if needed:
            problems.append(f"{CONFIG_VARIABLE} names this file, and it is not there: write it, or unset the variable")
        return None
    except (OSError, ValueError) as error:
        problems.append(f"cannot be read: {error.strerror if isinstance(error, OSError) else error}")
        return None
    if len(content) > MAX_BYTES:
        problems.append(f"is larger than {MAX_BYTES} bytes: that is no profile file")
        return None
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        problems.append(f"byte {error.start} is not UTF-8: save the file as UTF-8")
    except tomllib.TOMLDecodeError as error:
        problems.append(f"is not TOML: {error}")
    except RecursionError:
        problems.append("is nested too deeply")
    return None


def _read(document: dict[str, object], path: Path, problems: list[str]) -> Profiles:
    version = document.get("version")
    if version is None:
        problems.append(f"version is missing: write version = {VERSION} on the first line")
    elif isinstance(version, bool) or version != VERSION:
        problems.append(f"version {version!r} is not known: this program reads version {VERSION}")
        return Profiles(path, {})
    problems += [
        f"{key!r} is no key of this file: expected version, default, [keys] or [profiles.NAME]"
        for key in document
        if key not in ("version", "default", "keys", "profiles")
    ]
    if "keys" in document:
        read_keys(document["keys"], problems)
    tables = document.get("profiles", {})
    if not isinstance(tables, dict):
        problems.append("profiles is no table: write [profiles.NAME]")
        tables = {}
    own: dict[str, Profile] = {}
    for name, table in tables.items():
        profile = _profile(name, table, path.parent, problems)
        if profile is not None:
            own[name] = profile
    default = document.get("default")
    if default is not None and default not in [*BUILT_IN, *tables]:
        known = ", ".join([*BUILT_IN, *tables])
        problems.append(f"default: no profile is named {default!r}: expected one of {visible(known)}")
    return Profiles(path, MappingProxyType(own), default if isinstance(default, str) else None)


def _profile(name: str, table: object, folder: Path, problems: list[str]) -> Profile | None:
    wrong = name_problem(name)
    if wrong is not None:
        problems.append(f"profiles: {wrong}")
    elif name == "embedded":
        problems.append("profiles.embedded: the name is kept for the core of this program: choose another")
    elif not isinstance(table, dict):
        problems.append(f"profiles.{name} is no table: write [profiles.{name}]")
    else:
        found: list[str] = []
        profile = read_profile(name, table, folder, found)
        problems += [f"profiles.{name}{problem}" for problem in found]
        return profile
    return None
