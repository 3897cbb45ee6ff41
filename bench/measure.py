"""What a benchmark offers: rows, known before anything is measured, and the figures that fill them."""

import json
import statistics
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Self


@dataclass(frozen=True, slots=True)
class Bound:
    """What a figure has to keep to."""

    figure: Literal["ratio", "value"]
    relation: Literal["≤", "<", "≥"]
    limit: float

    def is_met(self, figure: float) -> bool:
        """Return whether the figure keeps to it."""
        if self.relation == "≥":
            return figure >= self.limit
        return figure < self.limit if self.relation == "<" else figure <= self.limit


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table, without its figures."""

    name: str
    unit: str
    beside: str = ""
    """The floor or the peer; empty where there is none."""
    bound: Bound | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """The figures of a row."""

    row: Row
    value: float
    floor: float | None = None
    """None where there is no floor, or the peer is not installed."""
    ratio: float | None = None
    """Ours divided by the floor."""

    @classmethod
    def of_runs(cls, row: Row, ours: Sequence[float], floor: Sequence[float] = ()) -> Self:
        """Return the medians of runs, and their ratio."""
        value = statistics.median(ours)
        if not floor:
            return cls(row, value)
        other = statistics.median(floor)
        return cls(row, value, other, value / other)

    @classmethod
    def of_pairs(cls, row: Row, ours: Sequence[float], floor: Sequence[float]) -> Self:
        """Return the medians of short runs side by side, and the median of the ratios of each two."""
        ratio = statistics.median(mine / other for mine, other in zip(ours, floor, strict=True))
        return cls(row, statistics.median(ours), statistics.median(floor), ratio)

    @property
    def is_met(self) -> bool | None:
        """Whether the bound is kept; None where there is none, or nothing to hold it against."""
        bound = self.row.bound
        figure = self.ratio if bound is not None and bound.figure == "ratio" else self.value
        return None if bound is None or figure is None else bound.is_met(figure)

    def to_json(self) -> str:
        """Return the figures as a line of JSON."""
        row = [self.row.name, self.row.beside]
        return json.dumps({"row": row, "value": self.value, "floor": self.floor, "ratio": self.ratio})

    @classmethod
    def from_json(cls, line: str, rows: Iterable[Row]) -> Self:
        """Return the figures that a line of `to_json` holds, for one of these rows."""
        figures = json.loads(line)
        row = next(row for row in rows if [row.name, row.beside] == figures["row"])
        return cls(row, figures["value"], figures["floor"], figures["ratio"])


class MeasuringFailedError(Exception):
    """A program did not do what was to be measured."""


def plain(figure: float) -> str:
    """Return a figure with three digits that count, thousands apart."""
    if figure >= 100 or figure == int(figure):
        return f"{figure:,.0f}"
    return f"{figure:.1f}" if figure >= 10 else f"{figure:.2f}"


def bound_words(row: Row) -> str:
    """Return the bound of a row, such as `ratio ≤ 3`; empty where there is none."""
    if row.bound is None:
        return ""
    figure, unit = ("ratio", "") if row.bound.figure == "ratio" else ("ours", f" {row.unit}")
    return f"{figure} {row.bound.relation} {row.bound.limit:g}{unit}"


def verdict(measure: Measure) -> str:
    """Return `ok` or `missed`, empty without a bound, or that it could not be told."""
    if measure.row.bound is None:
        return ""
    return {True: "ok", False: "missed", None: "not measured"}[measure.is_met]


def line(measure: Measure) -> str:
    """Return the figures as a line for a terminal."""
    row = measure.row
    parts = [f"{row.name:<62} {plain(measure.value):>8} {row.unit:<9}"]
    if measure.floor is not None:
        parts.append(f"{row.beside} {plain(measure.floor)}")
    if measure.ratio is not None:
        parts.append(f"ratio {measure.ratio:.2f}")
    if row.bound is not None:
        parts.append(f"bound: {bound_words(row)}: {verdict(measure)}")
    return "  ".join(parts).rstrip()


def show(measures: Iterable[Measure]) -> None:
    """Print measures as they come: for people, or with --json for `python -m bench`."""
    try:
        for measure in measures:
            print(measure.to_json() if "--json" in sys.argv[1:] else line(measure), flush=True)
    except (MeasuringFailedError, OSError, subprocess.SubprocessError) as error:
        raise SystemExit(f"the rest was not measured: {error}") from None
