"""The page docs/performance.md."""

from collections.abc import Iterable, Mapping

from bench.measure import Measure, Row, bound_words, plain, verdict

COMMAND = "make bench"
INTRODUCTION = f"""# Performance

Made by `{COMMAND}`, which measures everything again and writes this page. Absolute figures belong to the machine below;
ratios carry over to others.

- **ours** is the median of several runs, peak memory the most of them; counts, the book's memory and the 1,000,000
  messages are of one run. A p95 is the median of the p95 of three rounds, so is the slowest letter.
- A **floor** is the least that anybody would have to do: the same answer from constants, a handler that does nothing,
  the library alone. A **peer** is another program that reads the same file.
- The **ratio** is ours divided by theirs: for times and memory less is better, for what is done a second (/s) more.
  Both run in turns, so that it holds when the machine's speed drifts. Where the runs are short (explaining and looking
  up, upserts and `apply`, SVG) it is the median of the ratios of runs side by side, and may differ from the quotient of
  the two figures by a little.
- A **bound** was set before the code was written, for the ratio or, where somebody waits or something has to fit, for
  ours. That the time of a trace grows linearly is read as: a message of a large one takes at most 1.25 times as long.
- A bound that is missed stays here as missed. No test depends on time.

The peers do not do the same work. tshark extracts fields, sngrep lists dialogs, sip-doctor explains each dialog and
marks some as a leg of another; none makes one call of a loop, or knows registrations. sngrep keeps 20,000 dialogs and
drops the rest without a word, so the capture has 20,000.
"""


def page(
    rows: Iterable[Row], measures: Iterable[Measure], facts: Mapping[str, str], peers: Mapping[str, str | None]
) -> str:
    """Return the page.

    Args:
        rows: All that the benchmarks offer, in the order of the table.
        measures: What was measured of it.
        facts: The machine, by name of what counts.
        peers: Versions of other programs by their names, None for those that are not installed.
    """
    by_row = {measure.row: measure for measure in measures}
    table = [_cells(row, by_row.get(row)) for row in rows]
    words = {peer: f"{peer} {found}" if found else f"{peer} was not installed" for peer, found in peers.items()}
    return "\n".join(
        [
            INTRODUCTION,
            "## Machine",
            "",
            *(f"- {name}: {fact}" for name, fact in facts.items()),
            f"- Peers: {', '.join(words.values())}",
            "",
            "## Figures",
            "",
            "| what | ours | floor or peer | its figure | ratio | bound | result |",
            "|---|--:|---|--:|--:|---|---|",
            *(f"| {' | '.join(cells)} |" for cells in table),
            "",
        ]
    )


def _cells(row: Row, measure: Measure | None) -> tuple[str, ...]:
    if measure is None:
        return (row.name, "not measured", row.beside, "", "", bound_words(row), "not measured" if row.bound else "")
    floor = "" if measure.floor is None else f"{plain(measure.floor)} {row.unit}"
    said = {"missed": "**missed**"}.get(verdict(measure), verdict(measure))
    return (
        row.name,
        f"{plain(measure.value)} {row.unit}",
        row.beside,
        floor or ("not measured" if row.beside else ""),
        "" if measure.ratio is None else f"{measure.ratio:.2f}",
        bound_words(row),
        said,
    )
