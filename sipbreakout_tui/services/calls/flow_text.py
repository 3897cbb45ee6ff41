"""A call flow as lines to paste into a ticket."""

from sipbreakout_model import CallFlow, Fix, explain
from sipbreakout_model.times import local_time

_OPTIONS = {"assume_prefix_reading": "--prefix-reading", "assume_unmatched": "--unmatched-return"}
"""By what is assumed: the option of `sipbreakout explain` that assumes something else."""


def flow_title(flow: CallFlow, *, utc: bool = False) -> str:
    """Return who calls whom, when, and how it ends, in one line.

    Args:
        flow: What `route` predicts.
        utc: Whether the moment is given in UTC instead of local time.
    """
    call = flow.call
    caller = "anonymous" if call.caller is None else str(call.caller)
    placed = "" if call.placed_by is None else f", placed by {call.placed_by},"
    return f"{caller} calls {call.callee}{placed} at {local_time(call.at, utc=utc)}: {flow.outcome}"


def flow_lines(flow: CallFlow, fix: Fix | None = None, *, utc: bool = False) -> list[str]:
    """Return the title, the explanation, and the smallest fix where there is one."""
    lines = [flow_title(flow, utc=utc), *explain(flow)]
    if fix is not None:
        lines += ["Fix", f"  {fix.text}", f"  Then: {fix.flow.outcome}", f"  {fix.affects}"]
    return lines


def otherwise_lines(flow: CallFlow) -> list[str]:
    """Return the options of the command line that assume something else; nothing where none does."""
    found = [f"  {step.rule:<4} {_OPTIONS[step.code]}" for step in flow.assumptions if step.code in _OPTIONS]
    return ["To assume otherwise", *dict.fromkeys(found)] if found else []
