"""The calls of a trace as a list shows them: one row each, filtered and sorted, with counts of their verdicts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sipbreakout_model import InvalidValue
from sipbreakout_tui.report.severity import FINE, TROUBLE, rank
from sipbreakout_tui.services.row_order import RowOrder, SortKey
from sipbreakout_tui.services.traces.filter import CallRow, call_filter
from sipbreakout_tui.services.traces.opening import OpenedTrace
from sipbreakout_tui.services.traces.words import party_word
from sipbreakout_tui.trace.diagnosis.diagnose import Diagnosis
from sipbreakout_tui.trace.names import callee_name, caller_name, shown_name

WORST = "verdict"
"""The sorting that has the worst calls on top."""

SORTS: dict[str, SortKey[CallRow]] = {
    "time": lambda row: row.diagnosis.case.seen.at,
    "caller": lambda row: caller_name(row.diagnosis.case.seen) or "",
    "callee": lambda row: callee_name(row.diagnosis.case.seen) or "",
    "legs": lambda row: len(row.diagnosis.case.seen.legs),
    "turns": lambda row: row.turns,
    "outcome": lambda row: str(row.diagnosis.case.seen.outcome),
    WORST: lambda row: (rank(row.diagnosis.verdict.id), -row.turns),
}
"""What calls are compared by, by column."""


@dataclass(frozen=True, slots=True)
class Grade:
    """How much a verdict asks for attention."""

    glyph: str
    kind: str
    """`bad`, `warn` or `good`."""


_BAD, _WARN, _GOOD = Grade("✖", "bad"), Grade("◐", "warn"), Grade("●", "good")


def grade(verdict: str) -> Grade:
    """Return how a verdict or finding looks: something went wrong, may surprise somebody, or all is as it should be."""
    return _BAD if verdict in TROUBLE else _GOOD if verdict in FINE else _WARN


class CallList:
    """A trace, and which of its calls are shown in which order; made in a thread where there are many."""

    def __init__(self, opened: OpenedTrace) -> None:
        """Show all calls, the worst first."""
        self.opened = opened
        self.rows = [CallRow(diagnosis) for diagnosis in opened.trace.diagnoses]
        """One a call, in the order of their numbers."""
        self._order = RowOrder(self.rows, lambda row: row.number)
        self._order.make_haystacks()
        self.sorted_by, self.reverse, self.text = WORST, False, ""
        self.arrange(WORST)

    @property
    def order(self) -> Sequence[int]:
        """The indices of the rows that are shown, from the top."""
        return self._order.order

    def arrange(self, sorted_by: str | None = None, reverse: bool | None = None, text: str | None = None) -> None:
        """Filter and sort anew.

        Args:
            sorted_by: A name of SORTS; None: as before.
            reverse: Whether the greatest comes first; None: as before.
            text: The filter; None: as before.

        Raises:
            InvalidValue: The filter cannot be read; the order stays as it was.
        """
        chosen = self.text if text is None else text
        chosen_filter = call_filter(chosen) if chosen.strip() else None
        self.text = chosen
        self.sorted_by = self.sorted_by if sorted_by is None else sorted_by
        self.reverse = self.reverse if reverse is None else reverse
        self._order.arrange(chosen_filter, SORTS[self.sorted_by], self.reverse, 0.0)

    def diagnosis(self, index: int) -> Diagnosis:
        """Return the diagnosis of a row."""
        return self.rows[index].diagnosis

    def shown(self) -> list[Diagnosis]:
        """Return the calls that are shown, from the top."""
        return [self.rows[index].diagnosis for index in self.order]

    def verdicts(self) -> list[tuple[str, int]]:
        """Return how many calls have which verdict, the worst first."""
        return sorted(self.opened.trace.verdicts.items(), key=lambda item: rank(item[0]))


@dataclass(frozen=True, slots=True)
class CallCells:
    """What a row says of a call; all safe to show."""

    date: str
    time: str
    caller: str
    callee: str
    legs: str
    turns: str
    outcome: str
    verdict: str


def call_cells(diagnosis: Diagnosis) -> CallCells:
    """Return the row of a call; times are local."""
    seen = diagnosis.case.seen
    date, _, time = local_moment(seen.at).partition(" ")
    return CallCells(
        date,
        time.partition(".")[0],
        shown_name(caller_name(seen), "–"),
        shown_name(callee_name(seen), "–"),
        str(len(seen.legs)),
        str(len(seen.to_tas)),
        str(seen.outcome) if seen.outcome.by is None else f"answered by {party_word(seen.outcome.by)}",
        diagnosis.verdict.id,
    )


def local_moment(at: float) -> str:
    """Return Unix time in seconds as local date and time with milliseconds; of a broken capture it may be none."""
    try:
        return datetime.fromtimestamp(at).astimezone().strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
    except (OverflowError, ValueError, OSError):
        return "no time"


def sort_after(name: str, step: int) -> str:
    """Return the sorting that is some steps to the right of another one.

    Raises:
        InvalidValue: No name of SORTS.
    """
    names = list(SORTS)
    if name not in names:
        raise InvalidValue(f"{name!r} is no column to sort by: expected {', '.join(names)}")
    return names[(names.index(name) + step) % len(names)]
