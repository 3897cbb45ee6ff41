"""A tour with secrets of every kind: none of them is in any output, log, file of the state folder or picture."""

import asyncio
import base64
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from sipbreakout_tui.cli.running import run
from sipbreakout_tui.core import BlockingCore
from sipbreakout_tui.tui.terminal.crash import report_crash
from tests.rpc.fake_token_endpoint import CLIENT_ID, CLIENT_SECRET, TokenEndpoint, answer, granted, token_endpoint

SECRETS = {
    "env": "t0ken+of/the~environment==",
    "file": "t0ken.of-the+file/4711",
    "command": "t0ken_of+the/command.0815",
    "oauth": "t0ken-gr4nted/by+the.endpoint=",
    "wrong": "t0ken.that+nobody/knows",
    "client": CLIENT_SECRET,
}
NUMBER = "+4711111111"
UPSERT = ("upsert", NUMBER, "--sip-uri", "sips:tas.example.com", "--type", "LOOP")


def forms(secret: str) -> set[str]:
    """Return the spellings in which a secret may stand somewhere."""
    plain = secret.encode()
    basic = f"{CLIENT_ID}:{secret}".encode(), f"{quote_plus(CLIENT_ID)}:{quote_plus(secret)}".encode()
    encoded = {base64.b64encode(part).decode().rstrip("=") for part in (plain, *basic)}
    encoded |= {base64.urlsafe_b64encode(plain).decode().rstrip("="), plain.hex()}
    quoted = {quote(secret, safe=""), quote_plus(secret), quote(secret, safe="").lower()}
    as_text = {json.dumps(secret)[1:-1], repr(secret)[1:-1], repr(plain)[2:-1]}
    return {secret, *encoded, *quoted, *as_text}


def leaks(text: str) -> list[str]:
    """Return the names of the secrets that are in a text."""
    return sorted(name for name, secret in SECRETS.items() if any(form in text for form in forms(secret)))


def files_of(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield str(path.relative_to(folder)), path.read_bytes().decode("utf-8", "replace")


@contextmanager
def endpoint(*answers: bytes) -> Iterator[TokenEndpoint]:
    """Serve a token endpoint from a thread."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    serving = token_endpoint(*answers)
    try:
        yield asyncio.run_coroutine_threadsafe(serving.__aenter__(), loop).result(10)
        asyncio.run_coroutine_threadsafe(serving.__aexit__(None, None, None), loop).result(10)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def write_private(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    path.chmod(0o600)
    return path


class Tour:
    """Somebody who runs commands, and everything that these said."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.said: list[str] = []
        self._capture = capture

    def run(self, *arguments: str, code: int = 0) -> str:
        self._capture.readouterr()
        ended = run(["-v", "--log-file", str(self.folder / "log.txt"), *arguments])
        said = "".join(self._capture.readouterr())
        self.said.append(said)
        assert ended == code, (arguments, said)
        return said


@pytest.fixture
def tour(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Tour:
    """The folder `seen` is what is searched; what has to hold secrets is beside it."""
    seen = tmp_path / "seen"
    seen.mkdir()
    monkeypatch.setenv("SIPBREAKOUT_STATE_DIR", str(seen / "state"))
    (seen / "config.toml").write_text("version = 1\n", encoding="utf-8")
    monkeypatch.setenv("SIPBREAKOUT_CONFIG", str(seen / "config.toml"))
    monkeypatch.delenv("SIPBREAKOUT_PROFILE", raising=False)
    for name in ("env", "wrong", "client"):
        monkeypatch.setenv(f"SECRET_{name.upper()}", SECRETS[name])
    return Tour(seen, capsys)


def configure(tour: Tour, core: str, good: str, bad: str) -> None:
    private = tour.folder.parent
    file = write_private(private / "token", SECRETS["file"])
    told = write_private(private / "told", SECRETS["command"])
    command = json.dumps([sys.executable, "-c", "import sys; print(open(sys.argv[1]).read())", str(told)])
    auth = {
        "env": 'token = { env = "SECRET_ENV" }',
        "file": f"token = {{ file = {json.dumps(str(file))} }}",
        "command": f"token = {{ command = {command} }}",
        "wrong": 'token = { env = "SECRET_WRONG" }',
        **{
            name: f'token_url = "{url}"\nclient_id = "{CLIENT_ID}"\nclient_secret = {{ env = "SECRET_CLIENT" }}'
            for name, url in (("oauth", good), ("barred", bad))
        },
    }
    profiles = "".join(
        f'[profiles.{name}]\ntarget = "{core}"\nplaintext = true\n{lines}\n' for name, lines in auth.items()
    )
    (tour.folder / "config.toml").write_text(f'version = 1\ndefault = "env"\n{profiles}', "utf-8")


def test_no_secret_is_anywhere(tour: Tour, tmp_path: Path) -> None:
    known = (SECRETS[name] for name in ("env", "file", "command", "oauth"))
    tokens = "".join(
        f'[[token]]\ntoken = "{each}"\nkind = "client"\nscopes = ["call.routing:write"]\n' for each in known
    )
    basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
    echo = answer(
        401, json.dumps({"error": "invalid_client", "error_description": f"{CLIENT_SECRET} {basic} is wrong"})
    )
    with (
        BlockingCore(tokens=write_private(tmp_path / "tokens.toml", tokens)) as core,
        endpoint(granted(SECRETS["oauth"])) as good,
        endpoint(echo) as bad,
    ):
        configure(tour, core.address, good.url, bad.url)
        for name in ("env", "file", "command", "oauth"):
            assert "accepted" in tour.run(*UPSERT, "--profile", name, "--show-grpcurl")
        assert "UNAUTHENTICATED" in tour.run(*UPSERT, "--profile", "wrong", code=1)
        assert "401" in tour.run(*UPSERT, "--profile", "barred", code=1)
        assert len(good.asked) == 1
        tour.run("delete", NUMBER)
        tour.run("undo")
        tour.run("config", "show")
        tour.run("config", "check")
        for command in (["list", "--json"], ["history", NUMBER, "--json"], ["status"], ["show", NUMBER]):
            tour.run(*command)
        tour.run("ledger", "export", "-o", str(tour.folder / "export.jsonl"))
        for place in ("journal", "registrations"):
            tour.run("screenshot", place, "-o", str(tour.folder / f"{place}.svg"))
    tour.said.append(report_crash(RuntimeError(" and ".join(SECRETS.values())), "call"))

    assert [(said, leaks(said)) for said in tour.said if leaks(said)] == []
    files = dict(files_of(tour.folder))
    assert {name: leaks(text) for name, text in files.items() if leaks(text)} == {}
    # What was searched is what it should be.
    assert "got a token from http://127.0.0.1" in files["log.txt"]
    assert "UNAUTHENTICATED" in files["export.jsonl"]
    assert files["journal.svg"].startswith("<svg")
    assert any(name.startswith("state/crashes/crash-") and "(hidden)" in text for name, text in files.items())
    assert "state/ledger.sqlite3" in files


@pytest.mark.parametrize("name", SECRETS)
def test_the_search_finds_every_spelling(name: str) -> None:
    for form in forms(SECRETS[name]):
        assert name in leaks(f"Bearer {form},")
