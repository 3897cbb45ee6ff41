"""Every verdict id, from scripted calls; proxies or B2BUAs, bare or paired Session-IDs."""

from pathlib import Path
from typing import Any

import pytest

from tests.trace.blackbox.cases import LOOP_CASES, LOST_CASES, OTHER_CASES, REGISTRATION_CASES, Case
from tests.trace.blackbox.command import diagnose_packets, evidence, only_call, parties, told_how, verdicts
from tests.trace.traffic import loops, others, rewriting
from tests.trace.traffic.script import CALLEE, CALLER, Lab

LOOPS = {**LOOP_CASES, **{f"lost: {name}": case for name, case in LOST_CASES.items()}}
CASES = {
    **LOOPS,
    **OTHER_CASES,
    **{f"registration: {name}": case for name, case in REGISTRATION_CASES.items()},
}

B2BUAS: dict[str, Any] = {"core_b2bua": True, "tas_b2bua": True}


def _check(call: dict[str, Any], case: Case) -> None:
    assert call["verdict"]["id"] in case.verdicts.split(), call["verdict"]["text"]
    assert call["turns"] == case.turns
    kind, by, status = case.outcome
    assert call["outcome"]["status"] == status
    if kind is not None:
        assert (call["outcome"]["kind"], call["outcome"]["by"]) == (kind, by)
    if case.legs:
        assert [f"{source}>{target}" for source, target in parties(call)] == case.legs.split()


def _diagnosed(case: Case, folder: Path, **habits: Any) -> dict[str, Any]:
    lab = Lab(**habits)
    case.scene(lab)
    return diagnose_packets(folder, lab.wire.packets, case.registrations)


@pytest.mark.parametrize("name", CASES)
def test_a_scripted_call_gets_its_verdict(name: str, tmp_path: Path) -> None:
    call = only_call(_diagnosed(CASES[name], tmp_path))
    _check(call, CASES[name])
    assert (call["caller"], call["callee"]) == (CALLER, CALLEE)


@pytest.mark.parametrize("name", LOOPS)
def test_paired_session_ids_and_charging_vectors_change_nothing(name: str, tmp_path: Path) -> None:
    _check(only_call(_diagnosed(CASES[name], tmp_path, session_ids="paired", icid=True)), CASES[name])


# Where the TAS is a B2BUA that asks for another number and drops the Session-ID, nothing is left to join by.
@pytest.mark.parametrize("name", [name for name in {**LOOPS, **OTHER_CASES} if "other, Session-ID lost" not in name])
def test_a_call_id_for_each_leg_changes_nothing(name: str, tmp_path: Path) -> None:
    _check(only_call(_diagnosed(CASES[name], tmp_path, **B2BUAS)), CASES[name])


@pytest.mark.parametrize("name", ["returned", "caller changed", "ingress", "lost: Session-ID absent"])
def test_a_core_that_alone_is_a_b2bua_changes_nothing(name: str, tmp_path: Path) -> None:
    """It keeps the From that the TAS wrote, with the host of the TAS."""
    _check(only_call(_diagnosed(CASES[name], tmp_path, core_b2bua=True)), CASES[name])


@pytest.mark.parametrize("habits", [{}, B2BUAS], ids=["proxies", "b2buas"])
@pytest.mark.parametrize("how", loops.SESSIONS)
def test_it_says_how_the_session_id_was_lost(how: str, habits: dict[str, Any], tmp_path: Path) -> None:
    case = LOST_CASES[f"Session-ID {how}"]
    call = only_call(_diagnosed(case, tmp_path, **habits))
    assert told_how(call, how), call["verdict"]
    lost_in = min(call["legs"][2]["frames"])
    assert lost_in in evidence(call) | set(call["verdict"].get("frames", ()))


@pytest.mark.parametrize(
    ("name", "seen"),
    [("connection reset", range(3, 5)), ("no connection", range(3, 6)), ("TLS alert", range(3, 12))],
)
def test_a_connection_that_fails_is_leg_2_without_a_called_number(name: str, seen: range, tmp_path: Path) -> None:
    call = only_call(_diagnosed(CASES[name], tmp_path))
    leg = call["legs"][1]
    assert (leg["number"], leg["source"], leg["target"], leg["called"]) == (2, "core", "tas", None)
    assert set(leg["frames"]) & set(seen)
    assert evidence(call, "tas-unreachable") & set(seen)


