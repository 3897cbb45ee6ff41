"""What puts a captured call right: who has to mend what, and what our registrations can do at once."""

from dataclasses import dataclass, replace

from sipbreakout_model import E164, CallFlow, FixOwner, OutcomeKind, Registrations, ScenarioError, route, smallest_fix
from sipbreakout_tui.services.calls.stopgap import stopgap
from sipbreakout_tui.services.registrations.plan import Change, ChangeKind
from sipbreakout_tui.services.traces.text import owner_words
from sipbreakout_tui.trace.diagnosis.case import Case
from sipbreakout_tui.trace.diagnosis.diagnose import Diagnosis
from sipbreakout_tui.trace.diagnosis.finding import Remedy


@dataclass(frozen=True, slots=True)
class WayOut:
    """What can be done about a call; texts are safe to show."""

    remedy: Remedy | None
    """The smallest change that puts it right; None where nothing is wrong."""
    now: str
    """What such a call does with the registrations of now, as a sentence without its full stop."""
    changes: tuple[Change, ...] = ()
    """What we can register at once."""
    wrong: bool = False
    """Whether such a call still goes wrong now."""
    then: str = ""
    """What the call does after these changes, likewise."""
    from_capture: bool = False
    """Whether the registrations are those the capture was held against, as of these numbers nothing is known now."""

    @property
    def owner(self) -> str:
        """Who has to mend it, for people."""
        return "" if self.remedy is None else owner_words(self.remedy.owner)


def way_out(diagnosis: Diagnosis, now: Registrations, at: float) -> WayOut:
    """Return what can be done.

    Args:
        diagnosis: Of the call.
        now: Who is registered now.
        at: Unix time in seconds of now.
    """
    case = diagnosis.case
    if case.call is None:
        return WayOut(diagnosis.remedy, "What it would do now cannot be said: a number in it cannot be read")
    call = replace(case.call, at=at)
    numbers = [number for number in (call.caller, call.callee) if isinstance(number, E164)]
    from_capture = all(now.last(number) is None for number in numbers)
    held = case.registrations if from_capture else now
    if from_capture:
        call = case.call
    scenario, policy = case.prediction.scenario, case.prediction.policy
    try:
        flow = route(call, held, scenario, policy)
        found = stopgap(call, held, scenario, policy)
    except ScenarioError as error:
        return WayOut(diagnosis.remedy, f"What it would do now cannot be said: {error}", from_capture=from_capture)
    changes: tuple[Change, ...] = ()
    then = None
    if found is not None:
        changes, then = found.changes, found.flow
    elif diagnosis.remedy is not None and (own := _own_change(case, held, call.at)) is not None:
        changes, then = (own[0],), own[1]
    faulty = diagnosis.remedy is not None and diagnosis.remedy.owner is not FixOwner.SUBSCRIBER
    wrong = flow.loop is not None or (faulty and flow.outcome.kind is not OutcomeKind.ANSWERED)
    return WayOut(
        diagnosis.remedy,
        _does(flow),
        changes,
        wrong or bool(changes),
        "" if then is None else _does(then),
        from_capture,
    )


def _own_change(case: Case, held: Registrations, at: float) -> tuple[Change, CallFlow] | None:
    """Return the registration that whoever makes it has to make otherwise, unless that is done by now."""
    if case.call is None or case.contradicted:
        return None
    try:
        fix = smallest_fix(case.call, case.registrations, case.prediction.scenario, case.prediction.policy)
    except ScenarioError:
        return None
    if fix is None or fix.owner is not FixOwner.SUBSCRIBER:
        return None
    lease = held.active(fix.registration.number, at)
    before = None if lease is None else lease.registration
    if before == fix.registration:
        return None
    kind = ChangeKind.CREATE if before is None else ChangeKind.REPLACE
    return Change(kind, fix.registration, before), fix.flow


def _does(flow: CallFlow) -> str:
    loop = flow.loop
    if loop is not None:
        turns = "without end" if loop.turns is None else f"{loop.turns} times, then {loop.ended_by}"
        return f"goes round {turns}"
    ended = str(flow.outcome)
    return f"is {ended}" if flow.outcome.kind is OutcomeKind.ANSWERED else f"ends: {ended}"
