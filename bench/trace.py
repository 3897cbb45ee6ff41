"""How long 200,000 SIP messages take to be read, correlated and diagnosed, beside other programs on the same file.

The capture holds 10,000 calls of two legs: 20,000 Call-IDs, ten messages each. tshark extracts six fields, sngrep
loads its call list, sip-doctor (on a tenth of it) explains each dialog. Each runs in a process of its own, in turns;
time is wall clock, memory the process's peak. A captured loop then shows how many calls each makes of it.
"""

import gzip
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.capture import write_capture
from bench.measure import Bound, Measure, MeasuringFailedError, Row, show
from bench.peers import is_installed

CALLS, SOME_CALLS, LARGE = 10_000, 1_000, 50_000
"""Calls of the captures, twenty messages each."""
ROUNDS = 3
LOOP = Path(__file__).parents[1] / "docs" / "examples" / "looping-call.pcap.gz"
FIELDS = ("frame.number", "frame.time_epoch", "sip.Method", "sip.Status-Code", "sip.Call-ID", "sip.Max-Forwards")
OURS = """
import sys
from pathlib import Path
from sipbreakout_tui.trace.capture import PacketFile
from sipbreakout_tui.trace.trace import read_trace
with PacketFile(Path(sys.argv[1])) as source:
    trace = read_trace([source])
    print(len(trace.messages), len(trace.calls))
"""
TSHARK, SNGREP, DOCTOR = "tshark, six fields", "sngrep, its call list", "sip-doctor"
READ = f"trace: read, join and diagnose {20 * CALLS:,} messages"
MEMORY = f"trace: peak memory with {20 * CALLS:,} messages"
OF_A_LOOP = "trace: calls made of a loop of 71 Call-IDs"
THAN_TSHARK = Row(READ, "s", TSHARK, Bound("ratio", "≤", 0.5))
THAN_SNGREP = Row(READ, "s", SNGREP, Bound("ratio", "≤", 1))
MEMORY_THAN_TSHARK = Row(MEMORY, "MB", TSHARK)
MEMORY_THAN_SNGREP = Row(MEMORY, "MB", SNGREP, Bound("ratio", "<", 1))
GROWTH = Row(f"trace: a message of {20 * LARGE:,}", "µs", f"a message of {20 * CALLS:,}", Bound("ratio", "≤", 1.25))
LARGE_MEMORY = Row(f"trace: peak memory with {20 * LARGE:,} messages", "MB")
THAN_DOCTOR = Row(f"trace: read, join and diagnose {20 * SOME_CALLS:,} messages", "s", DOCTOR)
LOOP_DOCTOR = Row(OF_A_LOOP, "calls", DOCTOR, Bound("value", "≤", 1))
LOOP_SNGREP = Row(OF_A_LOOP, "calls", SNGREP, Bound("value", "≤", 1))
ROWS = (
    THAN_TSHARK,
    THAN_SNGREP,
    MEMORY_THAN_TSHARK,
    MEMORY_THAN_SNGREP,
    GROWTH,
    LARGE_MEMORY,
    THAN_DOCTOR,
    LOOP_DOCTOR,
    LOOP_SNGREP,
)


def commands(path: Path) -> dict[str, list[str]]:
    """Return what reads a capture, by who does; only what is installed."""
    fields = [word for field in FIELDS for word in ("-e", field)]
    peers = {
        TSHARK: ["tshark", "-n", "-r", str(path), "-T", "fields", *fields],
        SNGREP: ["sngrep", "-N", "-q", "-I", str(path)],
        DOCTOR: ["sip-doctor", "read", "--brief", "--no-flow", "--no-color", str(path)],
    }
    found = {name: command for name, command in peers.items() if is_installed(command[0])}
    return {"ours": [sys.executable, "-c", OURS, str(path)], **found}


def timed(command: list[str]) -> tuple[float, float, str]:
    """Return the seconds a command takes, its peak memory in MB, and the end of what it wrote."""
    with tempfile.TemporaryFile() as out:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        took = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(max(0, out.seek(0, os.SEEK_END) - 300))
        said = out.read().decode(errors="replace").strip()
    if process.returncode:
        raise MeasuringFailedError(f"{Path(command[0]).name} ended with {process.returncode}: {said}")
    return took, usage.ru_maxrss * 1024 / 1e6, said


def in_turns(path: Path, *names: str) -> dict[str, list[tuple[float, float]]]:
    """Return seconds and MB of each round, by who read the capture: ours, and those named that are installed."""
    chosen = {name: command for name, command in commands(path).items() if name in ("ours", *names)}
    rounds = [{name: timed(command)[:2] for name, command in chosen.items()} for _ in range(ROUNDS)]
    return {name: [each[name] for each in rounds] for name in chosen}


def beside_peers(path: Path) -> Iterator[Measure]:
    """Measure time and memory of reading a large capture."""
    runs = in_turns(path, TSHARK, SNGREP)
    for row in (THAN_TSHARK, THAN_SNGREP):
        ours, peer = ([seconds for seconds, _ in runs.get(name, [])] for name in ("ours", row.beside))
        yield Measure.of_runs(row, ours, peer)
    for row in (MEMORY_THAN_TSHARK, MEMORY_THAN_SNGREP):
        most = {name: max(memory for _, memory in taken) for name, taken in runs.items()}
        yield Measure.of_runs(row, [most["ours"]], [most[row.beside]] if row.beside in most else [])


def growth(path: Path, large: Path) -> Iterator[Measure]:
    """Measure whether time grows with the messages alone: the small capture is read before and after the large."""
    messages = write_capture(large, LARGE)
    before, (seconds, memory, _), after = (timed(commands(each)["ours"]) for each in (path, large, path))
    small = 1e6 * statistics.mean((before[0], after[0])) / (20 * CALLS)
    yield Measure.of_runs(GROWTH, [1e6 * seconds / messages], [small])
    yield Measure(LARGE_MEMORY, memory)


def beside_sip_doctor(path: Path) -> Measure:
    """Measure reading a smaller capture."""
    write_capture(path, SOME_CALLS)
    runs = in_turns(path, DOCTOR)
    return Measure.of_runs(THAN_DOCTOR, *([run[0] for run in runs.get(name, [])] for name in ("ours", DOCTOR)))


def calls_of_the_loop(path: Path) -> Iterator[Measure]:
    """Count what each makes of one call that went round 35 times, with a Call-ID for each leg."""
    path.write_bytes(gzip.decompress(LOOP.read_bytes()))
    ours = float(timed(commands(path)["ours"])[2].split()[1])
    doctor = sngrep = None
    if is_installed("sip-doctor"):
        said = subprocess.run(
            ["sip-doctor", "read", "--json", str(path)], capture_output=True, check=True, timeout=60
        ).stdout
        doctor = float(len(json.loads(said)["dialogs"]))
    if is_installed("sngrep"):
        said = subprocess.run(
            ["sngrep", "-N", "-I", str(path)], stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=60
        ).stdout
        sngrep = float(re.findall(rb"Dialog count: (\d+)", said)[-1])
    yield Measure(LOOP_DOCTOR, ours, doctor)
    yield Measure(LOOP_SNGREP, ours, sngrep)


def measure() -> Iterator[Measure]:
    """Measure all."""
    with tempfile.TemporaryDirectory() as folder:
        path, large, some, loop = (Path(folder) / f"{name}.pcap" for name in ("calls", "large", "some", "loop"))
        write_capture(path, CALLS)
        yield from beside_peers(path)
        yield from growth(path, large)
        yield beside_sip_doctor(some)
        yield from calls_of_the_loop(loop)


if __name__ == "__main__":
    show(measure())
