"""What `sipbreakout demo` works with: opened for it, and gone with it."""

import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sipbreakout_tui.changes import Recorder
from sipbreakout_tui.config import Profile
from sipbreakout_tui.core import EmbeddedCore, Faults
from sipbreakout_tui.ledger import Ledger, Verb
from sipbreakout_tui.rpc.client import RegistrationClient
from sipbreakout_tui.rpc.errors import Refused
from sipbreakout_tui.services.demo.looping_call import CALLEE, CALLER, looping_call
from sipbreakout_tui.services.demo.requests import KEPT, REFUSED, REQUESTS

CAPTURED_AGO = 15 * 60
"""Seconds between the captured call and the opening of the demo."""

HINT = (
    "A demo: a core, twelve registrations and a captured call, all made up.",
    f"Press 3 (Trace): a call of {CALLER} went round 35 times. Why?",
    "Its verdict says what the TAS left out, and what stops the loop at once.",
    "1 Registrations  2 Call  3 Trace  4 Hazards  5 Journal   ? shows the keys.",
    "q quits and removes everything, but for files that you save yourself.",
)
"""The first-time hint, a line each; none is longer than 76 characters."""


@dataclass(frozen=True, slots=True)
class Demo:
    """The scene of the demo, open."""

    profile: Profile
    """Named `demo`: plaintext to the core on a free port of this machine."""
    ledger: Ledger
    """Knows what was asked of the core in the last one and a half hours; in a temporary folder."""
    core: EmbeddedCore
    """Keeps its registrations in memory."""
    capture: Path
    """A pcap of a call that looped a quarter of an hour ago; beside the ledger."""
    caller: str
    """Who calls in the capture: the ready question of the place Call."""
    callee: str
    """Who is called there."""
    hint: tuple[str, ...]
    """What to look at first, and which keys there are, a line each."""


@asynccontextmanager
async def open_demo(
    *, clock: Callable[[], float] = time.time, monotonic: Callable[[], float] = time.monotonic
) -> AsyncIterator[Demo]:
    """Open the scene on the running loop; at the end the core stops and the folder is removed.

    The registrations are made through the core and the client, on a clock that is set back for each.

    Args:
        clock: Unix time in seconds.
        monotonic: Seconds, by which the ledger's latencies are measured.

    Raises:
        CannotListen: This machine gives no port.
        StoreError: The temporary folder cannot be written.
        OSError: It cannot be made.
    """
    now = _MovableClock(clock)
    opened_at = int(clock())  # whole seconds: what they are a part of is equal at each run with this clock
    with tempfile.TemporaryDirectory(prefix="sipbreakout-demo-") as name:
        capture = Path(name, "looping-call.pcap")
        capture.write_bytes(looping_call(opened_at - CAPTURED_AGO))
        with Ledger(Path(name, "ledger.sqlite3"), clock=now) as ledger:
            async with EmbeddedCore(clock=now, faults=Faults(refuse=REFUSED)) as core:
                profile = Profile("demo", core.address, plaintext=True)
                async with RegistrationClient(profile, clock=now) as client:
                    await _make_requests(Recorder(client, ledger, "demo", monotonic=monotonic), now, opened_at)
                yield Demo(profile, ledger, core, capture, CALLER, CALLEE, HINT)


class _MovableClock:
    """Unix time in seconds: that of a moment while one is set, else that of a clock."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.moment: float | None = None

    def __call__(self) -> float:
        return self._clock() if self.moment is None else self.moment


async def _make_requests(recorder: Recorder, now: _MovableClock, opened_at: int) -> None:
    for request in REQUESTS:
        now.moment = float(opened_at - request.ago)
        with suppress(Refused):  # the ledger has it, and shows it
            if request.verb is Verb.UPSERT:
                await recorder.upsert(request.registration)
            else:
                await recorder.delete(request.registration)
    now.moment = None
    await recorder.ledger.keep_many([(number, recorder.target) for number in KEPT], True)
