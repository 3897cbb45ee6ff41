"""Captures in a notebook: the calls, why each went as it did, and the messages that prove it."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from sipbreakout_model import (
    CallFlow,
    Fix,
    InvalidValue,
    LegMatch,
    Registration,
    RegistrationBook,
    ScenarioError,
    smallest_fix,
)
from sipbreakout_tui.notebook import html
from sipbreakout_tui.notebook.bundles import Bundle, Theme, bundle_of
from sipbreakout_tui.notebook.messages import CapturedMessages
from sipbreakout_tui.notebook.wording import columns, counted, left_over, utc
from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.trace.names import callee_name, caller_name

if TYPE_CHECKING:
    from sipbreakout_tui.services.traces.opening import OpenedTrace
    from sipbreakout_tui.trace.diagnosis.diagnose import Diagnosis
    from sipbreakout_tui.trace.diagnosis.knowledge import Knowledge

SHOWN_CALLS = 30
"""How many calls a table names, the worst first; of the others it says how many they are."""

_CALL_HEADER = ("call", "UTC", "caller", "called", "verdict", "outcome", "TAS rung")
_LEG_HEADER = ("leg", "from", "to", "INVITE", "ended", "frames", "beside the prediction")


@dataclass(frozen=True, slots=True)
class CapturedCall:
    """One call of a capture, and why it went as it did."""

    diagnosis: "Diagnosis" = field(repr=False)
    theme: Theme = "light"

    @property
    def number(self) -> int:
        """From 1, in the order in which calls begin."""
        return self.diagnosis.case.seen.number

    @property
    def verdict(self) -> str:
        """The verdict's id, such as `session-id-lost`."""
        return self.diagnosis.verdict.id

    @property
    def why(self) -> str:
        """The verdict in a sentence."""
        return self.diagnosis.verdict.text

    @property
    def frames(self) -> list[int]:
        """The frames that prove the verdict."""
        return [self.diagnosis.case.frame(row) for row in self.diagnosis.verdict.rows if row >= 0]

    @property
    def registration(self) -> Registration | None:
        """The registration whose TAS the call rings first; inferred from the legs where none were given."""
        return self.diagnosis.case.registration

    @property
    def predicted(self) -> CallFlow | None:
        """What `route` says to the call, with what the parties did in the capture; None where it cannot be asked."""
        return self.diagnosis.case.flow

    @property
    def messages(self) -> CapturedMessages:
        """Its messages."""
        seen = self.diagnosis.case.seen
        rows = {row for leg in seen.legs for row in leg.leg.messages}
        return CapturedMessages(tuple(sorted(rows)), self.diagnosis.case.messages)

    def fix(self) -> Fix | None:
        """Return the smallest change after which the call is right, with the call after it; None if none is known."""
        case = self.diagnosis.case
        if case.call is None or self.diagnosis.remedy is None:
            return None
        try:
            return smallest_fix(case.call, case.registrations, case.prediction.scenario, case.prediction.policy)
        except ScenarioError:
            return None

    def __str__(self) -> str:
        """Return the lines."""
        return "\n".join(map(visible, self._lines()))

    def _lines(self) -> list[str]:
        said = [self._title(), f"{self.verdict} ({self.diagnosis.confidence}): {self.why}"]
        remedy = self.diagnosis.remedy
        said += [] if remedy is None else [f"Fix ({remedy.owner}): {remedy.text}"]
        said += columns(_LEG_HEADER, self._legs())
        said += [f"{kind}: {text}" for kind, text in self._beside()]
        return said

    def _title(self) -> str:
        seen = self.diagnosis.case.seen
        rung = len(seen.to_tas)
        turns = "" if rung < 2 else f", the TAS rung {rung} times"
        return (
            f"Call {seen.number}: {caller_name(seen) or 'nobody'} calls {callee_name(seen) or 'an unknown number'} "
            f"at {utc(seen.at)}: {seen.outcome}{turns}"
        )

    def _legs(self) -> list[tuple[object, ...]]:
        rows: list[tuple[object, ...]] = []
        for pair, held in zip(self.diagnosis.alignment.legs, self.diagnosis.case.pairs, strict=True):
            leg = pair.observed or pair.predicted
            if leg is None:
                continue
            ended, frames = "not seen", ""
            if pair.observed is not None:
                end = pair.observed.end or "end not seen"
                ended = f"{end}" if leg.status is None else f"{end} ({leg.status})"
                frames = _some_frames(pair.observed.frames)
            number = "–" if pair.match in (LegMatch.MISSING, LegMatch.NOT_VISIBLE) else leg.number
            rows.append((number, leg.source, leg.target, leg.called or "not read", ended, frames, held.words))
        return rows

    def _beside(self) -> list[tuple[str, str]]:
        findings = [(finding.id, finding.text) for finding in self.diagnosis.findings[1:]]
        return findings + [("assumed", text) for text in self.diagnosis.assumptions]

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> Bundle:
        from sipbreakout_tui.report.call_pictures import diagnosis_svg

        remedy = self.diagnosis.remedy
        rows = [
            ("verdict", f"{self.verdict} ({self.diagnosis.confidence})"),
            ("why", self.why),
            ("proved by frames", ", ".join(map(str, self.frames)) or "–"),
            *([] if remedy is None else [("fix", remedy.text), ("who can do it", str(remedy.owner))]),
        ]
        body = html.paragraph(self._title(), strong=True)
        body += html.table(("", ""), rows)
        body += html.table(_LEG_HEADER, self._legs(), "Legs of the first turn")
        body += html.table(("what", ""), self._beside(), "Beside it")
        return bundle_of(self._lines(), body, diagnosis_svg(self.diagnosis, theme=self.theme), self.why)


