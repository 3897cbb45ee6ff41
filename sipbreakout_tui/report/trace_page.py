"""A diagnosed capture as one page that needs nothing else: to attach to a ticket."""

from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from sipbreakout_tui.report.call_section import call_section, verdict_badge
from sipbreakout_tui.report.markup import Words, counted, facts, table, utc
from sipbreakout_tui.report.page_style import STYLE
from sipbreakout_tui.report.redaction import Redaction
from sipbreakout_tui.report.severity import rank, worst_first
from sipbreakout_tui.trace.diagnosis.diagnose import Diagnosis
from sipbreakout_tui.trace.names import callee_name, caller_name
from sipbreakout_tui.trace.trace import Trace

MOST_DETAILS = 50
"""How many calls a page tells all about."""
MOST_ROWS = 1000
"""How many calls its table names."""

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_NOTHING: Mapping[int, Sequence[str]] = MappingProxyType({})
_LEGEND = (
    "Times are UTC. Frames count from 1, as in Wireshark. Credentials and media keys in messages are hidden. "
    "Certain, likely and possible say how sure it is that these legs are one call and that nothing else explains them."
)
_MASKED = (
    "Numbers, addresses, host names, user names and display names are masked: the same mask stands for the same value "
    "everywhere on this page. Frames, times, statuses and Session-IDs are as captured."
)


def trace_page(
    trace: Trace,
    diagnoses: Sequence[Diagnosis],
    *,
    title: str,
    redaction: Redaction | None = None,
    around: Mapping[int, Sequence[str]] = _NOTHING,
) -> str:
    """Return a page of HTML: no script, nothing to be loaded, all captured text escaped.

    Of many calls the worst `MOST_DETAILS` are told in full and the worst `MOST_ROWS` are named; the page says so.

    Args:
        trace: The captures.
        diagnoses: The calls to tell of, in any order.
        title: What stands above; masked, too.
        redaction: What all text from the captures goes through; None: nothing.
        around: Registrations of a call's numbers around it, one line each, by the call's number.
    """
    if redaction is not None:
        redaction.expect(trace.diagnoses)
    words = Words(None if redaction is None else redaction.text)
    ordered = worst_first(diagnoses)
    told = ordered[:MOST_DETAILS]
    sections = [
        call_section(diagnosis, words, redaction, around.get(diagnosis.case.seen.number, ())) for diagnosis in told
    ]
    parts = [
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{words(title)}</title><style>{STYLE}</style></head><body>",
        f"<header><h1>{words(title)}</h1><p>{_span(trace, len(diagnoses))}</p>",
        f'<p class="masked">{_MASKED}</p>' if redaction is not None else "",
        f"</header><main>{_summary(trace, words)}{_calls(ordered, words)}",
        *sections,
        f"</main><footer>{_LEGEND}</footer></body></html>\n",
    ]
    return "".join(parts)


def _span(trace: Trace, count: int) -> str:
    calls, messages = len(trace.calls), trace.messages
    told = counted(calls, "call") if count == calls else f"{count:,} of {counted(calls, 'call')}"
    said = f"{told} · {counted(len(messages), 'SIP message')}"
    if not len(messages):
        return said
    return f"{said} · {utc(min(messages.times))} to {utc(max(messages.times))} UTC"


def _summary(trace: Trace, words: Words) -> str:
    verdicts = [
        (verdict_badge(verdict), f"{count:,}")
        for verdict, count in sorted(trace.verdicts.items(), key=lambda item: (rank(item[0]), item[0]))
    ]
    loops = [
        (words(number), words(tas), f"{calls:,}", f"{turns:,}") for number, tas, calls, turns in trace.loops[:MOST_ROWS]
    ]
    left = len(trace.loops) - MOST_ROWS
    parts = [
        '<section class="summary">',
        f"<div><h2>Verdicts</h2>{table(('verdict', 'calls'), verdicts, 'counts')}</div>" if verdicts else "",
        f"<div><h2>Calls that went round</h2>{table(('number', 'TAS', 'calls', 'turns'), loops, 'counts')}"
        if loops
        else "",
        f"<p>{counted(left, 'further line')}: not listed here.</p>" if left > 0 else "",
        "</div>" if loops else "",
        f"<div><h2>Who is who</h2>{_parties(trace, words)}</div>",
        _unread(trace, words),
        "</section>",
    ]
    return "".join(parts)


def _parties(trace: Trace, words: Words) -> str:
    parties = trace.parties
    sides = (("core", parties.core, parties.core_known), ("TAS", parties.tas, parties.tas_known))
    return facts(
        (name, f"{', '.join(map(words.code, sorted(addresses)))} ({words(known)})" if addresses else "none seen")
        for name, addresses, known in sides
    )


def _unread(trace: Trace, words: Words) -> str:
    rows = [(words(reason), f"{count:,}") for reason, count in trace.unread.most_common()]
    if trace.elsewhere:
        rows.append(("calls none of whose legs touches the core", f"{trace.elsewhere:,}"))
    if trace.assembled.strays:
        rows.append(("messages of calls that began before the capture", f"{trace.assembled.strays:,}"))
    return f"<div><h2>Not read, or left out</h2>{table(('what', 'count'), rows, 'counts')}</div>" if rows else ""


def _calls(ordered: Sequence[Diagnosis], words: Words) -> str:
    """Return the table of calls, the worst first, and what of them the page leaves out."""
    rows = []
    for place, diagnosis in enumerate(ordered[:MOST_ROWS]):
        seen = diagnosis.case.seen
        number = f'<a href="#call-{seen.number}">{seen.number}</a>' if place < MOST_DETAILS else str(seen.number)
        rows.append(
            (
                number,
                utc(seen.at),
                words.name(caller_name(seen), "unknown"),
                words.name(callee_name(seen), "unknown"),
                verdict_badge(diagnosis.verdict.id),
                words(seen.outcome),
                str(len(seen.to_tas)),
                str(len(seen.legs)),
            )
        )
    head = ("call", "UTC", "caller", "called", "verdict", "outcome", "TAS rung", "legs")
    return f'<section id="calls"><h2>Calls</h2>{table(head, rows, "calls")}{_left_out(ordered)}</section>'


def _left_out(ordered: Sequence[Diagnosis]) -> str:
    said = []
    if len(ordered) > MOST_DETAILS:
        said.append(f"This page tells all about the worst {MOST_DETAILS} of {len(ordered):,} calls.")
    if len(ordered) > MOST_ROWS:
        verdicts = Counter(diagnosis.verdict.id for diagnosis in ordered[MOST_ROWS:])
        rest = ", ".join(f"{count:,} {verdict}" for verdict, count in verdicts.most_common())
        said.append(f"The table names the worst {MOST_ROWS:,}; the others are: {rest}.")
    return f'<p class="left">{" ".join(said)}</p>' if said else ""
