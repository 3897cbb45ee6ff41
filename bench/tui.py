"""The terminal UI on a pseudo-terminal, beside a bare Textual app with tabs and a table.

Bounds: start to first text 1.5 x the bare app; with 100,000 registrations start to filled 3 x, a key to its repaint
16 ms (p95), a letter of a filter 60 ms, the tick of each second 10 ms of CPU; beside a bulk upsert of 10,000 a key
25 ms (p95).
"""

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


def main() -> None:
    """Measure all, and print each with its bound."""
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
        starts(state)
        used(state, full, bulk)


def starts(state: Path) -> None:
    """Measure the start, each kind in turn."""
    bare, first, filled = [], [], []
    for _ in range(RUNS):
        with Terminal([sys.executable, "-c", BARE], {}) as terminal:
            bare.append(terminal.until("first text"))
        with ours(state, state / "empty") as terminal:
            first.append(terminal.until("sipbreakout"))
        with ours(state, state / "full") as terminal:
            filled.append(terminal.until(FILLED))
    floor = statistics.median(bare)
    say("bare app, start to first text", floor, floor, None)
    say("start to first text", statistics.median(first), floor, 1.5)
    say(f"start to {FILLED} rows", statistics.median(filled), floor, 3)


def used(state: Path, full: Path, bulk: Path) -> None:
    """Measure keys, letters and ticks of one run."""
    with Terminal([sys.executable, "-c", BARE], {}) as terminal:
        terminal.until("first text")
        terminal.rest()
        terminal.press("\t")
        rounds = [[terminal.answer(DOWN) for _ in paced(terminal)] for _ in range(ROUNDS)]
        say_keys("bare app, key to repaint", rounds, None)
    with ours(state, full) as terminal:
        terminal.until(FILLED)
        time.sleep(3)
        terminal.rest()
        terminal.press(HOME)
        terminal.rest()
        rounds = [
            [terminal.answer(DOWN, shown(KEYS * past + row + 1)) for row in paced(terminal)] for past in range(ROUNDS)
        ]
        say_keys("key to repaint", rounds, 16)
        idle = [seconds_of_cpu(terminal) for _ in range(ROUNDS)]
        tick, all_threads = (statistics.median(each) * 1000 for each in zip(*idle, strict=True))
        print(f"{'CPU of a tick':<44} {tick:7.1f} ms  bound 10  (with the look at the ledger {all_threads:.1f})")
        letters = []
        for word in ("example", "loop 11", "!fork"):
            terminal.press("/")
            terminal.rest()
            for letter in word:
                letters.append(terminal.answer(letter, " of "))
                terminal.rest()
            terminal.press("\x1b")
            terminal.rest()
        worst = max(letters)
        print(f"{'letter of a filter, the slowest':<44} {worst * 1000:7.1f} ms  bound 60")
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
        say_keys(f"key beside a bulk upsert of {BULK:,}", rounds, 25)


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


def say(what: str, seconds: float, floor: float, bound: float | None) -> None:
    """Print a time beside the floor."""
    end = "" if bound is None else f"  × {seconds / floor:.2f}  bound {bound:g}"
    print(f"{what:<44} {seconds * 1000:7.1f} ms{end}")


def say_keys(what: str, rounds: list[list[float]], bound: float | None) -> None:
    """Print the 95th percentile and the median of the keys of a round, each as the median of all rounds."""
    p95, middle = (
        statistics.median(statistics.quantiles(seconds, n=20)[at] for seconds in rounds) * 1000 for at in (-1, 9)
    )
    end = "" if bound is None else f"  bound {bound:g}"
    print(f"{what:<44} {p95:7.1f} ms p95, median {middle:.1f} ms{end}")


if __name__ == "__main__":
    os.environ.pop("NO_COLOR", None)
    main()
