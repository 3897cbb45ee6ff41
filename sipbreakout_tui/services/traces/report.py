"""A trace, or a call of it, as the bytes of a file to attach to a ticket."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sipbreakout_model import InvalidValue
from sipbreakout_tui.services.result_files import write_whole
from sipbreakout_tui.services.traces.opening import OpenedTrace
from sipbreakout_tui.trace.diagnosis.diagnose import Diagnosis

if TYPE_CHECKING:
    from sipbreakout_tui.report.redaction import Redaction


@dataclass(frozen=True, slots=True)
class Form:
    """A kind of report."""

    name: str
    words: str
    suffix: str
    one_call: bool = False
    """Whether it shows one call only."""


FORMS = (
    Form("html", "a page with pictures (HTML)", ".html"),
    Form("text", "text", ".txt"),
    Form("json", "JSON", ".json"),
    Form("svg", "the picture of the legs (SVG)", ".svg", one_call=True),
    Form("mermaid", "the messages as Mermaid", ".mmd", one_call=True),
)


def write_report(opened: OpenedTrace, calls: Sequence[Diagnosis], form: str, path: Path, *, redact: bool) -> None:
    """Write a report; takes up to seconds, so call it in a thread.

    Args:
        opened: The trace.
        calls: What it tells of.
        form: The name of one of FORMS.
        path: Where it goes; written whole or not at all.
        redact: Whether numbers, addresses and names are masked.

    Raises:
        InvalidValue: No such form, or one that shows one call.
        NotWritten: The path cannot be written to.
        TraceError: A capture cannot be read any more.
    """
    write_whole(path, report(opened, calls, form, redact=redact).encode("utf-8"))


def report(opened: OpenedTrace, calls: Sequence[Diagnosis], form: str, *, redact: bool) -> str:
    """Return a report as `write_report` writes it."""
    from sipbreakout_tui.report.redaction import Redaction

    redaction = None
    if redact:
        redaction = Redaction()
        redaction.expect(opened.trace.diagnoses)
    if form == "text":
        return _text(opened, calls, redaction)
    if form == "json":
        from sipbreakout_tui.services.traces.json_text import trace_json

        return "".join(trace_json(opened, calls, None if redaction is None else redaction.text))
    if form == "html":
        from sipbreakout_tui.report.trace_page import trace_page
        from sipbreakout_tui.services.traces.text import around_lines

        title = ", ".join(capture.name for capture in opened.captures)
        around = {call.case.seen.number: lines for call in calls if (lines := list(around_lines(opened, call)))}
        return trace_page(opened.trace, calls, title=title, redaction=redaction, around=around)
    from sipbreakout_tui.report.call_pictures import diagnosis_mermaid, diagnosis_svg

    pictures = {"svg": diagnosis_svg, "mermaid": diagnosis_mermaid}
    if form not in pictures:
        raise InvalidValue(f"{form!r} is no form of a report: expected {', '.join(known.name for known in FORMS)}")
    if len(calls) != 1:
        raise InvalidValue(f"{form} shows one call, and {len(calls)} were given")
    return pictures[form](calls[0], redaction)


def _text(opened: OpenedTrace, calls: Sequence[Diagnosis], redaction: "Redaction | None") -> str:
    from sipbreakout_tui.services.traces.table import trace_lines
    from sipbreakout_tui.services.traces.text import call_lines
    from sipbreakout_tui.services.traces.words import unmasked

    mask = unmasked if redaction is None else redaction.text
    lines = call_lines(opened, calls[0], mask) if len(calls) == 1 else trace_lines(opened, calls, mask)
    return "".join(f"{line}\n" for line in lines)
