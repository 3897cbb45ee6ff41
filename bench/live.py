"""Upserts a second through the embedded core, the client and the ledger, beside an empty handler; `list`; refreshes.

The floor is a grpc.aio server in its own process whose handler returns an empty answer, asked by a bare stub in
this process with 50 requests in flight. Ours are asked from this process, too, with their files on the same disk.
All run in turns, so the ratios hold when the machine's speed drifts.
"""

import asyncio
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import grpc.aio

from bench.measure import Bound, Measure, MeasuringFailedError, Row, show
from sipbreakout_model import DEFAULT_TTL, Lease, Registration
from sipbreakout_tui.config import ad_hoc
from sipbreakout_tui.keeper.schedule import LATEST, Schedule
from sipbreakout_tui.ledger import Answer, Ledger, Request, Verb
from sipbreakout_tui.ledger.events import Kind
from sipbreakout_tui.services.core_session import open_recorder
from sipbreakout_tui.services.registrations.applying import carry_out, plan_for
from sipbreakout_tui.wire import to_wire
from wgtwo.sipbreakout.v1 import sipbreakout_pb2 as pb
from wgtwo.sipbreakout.v1 import sipbreakout_pb2_grpc as pb_grpc

UPSERTS = 10_000
IN_FLIGHT = 50
ROUNDS = 3
LISTED = 100_000
NOW = 1_790_000_000.0
TABS = """
import sqlite3, sys
rows = sqlite3.connect(sys.argv[1]).execute(
    "SELECT number, target, sip_uri, route_type, mo, mt, answer, accepted_at, ttl, kept, words, doubt_since "
    "FROM current ORDER BY number, target"
)
sys.stdout.writelines("\\t".join(map(str, row)) + "\\n" for row in rows)
"""
"""Fetches the rows that `list` shows and writes them tab-separated, with nothing but sqlite3."""
EMPTY = f"an empty handler, bare stub, {IN_FLIGHT} in flight"
CORE = Row("upserts at the embedded core, durable", "/s", EMPTY, Bound("ratio", "≥", 0.6))
APPLY = Row(f"`apply` of {UPSERTS:,}, through ledger and gRPC", "/s", EMPTY, Bound("ratio", "≥", 0.4))
LIST = Row(f"`list` of {LISTED:,}", "s", "the rows tab-separated by sqlite3", Bound("ratio", "≤", 3))
KEEPER = Row(
    f"refreshes of {LISTED:,} accepted at once, the fullest second", "refreshes", "the mean", Bound("ratio", "≤", 2)
)
ROWS = (CORE, APPLY, LIST, KEEPER)


class EmptyHandler(pb_grpc.SipBreakoutServiceServicer):
    """Answers, and does nothing."""

    async def UpsertRegistration(
        self,
        request: pb.UpsertRegistrationRequest,
        context: grpc.aio.ServicerContext[pb.UpsertRegistrationRequest, pb.UpsertRegistrationResponse],
    ) -> pb.UpsertRegistrationResponse:
        """Return an empty answer."""
        return pb.UpsertRegistrationResponse()

    async def DeleteRegistration(
        self,
        request: pb.DeleteRegistrationRequest,
        context: grpc.aio.ServicerContext[pb.DeleteRegistrationRequest, pb.DeleteRegistrationResponse],
    ) -> pb.DeleteRegistrationResponse:
        """Return an empty answer."""
        return pb.DeleteRegistrationResponse()


async def serve_empty() -> None:
    """Serve the floor until somebody ends this process."""
    server = grpc.aio.server()
    pb_grpc.add_SipBreakoutServiceServicer_to_server(EmptyHandler(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    print(f"127.0.0.1:{port}", flush=True)
    await server.wait_for_termination()


@contextmanager
def process(*command: str) -> Iterator[str]:
    """Run a server whose first line is its address; end it at the end."""
    running = subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, text=True)
    try:
        assert running.stdout is not None  # noqa: S101 - it was asked for
        yield running.stdout.readline().strip()
    finally:
        running.terminate()
        running.communicate(timeout=20)


def registrations(round_: int) -> list[Registration]:
    """Return UPSERTS registrations, other ones each round."""
    first = 10_000_000 + round_ * UPSERTS
    return [
        Registration.parse(f"+47{number}", "sips:tas.example.com", "LOOP", "00", "11")
        for number in range(first, first + UPSERTS)
    ]


async def per_second(work: Callable[[Registration], Awaitable[object]], wanted: list[Registration]) -> float:
    """Return how many of `work` ran a second, IN_FLIGHT at a time."""
    queue = iter(wanted)

    async def worker() -> None:
        for registration in queue:
            await work(registration)

    start = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(IN_FLIGHT)))
    return len(wanted) / (time.perf_counter() - start)


