"""The rows of the calls."""

from typing import TYPE_CHECKING

from sipbreakout_tui.tui.widgets.columns import Cell, Column

if TYPE_CHECKING:
    from sipbreakout_tui.trace.diagnosis.diagnose import Diagnosis

COLUMNS = (
    Column("state", "", 1),
    Column("date", "date", 10, drops=4),
    Column("time", "time", 8, drops=2),
    Column("caller", "from", 13, grows=1),
    Column("callee", "to", 13, grows=1),
    Column("legs", "legs", 5, right=True, drops=3),
    Column("turns", "turns", 7, right=True),
    Column("outcome", "outcome", 18),
    Column("verdict", "verdict", 16, grows=3),
)


def row_cells(diagnosis: "Diagnosis") -> list[Cell]:
    """Return the cells of a call."""
    from sipbreakout_tui.services.traces.call_rows import call_cells, grade

    cells, look = call_cells(diagnosis), grade(diagnosis.verdict.id)
    return [
        Cell(look.glyph, look.kind),
        Cell(cells.date, "dim"),
        Cell(cells.time),
        Cell(cells.caller, "key"),
        Cell(cells.callee, "key"),
        Cell(cells.legs),
        Cell(cells.turns),
        Cell(cells.outcome),
        Cell(cells.verdict, look.kind),
    ]
