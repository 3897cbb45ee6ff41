"""What the pictures say about a flow: title, why, and the words on legs."""

from sipbreakout_model import CallFlow, Loop
from sipbreakout_model.sentences import duration
from sipbreakout_tui.diagram.texts import end_words
from sipbreakout_tui.diagram.words import Link

_DECIDING = ("decides", "decides_timeless", "short_number", "ingress")
_SAYING_WHY = (
    *("no_ingress", "ingress_of_other_tas", "expired", "not_yet", "not_in_force", "wrong_direction", "masked"),
    *("ingress_ignored", "straight_to_callee", "lease_ended_before_leg", "session_id_lost", "met_again"),
    *("return_refused", "prefix_left_on", "prefix_reaches_other", "forwarded", "fallback_met_already"),
    *("tas_answers", "tas_rejects", "tas_redirects", "tas_silent", "tas_unreachable", "tas_keeps_call"),
    *("tas_answers_then_returns", "tas_answers_first", "tas_branch_rejected", "tas_branch_unreachable"),
    *("callee_answers_first", "declined_everywhere", "nobody_answers", "no_fallback_answered"),
    *("no_fallback_declined", "falls_back", "fallback_silent", "fallback_unreachable", "returned"),
)
_MOST = 3
"""How many sentences a subtitle has."""


def title_of(flow: CallFlow) -> str:
    """Return who calls whom and how it ends."""
    call = flow.call
    caller = "an anonymous caller" if call.caller is None else str(call.caller)
    if call.placed_by is not None:
        return f"TAS {call.placed_by.host_port} calls {call.callee} for {caller}: {flow.outcome}"
    return f"{caller[:1].upper()}{caller[1:]} calls {call.callee}: {flow.outcome}"


def why_of(flow: CallFlow) -> str:
    """Return which registration decides, how long it lives, and what happens then."""
    deciding = [step for step in flow.steps if step.code in _DECIDING]
    why = [step for step in flow.steps if step.code in _SAYING_WHY]
    if flow.loop is not None:
        why = [step for step in why if step.code in ("session_id_lost", "falls_back", "met_again")]
    if any(step.code == "falls_back" for step in why):  # the FALLBACK is met after all (R6b)
        why = [step for step in why if step.code != "masked"]
    sentences: list[str] = []
    for step in [*deciding[:1], *why]:
        if str(step) not in sentences:
            sentences.append(str(step))
    if len(sentences) > _MOST:  # what decides comes first, what it ends with last
        sentences = [*sentences[: _MOST - 1], sentences[-1]]
    return "".join(f"{sentence[:1].upper()}{sentence[1:]}. " for sentence in sentences).strip()


def turns_of(loop: Loop) -> str:
    """Return how often a loop turns and what ends it."""
    if loop.turns is None:
        return "↻ without end: nothing bounds it"
    if loop.turns == 0:
        return f"↻ not one turn in full: {loop.ended_by}"
    return f"↻ {loop.turns} turn{'s' if loop.turns > 1 else ''}, then {loop.ended_by}"


def cost_of(loop: Loop) -> str:
    """Return which legs repeat, and what all turns occupy."""
    repeat = (
        f"leg {loop.first_leg} repeats"
        if loop.first_leg == loop.last_leg
        else f"legs {loop.first_leg} to {loop.last_leg} repeat"
    )
    if not loop.legs:
        return repeat
    waits = f", {duration(loop.seconds)}" if loop.seconds else ""
    return f"{repeat}: {loop.legs} legs{waits}"


def invite_on(link: Link) -> str:
    """Return the INVITE of a leg, a prefix set apart: `INVITE +00 4722222222`."""
    return f"INVITE {link.called}"


def notes_on(link: Link) -> list[str]:
    """Return what else there is to say of a leg: `prefix 00`, `LOOP of the caller`, `R4`."""
    after = link.leg.starts_after if link.leg is not None else 0.0
    parts = [link.note, link.because, link.rule, f"after {duration(after)}" if after else None, end_words(link)]
    return [part for part in parts if part]


def missed(link: Link) -> str:
    """Return why a leg is not there: `not made: the TAS answered leg 2 itself · R4`."""
    return f"not made: {link.reason} · {link.rule}"
