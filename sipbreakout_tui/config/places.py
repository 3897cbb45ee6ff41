"""Where this user's files are; environment variables move them."""

import os
from pathlib import Path

CONFIG_VARIABLE = "SIPBREAKOUT_CONFIG"
"""Names the profile file."""

STATE_VARIABLE = "SIPBREAKOUT_STATE_DIR"
"""Names the folder of ledger, locks and logs."""


def config_path() -> Path:
    """Return where the profile file is or would be: `SIPBREAKOUT_CONFIG`, else the platform's place."""
    named = _named(CONFIG_VARIABLE)
    if named is not None:
        return named
    import platformdirs

    return platformdirs.user_config_path("sipbreakout", appauthor=False) / "config.toml"


def config_is_named() -> bool:
    """Return whether `SIPBREAKOUT_CONFIG` names the profile file."""
    return _named(CONFIG_VARIABLE) is not None


def state_dir() -> Path:
    """Return the folder of ledger, locks and logs: `SIPBREAKOUT_STATE_DIR`, else the platform's place.

    It need not exist yet.
    """
    named = _named(STATE_VARIABLE)
    if named is not None:
        return named
    import platformdirs

    return platformdirs.user_state_path("sipbreakout", appauthor=False)


def _named(variable: str) -> Path | None:
    text = os.environ.get(variable, "")
    return Path(text).expanduser().absolute() if text.strip() else None
