"""Captures read and understood as a whole."""

import gc
import sys
from collections.abc import Iterator
from types import FrameType
from typing import Any

import pytest

from sipbreakout_model import LegEnd
from sipbreakout_tui.trace.assembling import assemble
from sipbreakout_tui.trace.capture import Endpoint, Heard
from sipbreakout_tui.trace.linking import Confidence
from sipbreakout_tui.trace.trace import Trace, read_trace, understand
from tests.trace.blackbox.cases import FALLBACK, LOOP
from tests.trace.blackbox.command import registration
from tests.trace.hearing import (
    CALLEE,
    CORE,
    T0,
    TAS,
    A,
    B,
    Memory,
    event,
    follow,
    invite,
    knowledge,
    memory,
    only,
    understood,
)
from tests.trace.traffic import loops, others, rewriting
from tests.trace.traffic.script import CALLER, Lab
from tests.trace.traffic.wire import Wire

CORE_AT, TAS_AT = "127.0.0.1", "127.0.0.10"


def packets_of(scene: loops.Scene = loops.returned, **habits: Any) -> Lab:
    lab = Lab(**habits)
    scene(lab)
    return lab


def test_two_captures_make_one_trace() -> None:
    """One point sees the subscribers, the other one the TAS: the call is whole only in both."""
    packets = packets_of(core_b2bua=True, tas_b2bua=True).wire.packets
    rows = rewriting.legs(packets)
    sides = [[packets[row] for leg in which for row in rows[leg]] for which in ((0, 3), (1, 2))]
    sources = [memory(rewriting.in_order(side)) for side in sides]
    trace = read_trace(sources, knowledge(LOOP))
    assert only(trace).verdict.id == "intended-loop"
    legs = trace.calls[0].legs
    assert [trace.messages[one.leg.row].file for one in legs] == [0, 1, 1, 0]
    assert [trace.messages[one.leg.row].frame for one in legs] == [1, 1, 3, 3]
    for one in legs:
        assert trace.messages.raw(one.leg.row).startswith(b"INVITE sip:")


def test_calls_of_several_captures_stand_in_the_order_of_their_time() -> None:
    labs = [
        Lab(seed=name, wire=Wire(start))
        for name, start in (("late", 1_795_464_900_000_000), ("soon", 1_795_464_000_000_000))
    ]
    for lab in labs:
        loops.returned(lab)
    trace = read_trace([memory(lab.wire.packets) for lab in labs], knowledge(LOOP))
    assert [call.number for call in trace.calls] == [1, 2]
    assert trace.calls[0].at < trace.calls[1].at
    assert trace.verdicts == {"intended-loop": 2}


def test_what_is_unread_is_summed_up() -> None:
    sources = [Memory([]), Memory([])]
    for source in sources:
        source.unread["TLS without its keys"] += 2
    assert read_trace(sources).unread == {"TLS without its keys": 4}


def test_an_empty_capture_is_an_empty_trace() -> None:
    trace = read_trace([Memory([])], knowledge(LOOP))
    assert (trace.calls, trace.diagnoses, trace.loops, trace.elsewhere) == ((), (), [], 0)


def test_what_was_read_before_a_cancel_is_diagnosed() -> None:
    asked = follow(invite(), "OPTIONS", tag=None)
    source = Memory([(T0, A, CORE, invite()), *((T0 + 1, A, CORE, asked) for _ in range(20_000))])
    after = Memory([(T0, A, CORE, invite())])
    trace = read_trace([source, after], cancelled=lambda: True)
    assert (source.given, after.given) == (20_000, 0)
    assert (len(trace.messages), len(trace.calls)) == (20_000, 1)


def test_the_garbage_collector_is_as_it_was() -> None:
    assert gc.isenabled()
    seen: list[bool] = []

    class Spy(Memory):
        def raw(self, place: int, length: int) -> bytes:
            return super().raw(place, length)

        def messages(self) -> Any:
            seen.append(gc.isenabled())
            yield from super().messages()

    read_trace([Spy([])])
    assert (seen, gc.isenabled()) == ([False], True)
    gc.disable()
    try:
        read_trace([Spy([])])
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_the_garbage_collector_runs_again_after_an_error() -> None:
    class Broken(Memory):
        def messages(self) -> Any:
            raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        read_trace([Broken([])])
    assert gc.isenabled()


