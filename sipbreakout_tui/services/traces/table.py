"""Many calls in lines: one each, then what they come to."""

from collections import Counter
from collections.abc import Sequence

from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.services.traces.opening import OpenedTrace
from sipbreakout_tui.services.traces.words import Mask, counted, moment_words, source_lines, table, unmasked
from sipbreakout_tui.trace.diagnosis.diagnose import Diagnosis
from sipbreakout_tui.trace.names import callee_name, caller_name, shown_name

_COLUMNS = ("call", "time", "caller", "callee", "legs", "turns", "outcome", "verdict")
_WORST = 10


def trace_lines(opened: OpenedTrace, calls: Sequence[Diagnosis], mask: Mask = unmasked) -> list[str]:
    """Return the table of calls, how many have which verdict, and the loops, the worst first.

    Args:
        opened: The trace.
        calls: Which of its calls.
        mask: What captured text goes through.
    """
    lines = []
    if calls:
        lines += [
            *table(_COLUMNS, (_row(diagnosis, mask) for diagnosis in calls)),
            "",
            *_verdicts(calls),
            *_loops(opened, mask),
            "",
        ]
    elif opened.trace.calls:
        lines += [f"none of {counted(len(opened.trace.calls), 'call')} passes the filter", ""]
    else:
        lines += ["no call", ""]
    lines += source_lines(opened, mask)
    if calls:
        number = _worst(calls).case.seen.number
        lines.append(f"One call with what proves its verdict:  --call {number}")
    return lines


def _row(diagnosis: Diagnosis, mask: Mask) -> tuple[str, ...]:
    seen = diagnosis.case.seen
    return (
        str(seen.number),
        moment_words(seen.at),
        shown_name(caller_name(seen), "–", mask),
        shown_name(callee_name(seen), "–", mask),
        str(len(seen.legs)),
        str(len(seen.to_tas)),
        str(seen.outcome),
        diagnosis.verdict.id,
    )


def _verdicts(calls: Sequence[Diagnosis]) -> list[str]:
    counts = Counter(diagnosis.verdict.id for diagnosis in calls)
    rows = [(str(count), name) for name, count in counts.most_common()]
    return table(("calls", "verdict"), rows)


def _loops(opened: OpenedTrace, mask: Mask) -> list[str]:
    loops = opened.trace.loops
    if not loops:
        return []
    rows = [
        (str(turns), str(calls), mask(visible(number)), mask(f"TAS {tas}").removeprefix("TAS "))
        for number, tas, calls, turns in loops[:_WORST]
    ]
    lines = ["", *table(("turns", "calls", "number", "TAS that its calls loop through"), rows)]
    if len(loops) > _WORST:
        lines.append(f"and {len(loops) - _WORST} more")
    return lines


def _worst(calls: Sequence[Diagnosis]) -> Diagnosis:
    """Return the call that goes round most often; of equal ones the first."""
    return max(calls, key=lambda diagnosis: (len(diagnosis.case.seen.turns), -diagnosis.case.seen.number))
