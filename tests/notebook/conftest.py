"""A shell without a terminal, and a book with one registration of each kind that matters here."""

import atexit
from collections.abc import Iterator
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

from sipbreakout_model import Registration, RegistrationBook

ALICE, BOB = "+4711111111", "+4722222222"
NOW = 1_790_000_000.0


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    """An IPython of its own, whose history and settings go nowhere."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)  # IPython warns where it is another one than that of the tests
    from traitlets.config import Config

    made = InteractiveShell(config=Config({"HistoryManager": {"enabled": False}}))  # type: ignore[no-untyped-call]
    yield made
    atexit.unregister(made.atexit_operations)
    made.atexit_operations()  # type: ignore[no-untyped-call]


@pytest.fixture
def book() -> RegistrationBook:
    """Alice has LOOP, Bob FALLBACK."""
    made = RegistrationBook()
    made.upsert(Registration.parse(ALICE, "sips:tas.example.com", "LOOP", "31", "32"), NOW - 600)
    made.upsert(Registration.parse(BOB, "sips:voicemail.example.com", "FALLBACK", "", "41"), NOW)
    return made
