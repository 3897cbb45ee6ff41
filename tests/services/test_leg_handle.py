"""What to search the logs of either side of a leg with."""

from sipbreakout_model import Party
from sipbreakout_tui.services.leg_handle import LegHandle, leg_handle
from sipbreakout_tui.services.traces import OpenedTrace
from tests.services.tracing import lab, scripted
from tests.trace.blackbox.cases import FORK, LOOP
from tests.trace.traffic import loops, others
from tests.trace.traffic.script import Lab, fail


def _handles(opened: OpenedTrace) -> list[LegHandle]:
    (diagnosis,) = opened.trace.diagnoses
    return [leg_handle(leg, diagnosis.case.messages) for leg in diagnosis.case.seen.legs]


def test_a_call_that_was_answered_and_hung_up() -> None:
    with scripted(loops.returned, registrations=LOOP, icid=True) as opened:
        one, two, three, four = _handles(opened)
    assert one.call_id is not None
    assert one.call_id.endswith("@127.0.0.2")
    assert one.session_id == two.session_id == three.session_id
    assert one.icid is not None
    assert (one.agent, one.released_with) == ("phone-a", "BYE")
    assert {handle.released_with for handle in (two, three, four)} == {"BYE"}
    assert one.ring_seconds is not None
    assert one.ring_seconds > 0
    assert one.warning is None


def test_a_leg_that_was_refused() -> None:
    with lab("loop_tas_rejects") as opened:
        one, two = _handles(opened)
    assert (one.released_by, one.released_with) == (Party.CORE, "603")
    assert (two.released_by, two.released_with) == (Party.TAS, "603")
    assert two.ring_seconds is None


def test_a_leg_that_was_cancelled() -> None:
    with scripted(others.fork_callee_answers, registrations=FORK) as opened:
        tas = _handles(opened)[2]
    assert (tas.released_by, tas.released_with) == (Party.CORE, "CANCEL")


def test_a_leg_whose_end_is_not_there() -> None:
    with lab("tls_untrusted") as opened:
        two = _handles(opened)[1]
    assert (two.released_by, two.released_with, two.server) == (None, None, None)


def test_reason_and_warning_come_with_the_refusal_and_harmless() -> None:
    reason = 'Q.850;cause=21;text="\x1b[2J"'

    def refused(stage: Lab) -> None:
        path = loops.out_and_back(stage)[:2]
        fail(403, *path, headers=[("Reason", reason), ("Warning", '399 core "no"'), ("warning", "399 b more")])

    with scripted(refused, registrations=LOOP) as opened:
        two = _handles(opened)[1]
    assert two.reason == r'Q.850;cause=21;text="\x1b[2J"'
    assert two.warning == '399 core "no"; 399 b more'


def test_a_leg_without_any_readable_invite_has_nothing() -> None:
    with scripted(loops.tls_fails, registrations=LOOP) as opened:
        two = _handles(opened)[1]
    assert two == LegHandle(None, None, None, None, None, None, None, None, None, None)
