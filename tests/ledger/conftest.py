from collections.abc import Iterator
from pathlib import Path

import pytest

from sipbreakout_tui.ledger import Ledger
from tests.ledger.making import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(tmp_path: Path, clock: Clock) -> Iterator[Ledger]:
    with Ledger(tmp_path / "ledger.sqlite3", clock=clock) as ledger:
        yield ledger
        assert ledger.verify() == []
