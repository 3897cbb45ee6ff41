"""The scene of the demo: what the ledger knows, that it is gone at the end, and what its captured call tells."""

import asyncio
import gc
import gzip
import itertools
import socket
import struct
import tempfile
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import nullcontext
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import phonenumbers
import pytest

from sipbreakout_model import Call, FixOwner, RegistrationBook, RouteType, Severity, find_hazards, route
from sipbreakout_tui.changes import Recorder
from sipbreakout_tui.rpc.client import RegistrationClient
from sipbreakout_tui.rpc.errors import Refused
from sipbreakout_tui.services.calls.stopgap import stopgap
from sipbreakout_tui.services.core_session import open_recorder
from sipbreakout_tui.services.demo import Demo, open_demo
from sipbreakout_tui.services.demo.looping_call import looping_call, moved
from sipbreakout_tui.services.ledger_knowledge import ledger_knowledge
from sipbreakout_tui.services.registrations.listing import Row
from sipbreakout_tui.services.registrations.undo import undoing
from sipbreakout_tui.services.traces.opening import open_trace
from sipbreakout_tui.trace.linking import Confidence
from tests.services.live import NOW, Clock

DOCS_EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "looping-call.pcap.gz"
SOON = 600


def counting() -> Callable[[], float]:
    count = itertools.count()
    return lambda: next(count) / 1000


@pytest.fixture
async def demo() -> AsyncIterator[Demo]:
    async with open_demo(clock=Clock(), monotonic=counting()) as demo:
        yield demo


def rows(demo: Demo) -> list[Row]:
    return list(map(Row._make, demo.ledger.current_rows(demo.profile.target)))


# What is registered


def test_a_dozen_of_all_types_in_every_state(demo: Demo) -> None:
    found = rows(demo)
    assert Counter(row.state(NOW) for row in found) == {"asserted": 9, "refused": 1, "expired": 1, "deleted": 1}
    assert {row.route_type for row in found} == {kind.name for kind in RouteType}
    assert len({row.sip_uri for row in found}) >= 3
    assert all(".example." in row.sip_uri for row in found)
    lives = [remaining for row in found if (remaining := row.remaining(NOW)) is not None]
    assert sum(0 < seconds < SOON for seconds in lives) == 1
    assert [-120 < seconds <= -60 for seconds in lives if seconds <= 0] == [True]
    assert sum(bool(row.kept) and (row.remaining(NOW) or 0) > 3400 for row in found) == 2
    assert demo.ledger.verify() == []


def test_the_ledger_tells_of_refreshes_a_replacement_and_a_delete(demo: Demo) -> None:
    events = list(demo.ledger.events())
    assert {event.actor for event in events} == {demo.profile.name} == {"demo"}
    assert max(event.count for event in events) == 4
    assert sum(event.before is not None and event.before != event.registration for event in events) == 1
    assert str(undoing(demo.ledger, demo.profile.target)).startswith("create")


def test_the_core_holds_what_the_ledger_says(demo: Demo) -> None:
    held = {lease.registration: lease.accepted_at for lease in demo.core.book if lease.active_at(NOW)}
    told = {row.registration(): row.accepted_at for row in rows(demo) if row.state(NOW) == "asserted"}
    assert held == told


def test_numbers_have_an_international_form_in_groups(demo: Demo) -> None:
    for row in rows(demo):
        parsed = phonenumbers.parse(row.number)
        shown = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
        assert shown.startswith(f"+{parsed.country_code} ")
        if row.number != demo.caller:  # as in docs/examples: of no country's plan
            assert phonenumbers.is_valid_number(parsed), row.number


def test_hazards_of_every_severity(demo: Demo) -> None:
    book = RegistrationBook()
    for row in rows(demo):
        if row.accepted_at is not None:
            book.upsert(row.registration(), row.accepted_at)
    assert {hazard.severity for hazard in find_hazards(book, NOW)} == set(Severity)


async def test_after_the_opening_the_clock_is_the_given_one(demo: Demo) -> None:
    async with open_recorder(demo.profile, demo.ledger, "tui") as recorder:
        (row,) = (row for row in rows(demo) if row.number == demo.caller)
        await recorder.upsert(row.registration())
        (refused,) = (row for row in rows(demo) if row.state(NOW) == "refused")
        with pytest.raises(Refused):
            await recorder.upsert(refused.registration())
    assert demo.core.book.last(row.registration().number).accepted_at == NOW  # type: ignore[union-attr]
    assert max(event.asked_at for event in demo.ledger.events()) == NOW


def test_the_hint_is_short_and_names_the_number(demo: Demo) -> None:
    assert 3 <= len(demo.hint) <= 5
    assert all(len(line) <= 76 for line in demo.hint)
    assert any(demo.caller in line for line in demo.hint)
    assert any(f"{len(rows(demo))} registrations" in line.replace("twelve", "12") for line in demo.hint)


