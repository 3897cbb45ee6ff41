"""The model's values as what `json.dumps` takes.

Names are those of the model in snake case, moments RFC 3339 in UTC with milliseconds, spans seconds,
a route type is named as in the API without its prefix (`LOOP_MO`), every other enum in lower snake case.
"""

from collections.abc import Iterable

from sipbreakout_model import (
    AbsentLeg,
    Call,
    CallFlow,
    Difference,
    Fix,
    Hazard,
    Leg,
    Loop,
    Outcome,
    Registration,
    Step,
)
from sipbreakout_model.times import rfc3339

Json = dict[str, object]
"""One JSON object."""


def flow_object(flow: CallFlow, fix: Fix | None = None) -> Json:
    """Return a call flow, with the smallest fix where there is one."""
    return {
        "call": _call(flow.call),
        "legs": _legs(flow.legs),
        "outcome": _outcome(flow.outcome),
        "loop": _loop(flow.loop),
        "steps": _steps(flow.steps),
        "absent": [_absent(absent) for absent in flow.absent],
        "assumptions": _steps(flow.assumptions),
        "fix": None if fix is None else fix_object(fix),
    }


def fix_object(fix: Fix) -> Json:
    """Return a fix; `outcome` is how the call ends after it."""
    return {
        "kind": fix.kind.value,
        "owner": fix.owner.value,
        "text": fix.text,
        "affects": fix.affects,
        "registration": registration_object(fix.registration),
        "outcome": _outcome(fix.flow.outcome),
    }


def hazard_object(hazard: Hazard) -> Json:
    """Return a hazard, with all its numbers."""
    return {
        "id": hazard.id,
        "severity": str(hazard.severity),
        "numbers": [str(number) for number in hazard.numbers],
        "text": hazard.text,
        "fix": hazard.fix,
    }


def difference_object(difference: Difference) -> Json:
    """Return what changed from one flow to another."""
    return {
        "gained": _legs(difference.gained),
        "lost": _legs(difference.lost),
        "before": _outcome(difference.before),
        "after": _outcome(difference.after),
        "outcome_changed": difference.outcome_changed,
        "loop_before": _loop(difference.loop_before),
        "loop_after": _loop(difference.loop_after),
        "why": _steps(difference.why),
        "no_longer": _steps(difference.no_longer),
    }


def _call(call: Call) -> Json:
    return {
        "caller": None if call.caller is None else str(call.caller),
        "callee": str(call.callee),
        "at": rfc3339(call.at),
        "placed_by": None if call.placed_by is None else str(call.placed_by),
    }


def _legs(legs: Iterable[Leg]) -> list[Json]:
    return [
        {
            "number": leg.number,
            "source": leg.source.value,
            "target": leg.target.value,
            "called": leg.called,
            "request_uri": leg.request_uri,
            "starts_after": leg.starts_after,
            "end": leg.end.value,
            "status": leg.status,
            "rule": leg.rule,
            "registration": None if leg.registration is None else registration_object(leg.registration),
        }
        for leg in legs
    ]


def registration_object(registration: Registration) -> Json:
    """Return a registration."""
    return {
        "number": str(registration.number),
        "sip_uri": str(registration.sip_uri),
        "route_type": registration.route_type.value,
        "mobile_originating_prefix": registration.mobile_originating_prefix,
        "mobile_terminating_prefix": registration.mobile_terminating_prefix,
    }


def _outcome(outcome: Outcome) -> Json:
    by = None if outcome.by is None else outcome.by.value
    return {"kind": outcome.kind.value, "by": by, "status": outcome.status}


def _loop(loop: Loop | None) -> Json | None:
    if loop is None:
        return None
    return {
        "first_leg": loop.first_leg,
        "last_leg": loop.last_leg,
        "turns": loop.turns,
        "ended_by": loop.ended_by,
        "seconds": loop.seconds,
    }


def _steps(steps: Iterable[Step]) -> list[Json]:
    return [{"rule": step.rule, "code": step.code, "text": str(step)} for step in steps]


def _absent(absent: AbsentLeg) -> Json:
    return {
        "number": absent.number,
        "source": absent.source.value,
        "target": absent.target.value,
        "rule": absent.reason.rule,
        "text": str(absent),
    }
