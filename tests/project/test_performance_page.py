"""docs/performance.md names what bench/ measures, and nothing that tells whose machine it was. Nothing is measured."""

import os
import platform
import re
from pathlib import Path

import pytest

from bench import diagrams, live, routing
from bench.__main__ import BENCHMARKS, main, rows
from bench.machine import machine
from bench.measure import Bound, Measure, Row, bound_words, line, verdict
from bench.page import INTRODUCTION, page

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
CELLS = {
    (cells[0], cells[2]): cells
    for cells in ([cell.strip() for cell in text.strip("|").split("|")] for text in PAGE.splitlines() if "|" in text)
}
FIGURES = [cells for cells in CELLS.values() if cells[1] not in ("ours", "--:")]
OFFERED = {(row.name, row.beside): row for name in BENCHMARKS for row in rows(name)}
PAIRED = (routing.ROUTE, routing.LOOKUP, live.CORE, live.APPLY, *diagrams.SVGS)
"""Their ratio is the median of the ratios of runs side by side, not the quotient of the two figures."""

PAIRED_TOLERANCE = 0.25
"""By how much of itself such a ratio may differ from the quotient."""

TIME = Row("a thing", "ms", "another", Bound("ratio", "≤", 2))


@pytest.mark.parametrize("name", BENCHMARKS)
def test_every_measure_has_its_row_with_its_bound(name: str) -> None:
    for row in rows(name):
        assert (row.name, row.beside) in CELLS, f"{row.name}: run `make bench`"
        cells = CELLS[row.name, row.beside]
        assert cells[5] == bound_words(row)
        assert cells[6] in ({"ok", "**missed**", "not measured"} if row.bound else {""})


def test_the_page_begins_as_it_is_written() -> None:
    assert PAGE.startswith(f"{INTRODUCTION}\n## Machine\n"), "run `make bench`"


def written(cell: str, unit: str) -> tuple[float, float] | None:
    """Return the least and the most that a cell may have been rounded from; None where it holds no figure."""
    if cell in ("", "not measured"):
        return None
    text = cell.removesuffix(f" {unit}").replace(",", "") if unit else cell
    figure, decimals = float(text), len(text.partition(".")[2])
    half = 0.0 if not decimals and figure < 100 else 0.5 / 10**decimals
    return figure - half, figure + half


@pytest.mark.parametrize("cells", FIGURES, ids=lambda cells: f"{cells[0]}, {cells[2]}")
def test_results_follow_from_the_figures(cells: list[str]) -> None:
    row = OFFERED[cells[0], cells[2]]
    ours, ratio = written(cells[1], row.unit), written(cells[4], "")
    held = ratio if row.bound is not None and row.bound.figure == "ratio" else ours
    possible = {""} if row.bound is None else {"not measured"}
    if row.bound is not None and held is not None:
        possible = {"ok" if row.bound.is_met(figure) else "**missed**" for figure in held}
    assert cells[6] in possible


@pytest.mark.parametrize("cells", FIGURES, ids=lambda cells: f"{cells[0]}, {cells[2]}")
def test_ratios_follow_from_the_figures(cells: list[str]) -> None:
    row = OFFERED[cells[0], cells[2]]
    ours, floor, ratio = written(cells[1], row.unit), written(cells[3], row.unit), written(cells[4], "")
    if ours is None or floor is None:
        assert ratio is None
    elif ratio is None:
        assert row.unit == "calls", "there are both figures, and no ratio"
    else:
        slack = PAIRED_TOLERANCE if row in PAIRED else 0.0
        assert ours[0] / floor[1] * (1 - slack) <= ratio[1]
        assert ours[1] / floor[0] * (1 + slack) >= ratio[0]


def test_the_page_holds_no_measure_that_is_gone() -> None:
    assert set(CELLS) - set(OFFERED) == {("what", "floor or peer"), ("---", "---")}


def test_every_benchmark_is_run() -> None:
    found = {path.stem for path in (ROOT / "bench").glob("*.py") if "\ndef measure(" in path.read_text("utf-8")}
    assert found == set(BENCHMARKS)


def test_measures_are_told_apart() -> None:
    offered = [(row.name, row.beside) for name in BENCHMARKS for row in rows(name)]
    assert len(offered) == len(set(offered))


def test_the_page_tells_nothing_of_whose_machine_it_was() -> None:
    facts = re.search(r"## Machine\n\n(.*?)\n\n", PAGE, re.DOTALL)
    assert facts
    assert re.findall(r"^- ([^:]+): ", facts[1], re.MULTILINE) == [*machine(), "Peers"]
    names = {platform.node(), *(os.environ.get(name, "") for name in ("USER", "LOGNAME", "HOSTNAME"))}
    assert not names & set(re.findall(r"[\w.-]+", facts[1]))
    assert not re.search(r"(?<!\w)(/|~/|[A-Z]:\\)\w", PAGE.replace("/s ", "").replace("/s)", ""))


def test_the_page_tells_the_machine_the_peers_and_the_command() -> None:
    for fact in ("CPU: ", "RAM: ", "OS: ", "Python: ", "tshark", "sngrep", "sip-doctor", "`make bench`"):
        assert fact in PAGE


def test_a_missed_bound_stands_in_the_table() -> None:
    measure = Measure.of_runs(TIME, [6.0, 5.0, 7.0], [1.0, 2.0, 4.0])
    assert (measure.value, measure.floor, measure.ratio) == (6.0, 2.0, 3.0)
    assert Measure.of_pairs(TIME, [6.0, 5.0, 7.0], [1.0, 2.0, 4.0]).ratio == 2.5
    written = page([TIME], [measure], {"CPU": "one"}, {"tshark": "4.0", "sngrep": None})
    assert "| a thing | 6 ms | another | 2 ms | 3.00 | ratio ≤ 2 | **missed** |" in written
    assert "tshark 4.0, sngrep was not installed" in written
    assert verdict(measure) == "missed"


def test_what_was_not_measured_says_so() -> None:
    nothing = page([TIME], [], {}, {})
    assert "| a thing | not measured | another |  |  | ratio ≤ 2 | not measured |" in nothing
    no_peer = page([TIME], [Measure.of_runs(TIME, [6.0])], {}, {})
    assert "| a thing | 6 ms | another | not measured |  | ratio ≤ 2 | not measured |" in no_peer


@pytest.mark.parametrize(
    ("bound", "kept", "missed"),
    [(Bound("value", "≤", 2), 2, 2.1), (Bound("value", "<", 2), 1.9, 2), (Bound("value", "≥", 2), 2, 1.9)],
)
def test_bounds(bound: Bound, kept: float, missed: float) -> None:
    row = Row("a thing", "ms", "", bound)
    assert Measure(row, kept).is_met is True
    assert Measure(row, missed).is_met is False
    assert line(Measure(row, missed)).endswith(f"bound: ours {bound.relation} 2 ms: missed")


def test_a_measure_goes_through_json() -> None:
    measure = Measure(TIME, 6.5, 2.0, 3.25)
    assert Measure.from_json(measure.to_json(), [Row("a thing", "ms"), TIME]) == measure


@pytest.mark.parametrize("words", [["nonsense"], ["routing", "--write"]])
def test_wrong_usage_measures_nothing(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["bench", *words])
    with pytest.raises(SystemExit) as refused:
        main()
    assert refused.value.code == 2
