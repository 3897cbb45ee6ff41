"""What docs/ledger.md and docs/profiles.md quote is what the program says, apart from times, paths and processes."""

import asyncio
import re
import shlex
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
import trustme

from sipbreakout_model import Registration
from sipbreakout_tui.cli.running import run
from sipbreakout_tui.keeper.lock import KeeperLock
from sipbreakout_tui.ledger import Ledger, Verb
from sipbreakout_tui.services.registrations.keeping import LOCK_NAME
from tests.docs.pages import ROOT, Block, blocks, pages
from tests.store.small_disk import read_only, small_disk

LEDGER, PROFILES = (ROOT / "docs" / name for name in ("ledger.md", "profiles.md"))
NUMBER = "+4711111111"
CORE = "127.0.0.1:50051"
"""The core of the profile embedded."""

PAGE_FOLDER = "/home/me/.local/state/sipbreakout"
"""Where the ledger is on the page."""

HELD = {"architecture.md": 1, "ledger.md": 6, "profiles.md": 3}
"""How many blocks stand by themselves on the pages written by hand: here and beside this each is held to account."""

GENERATED = frozenset(("diagnosis.md", "gallery.md", "rules.md"))

Say = Callable[..., str]


@pytest.fixture
def say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Run the program with settings of its own; return what it printed."""
    monkeypatch.setenv("SIPBREAKOUT_STATE_DIR", str(tmp_path / "state"))
    (tmp_path / "config.toml").write_text("version = 1\n", encoding="utf-8")
    monkeypatch.setenv("SIPBREAKOUT_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.delenv("SIPBREAKOUT_PROFILE", raising=False)

    def call(*words: str, code: int = 0) -> str:
        capsys.readouterr()
        assert run(words) == code
        return "".join(capsys.readouterr())

    return call


@pytest.fixture
def in_doubt(say: Say, tmp_path: Path) -> Path:
    """A ledger with a request that has no answer, as a process that was killed leaves it."""
    path = tmp_path / "state" / "ledger.sqlite3"
    wanted = Registration.parse(NUMBER, "sips:tas.example.com", "LOOP")
    with Ledger(path, clock=lambda: time.time() - 60) as ledger:
        asyncio.run(ledger.asked(Verb.UPSERT, wanted, CORE, "embedded", "cli"))
    return path


def alone(page: Path) -> list[Block]:
    """Return the blocks `text` that show the output of no block above."""
    found = blocks(page)
    shown = [
        after
        for before, after in pairwise(found)
        if before.language in ("sh", "python") and after.shows_output_of(before)
    ]
    return [block for block in found if block.language == "text" and block not in shown]


def quoted(page: Path, words: str) -> str:
    """Return the one such block that has these words."""
    (found,) = [block.text for block in alone(page) if words in block.text]
    return found


def test_every_block_by_itself_is_held_to_account() -> None:
    by_hand = [page for page in pages() if page.name not in GENERATED]
    assert {page.name: len(alone(page)) for page in by_hand if alone(page)} == HELD


def test_doubt(say: Say, in_doubt: Path) -> None:
    assert say("list") == quoted(LEDGER, "known from")
    when = re.compile(r"^\S+ \S+")
    assert when.sub("", say("history", NUMBER, "--utc")) == when.sub("", quoted(LEDGER, "no answer recorded"))


def test_a_second_keeper(say: Say, in_doubt: Path) -> None:
    page = re.sub(r"process \d+", "process N", quoted(LEDGER, "keeps these registrations already"))
    with KeeperLock(in_doubt.with_name(LOCK_NAME)):
        assert re.sub(r"process \d+", "process N", say("keep", "--profile", "embedded", code=1)) == page


def test_a_full_disk(say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with small_disk(tmp_path / "disk", "limit") as disk:
        monkeypatch.setenv("SIPBREAKOUT_STATE_DIR", str(disk.folder))
        say("list")
        with disk.full():
            said = say("list", code=1)
    assert said.replace(str(disk.folder), PAGE_FOLDER) == quoted(LEDGER, "disk is full")


def test_a_ledger_that_may_not_be_written(say: Say, in_doubt: Path) -> None:
    with read_only(in_doubt):
        said = say("upsert", NUMBER, "--sip-uri", "sips:tas.example.com", "--type", "LOOP", code=1)
    assert said.replace(str(in_doubt.parent), PAGE_FOLDER) == quoted(LEDGER, "may not be written")


def test_a_damaged_ledger_and_another_file(say: Say, in_doubt: Path) -> None:
    content = in_doubt.read_bytes()
    said = []
    for damage in (content[: len(content) // 2 + 100], b"no ledger\n" * 2000):
        in_doubt.write_bytes(damage)
        said.append(say("list", code=1))
    assert "".join(said).replace(str(in_doubt.parent), PAGE_FOLDER) == quoted(LEDGER, "is damaged")


CHANGES = (
    ("upsert {} --sip-uri sips:tas.example.com --type LOOP --profile watch --yes", NUMBER, 1),
    ("upsert {} --sip-uri sips:tas.example.com --type LOOP --profile one-phone --yes", "+4722222222", 1),
    ("upsert {} --sip-uri sips:tas.example.com --type LOOP --profile pilot --yes", NUMBER, 1),
    ("upsert {} --sip-uri sips:tas.example.com --type LOOP --profile pilot", NUMBER, 2),
)
"""Each with its number and exit code, in the order of the page. None reaches a core."""


def test_changes_that_are_not_sent(say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (text,) = [block.text for block in blocks(PROFILES) if block.text.startswith("version = 1")]
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "pilot-ca.pem"))
    monkeypatch.delenv("PILOT_TOKEN", raising=False)
    monkeypatch.setattr("sys.stdin", None)
    said = [say(*shlex.split(words.format(number)), code=code) for words, number, code in CHANGES]
    assert "".join(said) == quoted(PROFILES, "was not sent")
