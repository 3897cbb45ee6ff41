"""Looks for known vulnerabilities in the versions of constraints.txt, with pip-audit: `make audit`.

Ends with 1 if one is found, and with 0 and the reason if nobody could be asked.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

SECONDS = 600
"""The longest that an audit may take."""


def main(command: tuple[str, ...] = (sys.executable, "-m", "pip_audit")) -> int:
    """Ask about one package, to see whether somebody answers, then about all; return the exit code."""
    constraints = ROOT / "constraints.txt"
    pinned = [line for line in constraints.read_text(encoding="utf-8").splitlines() if "==" in line]
    code = 0
    with tempfile.TemporaryDirectory() as folder:
        first = Path(folder) / "first.txt"
        first.write_text(f"{pinned[0]}\n", encoding="utf-8")
        for file in (first, constraints):
            try:
                code = audited(command, file)
            except (OSError, ValueError, subprocess.TimeoutExpired) as error:
                print(f"Not audited: {error}")
                return code
    return code


def audited(command: tuple[str, ...], requirements: Path) -> int:
    """Print what pip-audit knows of the versions in a file; return 1 if it knows of a vulnerability, else 0.

    Raises:
        ValueError: It could not ask about any of them.
    """
    asked = ("--requirement", str(requirements), "--no-deps", "--disable-pip", "--format", "json")
    done = subprocess.run(
        [*command, *asked, "--progress-spinner", "off"],
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=SECONDS,
    )
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        said = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise ValueError(f"pip-audit gave no answer: {said[-1]}") from None
    unknown = [package for package in packages if "skip_reason" in package]
    if len(unknown) == len(packages):
        raise ValueError(f"the service knows none of {len(packages)} packages: {unknown[0]['skip_reason']}")
    found = [(package, each["id"]) for package in packages for each in package.get("vulns", ())]
    for package, vulnerability in found:
        print(f"{package['name']} {package['version']}: {vulnerability}")
    for package in unknown:
        print(f"Not audited: {package['name']}: {package['skip_reason']}")
    print(f"{len(packages) - len(unknown)} of {len(packages)} packages audited, {len(found)} vulnerabilities")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
