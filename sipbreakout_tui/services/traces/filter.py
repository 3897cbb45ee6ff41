"""The filter language over the calls of a trace: `verdict:session-id-lost turns:>3 !caller:+47111`."""

import re
from collections.abc import Callable, Iterable
from operator import eq, ge, gt, le, lt

from sipbreakout_model import InvalidValue
from sipbreakout_tui.services.filter import Filter, Term
from sipbreakout_tui.trace.diagnosis.diagnose import Diagnosis
from sipbreakout_tui.trace.names import callee_name, caller_name

FIELDS = ("caller", "callee", "verdict", "outcome", "tas", "call-id")
"""What `field:value` may name, beside `turns` and `status`, which are compared."""

_SIGNS: dict[str, Callable[[int, int], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge, "": eq}
_NUMBER = re.compile(r"(<=|>=|<|>|)(\d{1,9})", re.ASCII)


class CallRow:
    """What a call offers to a filter."""

    __slots__ = ("_fields", "diagnosis", "number", "status", "turns")

    def __init__(self, diagnosis: Diagnosis) -> None:
        """Take the call."""
        seen = diagnosis.case.seen
        self.number = seen.number
        self.turns = len(seen.to_tas)
        self.status = seen.outcome.status
        tas = dict.fromkeys(diagnosis.case.tas_name(leg) for leg in seen.legs if leg.to_tas or leg.from_tas)
        call_ids = dict.fromkeys(leg.leg.invite.call_id for leg in seen.legs)
        self.diagnosis = diagnosis
        self._fields = {
            "caller": caller_name(seen) or "",
            "callee": callee_name(seen) or "",
            "verdict": diagnosis.verdict.id,
            "outcome": str(seen.outcome),
            "tas": "\n".join(tas),
            "call-id": "\n".join(call_ids),
        }

    @property
    def haystack(self) -> str:
        """Every field and the verdict's sentence, lower case."""
        return "\n".join((*self._fields.values(), self.diagnosis.verdict.text)).lower()

    def field(self, name: str, at: float) -> str | None:
        """Return a field of FIELDS in lower case; None for any other."""
        value = self._fields.get(name)
        return None if value is None else value.lower()


def call_filter(text: str) -> Filter:
    """Return a filter over `CallRow`.

    Raises:
        InvalidValue: It cannot be read.
    """
    return Filter(text, FIELDS, _COMPARED)


def filtered(text: str, diagnoses: Iterable[Diagnosis]) -> list[Diagnosis]:
    """Return the calls that a filter lets through.

    Raises:
        InvalidValue: The filter cannot be read.
    """
    chosen = call_filter(text)
    return [diagnosis for diagnosis in diagnoses if chosen.matches(CallRow(diagnosis), diagnosis.case.seen.at)]


def _compare(name: str, of: Callable[[CallRow], int | None]) -> Callable[[str], Term]:
    def read(text: str) -> Term:
        match = _NUMBER.fullmatch(text)
        if match is None:
            raise InvalidValue(f"{name}:{text} is not a comparison: expected {name}:3, {name}:>3 or {name}:<=3")
        holds, limit = _SIGNS[match[1]], int(match[2])

        def term(row: CallRow, _at: float) -> bool:
            value = of(row)
            return value is not None and holds(value, limit)

        return term

    return read


_COMPARED = {
    "turns": _compare("turns", lambda row: row.turns),
    "status": _compare("status", lambda row: row.status),
}
