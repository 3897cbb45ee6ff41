"""Settings load nothing heavy, and the library for OAuth only where a token is fetched."""

import subprocess
import sys

import pytest

NETWORK = ("grpc", "google.protobuf", "httpx2", "authlib", "keyring", "cryptography")
CHECK = "import sipbreakout_tui.cli.running as r; r.run(['config', 'show'])"


@pytest.mark.parametrize(
    ("code", "absent"),
    [
        ("import sipbreakout_tui.config", (*NETWORK, "asyncio")),
        ("import sipbreakout_tui.rpc.errors", NETWORK),
        ("import sipbreakout_tui.rpc.client", ("httpx2", "authlib", "cryptography")),
        (CHECK, NETWORK),
    ],
)
def test_nothing_heavy_is_loaded(code: str, absent: tuple[str, ...]) -> None:
    ask = "; import sys; sys.stderr.write(' '.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code + ask], capture_output=True, encoding="utf-8", check=True, timeout=30
    )
    assert sorted(set(absent) & set(done.stderr.split())) == []
