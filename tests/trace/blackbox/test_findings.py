"""Findings beside the verdict, and that healthy calls have none."""

from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.trace.blackbox.cases import FORK, LOOP, LOOP_11
from tests.trace.blackbox.command import diagnose_packets, evidence, finding_ids, only_call
from tests.trace.traffic import loops, others
from tests.trace.traffic.loops import Scene
from tests.trace.traffic.script import Lab

FAULTS = {
    "max-forwards-reset",
    "prefix-stacked",
    "number-form-changed",
    "registration-changed-during-call",
    "fork-6xx",
    "large-udp",
}


class Found(NamedTuple):
    """A scene, and what must be found in it."""

    scene: Scene
    registrations: str
    finding: str
    frames: str
    """Frames of which the evidence must name at least one."""
    habits: dict[str, Any] = {}  # noqa: RUF012 - a tuple's default, never changed


FOUND = {
    "max-forwards-reset": Found(loops.returned_with_hops_anew, LOOP, "max-forwards-reset", "5"),
    "max-forwards-reset in a loop": Found(
        loops.loop(end=487, turns=3, max_forwards=70), LOOP, "max-forwards-reset", "5 9 13"
    ),
    "prefix-stacked": Found(loops.loop_with_prefixes_stacked, LOOP, "prefix-stacked", "5 7 9 11 13"),
    "number-form-changed": Found(loops.returned_in_national_form, LOOP_11, "number-form-changed", "5"),
    "fork-6xx of the TAS": Found(others.fork_tas_declines_for_all, FORK, "fork-6xx", "9 10 11 12 13 14 15 16"),
    "fork-6xx of the callee": Found(others.fork_callee_declines_for_all, FORK, "fork-6xx", "9 10 11 12 13 14 15 16"),
    "large-udp": Found(others.direct, "", "large-udp", "1", {"padding": 15}),
}


@pytest.mark.parametrize("name", FOUND)
def test_a_fault_is_found_and_proved(name: str, tmp_path: Path) -> None:
    scene, registrations, finding, frames, habits = FOUND[name]
    lab = Lab(**habits)
    scene(lab)
    call = only_call(diagnose_packets(tmp_path, lab.wire.packets, registrations or None))
    assert finding in finding_ids(call)
    assert evidence(call, finding) & set(map(int, frames.split()))
    assert FAULTS & finding_ids(call) == {finding}
    for entry in call["findings"]:
        assert entry["text"]
        assert set(entry) >= {"id", "text", "frames", "fix"}


@pytest.mark.parametrize(
    ("scene", "registrations"),
    [(loops.returned, LOOP), (loops.loop(), LOOP), (others.fork_callee_answers, FORK), (others.direct, None)],
    ids=["loop", "Session-ID lost", "fork", "direct"],
)
def test_calls_without_these_faults_have_no_such_findings(
    scene: Scene, registrations: str | None, tmp_path: Path
) -> None:
    lab = Lab()
    scene(lab)
    call = only_call(diagnose_packets(tmp_path, lab.wire.packets, registrations))
    assert not FAULTS & finding_ids(call)