@pytest.mark.parametrize("habits", [{}, B2BUAS], ids=["proxies", "b2buas"])
@pytest.mark.parametrize("name", ["returned", "returned, busy", "forwarded", "re-INVITE", "lost: Session-ID absent"])
def test_clocks_up_to_50_ms_late_change_no_verdict(name: str, habits: dict[str, Any], tmp_path: Path) -> None:
    """Legs are put in order by Max-Forwards and Via depth before time."""
    lab = Lab(**habits)
    CASES[name].scene(lab)
    packets = rewriting.jittered(lab.wire.packets, 3)
    call = only_call(diagnose_packets(tmp_path, packets, CASES[name].registrations))
    assert (call["verdict"]["id"], call["turns"]) == (CASES[name].verdicts, CASES[name].turns)


INFERABLE = ("returned", "forwarded", "rejects", "fork, callee", "fork, callee 603", "fallback, busy", "lost: 482")


@pytest.mark.parametrize("name", INFERABLE)
def test_the_registration_that_explains_the_legs_is_inferred(name: str, tmp_path: Path) -> None:
    lab = Lab(**B2BUAS)
    CASES[name].scene(lab)
    call = only_call(diagnose_packets(tmp_path, lab.wire.packets, None))
    _check(call, CASES[name])
    assert any("infer" in str(assumption) for assumption in call["assumptions"])


def test_a_redial_is_a_call_of_its_own(tmp_path: Path) -> None:
    """Whether the LOOP is told first is left open: retry-not-loop stands before intended-loop."""
    lab = Lab()
    others.redial_after_busy(lab)
    found = diagnose_packets(tmp_path, lab.wire.packets, LOOP_CASES["returned"].registrations)
    assert len(found["calls"]) == 2
    assert set(verdicts(found)) <= {"retry-not-loop", "intended-loop"}
    assert [call["turns"] for call in found["calls"]] == [1, 1]
    assert sorted(call["outcome"]["status"] for call in found["calls"]) == [200, 486]


def test_a_redial_is_told_to_be_no_loop(tmp_path: Path) -> None:
    lab = Lab(**B2BUAS)
    others.redial_after_busy(lab)
    found = diagnose_packets(tmp_path, lab.wire.packets, LOOP_CASES["returned"].registrations)
    assert len(found["calls"]) == 2
    assert "retry-not-loop" in verdicts(found)


def test_a_redial_without_a_tas_is_two_calls(tmp_path: Path) -> None:
    lab = Lab(**B2BUAS)
    others.redial_without_tas(lab)
    found = diagnose_packets(tmp_path, lab.wire.packets, None)
    assert [call["outcome"]["status"] for call in found["calls"]] == [486, 200]


def test_what_is_predicted_and_not_seen_is_missing(tmp_path: Path) -> None:
    call = only_call(_diagnosed(CASES["registration: LOOP in force, and yet direct"], tmp_path))
    assert call["missing"]
    whole = only_call(_diagnosed(CASES["returned"], tmp_path))
    assert whole["missing"] == []


@pytest.mark.parametrize("habits", [{}, B2BUAS], ids=["proxies", "b2buas"])
@pytest.mark.parametrize("name", ["returned", "fork, callee", "fallback, answered", "ingress"])
def test_without_one_leg_nothing_is_called_healthy(name: str, habits: dict[str, Any], tmp_path: Path) -> None:
    lab = Lab(**habits)
    CASES[name].scene(lab)
    for number, places in enumerate(rewriting.legs(lab.wire.packets), 1):
        left = rewriting.without(lab.wire.packets, places)
        found = diagnose_packets(tmp_path, left, CASES[name].registrations)
        assert not {"as-predicted", "intended-loop"} & set(verdicts(found)), f"without leg {number}"
