"""The server in a process of its own: its one line, and what signals leave behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import ClientSession

from tests.tui.web.talking import SECONDS, Served, Watched

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="watches processes by pidfd")

ROOT = Path(__file__).resolve().parents[3]
MOST_SECONDS = 5


@asynccontextmanager
async def served_apart(mode: str) -> AsyncIterator[tuple[Served, subprocess.Popen[str]]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.tui.web.served", mode],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, "PYTHONWARNINGS": "error"},
    )
    with process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith("http://127.0.0.1:"), line
            async with ClientSession() as session:
                yield Served(line.removesuffix("\n"), session, []), process
        finally:
            if process.poll() is None:
                process.kill()
            process.communicate(timeout=SECONDS)


@pytest.mark.parametrize(
    ("mode", "number"), [("plain", signal.SIGTERM), ("plain", signal.SIGINT), ("stubborn", signal.SIGTERM)]
)
async def test_a_signal_ends_it_and_all_programs_in_time(mode: str, number: signal.Signals) -> None:
    async with served_apart(mode) as (served, process), served.tab() as one, served.tab() as other:
        watched = [Watched(await one.pid()), Watched(await other.pid())]
        if mode == "stubborn":
            watched += [Watched(int((await tab.find(r"grandchild=(\d+);"))[1])) for tab in (one, other)]
        begun = time.monotonic()
        process.send_signal(number)
        out, err = process.communicate(timeout=SECONDS)
        assert time.monotonic() - begun < MOST_SECONDS
        assert (process.returncode, out, err) == (0, "", "sipbreakout: note: read-only\n")
        assert all(each.ends() for each in watched)
        assert time.monotonic() - begun < MOST_SECONDS


async def test_a_killed_server_leaves_no_program() -> None:
    async with served_apart("plain") as (served, process), served.tab() as one, served.tab() as other:
        watched = [Watched(await one.pid()), Watched(await other.pid())]
        process.kill()
        assert all(each.ends() for each in watched)


async def test_the_token_is_in_no_log_and_not_with_the_program() -> None:
    async with served_apart("plain") as (served, process), served.tab() as tab:
        pid = await tab.pid()
        async with served.session.get(f"{served.url}{'y' * 20_000}") as answer:
            assert answer.status == 400
        async with served.session.get(served.root + "nothing") as answer:
            assert answer.status == 404
        for name in ("cmdline", "environ"):
            assert served.token.encode() not in Path(f"/proc/{pid}/{name}").read_bytes()
        process.terminate()
        assert process.communicate(timeout=SECONDS) == ("", "sipbreakout: note: read-only\n")
