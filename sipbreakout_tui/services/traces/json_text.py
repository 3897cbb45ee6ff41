"""A trace as JSON, made call by call: names and forms as in `json_form`, captured text safe to show."""

import json
from collections.abc import Iterator, Sequence

from sipbreakout_model import LegMatch, Party
from sipbreakout_tui.ledger.history import Span
from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.services.json_form import Json, registration_object
from sipbreakout_tui.services.traces.opening import OpenedTrace
from sipbreakout_tui.services.traces.words import Mask, moment
from sipbreakout_tui.trace.call import PlacedLeg
from sipbreakout_tui.trace.diagnosis.case import Case
from sipbreakout_tui.trace.diagnosis.diagnose import Diagnosis
from sipbreakout_tui.trace.diagnosis.finding import Finding, Remedy
from sipbreakout_tui.trace.diagnosis.matching import Pair, frames_of
from sipbreakout_tui.trace.handles import leg_handle


def trace_json(opened: OpenedTrace, calls: Sequence[Diagnosis], mask: Mask | None = None) -> Iterator[str]:
    """Yield the JSON document in pieces, one a call and one for everything else.

    Args:
        opened: The trace.
        calls: Which calls; counts of verdicts and loops are always those of the whole trace.
        mask: What every text goes through; None: nothing.
    """
    yield '{"calls": ['
    for index, diagnosis in enumerate(calls):
        yield f"{',' if index else ''}\n{_dumped(call_object(opened, diagnosis), mask)}"
    yield f"\n],\n{_dumped(summary_object(opened), mask)[1:]}\n"


def call_object(opened: OpenedTrace, diagnosis: Diagnosis) -> Json:
    """Return one call with its diagnosis."""
    case = diagnosis.case
    seen, verdict = case.seen, diagnosis.verdict
    outcome = seen.outcome
    first, *later = seen.turns
    pairs = {id(pair.seen): pair for pair in case.pairs if pair.seen is not None}
    registration = case.registration
    return {
        "number": seen.number,
        "caller": _text(seen.caller),
        "callee": _text(seen.callee),
        "started_at": moment(seen.at),
        "legs": [_leg(opened, case, number, leg, pairs) for number, leg in enumerate(first, 1)],
        "missing": [_missing(pair) for pair in case.pairs if pair.seen is None],
        "repeats": [
            {"turn": turn, "legs": [_leg(opened, case, number, leg, {}) for number, leg in enumerate(legs, 1)]}
            for turn, legs in enumerate(later, 2)
        ],
        "turns": len(seen.to_tas),
        "outcome": {"kind": outcome.kind, "by": _party(outcome.by), "status": outcome.status},
        "verdict": {
            "id": verdict.id,
            "text": verdict.text,
            "confidence": str(diagnosis.confidence),
            "how": verdict.how,
        },
        "findings": [
            _finding(case, finding, diagnosis.remedy if finding is verdict else finding.remedy)
            for finding in diagnosis.findings
        ],
        "assumptions": list(diagnosis.assumptions),
        "registration": (
            None
            if registration is None
            else {**registration_object(registration), "inferred": case.inferred is not None}
        ),
        "registrations_around": [_span(span) for span in opened.registrations_around(diagnosis)],
    }


def summary_object(opened: OpenedTrace) -> Json:
    """Return everything that is not one call's."""
    trace = opened.trace
    parties = trace.parties
    return {
        "unread": dict(trace.unread),
        "parties": {
            "core": sorted(parties.core),
            "core_known": parties.core_known.value,
            "tas": sorted(parties.tas),
            "tas_known": parties.tas_known.value,
        },
        "verdicts": dict(trace.verdicts.most_common()),
        "loops": [
            {"number": visible(number), "tas": tas, "calls": calls, "turns": turns}
            for number, tas, calls, turns in trace.loops
        ],
        "decoder": opened.decoder,
        "captures": [capture.name for capture in opened.captures],
        "notes": list(opened.notes),
        "frames": opened.frames,
        "messages": len(trace.messages),
        "strays": trace.assembled.strays,
        "elsewhere": trace.elsewhere,
        "other": {visible(method): count for method, count in trace.assembled.other.items()},
    }


def _leg(opened: OpenedTrace, case: Case, number: int, leg: PlacedLeg, pairs: dict[int, Pair]) -> Json:
    messages, seen = case.messages, leg.leg
    pair = pairs.get(id(leg))
    handle = leg_handle(leg, messages)
    found: Json = {
        "number": number,
        "source": leg.source.value,
        "target": leg.target.value,
        "source_address": str(seen.source),
        "target_address": str(seen.target),
        "called": _text(leg.called),
        "call_ids": [handle.call_id] if handle.call_id else [],
        "frames": list(frames_of(leg, messages)),
        "status": leg.status,
        "started_at": moment(leg.at),
        "session_id": handle.session_id,
        "icid": handle.icid,
        "match": None if pair is None else pair.match.value,
        "ended_otherwise": None if pair is None else pair.ended_otherwise,
        "agent": handle.agent or handle.answering_agent,
        "released_by": handle.released_by,
        "reason": "; ".join(handle.reason) or None,
        "warning": "; ".join(handle.warning) or None,
        "ring_seconds": handle.ring_seconds,
        "retransmissions": seen.retransmissions,
        "mirrored": seen.mirrored,
        "retries": seen.retries,
        "evidence": [str(item) for item in leg.evidence],
        "confidence": str(leg.confidence),
        "events": [
            {"frame": event.frame, "trouble": event.trouble.value, "detail": visible(event.detail)}
            for event in seen.events
        ],
    }
    if len(opened.captures) > 1 and seen.row >= 0:
        found["capture"] = opened.captures[messages[seen.row].file].name
    return found


def _missing(pair: Pair) -> Json:
    leg = pair.predicted
    if leg is None:
        return {}
    return {
        "number": leg.number,
        "source": leg.source.value,
        "target": leg.target.value,
        "called": leg.called,
        "visible": pair.match is LegMatch.MISSING,
    }


def _finding(case: Case, finding: Finding, remedy: Remedy | None) -> Json:
    fix = None
    if remedy is not None:
        fix = {"owner": remedy.owner.value, "text": remedy.text, "command": remedy.command}
    frames = list(case.frames_of(finding))
    return {"id": finding.id, "text": finding.text, "frames": frames, "how": finding.how, "fix": fix}


def _span(span: Span) -> Json:
    return {
        **registration_object(span.lease.registration),
        "target": span.target,
        "accepted_at": None if span.lease.accepted_at is None else moment(span.lease.accepted_at),
        "until": moment(span.until),
        "end": span.end.value,
    }


def _party(party: Party | None) -> str | None:
    return None if party is None else party.value


def _text(text: str | None) -> str | None:
    return None if text is None else visible(text)


def _dumped(found: Json, mask: Mask | None) -> str:
    text = json.dumps(found if mask is None else _masked(found, mask), ensure_ascii=False, allow_nan=False)
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in text)


def _masked(value: object, mask: Mask) -> object:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, list):
        return [_masked(item, mask) for item in value]
    if isinstance(value, dict):
        return {key: _masked(item, mask) for key, item in value.items()}
    return value
