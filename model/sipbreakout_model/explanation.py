"""What a call flow says to an engineer, and how two flows differ."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sipbreakout_model.callflow import CallFlow, Leg, Loop, Outcome, Step
from sipbreakout_model.sentences import duration


def explain(flow: CallFlow) -> list[str]:
    """Return the flow as lines to paste into a ticket.

    In order: every leg, the outcome, why (one line a step, with its rule), the legs that are not
    there, and the assumptions that decided something.
    """
    lines = ["Legs", *_leg_lines((" ", leg) for leg in flow.legs), "Outcome", f"  {outcome_sentence(flow)}", "Why"]
    lines += [f"  {step.rule:<4} {step}" for step in flow.steps]
    if flow.absent:
        lines += ["Not there", *(f"  {absent.reason.rule:<4} {absent}" for absent in flow.absent)]
    if flow.assumptions:
        lines += ["Assumed", *(f"  {step.rule:<4} {step}" for step in flow.assumptions)]
    return lines


def _leg_lines(marked: Iterable[tuple[str, Leg]]) -> list[str]:
    """Return one aligned line a leg: its mark, number, from, to, called number, start, end, rule."""
    rows = [
        (
            f"{mark} {leg.number}",
            f"{leg.source} → {leg.target}",
            f"INVITE {leg.called}",
            f"after {duration(leg.starts_after)}",
            str(leg.end) if leg.status is None else f"{leg.end} ({leg.status})",
            leg.rule
            if leg.registration is None
            else f"{leg.rule}, {leg.registration.route_type} of {leg.registration.number}",
        )
        for mark, leg in marked
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]


def outcome_sentence(flow: CallFlow) -> str:
    """Return who has the call, or with which status it ended, or what the loop is."""
    loop = flow.loop
    return str(flow.outcome) if loop is None else f"{flow.outcome}: {loop_sentence(loop)}"


def loop_sentence(loop: Loop) -> str:
    """Return which legs repeat, how many turns, what ends it, and what it occupies."""
    repeated = f"legs {loop.first_leg} to {loop.last_leg} repeat"
    if loop.turns is None or loop.seconds is None:
        return f"{repeated}, and nothing bounds the turns"
    if loop.turns == 0:
        return f"{repeated} not once in full: {loop.ended_by}"
    waits = f", {duration(loop.seconds)}" if loop.seconds else ""
    return f"{repeated}, {loop.turns} turns ({loop.legs} legs{waits}), ended by {loop.ended_by}"


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed from one flow to another."""

    gained: tuple[Leg, ...]
    """Legs of the flow after that the flow before does not have."""
    lost: tuple[Leg, ...]
    """Legs of the flow before that the flow after does not have."""
    before: Outcome
    after: Outcome
    loop_before: Loop | None
    loop_after: Loop | None
    why: tuple[Step, ...]
    """Steps that only the flow after has; a different span of time alone makes none."""
    no_longer: tuple[Step, ...]
    """Steps that only the flow before has."""

    @property
    def outcome_changed(self) -> bool:
        """Whether the call ends in another way, or loops in another way."""
        return self.before != self.after or self.loop_before != self.loop_after

    def __bool__(self) -> bool:
        """Return whether legs or outcome changed."""
        return bool(self.gained or self.lost or self.outcome_changed)

    def __str__(self) -> str:
        """Return the lines: legs gained (+) and lost (-), the outcome, why."""
        if not self:
            return "no difference"
        lines = _leg_lines([*(("+", leg) for leg in self.gained), *(("-", leg) for leg in self.lost)])
        lines.append(f"{self.before} → {self.after}" if self.outcome_changed else f"still {self.after}")
        lines += [f"because  {step.rule:<4} {step}" for step in self.why]
        lines += [f"no more  {step.rule:<4} {step}" for step in self.no_longer]
        return "\n".join(lines)


def difference(before: CallFlow, after: CallFlow) -> Difference:
    """Return the legs gained and lost, whether the outcome changed, and why.

    Two legs are the same when they run between the same parties towards the same request URI,
    whatever their numbers and however they end.
    """
    return Difference(
        _only_in(after.legs, before.legs),
        _only_in(before.legs, after.legs),
        before.outcome,
        after.outcome,
        before.loop,
        after.loop,
        _new_steps(after.steps, before.steps),
        _new_steps(before.steps, after.steps),
    )


def _only_in(these: tuple[Leg, ...], those: tuple[Leg, ...]) -> tuple[Leg, ...]:
    left = Counter(map(_leg_key, those))
    only = []
    for leg in these:
        key = _leg_key(leg)
        if left[key]:
            left[key] -= 1
        else:
            only.append(leg)
    return tuple(only)


def _leg_key(leg: Leg) -> tuple[object, ...]:
    return leg.source, leg.target, leg.request_uri


def _new_steps(these: tuple[Step, ...], those: tuple[Step, ...]) -> tuple[Step, ...]:
    known = set(map(_step_key, those))
    return tuple(step for step in these if _step_key(step) not in known)


def _step_key(step: Step) -> tuple[object, ...]:
    return step.rule, step.code, tuple(item for item in step.operands if not isinstance(item, float))
