"""Lost cores, wrong tokens, full disks, small terminals and very many registrations end in a usable screen."""

import os
import re
import resource
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from sipbreakout_model import Lease, Registration
from sipbreakout_tui.core import EmbeddedCore
from sipbreakout_tui.ledger import Answer, Ledger, Request, Verb
from sipbreakout_tui.services.registrations.live import CoreState
from tests.tui.driving import NOW, Driver, StandingClock, running, screen_lines
from tests.tui.hard import PLACES, assert_usable, configure, keys_here, lab, nobody, state, tap, to_place
from tests.tui.tracing import said

NUMBER, URI = "+4711111111", "sips:tas.example.com"
MANY = 100_000
CHANGES = ("add", "edit", "delete", "refresh", "keep", "undo", "import", "apply")
"""Words of the last line that tell of a change."""


async def add(driver: Driver, number: str = NUMBER) -> None:
    """Go to the registrations, and send the form for a new number."""
    await to_place(driver, "registrations")
    await driver.press("a")
    await tap(driver, *number)
    await driver.press("tab")
    await driver.until(lambda: driver.app.focused is not None and driver.app.focused.id == "sip_uri", "the next field")
    await tap(driver, *URI)
    await driver.press("enter")


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_read_only_offers_and_does_no_change(size: tuple[int, int]) -> None:
    async with running(read_only=True, size=size) as driver:
        version = driver.live.ledger.version()
        for name, key in PLACES.items():
            await to_place(driver)
            await driver.press(key)
            if name == "trace":
                await driver.until(lambda: "session-id-lost" in driver.text(), "the capture is read")
            text = driver.text()
            assert "read-only" in text or "read only" in text, text
            last = text.splitlines()[-1].split()
            assert not set(CHANGES) & set(last), last
            for pressed in ("a", "e", "d", "r", "K", "u", "i", "delete"):
                await tap(driver, pressed)
                assert not re.search(r"Delete the|Undo the last change|─ Add|─ Edit", driver.text()), driver.text()
                await to_place(driver)
        assert driver.live.ledger.version() == version
        await driver.press("?")
        await driver.until(lambda: "Keys in" in driver.text(), "help opens")
        assert not re.search(r"│ +[deraKui] +(Delete|Edit|Refresh|Add|Keep|Undo|Import)", driver.text())
        await assert_usable(driver)


async def test_read_only_offers_no_change_in_the_palette_or_for_a_found_fix() -> None:
    async with running(read_only=True) as driver:
        await driver.press("ctrl+p")
        for word in ("delete", "refresh", "undo", "import"):
            await tap(driver, *word)
            await driver.settle()
            hits = [line for line in screen_lines(driver.app) if re.search(rf"\b{word}\b", line.lower())]
            assert len(hits) <= 1, hits  # what was typed itself
            await tap(driver, *["backspace"] * len(word))
        await to_place(driver)
        await driver.press("3")
        await driver.until(lambda: "session-id-lost" in driver.text(), "the capture is read")
        await driver.press("f")
        await driver.press("enter")
        assert "Edit the registration" not in driver.text()
        await assert_usable(driver)


async def test_a_core_that_is_lost_and_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sipbreakout_tui.rpc.attempts.BUDGET", 0.5)
    async with EmbeddedCore(clock=StandingClock()) as core:
        address = core.address
        configure(tmp_path, monkeypatch, address)
        async with lab() as driver:
            await driver.until(lambda: state(driver) is CoreState.SERVING, "the core serves")
            await add(driver)
            await driver.until(lambda: "LOOP" in driver.text() and "in force 1" in driver.text(), "it is added")

            await core.stop(0)
            await driver.press("r")
            await driver.until(lambda: state(driver) is CoreState.AWAY, "the core is missed")
            await driver.until(lambda: "● serving" not in driver.text().splitlines()[0], "the header says so")
            await driver.until(lambda: any("UNAVAILABLE" in words for words in said(driver)), "a message says so")

            await driver.press("d", "y")
            await driver.until(lambda: len(driver.live.rows) == 1, "the row stays")
            await assert_usable(driver)
            await add(driver, "+4722222222")
            await driver.until(lambda: re.search(r"│ ✖ .*upsert of \+4722222222", driver.text()), "the form says so")
            await to_place(driver, "registrations")
            assert "LOOP" in driver.text()
            await assert_usable(driver)

            async with EmbeddedCore(clock=driver.clock, listen=address):
                await to_place(driver, "registrations")
                await driver.until(lambda: "serving" in driver.text().splitlines()[0], "the core is found again")
                await add(driver, "+4733333333")
                await driver.until(lambda: re.search(r"● +\+47 33", driver.text()), "it is added")
                await assert_usable(driver)


