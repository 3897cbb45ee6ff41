"""Every verdict has its place, the worst first."""

from sipbreakout_tui.report.severity import FINE, NOTABLE, TROUBLE, rank, worst_first
from sipbreakout_tui.trace.diagnosis.diagnose import VERDICTS
from tests.report.making import many


def test_every_verdict_has_a_place() -> None:
    known = {check.__name__.removesuffix("_verdict").replace("_", "-") for check in VERDICTS} | {"unexplained"}
    ranked = (*TROUBLE, *NOTABLE, *FINE)
    assert set(ranked) == known
    assert len(ranked) == len(known)
    assert rank("session-id-lost") == 0


def test_the_worst_stand_first() -> None:
    found = worst_first(many(4).diagnoses)
    assert [diagnosis.case.seen.number for diagnosis in found] == [1, 4, 2, 3]
