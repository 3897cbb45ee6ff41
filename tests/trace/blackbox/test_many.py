"""Several calls in one capture stay what they are."""

from pathlib import Path
from typing import Any

import pytest

from tests.trace.blackbox.cases import LOOP
from tests.trace.blackbox.command import diagnose_packets, registration, verdicts
from tests.trace.traffic import loops, others, rewriting
from tests.trace.traffic.script import CALLEE, CALLER, Lab, talk
from tests.trace.traffic.wire import Wire

B2BUAS: dict[str, Any] = {"core_b2bua": True, "tas_b2bua": True}
MESSAGES = 28
"""What one of these calls has."""


def _apart(found: dict[str, Any], calls: int) -> None:
    """Check that each call has all four legs and its own frames."""
    assert len(found["calls"]) == calls
    assert set(verdicts(found)) == {"intended-loop"}
    seen: set[int] = set()
    for call in found["calls"]:
        frames = [frame for leg in call["legs"] for frame in leg["frames"]]
        assert len(frames) == MESSAGES
        assert len(call["legs"]) == 4
        assert call["turns"] == 1
        assert not seen & set(frames)
        seen |= set(frames)
    assert seen == set(range(1, calls * MESSAGES + 1))


@pytest.mark.parametrize("habits", [{}, B2BUAS], ids=["proxies", "b2buas"])
@pytest.mark.parametrize("every", [0.0003, 0.002, 0.6], ids=["within 1 ms", "after 2 ms", "while talking"])
def test_two_calls_at_once_between_the_same_numbers_stay_two(
    habits: dict[str, Any], every: float, tmp_path: Path
) -> None:
    lab = Lab(**habits)
    others.at_once(lab, 2, every)
    _apart(diagnose_packets(tmp_path, lab.wire.packets, LOOP), 2)


@pytest.mark.parametrize("habits", [{}, B2BUAS], ids=["proxies", "b2buas"])
def test_twenty_calls_between_the_same_numbers_without_registrations(habits: dict[str, Any], tmp_path: Path) -> None:
    lab = Lab(**habits)
    others.at_once(lab, 20, 0.004)
    _apart(diagnose_packets(tmp_path, lab.wire.packets, None), 20)


@pytest.mark.parametrize("habits", [{}, B2BUAS], ids=["proxies", "b2buas"])
def test_two_hundred_calls_at_once_stay_two_hundred(habits: dict[str, Any], tmp_path: Path) -> None:
    lab = Lab(**habits)
    others.at_once(lab, 200, 0.005, same_numbers=False)
    registrations = "".join(registration(f"+4711{index:06d}", "LOOP") for index in range(200))
    found = diagnose_packets(tmp_path, lab.wire.packets, registrations)
    _apart(found, 200)
    assert {call["caller"] for call in found["calls"]} == {f"+4711{index:06d}" for index in range(200)}


def test_two_loops_at_once_stay_two(tmp_path: Path) -> None:
    """B2BUAs that drop the Session-ID, two callers, one callee: only the caller tells the turns apart."""
    packets = []
    for index, number in enumerate((CALLER, "+4711111112")):
        lab = Lab(Wire(), caller=number, seed=f"loop {index}", **B2BUAS)
        lab.wire.now += index * 300
        loops.loop(turns=5)(lab)
        packets += lab.wire.packets
    text = LOOP + registration("+4711111112", "LOOP")
    found = diagnose_packets(tmp_path, rewriting.in_order(packets), text)
    assert verdicts(found) == ["session-id-lost"] * 2
    assert [call["turns"] for call in found["calls"]] == [5, 5]
    assert {call["caller"] for call in found["calls"]} == {CALLER, "+4711111112"}
    assert {call["callee"] for call in found["calls"]} == {CALLEE}


def test_a_healthy_call_beside_a_loop(tmp_path: Path) -> None:
    """Another caller's plain call to the same number while the loop goes round."""
    looping, plain = Lab(**B2BUAS), Lab(caller="+4777777777", seed="plain", **B2BUAS)
    plain.wire.now += 2000
    loops.loop(turns=6)(looping)
    others.direct(plain)
    packets = rewriting.in_order(looping.wire.packets + plain.wire.packets)
    found = diagnose_packets(tmp_path, packets, LOOP)
    by_caller = {call["caller"]: call for call in found["calls"]}
    assert set(by_caller) == {CALLER, "+4777777777"}
    assert (by_caller[CALLER]["verdict"]["id"], by_caller[CALLER]["turns"]) == ("session-id-lost", 6)
    assert (by_caller["+4777777777"]["verdict"]["id"], by_caller["+4777777777"]["turns"]) == ("no-registration", 0)


def test_a_call_through_a_queue_of_minutes_is_one(tmp_path: Path) -> None:
    """No fixed time window: the earlier leg is open."""
    lab = Lab(**B2BUAS)
    one = lab.place()
    two = lab.to_tas(one)
    lab.wire.wait(400)
    three = lab.back(two, session="")
    four = lab.to_phone(three, session=lab.token("session"))
    talk(one, two, three, four)
    # Here the core does not loop the call a second time: its Session-ID is lost none the less.
    found = diagnose_packets(tmp_path, lab.wire.packets, LOOP)
    assert len(found["calls"]) == 1
    assert found["calls"][0]["turns"] == 1