def test_understanding_again_changes_nothing() -> None:
    """As when registrations are loaded later: the legs are the same objects."""
    lab = packets_of(loops.tas_says_nothing)
    source = memory(lab.wire.packets)
    source.events.append(event(CORE_AT, TAS_AT, lab.wire.packets[0].at / 1e6 - T0 + 0.1))
    assembled = assemble([source])
    traces = [understand(assembled, knowledge(LOOP)) for _ in range(2)]
    assert [only(trace).verdict.id for trace in traces] == ["tas-unreachable"] * 2
    assert only(traces[0]).verdict.text == only(traces[1]).verdict.text
    assert [len(leg.events) for leg in assembled.legs] == [0, 1]
    assert only(understand(assembled)).case.inferred is not None


def test_a_connect_that_failed_is_a_leg_of_its_call() -> None:
    """Two calls at the core, one after the other; each has the trouble of its time."""
    said = []
    for index, at in enumerate((0.0, 20.0)):
        said.append((T0 + at, A, CORE, invite(caller=f"+471111111{index}", host="core.example")))
    trouble = [event(CORE, TAS, at, frame=frame) for at, frame in ((0.1, 11), (20.1, 22), (23.0, 23))]
    text = "".join(registration(f"+471111111{index}", "LOOP", host="tas.example") for index in range(2))
    trace = read_trace([Memory(said, trouble)], knowledge(text), core=[CORE])
    assert [diagnosis.verdict.id for diagnosis in trace.diagnoses] == ["tas-unreachable"] * 2
    for diagnosis, frames in zip(trace.diagnoses, ([11], [22, 23]), strict=True):
        attempt = diagnosis.case.seen.legs[1]
        assert (attempt.called, attempt.to_tas, attempt.end) == (None, True, LegEnd.FAILED)
        assert [one.frame for one in attempt.leg.events] == frames
        assert set(frames) <= set(diagnosis.case.frames_of(diagnosis.verdict))
        assert "tas.example" in diagnosis.verdict.text


def test_a_tas_may_be_named_or_addressed() -> None:
    packets = packets_of().wire.packets
    for tas in ("tas.lab.test", "TAS.lab.test", TAS_AT):
        trace = understood(packets, tas=[tas])
        assert (set(trace.parties.tas), str(trace.parties.tas_known)) == ({TAS_AT}, "given")


def test_a_call_that_never_touches_the_core_is_counted() -> None:
    said = [(T0, A, CORE, invite()), (T0 + 0.01, CORE, B, invite()), (T0 + 9, "10.0.0.8", "10.0.0.9", invite())]
    trace = read_trace([Memory(said)], core=[CORE])
    assert (len(trace.calls), trace.elsewhere) == (1, 1)


@pytest.mark.parametrize(
    ("gap", "redial"), [(5, True), (59, True), (61, False)], ids=["at once", "within a minute", "later"]
)
def test_dialling_again_within_a_minute_is_a_redial(gap: int, redial: bool) -> None:
    lab = Lab()
    loops.returned_callee_busy(lab)
    lab.wire.wait(gap)
    loops.returned(lab)
    trace = understood(lab.wire.packets, LOOP)
    assert [diagnosis.case.redial_of for diagnosis in trace.diagnoses] == [None, trace.calls[0] if redial else None]


def test_loops_are_listed_by_number_and_tas_the_worst_first() -> None:
    packets = []
    for index, (caller, turns) in enumerate(((CALLER, 3), ("+4711111112", 9), (CALLER, 4))):
        lab = Lab(Wire(1_795_464_000_000_000 + index * 60_000_000), caller=caller, seed=str(index))
        loops.loop(turns=turns)(lab)
        packets += lab.wire.packets
    trace = understood(packets, LOOP + registration("+4711111112", "LOOP"))
    assert trace.loops == [("+4711111112", "tas.lab.test", 1, 9), (CALLER, "tas.lab.test", 2, 7)]


def test_a_b2bua_loop_with_fresh_sessions_is_one_call() -> None:
    lab = packets_of(loops.loop(turns=12), core_b2bua=True, tas_b2bua=True)
    trace = understood(lab.wire.packets, LOOP)
    call = only(trace).case.seen
    assert (only(trace).verdict.id, len(call.turns), len(call.to_tas)) == ("session-id-lost", 12, 12)
    assert len({one.leg.invite.call_id for one in call.legs}) == len(call.legs) == 25
    assert call.confidence is Confidence.LIKELY


