"""The cells of a row of the table."""

import time
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.tui.widgets.columns import Cell, Column
from sipbreakout_tui.tui.words import clock_time, life, low_bar

if TYPE_CHECKING:
    from sipbreakout_tui.services.registrations.listing import Row

COLUMNS = (
    Column("state", "", 1),
    Column("number", "number", 17),
    Column("type", "type", 8),
    Column("tas", "TAS", 19, grows=3),
    Column("mo", "MO", 4, drops=3),
    Column("mt", "MT", 4, drops=3),
    Column("lives", "lives", 7),
    Column("left", "", 9),
    Column("kept", "kept", 4, drops=2),
    Column("answer", "last answer", 18, grows=2, drops=4),
)

SORTED_BY = tuple(column.name for column in COLUMNS if column.name != "left")
"""What rows can be sorted by; the bar and the time beside it are one."""

EXPIRING_SECONDS = 600.0
"""A registration that nobody keeps is marked when it has less to live."""

_BAR = 7
_DAY = 86400
_HOUR = 3600
_NOTHING = Cell("–", "dim")
_STATES = {
    "asserted": Cell("●", "good"),
    "refused": Cell("✖", "bad"),
    "failed": Cell("✖", "bad"),
    "unknown": Cell("?", "warn"),
}
_OVER = Cell("○", "dim")
_ENDING = Cell("◐", "warn")


def row_cells(row: "Row", now: float, shown_number: Callable[[str], str], keeper_runs: bool) -> list[Cell]:
    """Return the cells of a row at Unix time `now` (s), one for each of COLUMNS.

    Args:
        row: The row.
        now: The moment.
        shown_number: How a number is written.
        keeper_runs: Whether what is kept will be refreshed.
    """
    state, left = row.state(now), row.remaining(now)
    ending = left is not None and not row.kept and 0 < left < EXPIRING_SECONDS
    return [
        _ENDING if ending and state == "asserted" else _STATES.get(state, _OVER),
        Cell(shown_number(row.number), "key"),
        Cell(row.route_type) if row.route_type else _NOTHING,
        Cell(row.sip_uri),
        Cell(row.mo) if row.mo else _NOTHING,
        Cell(row.mt) if row.mt else _NOTHING,
        *_lives(left, row.ttl, ending),
        Cell(" ↻", "good" if keeper_runs else "warn") if row.kept else Cell(" –", "dim"),
        last_answer(row, state, now),
    ]


def _lives(left: float | None, ttl: float | None, ending: bool) -> tuple[Cell, Cell]:
    if left is None:
        return _NOTHING, Cell("")
    if left <= 0:
        return Cell("ended", "dim"), Cell(f"{_ago(-left)} ago", "dim")
    kind = "warn" if ending else ""
    return Cell(low_bar(left / (ttl or _HOUR), _BAR), kind or "dim"), Cell(life(left), kind)


def _ago(seconds: float) -> str:
    if seconds < _HOUR:
        return life(seconds)
    return f"{int(seconds // _HOUR)} h" if seconds < 2 * _DAY else f"{int(seconds // _DAY)} d"


def last_answer(row: "Row", state: str, now: float) -> Cell:
    """Return what the last request came to, and when; safe to show."""
    words = f": {visible(row.words)}" if row.words else ""
    if state in ("asserted", "expired"):
        return Cell(f"ok {moment(row.last_event_at, now)}", "" if state == "asserted" else "dim")
    if state == "deleted":
        return Cell(f"deleted {moment(row.last_event_at, now)}", "dim")
    if state == "refused":
        return Cell(f"refused{words}", "bad")
    if state == "failed":
        return Cell(f"failed{words}", "bad")
    return Cell(f"no answer {moment(row.last_event_at, now)}{words}", "warn")


def moment(at: float, now: float) -> str:
    """Return the local time of day; of another day than today's, its date, too."""
    return _moment(int(at), abs(now - at) < _DAY)


@lru_cache(maxsize=4096)
def _moment(at: int, lately: bool) -> str:
    return clock_time(at) if lately else time.strftime("%Y-%m-%d %H:%M", time.localtime(at))
