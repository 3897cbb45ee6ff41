"""How long the command line takes to start, beside importing typer alone, measured in turn."""

import statistics
import subprocess
import sys
import time

RUNS = 21
PROGRAM = [sys.executable, "-m", "sipbreakout_tui"]
COMMANDS = {
    "import typer": [sys.executable, "-c", "import typer"],
    "sipbreakout --help": [*PROGRAM, "--help"],
    "sipbreakout explain --help": [*PROGRAM, "explain", "--help"],
    "sipbreakout hazards --help": [*PROGRAM, "hazards", "--help"],
    "sipbreakout explain-rule R4": [*PROGRAM, "explain-rule", "R4"],
}


def main() -> None:
    """Print the median of each command in ms, and its ratio to the first."""
    seconds: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(RUNS):
        for name, command in COMMANDS.items():
            began = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            seconds[name].append(time.perf_counter() - began)
    medians = {name: statistics.median(taken) for name, taken in seconds.items()}
    base = next(iter(medians.values()))
    for name, median in medians.items():
        print(f"{name:<28} {median * 1000:6.1f} ms  × {median / base:.2f}")


if __name__ == "__main__":
    main()