def test_where_hops_are_set_anew_a_b2bua_s_loop_is_one_call_by_its_numbers_alone() -> None:
    lab = packets_of(loops.loop(end=487, turns=12, max_forwards=70), core_b2bua=True, tas_b2bua=True)
    call = only(understood(lab.wire.packets, LOOP)).case.seen
    assert (len(call.to_tas), call.confidence) == (12, Confidence.POSSIBLE)


def test_a_fallback_after_half_a_minute_is_one_call() -> None:
    lab = packets_of(others.fallback_callee_silent, core_b2bua=True, session_ids="bare")
    assert only(understood(lab.wire.packets, FALLBACK)).verdict.id == "fallback-taken"


def endless(turns: int, prefix: str, *, fresh: bool) -> Memory:
    """Return a loop whose TAS sets Max-Forwards anew; nothing but Vias and Session-IDs tells its legs apart."""
    said = [(T0, A, CORE, invite(call_id="one-call", tag="t"))]
    for turn in range(turns):
        at = T0 + 0.004 * turn
        names: dict[str, Any] = {} if fresh else {"call_id": "one-call", "tag": "t"}
        there = invite(f"+{prefix}{CALLEE[1:]}", host="tas.lab.test", session=f"{turn + 1:032x}", hops=69, **names)
        said += [(at + 0.001, CORE, TAS, there), (at + 0.003, TAS, CORE, invite(**names))]
    return Memory(said)


def _calls_made(source: Memory, known: str | None) -> tuple[int, Trace]:
    """Return how many functions understanding calls: a measure of time that no other process disturbs."""
    assembled = assemble([source])
    made = 0

    def count(frame: FrameType, what: str, argument: object) -> None:
        nonlocal made
        made += what in ("call", "c_call")

    registrations = None if known is None else knowledge(known)
    sys.setprofile(count)
    try:
        trace = understand(assembled, registrations)
    finally:
        sys.setprofile(None)
    return made, trace


@pytest.mark.parametrize("fresh", [False, True], ids=["one Call-ID", "a Call-ID for each leg"])
@pytest.mark.parametrize(
    ("prefix", "known"), [("00", LOOP), ("00", None), ("", None)], ids=["known", "inferred", "bare"]
)
def test_the_time_for_an_endless_loop_grows_with_its_length(prefix: str, known: str | None, fresh: bool) -> None:
    few, _ = _calls_made(endless(100, prefix, fresh=fresh), known)
    many, trace = _calls_made(endless(400, prefix, fresh=fresh), known)
    assert len(only(trace).case.seen.turns) == 400
    assert many < 6 * few


def test_the_time_for_calls_without_an_end_grows_with_their_number() -> None:
    """A caller's trunk number in every call, and no BYE in the capture: every leg stands for ever."""

    def calls(count: int) -> Memory:
        said = []
        for index in range(count):
            at, called, session = T0 + index, f"+4722{index:06d}", f"{index + 1:032x}"
            said += [
                (at, A, CORE, invite(called, session=session)),
                (at + 0.01, CORE, B, invite(called, session=session)),
            ]
        return Memory(said)

    few, _ = _calls_made(calls(100), None)
    many, trace = _calls_made(calls(400), None)
    assert len(trace.calls) == 400
    assert many < 6 * few


@pytest.mark.parametrize("known", [LOOP, None], ids=["known", "inferred"])
def test_parties_on_one_machine_are_told_apart_by_their_ports(known: str | None) -> None:
    """A laboratory on one address: each party has a port of its own."""
    lab = Lab()
    loops.returned(lab)
    source = memory(lab.wire.packets)
    ends: dict[str, Endpoint] = {}

    def here(end: Endpoint) -> Endpoint:
        return ends.setdefault(end.address, Endpoint("127.0.0.1", 6000 + int(end.address.rpartition(".")[2])))

    class Here(Memory):
        def messages(self) -> Iterator[Heard]:
            for frame, at, one, two, *_, data, place in super().messages():
                yield frame, at, here(one), here(two), "UDP", data, place

    source.__class__ = Here
    found = read_trace([source], None if known is None else knowledge(known))
    (diagnosis,) = found.diagnoses
    assert diagnosis.verdict.id == "intended-loop"
    assert found.parties.core == {"127.0.0.1:6001"}
    assert found.parties.tas == {"127.0.0.1:6010"}
