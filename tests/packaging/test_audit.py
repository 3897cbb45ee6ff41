"""What `make audit` says of what pip-audit answered, or did not."""

import json
import sys

import pytest

from tests.packaging.audit import main

CLEAN = {"name": "a", "version": "1", "vulns": []}
FAULTY = {"name": "b", "version": "2", "vulns": [{"id": "PYSEC-1"}]}
SKIPPED = {"name": "c", "skip_reason": "Dependency not found on PyPI"}


def answering(*packages: object) -> tuple[str, ...]:
    """The command of a pip-audit that answers so."""
    return sys.executable, "-c", f"print({json.dumps({'dependencies': packages})!r})"


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        (answering(CLEAN), 0, "1 of 1 packages audited, 0 vulnerabilities"),
        (answering(CLEAN, FAULTY), 1, "b 2: PYSEC-1"),
        (answering(CLEAN, SKIPPED), 0, "Not audited: c: Dependency not found on PyPI"),
        (answering(SKIPPED), 0, "Not audited: the service knows none of 1 packages: Dependency not found on PyPI"),
        ((sys.executable, "-c", "exit('no route')"), 0, "Not audited: pip-audit gave no answer: no route"),
        (("/nowhere/pip-audit",), 0, "Not audited: [Errno 2] No such file or directory: '/nowhere/pip-audit'"),
    ],
)
def test_audit(command: tuple[str, ...], code: int, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(command) == code
    assert said in capsys.readouterr().out.splitlines()
