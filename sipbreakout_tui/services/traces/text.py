"""One call with its diagnosis, as lines to read or to paste into a ticket."""

from collections.abc import Iterable, Iterator

from sipbreakout_model import FixOwner, Leg, Party, Registration
from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.services.sip_codes import status_words
from sipbreakout_tui.services.traces.opening import OpenedTrace
from sipbreakout_tui.services.traces.words import (
    Mask,
    counted,
    end_words,
    frame_words,
    moment_words,
    source_lines,
    table,
    unmasked,
    who_calls_whom,
)
from sipbreakout_tui.trace.call import PlacedLeg
from sipbreakout_tui.trace.diagnosis.case import Case
from sipbreakout_tui.trace.diagnosis.diagnose import Diagnosis
from sipbreakout_tui.trace.diagnosis.finding import Finding
from sipbreakout_tui.trace.diagnosis.matching import Pair, frames_of
from sipbreakout_tui.trace.handles import leg_handle

_OWNERS = {FixOwner.CORE: "the operator of the core", FixOwner.TAS_VENDOR: "the vendor of the TAS"}
_COLUMNS = ("leg", "from → to", "INVITE for", "ended", "frames", "is", "predicted")


def call_lines(opened: OpenedTrace, diagnosis: Diagnosis, mask: Mask = unmasked) -> list[str]:
    """Return one call: the verdict first, then what proves it.

    Args:
        opened: The trace.
        diagnosis: Of one of its calls.
        mask: What captured text goes through.
    """
    case, verdict = diagnosis.case, diagnosis.verdict
    how = "" if verdict.how is None else f" ({verdict.how})"
    parts = [
        [mask(verdict.text), f"{verdict.id}{how}, confidence: {diagnosis.confidence}{_proof(case, verdict)}"],
        _about(diagnosis, mask),
        ["Legs", *_indented(_leg_rows(case, mask))],
        _section("Also found", _findings(diagnosis, mask)),
        _fix(diagnosis, mask),
        _section("Assumptions", map(mask, diagnosis.assumptions)),
        _section("To search the logs with", _handles(opened, case, mask)),
        _section("Registrations within an hour of the call", around_lines(opened, diagnosis, mask)),
        source_lines(opened, mask),
    ]
    lines: list[str] = []
    for part in parts:
        if part:
            lines += ["", *part] if lines else part
    return lines


def _section(title: str, lines: Iterable[str]) -> list[str]:
    found = list(lines)
    return [title, *_indented(found)] if found else []


def _indented(lines: list[str]) -> list[str]:
    return [f"  {line}" for line in lines]


def _about(diagnosis: Diagnosis, mask: Mask) -> list[str]:
    seen = diagnosis.case.seen
    registration = diagnosis.case.registration
    lines = [f"Call {seen.number}: {who_calls_whom(seen, mask)} at {moment_words(seen.at)}: {seen.outcome}"]
    if len(seen.to_tas) > 1:
        lines.append(f"The core called the TAS {len(seen.to_tas)} times")
    if registration is None:
        lines.append("No registration applies")
    else:
        inferred = "" if diagnosis.case.inferred is None else " (inferred)"
        against = f"{mask(_registration(registration))}{inferred}"
        contradicted = bool(diagnosis.case.contradictions)
        lines.append(
            f"Held against {against}, which does not make these legs" if contradicted else f"Decided by {against}"
        )
    return lines


def _registration(registration: Registration) -> str:
    mo, mt = registration.mobile_originating_prefix or "–", registration.mobile_terminating_prefix or "–"
    kind = registration.route_type
    return f"{kind} of {registration.number} at {visible(str(registration.sip_uri))}, prefixes MO {mo}, MT {mt}"


def _leg_rows(case: Case, mask: Mask) -> list[str]:
    rows = []
    number = 0
    for pair in case.pairs:
        number += pair.seen is not None
        rows.append(_leg_row(case, pair, number, mask))
    lines = table(_COLUMNS, rows)
    later = [leg for turn in case.seen.turns[1:] for leg in turn]
    if later:
        frames = [frame for leg in later for frame in frames_of(leg, case.messages)]
        ends = dict.fromkeys(end_words(leg) for leg in later)
        lines.append(
            f"turns 2 to {len(case.seen.turns)}: {counted(len(later), 'leg')}, {', '.join(ends)}, "
            f"frames {frame_words(frames)}"
        )
    if case.seen.elsewhere:
        frames = [case.frame(leg.row) for leg in case.seen.elsewhere]
        which = counted(len(case.seen.elsewhere), "leg")
        lines.append(f"beside them {which} within the core or behind the TAS: frames {frame_words(frames)}")
    if case.seen.doubts:
        frames = [case.frame(leg.row) for leg in case.seen.doubts]
        which = counted(len(case.seen.doubts), "leg")
        lines.append(f"{which} may belong to this call or to another one: frames {frame_words(frames)}")
    return lines


