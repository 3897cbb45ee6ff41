"""What `sipbreakout trace` shows of a trace, and as what."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sipbreakout_tui.report.redaction import Redaction
    from sipbreakout_tui.services.traces.opening import OpenedTrace
    from sipbreakout_tui.trace.diagnosis.diagnose import Diagnosis

FORMATS = ("text", "json", "html", "mermaid", "svg")
"""What `--format` takes."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be shown."""

    form: str
    """One of FORMATS."""
    call: int | None
    filter: str | None
    messages: bool
    """Whether the messages of one call, in place of its diagnosis."""
    redact: bool
    export: str | None
    """Where the packets of one call are to be written, too."""

    @classmethod
    def read(
        cls, word: str, call: int | None, filter_: str | None, *, messages: bool, redact: bool, export: str | None
    ) -> "Wanted":
        """Return what the options ask for.

        Raises:
            InvalidValue: Options that contradict one another.
        """
        from sipbreakout_model import InvalidValue

        if call is not None and filter_ is not None:
            raise InvalidValue("--call and --filter contradict each other: give one of them")
        if messages and word != "text":
            raise InvalidValue(f"--messages and --format {word} contradict each other: messages are text")
        if redact and export is not None:
            raise InvalidValue("--redact and --export-pcap contradict each other: packets are written as they are")
        return cls(word, call, filter_, messages, redact, export)


def put_result(opened: "OpenedTrace", wanted: Wanted, output: str | None) -> None:
    """Write what is wanted to the path, or to stdout where that is None or `-`.

    Raises:
        InvalidValue: No such call, a filter that cannot be read, or several calls where one is needed.
        NotWritten: The path or stdout cannot be written to.
    """
    from sipbreakout_tui.cli.messages import say

    calls = _chosen(opened, wanted)
    if wanted.export is not None:
        _export(opened, _one(opened, calls, "--export-pcap takes"), wanted.export)
    redaction = _redaction(opened) if wanted.redact else None
    if wanted.form == "text":
        _put_text(opened, calls, wanted, redaction, output)
        return
    for note in _notes(opened):
        say("warning", note if redaction is None else redaction.text(note))
    if wanted.form == "json":
        _put_json(opened, calls, redaction, output)
    elif wanted.form == "html":
        _put_html(opened, calls, redaction, output)
    else:
        _put_picture(_one(opened, calls, f"--format {wanted.form} shows"), wanted.form, redaction, output)


def _chosen(opened: "OpenedTrace", wanted: Wanted) -> "Sequence[Diagnosis]":
    from sipbreakout_model import InvalidValue
    from sipbreakout_tui.services.traces.filter import filtered
    from sipbreakout_tui.services.traces.words import counted

    if wanted.filter is not None:
        return filtered(wanted.filter, opened.trace.diagnoses)
    if wanted.call is None:
        return opened.trace.diagnoses
    found = opened.diagnosis(wanted.call)
    if found is None:
        raise InvalidValue(f"--call {wanted.call} is not there: {counted(len(opened.trace.calls), 'call')} found")
    return [found]


def _one(opened: "OpenedTrace", calls: "Sequence[Diagnosis]", what: str) -> "Diagnosis":
    """Return the only call.

    Raises:
        InvalidValue: There is none, or several.
    """
    from sipbreakout_model import InvalidValue

    if len(calls) == 1:
        return calls[0]
    if not calls:
        raise InvalidValue(f"{what} one call, and there is none")
    raise InvalidValue(
        f"{what} one call, and there are {len(calls)}: add --call N, with N up to {len(opened.trace.calls)}"
    )


def _export(opened: "OpenedTrace", diagnosis: "Diagnosis", out: str) -> None:
    from pathlib import Path

    from sipbreakout_tui.cli.messages import say
    from sipbreakout_tui.services.traces.messages import export_packets
    from sipbreakout_tui.services.traces.words import counted

    count = export_packets(opened, diagnosis, Path(out))
    over = {leg.leg.transport for leg in diagnosis.case.seen.legs} - {"UDP"}
    partly = f"; over {', '.join(sorted(over))} only those in which a message ends" if over else ""
    say("note", f"wrote {counted(count, 'packet')} of call {diagnosis.case.seen.number} to {out}{partly}")


def _redaction(opened: "OpenedTrace") -> "Redaction":
    from sipbreakout_tui.report.redaction import Redaction

    redaction = Redaction()
    redaction.expect(opened.trace.diagnoses)
    return redaction


def _notes(opened: "OpenedTrace") -> list[str]:
    from sipbreakout_tui.services.traces.words import unread_words

    unread = unread_words(opened)
    return [*([f"not read: {unread}"] if unread else []), *opened.notes]


def _put_text(
    opened: "OpenedTrace",
    calls: "Sequence[Diagnosis]",
    wanted: Wanted,
    redaction: "Redaction | None",
    output: str | None,
) -> None:
    from sipbreakout_tui.cli.output import put_lines
    from sipbreakout_tui.services.traces.messages import message_lines
    from sipbreakout_tui.services.traces.table import trace_lines
    from sipbreakout_tui.services.traces.text import call_lines
    from sipbreakout_tui.services.traces.words import unmasked

    mask = unmasked if redaction is None else redaction.text
    if wanted.messages:
        lines = list(message_lines(opened, _one(opened, calls, "--messages shows"), mask))
    elif len(calls) == 1:
        lines = call_lines(opened, calls[0], mask)
    else:
        lines = trace_lines(opened, calls, mask)
    put_lines(lines, output)


def _put_json(
    opened: "OpenedTrace", calls: "Sequence[Diagnosis]", redaction: "Redaction | None", output: str | None
) -> None:
    from pathlib import Path

    from sipbreakout_tui.cli.output import put_text
    from sipbreakout_tui.services.result_files import write_whole
    from sipbreakout_tui.services.traces.json_text import trace_json

    pieces = trace_json(opened, calls, None if redaction is None else redaction.text)
    if output is not None and output != "-":
        write_whole(Path(output), b"".join(piece.encode("utf-8") for piece in pieces))
        return
    for piece in pieces:  # of many calls it is too much to hold
        put_text(piece, None)


def _put_html(
    opened: "OpenedTrace", calls: "Sequence[Diagnosis]", redaction: "Redaction | None", output: str | None
) -> None:
    from sipbreakout_tui.cli.output import put_text
    from sipbreakout_tui.report.trace_page import trace_page
    from sipbreakout_tui.services.traces.text import around_lines

    title = ", ".join(capture.name for capture in opened.captures)
    around = {
        diagnosis.case.seen.number: lines for diagnosis in calls if (lines := list(around_lines(opened, diagnosis)))
    }
    put_text(trace_page(opened.trace, calls, title=title, redaction=redaction, around=around), output)


def _put_picture(diagnosis: "Diagnosis", form: str, redaction: "Redaction | None", output: str | None) -> None:
    from sipbreakout_tui.cli.output import put_text
    from sipbreakout_tui.report.call_pictures import diagnosis_mermaid, diagnosis_svg

    draw = diagnosis_svg if form == "svg" else diagnosis_mermaid
    put_text(draw(diagnosis, redaction), output)