@dataclass(frozen=True)
class CaptureView:
    """What captures show: iterates and counts as the list of its calls; a context manager that closes the files."""

    opened: "OpenedTrace" = field(repr=False)
    """The trace and what it was made from."""
    theme: Theme = "light"
    _named: str = field(default="", repr=False)

    @cached_property
    def calls(self) -> tuple[CapturedCall, ...]:
        """Every call, in the order in which they begin."""
        return tuple(CapturedCall(diagnosis, self.theme) for diagnosis in self.opened.trace.diagnoses)

    def call(self, number: int) -> CapturedCall:
        """Return the call with this number, from 1.

        Raises:
            InvalidValue: There is none.
        """
        if 1 <= number <= len(self.calls):
            return self.calls[number - 1]
        raise InvalidValue(f"there is no call {number}: the capture has {len(self.calls)}, counted from 1")

    def __len__(self) -> int:
        """Return how many calls there are."""
        return len(self.calls)

    def __iter__(self) -> Iterator[CapturedCall]:
        """Yield every call."""
        return iter(self.calls)

    def __str__(self) -> str:
        """Return the lines."""
        return self._repr_mimebundle_()["text/plain"]

    def close(self) -> None:
        """Close the files; messages can be read no more."""
        self.opened.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> Bundle:
        from sipbreakout_tui.report.severity import worst_first

        trace = self.opened.trace
        ordered = worst_first(trace.diagnoses)
        rows = [_call_row(diagnosis) for diagnosis in ordered[:SHOWN_CALLS]]
        loops = [(number, tas, calls, turns) for number, tas, calls, turns in trace.loops[:SHOWN_CALLS]]
        title = f"{self._named}: {counted(len(trace.calls), 'call')}, {counted(len(trace.messages), 'SIP message')}"
        left = left_over(len(ordered) - SHOWN_CALLS, "call")
        said = [f"Parties: {trace.parties}", f"Registrations: {self.opened.known_from}"]
        said += [f"Not read: {count} {reason}" for reason, count in trace.unread.most_common()]
        said += list(self.opened.notes)
        lines = [title, *columns(_CALL_HEADER, rows), *left, *said]
        lines += [
            f"Went round: {number} at {tas}, {counted(calls, 'call')}, {counted(turns, 'turn')}"
            for number, tas, calls, turns in loops
        ]
        body = html.paragraph(title, strong=True) + html.table(_CALL_HEADER, rows)
        body += html.table(("number", "TAS", "calls", "turns"), loops, "Calls that went round")
        body += "".join(map(html.paragraph, [*left, *said]))
        return bundle_of(lines, body, None, "")


def open_trace(
    paths: Path | str | Iterable[Path | str],
    registrations: "Path | str | RegistrationBook | Knowledge | None" = None,
    *,
    core: Collection[str] = (),
    tas: Collection[str] = (),
    theme: Theme = "light",
    progress: Callable[[int, int], None] | None = None,
) -> CaptureView:
    """Read captures and say why each call went as it did.

    Args:
        paths: One file or several: pcap, pcapng (also as a gzip), or text logs of SIP.
        registrations: Who was registered: a file, a book, or what the ledger knows
            (`services.ledger_knowledge.from_ledger`); None: registrations that explain the legs are inferred.
        core: Addresses of the core; empty: found from the registrations or who calls whom.
        tas: Addresses or host names of TASes; likewise.
        theme: `light` or `dark`, for the pictures.
        progress: Called with the bytes that were read and their total.

    Raises:
        TraceError: A file cannot be used.
        RegistrationTextError: The registrations cannot.
    """
    from sipbreakout_tui.services.traces.opening import open_trace as opened

    files = [Path(paths)] if isinstance(paths, Path | str) else [Path(path) for path in paths]
    known = Path(registrations) if isinstance(registrations, str) else registrations
    trace = opened(files, registrations=known, core=core, tas=tas, progress=progress)
    return CaptureView(trace, theme, visible(", ".join(path.name for path in files)))


def _call_row(diagnosis: "Diagnosis") -> tuple[object, ...]:
    seen = diagnosis.case.seen
    return (
        seen.number,
        utc(seen.at),
        caller_name(seen) or "unknown",
        callee_name(seen) or "unknown",
        diagnosis.verdict.id,
        seen.outcome,
        len(seen.to_tas),
    )


def _some_frames(frames: tuple[int, ...]) -> str:
    shown = ", ".join(map(str, frames[:8]))
    return f"{shown}, … {frames[-1]}" if len(frames) > 8 else shown
