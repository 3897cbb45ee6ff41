"""Settings: where files are, which cores there are, and secrets by reference only.

Each module is loaded when something of it is asked for: the terminal UI wants its keys before all the rest.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sipbreakout_tui.config.checking import CheckResult, check_profiles
    from sipbreakout_tui.config.errors import ConfigError, SecretUnavailable
    from sipbreakout_tui.config.files import TlsFiles, read_tls_files
    from sipbreakout_tui.config.key_table import load_keys
    from sipbreakout_tui.config.places import config_path, state_dir
    from sipbreakout_tui.config.profile import (
        SCOPE,
        Auth,
        NoAuth,
        OAuthAuth,
        Profile,
        TokenAuth,
        ad_hoc,
    )
    from sipbreakout_tui.config.profiles import BUILT_IN, Profiles, load_profiles
    from sipbreakout_tui.config.secret import Secret, SecretRef, met, secrets_met, without

__all__ = [
    "BUILT_IN",
    "SCOPE",
    "Auth",
    "CheckResult",
    "ConfigError",
    "NoAuth",
    "OAuthAuth",
    "Profile",
    "Profiles",
    "Secret",
    "SecretRef",
    "SecretUnavailable",
    "TlsFiles",
    "TokenAuth",
    "ad_hoc",
    "check_profiles",
    "config_path",
    "load_keys",
    "load_profiles",
    "met",
    "read_tls_files",
    "secrets_met",
    "state_dir",
    "without",
]

_NAMES = {
    "checking": ("CheckResult", "check_profiles"),
    "errors": ("ConfigError", "SecretUnavailable"),
    "files": ("TlsFiles", "read_tls_files"),
    "key_table": ("load_keys",),
    "places": ("config_path", "state_dir"),
    "profile": ("SCOPE", "Auth", "NoAuth", "OAuthAuth", "Profile", "TokenAuth", "ad_hoc"),
    "profiles": ("BUILT_IN", "Profiles", "load_profiles"),
    "secret": ("Secret", "SecretRef", "met", "secrets_met", "without"),
}
_MODULES = {name: module for module, names in _NAMES.items() for name in names}


if not TYPE_CHECKING:  # a type checker shall find names that are not there

    def __getattr__(name: str) -> object:
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
