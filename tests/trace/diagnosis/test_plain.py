"""The verdicts when nothing is wrong with the registrations, and the last one."""

import pytest

from sipbreakout_tui.trace.diagnosis.diagnose import Diagnosis
from sipbreakout_tui.trace.trace import read_trace
from tests.trace.hearing import CALLEE, CORE, T0, A, B, C, Memory, answer, invite, knowledge, only
from tests.trace.hearing import understood as of_packets
from tests.trace.traffic.script import Lab, fail, talk

SESSION = "a" * 32


def rung_twice(status: int, second: str = CALLEE, phone: str = B, hurry: bool = False) -> Diagnosis:
    """Return the diagnosis of a call whose callee is rung, fails, and is rung again."""
    one, two, three = invite(session=SESSION), invite(session=SESSION), invite(second, session=SESSION)
    said = [
        (T0, A, CORE, one),
        (T0 + 0.01, CORE, B, two),
        (T0 + (1.0 if hurry else 0.5), B, CORE, answer(two, status)),
        (T0 + 0.6, CORE, phone, three),
        (T0 + 2.0, phone, CORE, answer(three, 200)),
        (T0 + 2.1, CORE, A, answer(one, 200)),
    ]
    return only(read_trace([Memory(sorted(said, key=lambda entry: entry[0]))], knowledge(""), core=[CORE]))


@pytest.mark.parametrize("status", [408, 480, 503])
def test_a_retry_of_the_core_is_no_loop(status: int) -> None:
    found = rung_twice(status)
    assert found.verdict.id == "retry-not-loop"
    assert f"ended with {status}" in found.verdict.text
    assert [found.case.frame(row) for row in found.verdict.rows] == [2, 4]


@pytest.mark.parametrize("phone", [B, C])
def test_another_number_is_no_retry(phone: str) -> None:
    assert rung_twice(503, "+4733333333", phone).verdict.id != "retry-not-loop"


def test_what_is_rung_before_the_first_failed_is_no_retry() -> None:
    assert rung_twice(486, phone=C, hurry=True).verdict.id != "retry-not-loop"


def test_a_number_that_is_not_readable_predicts_nothing() -> None:
    found = only(read_trace([Memory([(T0, A, CORE, invite(None))])], knowledge(""), core=[CORE]))
    assert (found.verdict.id, found.case.flow) == ("unexplained", None)
    assert "not readable" in found.verdict.text


def test_a_redial_after_success_is_a_call_of_its_own() -> None:
    lab = Lab()
    for _ in range(2):
        one = lab.place()
        talk(one, lab.to_phone(one))
        lab.wire.wait(5)
    one = lab.place()
    fail(486, one, lab.to_phone(one))
    trace = of_packets(lab.wire.packets, "")
    assert [diagnosis.verdict.id for diagnosis in trace.diagnoses] == ["no-registration"] * 3
