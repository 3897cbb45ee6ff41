"""Findings beside the verdict, at their bounds."""

import pytest

from sipbreakout_model import FixOwner
from sipbreakout_tui.trace.diagnosis.finding import Finding
from sipbreakout_tui.trace.leg import LARGE_BYTES
from sipbreakout_tui.trace.trace import read_trace
from tests.trace.blackbox.cases import LOOP
from tests.trace.blackbox.command import registration
from tests.trace.hearing import CALLER, CORE, T0, TAS, A, B, Memory, invite, knowledge, only, understood
from tests.trace.traffic import loops
from tests.trace.traffic.script import Lab, talk

REGISTERED = registration(CALLER, "LOOP", host="tas.example")


def found(memory: Memory, name: str, registrations: str = REGISTERED) -> Finding | None:
    trace = read_trace([memory], knowledge(registrations), core=[CORE])
    return next((item for item in only(trace).findings if item.id == name), None)


def sized(size: int, via: str = "UDP") -> bytes:
    data = invite(extra=["X-Long: "]).replace(b"SIP/2.0/UDP", f"SIP/2.0/{via}".encode())
    return data.replace(b"X-Long: ", b"X-Long: " + b"x" * (size - len(data)))


@pytest.mark.parametrize(
    ("size", "transport", "via", "large"),
    [
        (LARGE_BYTES, "UDP", "UDP", False),
        (LARGE_BYTES + 1, "UDP", "UDP", True),
        (LARGE_BYTES + 1, "TCP", "TCP", False),
        (LARGE_BYTES + 1, "UDP", "TLS", False),  # decrypted, and written down as UDP
    ],
)
def test_what_is_large_over_udp(size: int, transport: str, via: str, large: bool) -> None:
    data = sized(size, via)
    assert len(data) == size
    assert (found(Memory([(T0, A, CORE, data)], transport=transport), "large-udp") is not None) == large


@pytest.mark.parametrize(("count", "stacked"), [(1, False), (2, True), (3, True)])
def test_a_prefix_is_stacked_from_the_second_on(count: int, stacked: bool) -> None:
    one, two = invite(session="a" * 32), invite("+" + "00" * count + "4722222222", session="a" * 32, host="tas.example")
    item = found(Memory([(T0, A, CORE, one), (T0 + 0.01, CORE, TAS, two)]), "prefix-stacked")
    assert (item is not None) == stacked
    if item is not None:
        assert f"{count} times" in item.text


@pytest.mark.parametrize(
    ("called", "changed"),
    [
        ("+4722222222", False),
        ("004722222222", True),
        ("4722222222", True),
        ("22222222", True),
        ("022222222", True),
        ("+4733333333", False),
        ("112", False),
    ],
)
@pytest.mark.parametrize(("by", "owner"), [("core", FixOwner.CORE), ("TAS", FixOwner.TAS_VENDOR)])
def test_whoever_changes_the_form_of_the_number_is_named(called: str, changed: bool, by: str, owner: FixOwner) -> None:
    session = "a" * 32
    said = [(T0, A, CORE, invite(session=session))]
    if by == "TAS":
        there = invite("+114722222222", session=session, host="tas.example")
        said += [(T0 + 0.01, CORE, TAS, there), (T0 + 0.02, TAS, CORE, invite(called, session=session))]
    else:
        said += [(T0 + 0.01, CORE, B, invite(called, session=session))]
    text = registration(CALLER, "LOOP", mo="11", host="tas.example")
    item = found(Memory(said), "number-form-changed", text)
    assert (item is not None) == changed
    if item is not None:
        assert item.remedy is not None
        assert item.remedy.owner is owner
        assert item.rows == (len(said) - 2, len(said) - 1)


@pytest.mark.parametrize("hops", [69, 70, None])
def test_hops_that_do_not_fall_are_set_anew(hops: int | None) -> None:
    lab = Lab()
    talk(*loops.round_trip(lab, max_forwards=hops))
    ids = {item.id for item in only(understood(lab.wire.packets, LOOP)).findings}
    assert ("max-forwards-reset" in ids) == (hops is not None)
