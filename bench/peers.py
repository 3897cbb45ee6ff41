"""Programs of others that read captures: measured where they are installed."""

import re
import shutil
import subprocess

PEERS = ("tshark", "sngrep", "sip-doctor")


def is_installed(name: str) -> bool:
    """Return whether the program is on the PATH."""
    return shutil.which(name) is not None


def version(name: str) -> str | None:
    """Return the version that the program tells, None where it is not installed."""
    if not is_installed(name):
        return None
    done = subprocess.run([name, "--version"], capture_output=True, text=True, check=False, timeout=60)
    found = re.search(r"\d+(\.\d+)+", done.stdout)
    return found[0] if found else "of unknown version"
