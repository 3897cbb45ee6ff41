"""Which calls deserve attention first."""

from collections.abc import Iterable

from sipbreakout_tui.trace.diagnosis.diagnose import Diagnosis

TROUBLE = (
    "session-id-lost",
    "forward-loop",
    "loop-detected",
    "prefix-left-on",
    "caller-changed",
    "return-refused",
    "media-refused",
    "tas-unreachable",
    "tas-rejected",
    "tas-redirected",
    "no-return",
    "tas-silent",
    "registration-expired",
    "registration-not-in-force",
    "unexplained",
)
"""Verdicts that something went wrong, the worst first."""
NOTABLE = (
    "tas-hunted",
    "forwarded",
    "transferred",
    "tas-answered",
    "fork-won-by-tas",
    "fallback-taken",
    "caller-cancelled",
    "other-direction",
    "no-registration",
    "retry-not-loop",
)
"""Verdicts that may surprise somebody."""
FINE = ("intended-loop", "as-predicted")
"""Verdicts that all went as it should."""

_RANKS = {verdict: rank for rank, verdict in enumerate((*TROUBLE, *NOTABLE, *FINE))}


def rank(verdict: str) -> int:
    """Return the place of a verdict, 0 for the worst."""
    return _RANKS[verdict]


def worst_first(diagnoses: Iterable[Diagnosis]) -> list[Diagnosis]:
    """Return calls by verdict, the worst first; of one verdict the most turns first, then in their order."""
    return sorted(diagnoses, key=lambda found: (rank(found.verdict.id), -len(found.case.seen.turns)))
