"""Issue 3, "done when": a core and its users as real processes, killed and restarted, in plaintext and over TLS."""

import asyncio
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import trustme

from sipbreakout_model import E164, Lease
from sipbreakout_tui.ledger import Ledger, Verb
from sipbreakout_tui.services.registrations.listing import Row, row_object

PROGRAM = (sys.executable, "-m", "sipbreakout_tui")
IMPATIENT = (
    *(sys.executable, "-c"),
    "import sipbreakout_tui.rpc.attempts as attempts; attempts.MAX_WAIT = 0.0\n"
    "from sipbreakout_tui.__main__ import main; main()",
)
"""The program, without its waits between the attempts of one request."""

SECONDS = 30
A, B, C = "+4711111111", "+4722222222", "+4733333333"
URI = ("--sip-uri", "sips:tas.example.com")
TOKEN = "s3cr3t-t0ken"
TOKENS = f'[[token]]\ntoken = "{TOKEN}"\nkind = "client"\nscopes = ["call.routing:write"]\n'


@dataclass
class Shell:
    """Somebody with a state folder and a profile file, who runs commands."""

    folder: Path
    serve_options: tuple[str, ...] = ()
    profile_lines: str = "plaintext = true\n"
    address: str = "127.0.0.1:0"
    outputs: list[str] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "PYTHONWARNINGS": "error",
            "SIPBREAKOUT_STATE_DIR": str(self.folder / "state"),
            "SIPBREAKOUT_CONFIG": str(self.folder / "config.toml"),
            "SIPBREAKOUT_PROFILE": "lab",
            "LAB_TOKEN": TOKEN,
        }

    def run(self, *arguments: str, code: int = 0, program: Sequence[str] = PROGRAM, **variables: str) -> str:
        done = subprocess.run(
            [*program, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            encoding="utf-8",
            env={**self.environment, **variables},
            timeout=SECONDS,
        )
        self.outputs += [done.stdout, done.stderr]
        assert done.returncode == code, (arguments, done)
        return done.stdout + done.stderr

    def listed(self) -> dict[str, Any]:
        """Return what `list --json` prints; in this process, as it is asked often."""
        with Ledger(self.folder / "state" / "ledger.sqlite3") as ledger:
            rows = [row_object(Row._make(row), time.time()) for row in ledger.current_rows()]
        assert {row["target"] for row in rows} <= {self.address}
        return {str(row["number"]): row for row in rows if row["state"] != "deleted"}

    @contextmanager
    def serving(self) -> Iterator["subprocess.Popen[str]"]:
        """Start the core at the address it had before, if it had one."""
        options = ("--listen", self.address, "--state", str(self.folder / "core.sqlite3"), *self.serve_options)
        with self._started("serve", *options) as process:
            assert process.stdout is not None
            self.address = _line(process.stdout).removesuffix("\n")
            config = f'version = 1\n[profiles.lab]\ntarget = "{self.address}"\n{self.profile_lines}'
            (self.folder / "config.toml").write_text(config, encoding="utf-8")
            yield process

    @contextmanager
    def keeping(self) -> Iterator["subprocess.Popen[str]"]:
        with self._started("keep") as process:
            assert process.stderr is not None
            assert _line(process.stderr).endswith(f"keeping registrations at {self.address}; stop with ctrl-c\n")
            yield process

    @contextmanager
    def _started(self, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
        process = subprocess.Popen(
            [*PROGRAM, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            env=self.environment,
        )
        with process:
            try:
                yield process
            finally:
                if process.poll() is None:
                    process.kill()
                self.outputs += process.communicate(timeout=SECONDS)


def _line(stream: Any) -> str:
    ready, _, _ = select.select([stream], [], [], SECONDS)
    assert ready, "no line in time"
    return str(stream.readline())


def end(process: "subprocess.Popen[str]", number: int) -> int:
    process.send_signal(number)
    return process.wait(SECONDS)


def wait_for(happened: Callable[[], bool]) -> None:
    waiting = threading.Event()
    for _ in range(SECONDS * 10):
        if happened():
            return
        waiting.wait(0.1)
    raise AssertionError("it did not happen in time")


@pytest.fixture(params=["plaintext", "TLS and a token"])
def shell(request: pytest.FixtureRequest, tmp_path: Path) -> Shell:
    if request.param == "plaintext":
        return Shell(tmp_path)
    ca = trustme.CA()
    issued = ca.issue_cert("127.0.0.1")
    issued.private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    issued.cert_chain_pems[0].write_to_path(str(tmp_path / "cert.pem"))
    ca.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    (tmp_path / "tokens.toml").write_text(TOKENS, encoding="utf-8")
    files = {"--tls-cert": "cert.pem", "--tls-key": "key.pem", "--require-token": "tokens.toml"}
    options = tuple(word for option, name in files.items() for word in (option, str(tmp_path / name)))
    return Shell(tmp_path, options, 'ca_file = "ca.pem"\ntoken = { env = "LAB_TOKEN" }\n')


def test_nothing_acknowledged_is_lost_or_misreported(shell: Shell) -> None:
    with shell.serving() as core:
        assert "accepted" in shell.run("upsert", A, *URI, "--type", "LOOP", "--mo", "00", "--keep")
        assert "accepted" in shell.run("upsert", B, *URI, "--type", "FORK")
        assert "accepted" in shell.run("upsert", C, *URI, "--type", "INGRESS")
        assert "deleted" in shell.run("delete", C)
        before = shell.listed()
        assert json.loads(shell.run("list", "--json")) == list(before.values())
        assert {number: (row["state"], row["kept"]) for number, row in before.items()} == {
            A: ("asserted", True),
            B: ("asserted", False),
        }
        assert end(core, signal.SIGKILL) == -signal.SIGKILL

    # The core is gone: what is known of it is what it had acknowledged, and a change is in doubt.
    assert shell.listed() == before
    failed = shell.run("upsert", B, *URI, "--type", "LOOP", code=3, program=IMPATIENT)
    assert f"upsert of {B} at {shell.address} failed with UNAVAILABLE" in failed
    in_doubt = shell.listed()[B]
    assert (in_doubt["state"], in_doubt["expires_at"]) == ("unknown", before[B]["expires_at"])

    with shell.serving() as core:
        # It still has what it acknowledged, and no more.
        wrong = shell.run("delete", A, "--sip-uri", "sips:other.example.com", code=1)
        assert f"{A} is registered at sips:tas.example.com, not sips:other.example.com" in wrong
        assert f"{C} is not registered" in shell.run("delete", C, *URI, code=1)
        assert "accepted" in shell.run("upsert", B, *URI, "--type", "FALLBACK")
        assert shell.listed()[B]["route_type"] == "FALLBACK"

        with shell.keeping() as keeper:
            assert "keeper    runs" in shell.run("status")
            assert "keeps these registrations already" in shell.run("keep", code=1)
            assert "deleted" in shell.run("delete", A), "beside a keeper"
            assert "accepted" in shell.run("upsert", A, *URI, "--type", "LOOP", "--keep")
            assert end(keeper, signal.SIGKILL) == -signal.SIGKILL
        assert "keeper    does not run" in shell.run("status")

        # A lease that ends soon, as after a night: the next keeper refreshes it, the core's restart beside it.
        _age(shell.folder / "state" / "ledger.sqlite3", A, 3595.0)
        stale = shell.listed()[A]
        with shell.keeping() as keeper:
            wait_for(lambda: bool(shell.listed()[A]["accepted_at"] != stale["accepted_at"]))
            assert end(core, signal.SIGTERM) == 0
            assert end(keeper, signal.SIGTERM) == 0
        assert shell.listed()[A]["state"] == "asserted"

    with shell.serving():
        fleet = "number,sip_uri,route_type\n" + "".join(
            f"+47{number},sips:tas.example.com,LOOP\n" for number in range(10_000_000, 10_000_100)
        )
        (shell.folder / "fleet.csv").write_text(fleet, encoding="utf-8")
        assert shell.run("apply", str(shell.folder / "fleet.csv"), "--prune").endswith("102 done\n")
        states = {number: row["state"] for number, row in shell.listed().items()}
        assert states.pop(C) == "refused", "its second delete"
        assert list(states.values()) == ["asserted"] * 100
        history = json.loads(shell.run("history", B, "--json"))
        assert [event["kind"] for event in history] == ["accepted", "failed", "accepted", "deleted"]
        exported = shell.run("export", "--profile", "lab", "--format", "csv")
        assert len(exported.splitlines()) == 101

    assert shell.run("ledger", "verify") == "the ledger is sound\n"
    assert not any(TOKEN in output for output in shell.outputs)


def test_a_wrong_token_is_exit_1_and_says_so(shell: Shell) -> None:
    if not shell.serve_options:
        return
    with shell.serving():
        said = shell.run("upsert", A, *URI, "--type", "LOOP", code=1, LAB_TOKEN="wrong-one")
        assert "UNAUTHENTICATED" in said
        assert "wrong-one" not in said
        missing = shell.run("upsert", A, *URI, "--type", "LOOP", code=1, LAB_TOKEN="")
        assert "LAB_TOKEN" in missing
        row = shell.listed()[A]
        assert (row["state"], row["accepted_at"]) == ("failed", None)
    assert shell.run("ledger", "verify") == "the ledger is sound\n"


def _age(path: Path, number: str, seconds: float) -> None:
    """Let a number's last acceptance lie back, as if the time had passed."""

    async def work(ledger: Ledger) -> None:
        (known,) = ledger.current(number=E164(number))
        assert known.registration is not None
        at = time.time() - seconds
        request = await ledger.asked(Verb.UPSERT, known.registration, known.target, "lab", "cli", at)
        await ledger.accepted(request, Lease(known.registration, at))

    with Ledger(path) as ledger:
        asyncio.run(work(ledger))
