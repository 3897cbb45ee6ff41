"""The terminal UI on a pseudo-terminal, beside a bare Textual app with tabs and a table."""

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.measure import Bound, Measure, Row, show
from bench.terminal import Terminal
from sipbreakout_model import Lease, Registration, RouteType
from sipbreakout_model.registration_text import Entry, TextFormat, format_registrations
from sipbreakout_tui.ledger import Answer, Ledger, Request, Verb

RUNS = 7
REGISTRATIONS = 100_000
BULK = 10_000
ROUNDS = 3
"""What a busy machine disturbs is measured so often, and the median of it is told."""
KEYS = 100
IDLE_SECONDS = 5
DOWN, HOME = "\x1b[B", "\x1b[H"
FILLED = f"{REGISTRATIONS:,}".replace(",", " ")
BARE_APP = "a bare Textual app"
FIRST = Row("terminal UI: start to first text", "ms", BARE_APP, Bound("ratio", "≤", 1.5))
FULL = Row(f"terminal UI: start to {REGISTRATIONS:,} rows", "ms", BARE_APP, Bound("ratio", "≤", 3))
KEY = Row("terminal UI: key to repaint, p95", "ms", BARE_APP, Bound("value", "≤", 16))
KEY_MEDIAN = Row("terminal UI: key to repaint, median", "ms", BARE_APP)
TICK = Row("terminal UI: CPU of the tick of a second", "ms", "", Bound("value", "≤", 10))
IDLE = Row("terminal UI: CPU of an idle second, all threads", "ms")
LETTER = Row("terminal UI: letter of a filter, the slowest", "ms", "", Bound("value", "≤", 60))
BULK_KEY = Row(f"terminal UI: key beside a bulk of {BULK:,}, p95", "ms", "", Bound("value", "≤", 25))
BULK_MEDIAN = Row(f"terminal UI: key beside a bulk of {BULK:,}, median", "ms")
ROWS = (FIRST, FULL, KEY, KEY_MEDIAN, TICK, IDLE, LETTER, BULK_KEY, BULK_MEDIAN)
BARE = """
from textual.app import App
from textual.widgets import DataTable, TabbedContent, TabPane

class Bare(App):
    def compose(self):
        with TabbedContent():
            for name in ("first text", "two", "three"):
                with TabPane(name):
                    yield DataTable()
    def on_mount(self):
        for table in self.query(DataTable):
            table.add_columns("number", "type", "TAS")
            for row in range(30):
                table.add_row(str(row), "LOOP", "sips:tas.example.com")

Bare().run()
"""


def measure() -> Iterator[Measure]:
    """Measure all."""
    with tempfile.TemporaryDirectory() as folder, core() as target:
        state = Path(folder)
        (state / "config.toml").write_text(
            f'version = 1\ndefault = "bench"\n[profiles.bench]\ntarget = "{target}"\nplaintext = true\n', "utf-8"
        )
        (state / "empty").mkdir()
        full = state / "full"
        asyncio.run(fill(full / "ledger.sqlite3", target))
        bulk = state / "bulk.csv"
        bulk.write_text(format_registrations([Entry(each, None) for each in numbers(BULK, 5)], TextFormat.CSV), "utf-8")
        yield from starts(state)
        yield from used(state, full, bulk)


def starts(state: Path) -> Iterator[Measure]:
    """Measure the start, each kind in turn."""
    bare, first, filled = [], [], []
    for _ in range(RUNS):
        with Terminal([sys.executable, "-c", BARE], {}) as terminal:
            bare.append(terminal.until("first text"))
        with ours(state, state / "empty") as terminal:
            first.append(terminal.until("sipbreakout"))
        with ours(state, state / "full") as terminal:
            filled.append(terminal.until(FILLED))
    for row, seconds in ((FIRST, first), (FULL, filled)):
        ours_ms, bare_ms = ([1000 * each for each in runs] for runs in (seconds, bare))
        yield Measure.of_runs(row, ours_ms, bare_ms)