async def bare(target: str, wanted: list[Registration]) -> float:
    """Return upserts a second by a bare stub."""
    async with grpc.aio.insecure_channel(target) as channel:
        stub = pb_grpc.SipBreakoutServiceStub(channel)
        requests = {id(each): pb.UpsertRegistrationRequest(registration=to_wire(each)) for each in wanted}
        await stub.UpsertRegistration(requests[id(wanted[0])])
        return await per_second(lambda each: stub.UpsertRegistration(requests[id(each)]), wanted)


async def applied(target: str, wanted: list[Registration], folder: Path) -> float:
    """Return registrations a second by what `sipbreakout apply` does: plan, ledger, client."""
    with Ledger(folder / "ledger.sqlite3") as ledger:
        async with open_recorder(ad_hoc(target, plaintext=True), ledger, "bench") as recorder:
            await recorder.upsert(wanted[0])
            start = time.perf_counter()
            changes = plan_for(ledger, target, wanted, time.time())
            report = await carry_out(recorder, changes, concurrency=IN_FLIGHT)
            took = time.perf_counter() - start
    if len(report.done) != UPSERTS - 1:
        raise MeasuringFailedError(f"apply did not do everything: {report}")
    return len(report.done) / took


def listing(folder: Path) -> Measure:
    """Measure `sipbreakout list` of LISTED rows, and writing the rows tab-separated."""
    state = folder / "state"
    with Ledger(state / "ledger.sqlite3") as ledger:
        asyncio.run(fill(ledger))
    environment = {"SIPBREAKOUT_STATE_DIR": str(state), "PATH": "/usr/bin:/bin"}
    ours, floor = [], []
    for _ in range(ROUNDS):
        ours.append(seconds([sys.executable, "-m", "sipbreakout_tui", "list"], environment))
        floor.append(seconds([sys.executable, "-c", TABS, str(state / "ledger.sqlite3")], environment))
    return Measure.of_runs(LIST, ours, floor)


async def fill(ledger: Ledger) -> None:
    """Put LISTED accepted registrations into a ledger."""
    now = time.time()
    for first in range(0, LISTED, UPSERTS):
        wanted = registrations(first // UPSERTS)
        ids = await ledger.asked_many(Request(Verb.UPSERT, each, "127.0.0.1:1", "bench", "bench") for each in wanted)
        answers = zip(ids, wanted, strict=True)
        await ledger.answered_many(Answer(id_, Kind.ACCEPTED, 0.001, Lease(each, now)) for id_, each in answers)


def seconds(command: list[str], environment: dict[str, str]) -> float:
    """Return how long a command takes, its output thrown away."""
    start = time.perf_counter()
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True, timeout=120)
    return time.perf_counter() - start


def fullest_second() -> Measure:
    """Count the refreshes of the fullest second when LISTED registrations were accepted at once."""
    plan: Schedule[int] = Schedule(random=random.Random(1).random)
    plan.expected = LISTED
    counts = Counter(int(plan.set(index, NOW, DEFAULT_TTL, NOW)) for index in range(LISTED))
    return Measure.of_runs(KEEPER, [max(counts.values())], [LISTED / (DEFAULT_TTL * LATEST)])


def measure() -> Iterator[Measure]:
    """Measure in turns."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        floor, core, apply = [], [], []
        state = str(folder / "core.sqlite3")
        with (
            process("-m", "bench.live", "empty") as empty,
            process("-m", "sipbreakout_tui", "serve", "--listen", "127.0.0.1:0", "--state", state) as embedded,
        ):
            for round_ in range(ROUNDS):
                wanted = registrations(round_)
                floor.append(asyncio.run(bare(empty, wanted)))
                core.append(asyncio.run(bare(embedded, wanted)))
                apply.append(asyncio.run(applied(embedded, wanted, folder / f"apply-{round_}")))
        yield Measure.of_pairs(CORE, core, floor)
        yield Measure.of_pairs(APPLY, apply, floor)
        yield listing(folder)
    yield fullest_second()


if __name__ == "__main__":
    if sys.argv[1:] == ["empty"]:
        asyncio.run(serve_empty())
    else:
        show(measure())
