"""The verdicts when nothing is wrong, and when nothing explains what was seen."""

from itertools import pairwise

from sipbreakout_model import LegMatch
from sipbreakout_model.explanation import outcome_sentence
from sipbreakout_model.sentences import duration
from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.trace.call import PlacedLeg
from sipbreakout_tui.trace.diagnosis.case import Case
from sipbreakout_tui.trace.diagnosis.contradiction import Why
from sipbreakout_tui.trace.diagnosis.disagreement import contradicting, what_would
from sipbreakout_tui.trace.diagnosis.finding import Finding
from sipbreakout_tui.trace.diagnosis.in_force import near_the_invite
from sipbreakout_tui.trace.diagnosis.matching import Pair

_NO_END = "Its end is not in the capture"


def retry_not_loop(case: Case) -> Finding | None:
    """The same INVITE again because the one before failed: no loop."""
    again = _rung_again(case)
    if again is not None:
        first, second = again
        text = (
            f"The core rang the {second.target} again in frame {case.invite_frame(second)}, because "
            f"{case.number_of(first)} ended with {first.status}: a retry, no loop"
        )
        return Finding("retry-not-loop", text, (first.leg.row, second.leg.row))
    earlier = case.redial_of
    if earlier is None or not case.fits or case.hides_much:
        return None
    after = case.seen.at - earlier.legs[0].leg.open_until
    text = (
        f"The caller dialled again {duration(max(0.0, after))} after call {earlier.number} ended ({earlier.outcome}): "
        "two calls, no loop"
    )
    return Finding("retry-not-loop", text, (earlier.legs[0].leg.row, case.seen.legs[0].leg.row))


def _rung_again(case: Case) -> tuple[PlacedLeg, PlacedLeg] | None:
    if case.seen.loops:
        return None
    for leg in case.seen.legs:
        rung = [after for after in leg.after if after.from_core]
        for first, second in pairwise(rung):
            same_target = first.target is second.target and first.called == second.called
            if same_target and first.refused and (first.leg.final_at or second.at) <= second.at:
                return first, second
    return None


def intended_loop(case: Case) -> Finding | None:
    """R4, R8: the core was there twice, as the registration says."""
    registration = case.registration
    if registration is None or not registration.route_type.loops or not case.fits or case.hides_much or case.seen.loops:
        return None
    backs = [back for leg in case.seen.to_tas for back in leg.returns]
    if not backs:
        return None
    so_far, end = ("", ", and nothing is wrong") if case.end_seen else (" so far", f". {_NO_END}")
    text = (
        f"An intended loop{so_far}: {registration.route_type} of {registration.number} sends the call through the TAS "
        f"{visible(registration.sip_uri.host)}, which brought it back with its Session-ID in frame "
        f"{case.invite_frame(backs[0])}; the core sees the call twice{end}"
    )
    return Finding("intended-loop", text, (case.seen.to_tas[0].leg.row, backs[0].leg.row))


def as_predicted(case: Case) -> Finding | None:
    """Everything is as the registrations say."""
    if not case.fits or case.hides_much or case.flow is None:
        return None
    text = f"The call went as the registrations say: {visible(str(case.seen.outcome))}"
    if not case.end_seen:
        text = f"So far the call went as the registrations say. {_NO_END}"
    return Finding("as-predicted", text, (case.seen.legs[0].leg.row,))


def unexplained(case: Case) -> Finding:
    """What was seen is not what the registrations say, and no known cause fits."""
    rows = (case.seen.legs[0].leg.row,)
    if case.flow is None:
        return Finding("unexplained", "The number called is not readable, so nothing can be predicted", rows)
    said = [_said(case, pair) for pair in case.differences]
    if case.hides_much:
        numbers = [str(pair.predicted.number) for pair in case.hidden if pair.predicted is not None]
        legs = f"leg {numbers[0]}" if len(numbers) == 1 else f"legs {', '.join(numbers[:-1])} and {numbers[-1]}"
        side = "between core and TAS" if not case.view.tas else "between the core and subscribers"
        said.append(
            f"the capture shows no leg {side}: either {legs} cannot be seen from this capture point, "
            "or the core made none"
        )
    said += contradicting(case, told=Why.OTHER_PREFIX)
    gaps = [leg for leg in case.seen.first_turn if leg.gap]
    said += [f"a leg before {case.number_of(leg)} is not in the capture" for leg in gaps[:2]]
    if not case.ends_as_predicted:
        said.append(f"the call ended otherwise: {case.seen.outcome}")
    by = "The inferred registration" if case.inferred is not None else "The registrations"
    prediction = f"{by} predict {len(case.flow.legs)} legs, {outcome_sentence(case.flow)}".replace(
        "registration predict ", "registration predicts "
    )
    differs = "; ".join(said) or "nothing differs that is known"
    return Finding("unexplained", f"{prediction}; but {differs}{near_the_invite(case)}{what_would(case)}", rows)


def _said(case: Case, pair: Pair) -> str:
    seen, predicted = pair.seen, pair.predicted
    if seen is not None and predicted is not None:
        return f"{case.number_of(seen)} asks for {visible(seen.called or 'no number')} instead of {predicted.called}"
    if seen is not None:
        return f"{case.number_of(seen)} {seen.source}→{seen.target} is not predicted"
    if predicted is None or pair.match is LegMatch.NOT_VISIBLE:
        return ""
    return f"leg {predicted.number} {predicted.source}→{predicted.target} is missing"
