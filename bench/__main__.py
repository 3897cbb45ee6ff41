"""Runs the benchmarks, each in a process of its own: `python -m bench [NAME …] [--write]`.

With --write all of them fill docs/performance.md. A bound that is missed is shown, and is no failure.
"""

import argparse
import subprocess
import sys
from importlib import import_module
from pathlib import Path

from bench.machine import machine
from bench.measure import Measure, Row, line
from bench.page import page
from bench.peers import PEERS, version

BENCHMARKS = ("routing", "startup", "live", "diagrams", "trace", "tui")
ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "performance.md"


def rows(name: str) -> tuple[Row, ...]:
    """Return the rows that a benchmark offers, without measuring."""
    offered: tuple[Row, ...] = import_module(f"bench.{name}").ROWS
    return offered


def run(name: str) -> tuple[list[Measure], int]:
    """Run a benchmark, print its measures as they come, and return them and its exit code."""
    print(f"== {name}", flush=True)
    taken = []
    command = [sys.executable, "-m", f"bench.{name}", "--json"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        for text in process.stdout or ():
            taken.append(Measure.from_json(text, rows(name)))
            print(line(taken[-1]), flush=True)
    return taken, process.returncode


def main() -> int:
    """Run what was asked for, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Run the benchmarks.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}; all unless named")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md, of all of them")
    options = parser.parse_args()
    if unknown := [name for name in options.names if name not in BENCHMARKS]:
        parser.error(f"no benchmark is called {unknown[0]!r}: take one of {', '.join(BENCHMARKS)}")
    if options.write and options.names:
        parser.error("--write takes all benchmarks: leave the names out")
    facts = machine()
    measures: list[Measure] = []
    failed = []
    for name in options.names or BENCHMARKS:
        taken, code = run(name)
        measures += taken
        if code:
            failed.append(name)
    if options.write:
        offered = [row for name in BENCHMARKS for row in rows(name)]
        PAGE.write_text(page(offered, measures, facts, {peer: version(peer) for peer in PEERS}), encoding="utf-8")
        print(f"wrote {PAGE.relative_to(ROOT)}")
    if failed:
        print(f"did not end well: {', '.join(failed)}; what is missing is shown as not measured", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
