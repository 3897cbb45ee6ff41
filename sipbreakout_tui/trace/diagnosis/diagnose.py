"""The diagnosis of a call: the verdict by precedence, findings with evidence, the smallest fix."""

from dataclasses import dataclass
from functools import cached_property

from sipbreakout_model import Alignment, FixKind, FixOwner, ScenarioError, smallest_fix
from sipbreakout_model.hazards import upsert_command
from sipbreakout_tui.trace.diagnosis import beside, disagreement, in_force, plain, returns, tas
from sipbreakout_tui.trace.diagnosis.case import Case
from sipbreakout_tui.trace.diagnosis.finding import Finding, Remedy
from sipbreakout_tui.trace.diagnosis.matching import aligned
from sipbreakout_tui.trace.linking import Confidence

VERDICTS = (
    returns.session_id_lost,
    returns.forward_loop,
    returns.loop_detected,
    returns.prefix_left_on_verdict,
    returns.caller_changed,
    returns.return_refused,
    returns.media_refused,
    tas.tas_unreachable,
    tas.tas_rejected,
    tas.tas_redirected,
    tas.no_return,
    tas.tas_silent,
    tas.tas_answered,
    returns.forwarded,
    returns.tas_hunted,
    tas.transferred,
    tas.fork_won_by_tas,
    tas.fallback_taken,
    tas.caller_cancelled,
    in_force.registration_expired,
    in_force.registration_not_in_force,
    in_force.no_registration,
    in_force.other_direction,
    plain.retry_not_loop,
    plain.intended_loop,
    plain.as_predicted,
)
"""In order of precedence: the first that applies is the verdict, the others that apply are findings."""

_FACTS = frozenset(VERDICTS[:19])
"""Verdicts that stand on the capture alone: they are findings, too, where another one decides."""

_BESIDE = (
    beside.max_forwards_reset_finding,
    beside.prefix_stacked,
    beside.number_form_changed,
    beside.registration_changed_during_call,
    beside.fork_6xx,
    beside.large_udp,
    disagreement.registration_contradicted,
)

_OF_WHOLE_CALL = frozenset(("intended-loop", "as-predicted"))
"""Verdicts that say of the whole call that it is well."""

_MENDED_BY_MODEL = frozenset(("session-id-lost", "prefix-left-on", "registration-expired"))


@dataclass(eq=False)
class Diagnosis:
    """Why a call took the way it took."""

    case: Case
    verdict: Finding

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """The verdict's evidence first, then everything else that the capture proves."""
        case = self.case
        facts = (check(case) for check in VERDICTS if check in _FACTS)
        others = (check(case) for check in _BESIDE)
        found = [self.verdict]
        if self.verdict.id == "unexplained":  # which says already what contradicts the registrations
            others = (finding for finding in others if finding is None or finding.id != "registration-contradicted")
        found += [finding for finding in facts if finding is not None and finding.id != self.verdict.id]
        found += [finding for finding in others if finding is not None]
        return tuple(found)

    @property
    def confidence(self) -> Confidence:
        """How sure the verdict is: not more than the links of its legs.

        Less where something is inferred or hidden, where the legs contradict the registrations, and where the end of
        a call that seems healthy was not seen.
        """
        case = self.case
        if case.seen.doubts or self.verdict.id == "unexplained":
            return Confidence.POSSIBLE
        unended = self.verdict.id in _OF_WHOLE_CALL and not case.end_seen
        if case.knowledge is None or case.hidden or case.contradicted or unended:
            return min(case.seen.confidence, Confidence.LIKELY)
        return case.seen.confidence

    @cached_property
    def remedy(self) -> Remedy | None:
        """The smallest change that puts it right, and whose it is; None where nothing is wrong."""
        case, verdict = self.case, self.verdict
        if verdict.id in _MENDED_BY_MODEL and case.call is not None and not case.contradicted:
            try:
                fix = smallest_fix(case.call, case.registrations, case.prediction.scenario, case.prediction.policy)
            except ScenarioError:
                fix = None
            if fix is not None:
                command = None
                if fix.kind is FixKind.DROP_REGISTRATION:
                    registration = fix.registration
                    command = f"sipbreakout delete {registration.number} --sip-uri {registration.sip_uri}"
                elif fix.owner is FixOwner.SUBSCRIBER:
                    command = upsert_command(fix.registration)
                return Remedy(fix.owner, str(fix), command)
        return verdict.remedy

    @cached_property
    def assumptions(self) -> tuple[str, ...]:
        """What nobody published, or nobody said, and yet decided something here."""
        case = self.case
        said = list(case.assumptions)
        if case.inferred is not None:
            said.append(f"no registrations were given; inferred from the legs: {case.inferred}")
        if case.flow is not None:
            said += [str(step) for step in case.flow.assumptions]
        return tuple(dict.fromkeys(said))

    @cached_property
    def alignment(self) -> Alignment:
        """The first turn's legs beside the predicted ones, as diagrams draw them."""
        case = self.case
        predicted: int | None = 0
        if case.flow is not None:
            loop = case.flow.loop
            rung = sum(leg.registration is not None and leg.target.value == "tas" for leg in case.flow.legs)
            predicted = rung if loop is None else loop.turns
        legs = aligned(case.pairs, case.messages, case.seen.at)
        return Alignment(legs, self.verdict.text, len(case.seen.to_tas), predicted)


def diagnose(case: Case) -> Diagnosis:
    """Return the diagnosis of a call."""
    for check in VERDICTS:
        finding = check(case)
        if finding is not None:
            return Diagnosis(case, finding)
    return Diagnosis(case, plain.unexplained(case))