async def test_a_token_that_the_core_does_not_know(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = tmp_path / "tokens.toml"
    tokens.write_text(
        '[[token]]\ntoken = "secret-of-another"\nkind = "client"\nscopes = ["call.routing:write"]\n', "utf-8"
    )
    tokens.chmod(0o600)
    monkeypatch.setenv("LAB_TOKEN", "an-expired-secret")
    async with EmbeddedCore(clock=StandingClock(), tokens=tokens) as core:
        configure(tmp_path, monkeypatch, core.address, 'token = { env = "LAB_TOKEN" }\n')
        async with lab() as driver:
            await add(driver)
            await driver.until(lambda: state(driver) is CoreState.UNAUTHORISED, "the core lets nobody in")
            await driver.until(lambda: "authoris" in driver.text().splitlines()[0], "the header says so")
            assert "Add" in driver.text(), "what was typed is still there"
            assert "an-expired-secret" not in driver.text()
            await assert_usable(driver)


async def test_a_token_that_is_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LAB_TOKEN", raising=False)
    async with EmbeddedCore(clock=StandingClock()) as core:
        configure(tmp_path, monkeypatch, core.address, 'token = { env = "LAB_TOKEN" }\n')
        async with lab() as driver:
            await add(driver)
            await driver.until(lambda: "LAB_TOKEN" in driver.text(), "a message names the variable")
            await assert_usable(driver)


def test_a_disk_that_is_full(tmp_path: Path) -> None:
    pytest.importorskip("pty", reason="no pseudo-terminals here")
    if not hasattr(resource, "prlimit"):
        pytest.skip("the limits of another process can be set on Linux only")
    from tests.tui.in_pty import SECONDS, in_pty
    from tests.tui.test_end_to_end import ENTER, ESCAPE, SIZE, TAB, Seen, core

    with core() as target:
        config = tmp_path / "config.toml"
        config.write_text(
            f'version = 1\ndefault = "lab"\n[profiles.lab]\ntarget = "{target}"\nplaintext = true\n', "utf-8"
        )
        environment = {"SIPBREAKOUT_CONFIG": str(config), "SIPBREAKOUT_STATE_DIR": str(tmp_path / "state")}
        with in_pty(environment=environment, size=SIZE) as program:
            seen = Seen(program)
            seen.until("● serving")
            seen.press("a")
            seen.until("Add a registration")
            seen.press(NUMBER, TAB, URI, ENTER)
            seen.until(lambda text: "in force 1" in text and "Add a registration" not in text)

            _, hard = resource.prlimit(program.process.pid, resource.RLIMIT_FSIZE)
            resource.prlimit(program.process.pid, resource.RLIMIT_FSIZE, (0, hard))
            seen.press("a")
            seen.until("Add a registration")
            seen.press("+4733333333", TAB, URI, ENTER)
            seen.until(lambda text: re.search(r"disk|full|space|too large|cannot write", text))
            seen.press(ESCAPE, ESCAPE)
            seen.until("last answer")
            for key, holds in (("3", "capture"), ("5", "latency"), ("2", "esc to"), ("1", "last answer")):
                seen.press(*([ESCAPE] if key == "1" else []), key)
                seen.until(holds)

            resource.prlimit(program.process.pid, resource.RLIMIT_FSIZE, (hard, hard))
            done = subprocess.run(
                [sys.executable, "-m", "sipbreakout_tui", "delete", "+4733333333", "--sip-uri", URI],
                env={**os.environ, **environment},
                capture_output=True,
                text=True,
                timeout=SECONDS,
                check=False,
            )
            assert done.returncode == 1, "nothing was sent that was not written down\n" + done.stdout + done.stderr
            seen.press("a")
            seen.until("Add a registration")
            seen.press("+4744444444", TAB, URI, ENTER)
            seen.until(lambda text: re.search(r"● +\+47 44", text))
            seen.press("q")
            program.until(b"\x1b[?1049l")
            assert program.end() == 0
            program.assert_restored()


@asynccontextmanager
async def many(folder: Path, monkeypatch: pytest.MonkeyPatch, count: int = MANY) -> AsyncIterator[Driver]:
    """Run the app on a ledger of many registrations, and without a core."""
    with nobody() as target:
        configure(folder, monkeypatch, target)
        await fill(target, count)
        async with lab() as driver:
            await driver.until(lambda: len(driver.live.rows) == count, "all are shown")
            yield driver


def plain(driver: Driver) -> str:
    """Return the screen with narrow spaces as spaces."""
    return re.sub(r"[\u00a0\u2009\u202f]", " ", driver.text())


async def fill(target: str, count: int) -> None:
    types = ("LOOP", "LOOP_MT", "FORK", "FALLBACK")
    with Ledger(clock=StandingClock()) as ledger:
        wanted = [
            Registration.parse(f"+474{index:07}", f"sips:tas{index % 50}.example.com", types[index % 4], "", "")
            for index in range(count)
        ]
        requests = [Request(Verb.UPSERT, each, target, "test", "test", NOW - 60) for each in wanted]
        ids = await ledger.asked_many(requests)
        await ledger.answered_many(
            Answer.accepted(id_, Lease(each, NOW - 60 - index % 3000, 3600.0), 0.002)
            for index, (id_, each) in enumerate(zip(ids, wanted, strict=True))
        )


async def test_a_hundred_thousand_registrations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with many(tmp_path, monkeypatch) as driver:
        await driver.until(lambda: "100 000 of 100 000" in plain(driver), "all are counted")
        await driver.press("end")
        assert "+47 40 09 99 99" in driver.text()
        await driver.press("pageup", "home", "pagedown", "home")
        assert "+47 40 00 00 00" in driver.text()
        top = next(y for y, line in enumerate(screen_lines(driver.app)) if "last answer" in line)
        header = screen_lines(driver.app)[top]
        for word in ("type", "TAS", "lives", "kept", "last answer", "number"):
            await driver.pilot.click(offset=(header.index(word), top))
            await driver.until(
                lambda word=word: re.search(rf"{word} ?[▲▼]", screen_lines(driver.app)[top]),  # type: ignore[misc]
                f"it is sorted by {word}",
            )
        await driver.press("/")
        for typed in ("t", "tas7.", "tas7.example", "tas7.example 400999"):
            await driver.type(typed[len(driver.app.focused.value) :])  # type: ignore[union-attr]
        await driver.until(lambda: " 2 of 100 000" in plain(driver), "the filter holds")
        await driver.press("escape")
        await to_place(driver, "registrations")
        await driver.until(lambda: "100 000 of 100 000" in plain(driver), "the filter is gone")
        await driver.press("ctrl+a")
        await driver.until(lambda: "100 000 marked" in plain(driver), "all are marked")
        await driver.press("d")
        await driver.until(lambda: "Delete" in driver.text(), "it asks")
        assert re.search(r"100.?000", driver.text().split("─ Delete")[1])
        await driver.press("y", "enter")  # not the count
        assert "Delete" in driver.text()
        await driver.press("escape")
        await assert_usable(driver)
        assert len(driver.live.rows) == MANY


STATES = (
    ("registrations", ()),
    ("call", ()),
    ("trace", ()),
    ("hazards", ()),
    ("journal", ()),
    ("registrations", ("a",)),
    ("registrations", ("ctrl+a", "d")),
    ("call", ("w",)),
    ("call", ("k",)),
    ("trace", ("g", "enter")),
    ("trace", ("m",)),
    ("trace", ("f",)),
    ("hazards", ("f",)),
    ("registrations", ("?",)),
    ("registrations", ("P",)),
)


async def test_a_terminal_made_small_and_large_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    big = (120, 36)
    monkeypatch.setenv("SIPBREAKOUT_CONFIG", str(tmp_path / "config.toml"))
    async with running(size=big) as driver:
        await driver.press("escape", "3")
        await driver.until(lambda: "session-id-lost" in driver.text(), "the capture is read")
        for name, keys in STATES:
            await to_place(driver, name)
            await driver.press(*keys)
            before = driver.text()
            for size in ((40, 12), big):
                await driver.pilot.resize_terminal(*size)
                assert driver.app._exception is None, (name, keys, size)
                if size == (40, 12):
                    small = driver.text()
                    assert len(small.splitlines()) <= 12
                    assert small.strip()
            await driver.until(lambda before=before: driver.text() == before, f"{name} {keys} as before:\n{before}")  # type: ignore[misc]
        await assert_usable(driver)


async def test_a_small_terminal_is_usable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with running(size=(40, 12)) as driver:
        await driver.press("escape", "end")
        assert "+61 491 570 156" in driver.text()
        await driver.press("a")
        await driver.type("+4755555555")
        await driver.press("tab")
        await driver.type(URI)
        await driver.press("enter")
        await driver.until(lambda: driver.live.row("+4755555555"), "it is added")
        await to_place(driver, "registrations")
        await driver.press("d")
        await driver.until(lambda: "Delete" in driver.text(), "the question is seen")
        await driver.press("y")
        await driver.until(lambda: len([1 for row in driver.live.rows if row.state(NOW) == "deleted"]) == 2, "deleted")
        await driver.press("3")
        await driver.until(lambda: "brought the" in driver.text(), "the verdict is seen")


async def test_keys_before_anything_is_loaded() -> None:
    from sipbreakout_tui.tui.app import SipBreakoutApp
    from sipbreakout_tui.tui.options import Options

    app = SipBreakoutApp(Options(demo=True, clock=StandingClock()))
    try:
        async with app.run_test(size=(120, 36)) as pilot:
            driver = Driver(app, pilot, StandingClock())
            for key in PLACES.values():
                await tap(driver, key)
                for each in keys_here(driver):
                    await tap(driver, each, "escape")
                await to_place(driver)
            await driver.until(lambda: app.live is not None, "the demo is open")
            await assert_usable(driver)
    finally:
        await app.close()


@pytest.mark.skipif(not hasattr(signal, "SIGWINCH"), reason="no terminals that change their size here")
def test_keys_typed_while_the_program_starts() -> None:
    pytest.importorskip("pty", reason="no pseudo-terminals here")
    from tests.tui.in_pty import in_pty
    from tests.tui.test_end_to_end import ESCAPE, Seen

    with in_pty("demo") as program:
        program.until(b"\x1b[?1049h")
        program.press(b"3f2wx51/dau\x1b[B\x1b[Ay?")
        program.until(b"serving")
        Seen(program, (100, 30)).press(*[ESCAPE] * 4, "q")
        assert program.end() == 0
        program.assert_restored()


def test_quitting_while_a_dialog_is_being_opened(tmp_path: Path) -> None:
    pytest.importorskip("pty", reason="no pseudo-terminals here")
    from tests.tui.in_pty import in_pty
    from tests.tui.test_end_to_end import ESCAPE, Seen

    environment = {"SIPBREAKOUT_STATE_DIR": str(tmp_path)}
    with in_pty("demo", environment=environment) as program:
        seen = Seen(program, (100, 30))
        seen.until("Press 3")
        program.press(b"3")
        program.press(b"f")
        program.press(b"q")  # for the program, or for the dialog, which does not know it
        while program.process.poll() is None and "What puts it right" not in seen.text():
            pass
        if program.process.poll() is None:
            seen.press(ESCAPE, "q")
        assert program.end() == 0
        program.assert_restored()
