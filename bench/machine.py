"""What the figures were measured on, without anything that tells whose machine it is."""

import os
import platform
import re
from pathlib import Path


def machine() -> dict[str, str]:
    """Return what counts for speed, by name."""
    return {
        "CPU": f"{_cpu()}, {os.cpu_count()} cores",
        "RAM": _memory(),
        "OS": _system(),
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "Load when it began": f"{os.getloadavg()[0]:.1f}",
    }


def _cpu() -> str:
    found = _first_of("/proc/cpuinfo", r"^model name\s*:\s*(.+)$")
    return re.sub(r"\s+", " ", found or platform.processor() or platform.machine())


def _memory() -> str:
    return f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30:.0f} GiB"


def _system() -> str:
    name = _first_of("/etc/os-release", r'^PRETTY_NAME="?([^"\n]+)')
    return f"{name or platform.system()}, {platform.machine()}"


def _first_of(path: str, pattern: str) -> str | None:
    file = Path(path)
    found = re.search(pattern, file.read_text("utf-8"), re.MULTILINE) if file.exists() else None
    return found[1] if found else None