async def test_every_run_tells_the_same() -> None:
    told = []
    for _ in range(2):
        async with open_demo(clock=Clock(), monotonic=counting()) as demo:
            events = [replace(event, target="") for event in demo.ledger.events()]
            told.append((events, [row._replace(target="") for row in rows(demo)], demo.capture.read_bytes()))
    assert told[0] == told[1]
    assert None not in [event.latency for event in told[0][0]]


async def test_a_clock_with_fractions_lengthens_runs_all_the_same() -> None:
    async with open_demo(clock=Clock(NOW + 0.123456)) as demo:
        assert max(event.count for event in demo.ledger.events()) == 4


# The captured call


def test_the_verdict_against_the_ledger(demo: Demo) -> None:
    with open_trace(demo.capture, registrations=ledger_knowledge(demo.ledger, demo.profile.target)) as opened:
        (diagnosis,) = opened.trace.diagnoses
        assert diagnosis.case.seen.at == NOW - 900
        assert (diagnosis.verdict.id, diagnosis.verdict.how) == ("session-id-lost", "absent")
        assert diagnosis.confidence is Confidence.LIKELY
        assert "35 turns" in diagnosis.verdict.text
        assert diagnosis.remedy is not None
        assert (diagnosis.remedy.owner, diagnosis.remedy.command) == (FixOwner.TAS_VENDOR, None)
        call = diagnosis.case.call
        assert call == Call.parse(demo.caller, demo.callee, NOW - 900)


async def test_the_stopgap_puts_it_right(demo: Demo) -> None:
    target = demo.profile.target
    with open_trace(demo.capture, registrations=ledger_knowledge(demo.ledger, target)) as opened:
        prediction = opened.trace.diagnoses[0].case.prediction
    call = Call.parse(demo.caller, demo.callee, NOW)
    before = demo.ledger.book_at(NOW, target)
    assert route(call, before, prediction.scenario, prediction.policy).loop is not None
    found = stopgap(call, before, prediction.scenario, prediction.policy)
    assert found is not None
    (change,) = found.changes
    async with RegistrationClient(demo.profile, clock=Clock()) as client:
        await Recorder(client, demo.ledger, "tui").upsert(change.registration)
    after = demo.ledger.book_at(NOW, target)
    assert str(route(call, after, prediction.scenario, prediction.policy).outcome) == "answered by the callee"
    assert stopgap(call, after, prediction.scenario, prediction.policy) is None


def test_the_packaged_call_is_the_one_of_the_documentation() -> None:
    packaged = files("sipbreakout_tui.services.demo").joinpath("looping-call.pcap.gz").read_bytes()
    assert packaged == DOCS_EXAMPLE.read_bytes(), "copy docs/examples/looping-call.pcap.gz into services/demo"


def test_moving_a_capture_keeps_intervals_and_packets() -> None:
    original, shown = gzip.decompress(DOCS_EXAMPLE.read_bytes()), looping_call(int(NOW))
    assert len(original) == len(shown)
    assert original != shown
    assert struct.unpack_from("<I", shown, 24)[0] == NOW
    assert moved(shown, struct.unpack_from("<I", original, 24)[0]) == original


# What is left behind


def port_after_use(fails: bool) -> int:
    """Run a program that opens the demo, uses it and ends, or fails; return the port of its core."""

    async def use(demo: Demo) -> None:
        async with open_recorder(demo.profile, demo.ledger, "tui") as recorder:
            await recorder.upsert(rows(demo)[-1].registration())
        if fails:
            raise ZeroDivisionError

    async def main() -> int:
        others = asyncio.all_tasks()
        with pytest.raises(ZeroDivisionError) if fails else nullcontext():
            async with open_demo() as demo:
                await use(demo)
        left = asyncio.all_tasks() - others
        if left:  # gRPC ends some a little later
            assert not (await asyncio.wait(left, timeout=10))[1]
        return demo.core.listen_port

    return asyncio.run(main())


@pytest.mark.parametrize("fails", [False, True])
def test_nothing_is_left_behind(fails: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    threads = set(threading.enumerate())
    port = port_after_use(fails)
    gc.collect()
    assert list(tmp_path.iterdir()) == []
    with socket.socket() as client, pytest.raises(ConnectionRefusedError):
        client.connect(("127.0.0.1", port))
    for thread in set(threading.enumerate()) - threads:  # gRPC's own ends with the last object of its loop
        thread.join(timeout=10)
        assert not thread.is_alive(), thread


async def test_a_core_that_was_stopped_before_is_no_trouble() -> None:
    async with open_demo() as demo:
        await demo.core.stop(0)
    assert not demo.capture.exists()
