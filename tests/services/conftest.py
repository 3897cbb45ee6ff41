from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.live import Book, a_book


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    with a_book(tmp_path) as book:
        yield book