def _leg_row(case: Case, pair: Pair, number: int, mask: Mask) -> tuple[str, ...]:
    seen, predicted = pair.seen, pair.predicted
    if seen is None:
        way = "" if predicted is None else f"{predicted.source} → {predicted.target}"
        return "–", way, "–", "–", "–", pair.words, mask(_predicted(predicted))
    return (
        str(number),
        f"{seen.source} → {seen.target}",
        mask(visible(seen.called or "no number")),
        end_words(seen),
        frame_words(frames_of(seen, case.messages)),
        pair.words,
        mask(_predicted(predicted)),
    )


def _predicted(leg: Leg | None) -> str:
    if leg is None:
        return "–"
    end = str(leg.end) if leg.status is None else f"{leg.end} {leg.status}"
    return f"leg {leg.number}, {leg.called}, {end}"


def _proof(case: Case, finding: Finding) -> str:
    frames = case.frames_of(finding)
    return f", proved by frame{'s' if len(frames) > 1 else ''} {frame_words(frames)}" if frames else ""


def _findings(diagnosis: Diagnosis, mask: Mask) -> Iterator[str]:
    for finding in diagnosis.findings:
        if finding is diagnosis.verdict:
            continue
        yield f"{finding.id}: {mask(finding.text)}"
        if proof := _proof(diagnosis.case, finding):
            yield f"  {proof.removeprefix(', ')}"
        if finding.remedy is not None:
            yield f"  for {owner_words(finding.remedy.owner)}: {mask(finding.remedy.text)}"


def owner_words(owner: FixOwner) -> str:
    """Return who can make a change, for people."""
    return _OWNERS.get(owner, "whoever makes the registration")


def _fix(diagnosis: Diagnosis, mask: Mask) -> list[str]:
    remedy = diagnosis.remedy
    if remedy is None:
        return []
    lines = [f"Fix, for {owner_words(remedy.owner)}", f"  {mask(remedy.text)}"]
    return lines if remedy.command is None else [*lines, f"  {mask(remedy.command)}"]


def _handles(opened: OpenedTrace, case: Case, mask: Mask) -> Iterator[str]:
    for number, leg in enumerate(case.seen.first_turn, 1):
        seen = leg.leg
        where = mask(f"{seen.source} → {seen.target} {visible(seen.transport)}")
        if len(opened.captures) > 1 and seen.row >= 0:
            where += f" in {mask(opened.captures[case.messages[seen.row].file].name)}"
        yield f"leg {number}  {moment_words(leg.at)}  {leg.source} → {leg.target}  {where}"
        for name, value in handle_words(leg, case):
            yield f"       {name:<11} {mask(value)}"


def handle_words(leg: PlacedLeg, case: Case) -> Iterator[tuple[str, str]]:
    """Yield what the logs of either side can be searched for, and how the leg ended: name and value, safe to show."""
    handle = leg_handle(leg, case.messages)
    texts = (
        ("Call-ID", handle.call_id),
        ("Session-ID", handle.session_id),
        ("icid", handle.icid),
        ("User-Agent", handle.agent),
        ("Server", handle.answering_agent),
        ("Reason", "; ".join(handle.reason) or None),
        ("Warning", "; ".join(handle.warning) or None),
    )
    yield from ((name, value) for name, value in texts if value is not None)
    if handle.ring_seconds is not None:
        yield "rang", f"{handle.ring_seconds:.1f} s"
    if handle.released_by is not None and handle.released_with is not None:
        with_ = handle.released_with
        how = status_words(int(with_)) if with_.isdigit() else with_
        yield "released by", f"{Party(handle.released_by)} ({how})"
    if leg.before is not None:
        evidence = ", ".join(map(str, leg.evidence)) or "nothing but the moment"
        yield "joined by", f"{evidence} ({leg.confidence}){', a leg between is not in the capture' if leg.gap else ''}"
    again = [
        counted(count, what)
        for count, what in (
            (leg.leg.retransmissions, "retransmission"),
            (leg.leg.mirrored, "mirrored packet"),
            (leg.leg.retries, "earlier attempt"),
        )
        if count
    ]
    if again:
        yield "also", ", ".join(again)


def around_lines(opened: OpenedTrace, diagnosis: Diagnosis, mask: Mask = unmasked) -> Iterator[str]:
    """Yield a line for each lease of both numbers within an hour of the call, where the ledger was asked."""
    for span in opened.registrations_around(diagnosis):
        accepted = "always" if span.lease.accepted_at is None else moment_words(span.lease.accepted_at)
        words = mask(_registration(span.lease.registration))
        yield f"{accepted} to {moment_words(span.until)} ({span.end.value})  {words}"
