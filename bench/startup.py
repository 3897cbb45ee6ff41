"""How long commands take to start, beside importing typer alone, measured in turn."""

import subprocess
import sys
import time
from collections.abc import Iterator

from bench.measure import Bound, Measure, Row, show

RUNS = 11
PROGRAM = [sys.executable, "-m", "sipbreakout_tui"]
FLOOR = [sys.executable, "-c", "import typer"]
HELP = Bound("ratio", "≤", 1.5)
HELP_OF_A_COMMAND = Bound("ratio", "≤", 3)
BOUNDS = {
    "--help": HELP,
    "explain --help": HELP_OF_A_COMMAND,
    "hazards --help": HELP_OF_A_COMMAND,
    "list --help": HELP_OF_A_COMMAND,
    "trace --help": HELP_OF_A_COMMAND,
    "explain-rule R4": None,
}
ROWS = tuple(Row(f"`sipbreakout {words}`", "ms", "`import typer`", bound) for words, bound in BOUNDS.items())


def milliseconds(command: list[str]) -> float:
    """Return how long a command takes."""
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=60)
    return 1000 * (time.perf_counter() - began)


def measure() -> Iterator[Measure]:
    """Measure all in turns."""
    commands = [FLOOR, *([*PROGRAM, *words.split()] for words in BOUNDS)]
    runs = [[milliseconds(command) for command in commands] for _ in range(RUNS)]
    floor, *ours = zip(*runs, strict=True)
    for row, taken in zip(ROWS, ours, strict=True):
        yield Measure.of_runs(row, taken, floor)


if __name__ == "__main__":
    show(measure())
