"""Settings: where files are, which cores there are, and secrets by reference only."""

from sipbreakout_tui.config.checking import CheckResult, check_profiles
from sipbreakout_tui.config.errors import ConfigError, SecretUnavailable
from sipbreakout_tui.config.files import TlsFiles, read_tls_files
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
from sipbreakout_tui.config.secret import Secret, SecretRef, without

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
    "load_profiles",
    "read_tls_files",
    "state_dir",
    "without",
]
