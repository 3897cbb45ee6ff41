"""The runs of these tests find no ledger and no profile of the user."""

from collections.abc import Iterator
from functools import cache

import pytest
from typer.main import get_command


@pytest.fixture(scope="session", autouse=True)
def _own_state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("trace")
    (folder / "config.toml").write_text("version = 1\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SIPBREAKOUT_STATE_DIR", str(folder / "state"))
        patch.setenv("SIPBREAKOUT_CONFIG", str(folder / "config.toml"))
        patch.delenv("SIPBREAKOUT_PROFILE", raising=False)
        # Hundreds of runs: putting all commands together costs each of them 25 ms.
        patch.setattr("typer.main.get_command", cache(get_command))
        yield