def used(state: Path, full: Path, bulk: Path) -> Iterator[Measure]:
    """Measure keys, letters and ticks of one run."""
    with Terminal([sys.executable, "-c", BARE], {}) as terminal:
        terminal.until("first text")
        terminal.rest()
        terminal.press("\t")
        bare = at_95_and_50([[terminal.answer(DOWN) for _ in paced(terminal)] for _ in range(ROUNDS)])
    with ours(state, full) as terminal:
        terminal.until(FILLED)
        time.sleep(3)
        terminal.rest()
        terminal.press(HOME)
        terminal.rest()
        rounds = [
            [terminal.answer(DOWN, shown(KEYS * past + row + 1)) for row in paced(terminal)] for past in range(ROUNDS)
        ]
        for row, value, floor in zip((KEY, KEY_MEDIAN), at_95_and_50(rounds), bare, strict=True):
            yield Measure(row, value, floor, value / floor)
        idle = [seconds_of_cpu(terminal) for _ in range(ROUNDS)]
        for row, seconds in zip((TICK, IDLE), zip(*idle, strict=True), strict=True):
            yield Measure.of_runs(row, [1000 * each for each in seconds])
        yield Measure.of_runs(LETTER, [1000 * max(letters(terminal)) for _ in range(ROUNDS)])
        terminal.press("i")
        terminal.rest()
        terminal.press(f"{bulk}\r")
        terminal.until(f"Send {BULK}")
        terminal.rest()
        terminal.press("\r")
        terminal.until("done")
        terminal.press("b")
        terminal.until("+47 40")
        terminal.press(HOME)
        terminal.until(shown(0))
        rounds = [
            [terminal.answer(DOWN, shown(KEYS * past + row + 1)) for row in paced(terminal, quiet=False)]
            for past in range(ROUNDS)
        ]
        for row, value in zip((BULK_KEY, BULK_MEDIAN), at_95_and_50(rounds), strict=True):
            yield Measure(row, value)


def letters(terminal: Terminal) -> Iterator[float]:
    """Type filters, and yield the seconds that each letter takes."""
    for word in ("example", "loop 11", "!fork"):
        terminal.press("/")
        terminal.rest()
        for letter in word:
            yield terminal.answer(letter, " of ")
            terminal.rest()
        terminal.press("\x1b")
        terminal.rest()


def seconds_of_cpu(terminal: Terminal) -> tuple[float, float]:
    """Return the CPU of a second in which nobody does anything: of what draws the screen, and of all threads."""
    before = terminal.cpu()
    end = time.perf_counter() + IDLE_SECONDS
    while time.perf_counter() < end:
        terminal.rest()
    drawing, everything = (now - then for now, then in zip(terminal.cpu(), before, strict=True))
    return drawing / IDLE_SECONDS, everything / IDLE_SECONDS


def paced(terminal: Terminal, *, quiet: bool = True) -> Iterator[int]:
    """Yield once a key, at odd moments of the screen's own rhythm."""
    for key in range(KEYS):
        if quiet and key % 10 == 0:
            terminal.rest()
        time.sleep(0.02 + key % 7 * 0.003)
        yield key


def shown(row: int) -> str:
    """Return how the number of a row is written: a row is drawn when the cursor comes to it."""
    return f"+47 40 {row // 10_000:02} {row // 100 % 100:02} {row % 100:02}"


def ours(state: Path, folder: Path) -> Terminal:
    """Return the terminal UI on a state folder."""
    environment = {"SIPBREAKOUT_CONFIG": str(state / "config.toml"), "SIPBREAKOUT_STATE_DIR": str(folder)}
    return Terminal([sys.executable, "-m", "sipbreakout_tui"], environment)


@contextmanager
def core() -> Iterator[str]:
    """Run an embedded core in a process of its own, and yield where it listens."""
    command = [sys.executable, "-m", "sipbreakout_tui", "serve", "--listen", "127.0.0.1:0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None  # noqa: S101 - a pipe was asked for
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()


def numbers(count: int, series: int) -> Iterator[Registration]:
    """Yield registrations of all types at many TASes."""
    kinds = list(RouteType)
    for index in range(count):
        uri = f"sips:tas{index % 50}.example.com"
        yield Registration.parse(f"+47{series}{index:07}", uri, kinds[index % len(kinds)].name, "", "")


async def fill(path: Path, target: str) -> None:
    """Write a ledger of many registrations."""
    path.parent.mkdir()
    with Ledger(path) as ledger:
        now = time.time()
        wanted = list(numbers(REGISTRATIONS, 4))
        for start in range(0, REGISTRATIONS, 5_000):
            part = wanted[start : start + 5_000]
            requests = [Request(Verb.UPSERT, each, target, "bench", "bench", now - 60) for each in part]
            ids = await ledger.asked_many(requests)
            leases = [Lease(each, now - 60 - index % 3_000, 3_600.0) for index, each in enumerate(part)]
            answers = [Answer.accepted(id_, lease, 0.002) for id_, lease in zip(ids, leases, strict=True)]
            await ledger.answered_many(answers)


def at_95_and_50(rounds: list[list[float]]) -> tuple[float, float]:
    """Return the 95th percentile (ms) and the median of the keys of a round, each as the median of all rounds."""
    cuts = [statistics.quantiles(seconds, n=20) for seconds in rounds]
    return 1000 * statistics.median(cut[-1] for cut in cuts), 1000 * statistics.median(cut[9] for cut in cuts)


if __name__ == "__main__":
    os.environ.pop("NO_COLOR", None)
    show(measure())
