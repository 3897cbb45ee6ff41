"""What proves a diagnosis, as lines that lead to messages."""

from collections.abc import Iterator
from dataclasses import dataclass

from sipbreakout_tui.services.traces.text import owner_words
from sipbreakout_tui.trace.diagnosis.diagnose import Diagnosis
from sipbreakout_tui.trace.diagnosis.finding import Finding


@dataclass(frozen=True, slots=True)
class Evidence:
    """A finding, or one of the frames that prove it."""

    finding: Finding
    frame: int | None = None
    """None: the finding itself."""
    row: int | None = None
    """The message, as a row of the trace's `Messages`; of a finding the first one, None where there is none."""


def evidence_of(diagnosis: Diagnosis) -> list[Evidence]:
    """Return the verdict with its frames, then every other finding with its own."""
    messages = diagnosis.case.messages
    lines = []
    for finding in diagnosis.findings:
        rows = {messages.frames[row]: row for row in reversed(finding.rows)}
        frames = diagnosis.case.frames_of(finding)
        lines.append(Evidence(finding, None, next((rows[frame] for frame in frames if frame in rows), None)))
        lines += [Evidence(finding, frame, rows.get(frame)) for frame in frames]
    return lines


def finding_paragraphs(diagnosis: Diagnosis, finding: Finding) -> Iterator[str]:
    """Yield what a finding beside the verdict says in full, and what to do about it; safe to show."""
    if finding is diagnosis.verdict:
        return
    yield finding.text
    if finding.remedy is not None:
        yield f"For {owner_words(finding.remedy.owner)}: {finding.remedy.text}"
