"""When leases end, and when a keeper means to refresh them."""

import bisect
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sipbreakout_model import E164, Lease, RegistrationBook
from sipbreakout_model.sentences import duration
from sipbreakout_model.times import rfc3339
from sipbreakout_tui.diagram.figure.items import Box, Disc, Line, Words
from sipbreakout_tui.diagram.figure.lettering import height_of, width_of, wrapped
from sipbreakout_tui.diagram.figure.scene import Scene, headed
from sipbreakout_tui.diagram.figure.style import DASHED, LABEL, NOTE, ThemeName, theme_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BARS = 30
"""Up to how many leases have a bar of their own."""
_WIDTH = 620.0
_HEIGHT = 300.0
_ROW = 21.0
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 86400, 604800)
"""Spans (s) that a time axis may be divided into."""


@dataclass(frozen=True, slots=True)
class _Life:
    """A lease seen from a moment; times in seconds from there."""

    number: str
    ends: float
    due: float | None

    @property
    def too_late(self) -> bool:
        """Whether its refresh is planned for after its end."""
        return self.due is not None and self.due >= self.ends


def draw_lives(
    book: RegistrationBook,
    at: float,
    due: Mapping[E164 | str, float] | None = None,
    ax: "Axes | None" = None,
    *,
    theme: ThemeName = "light",
) -> "Axes":
    """Draw when the leases end, and return the Axes: a bar each, or a histogram where there are many.

    Args:
        book: The leases; those whose time is not given are counted only.
        at: Unix time in seconds that lives are counted from.
        due: When each number is to be refreshed, in Unix seconds (a keeper's plan).
        ax: Where to draw; None makes a new figure of just the right size, without pyplot.
        theme: light or dark.
    """
    plan = {} if due is None else {str(number): moment - at for number, moment in due.items()}
    lives = sorted(
        (_life(lease, at, plan) for lease in book if lease.accepted_at is not None),
        key=lambda life: (life.ends, life.number),
    )
    scene = Scene(theme_of(theme))
    if not lives:
        scene.add(Words(0, 0, "Nothing to draw: no lease has a known end.", LABEL, scene.theme.muted))
        scene.grow(_WIDTH, 40)
    elif len(lives) <= _BARS:
        _add_bars(scene, lives, due is not None)
    else:
        _add_histogram(scene, lives)
    ahead = [life for life in lives if life.ends > 0]
    title = f"When {len(ahead):,} lease{'' if len(ahead) == 1 else 's'} end{'s' if len(ahead) == 1 else ''}"
    why = _why(lives, ahead, len(book) - len(lives), due is not None, at)
    return headed(scene, title, why, scene.width).draw(ax)


def _life(lease: Lease, at: float, plan: Mapping[str, float]) -> _Life:
    number = str(lease.registration.number)
    return _Life(number, lease.remaining(at) or 0.0, plan.get(number))


def _why(lives: Sequence[_Life], ahead: Sequence[_Life], timeless: int, planned: bool, at: float) -> str:
    words = [f"Seen at {rfc3339(at)}."]
    if ahead:
        half = ahead[(len(ahead) - 1) // 2].ends
        words.append(f"The first ends in {duration(ahead[0].ends)}, half of them within {duration(half)}.")
    if gone := len(lives) - len(ahead):
        words.append(f"{gone:,} expired.")
    if timeless:
        words.append(f"{timeless:,} without a known end.")
    if planned:
        kept = sum(life.due is not None for life in lives)
        late = sum(life.too_late for life in lives)
        overdue = sum(life.due is not None and life.due < 0 < life.ends for life in lives)
        words.append(f"The plan refreshes {kept:,}; too late: {late:,}; overdue now: {overdue:,}.")
    return " ".join(words)


class _Axis:
    """Time from left to right."""

    def __init__(self, first: float, last: float, left: float, room: float) -> None:
        self.step = next((step for step in _STEPS if (last - first) / step <= 9), _STEPS[-1])
        self.first = math.floor(first / self.step) * self.step
        self.last = max(math.ceil(last / self.step), self.first / self.step + 1) * self.step
        self.left, self.room = left, room

    def x(self, seconds: float) -> float:
        """Return where a moment stands."""
        share = (min(max(seconds, self.first), self.last) - self.first) / (self.last - self.first)
        return self.left + share * self.room

    def draw(self, scene: Scene, top: float, bottom: float) -> None:
        """Add grid lines, and under them the time from now."""
        ticks = round((self.last - self.first) / self.step)
        every = math.ceil(ticks / 9)
        for tick in range(0, ticks + 1, every):
            moment = self.first + tick * self.step
            color = scene.theme.muted if moment == 0 else scene.theme.rule
            scene.add(Line(((self.x(moment), top), (self.x(moment), bottom)), color, 1.0, label="_grid"))
            words = "now" if moment == 0 else f"{'−' if moment < 0 else ''}{duration(abs(moment))}"
            scene.add(Words(self.x(moment), bottom + 9, words, NOTE, scene.theme.muted, False, "center"))


def _add_bars(scene: Scene, lives: Sequence[_Life], planned: bool) -> None:
    theme = scene.theme
    left = max(width_of(life.number, LABEL) for life in lives) + 16
    moments = [0.0, *(life.ends for life in lives), *(life.due for life in lives if life.due is not None)]
    axis = _Axis(max(min(moments), -max(moments) / 2, -7200), max(moments), left, _WIDTH)
    top = _add_legend(scene, planned, "lease", left)
    bottom = top + len(lives) * _ROW + 6
    axis.draw(scene, top, bottom)
    widest = 0.0
    for index, life in enumerate(lives):
        y = top + 6 + index * _ROW
        middle = y + (_ROW - 8) / 2
        color = theme.loop if life.too_late or life.ends <= 0 else theme.leg
        scene.add(Words(left - 12, middle, life.number, LABEL, theme.ink, False, "right", "center"))
        start, end = sorted((axis.x(0), axis.x(life.ends)))
        hollow = life.ends <= 0
        scene.add(Box(start, y, max(end - start, 1.5), _ROW - 8, color, theme.paper if hollow else color, 1.2, None, 2))
        if life.due is not None:
            scene.add(Disc(axis.x(life.due), middle, 4.6, theme.ink, theme.paper, 1.8))
        words = wrapped(_words(life, planned), NOTE, 400)
        scene.add(
            Words(left + _WIDTH + 14, middle, words, NOTE, color if color == theme.loop else theme.muted, down="center")
        )
        widest = max(widest, width_of(words, NOTE))
    scene.grow(left + _WIDTH + 14 + widest, bottom + 9 + height_of("", NOTE))


def _words(life: _Life, planned: bool) -> str:
    if life.ends <= 0:
        return f"expired {duration(-life.ends)} ago"
    ends = f"ends in {duration(life.ends)}"
    if life.due is None:
        return f"{ends}, not in the plan" if planned else ends
    if life.too_late:
        return f"{ends}, refresh {duration(life.due - life.ends)} too late"
    if life.due < 0:
        return f"{ends}, refresh overdue by {duration(-life.due)}"
    return f"{ends}, refresh in {duration(life.due)}"


def _add_legend(scene: Scene, planned: bool, what: str, left: float) -> float:
    theme, x = scene.theme, left
    scene.add(Box(x, 3, 16, 9, theme.leg, theme.leg, 1.2, None, 2), Words(x + 24, 0, what, NOTE, theme.ink))
    x += 24 + width_of(what, NOTE) + 24
    if planned and what == "lease":
        scene.add(Disc(x + 6, 7.5, 4.6, theme.ink, theme.paper, 1.8))
        scene.add(Words(x + 18, 0, "refresh due", NOTE, theme.ink))
        x += 18 + width_of("refresh due", NOTE) + 24
        scene.add(Box(x, 3, 16, 9, theme.loop, theme.loop, 1.2, None, 2))
        scene.add(Words(x + 24, 0, "expired, or due too late", NOTE, theme.ink))
    elif planned:
        scene.add(Line(((x, 7.5), (x + 22, 7.5)), theme.ink, 2.4, DASHED, label="_key"))
        scene.add(Words(x + 30, 0, "refreshes due", NOTE, theme.ink))
    return height_of("", NOTE) + 16


def _add_histogram(scene: Scene, lives: Sequence[_Life]) -> None:
    theme = scene.theme
    ends = [life.ends for life in lives if life.ends > 0]
    dues = [life.due for life in lives if life.due is not None and life.due >= 0]
    last = max([*ends, *dues, 1.0])
    axis = _Axis(0.0, last, 64.0, _WIDTH + 120)
    step = next((step for step in _STEPS if axis.last / step <= 40), _STEPS[-1])
    edges = [index * step for index in range(math.ceil(axis.last / step) + 1)]
    counts, due_counts = _binned(ends, edges), _binned(dues, edges)
    high = max(*counts, *due_counts, 1)
    unit = _tick(high)
    most = math.ceil(high / unit) * unit
    top = _add_legend(scene, bool(dues), f"leases that end, by {duration(float(step))}", axis.left)
    bottom = top + _HEIGHT
    axis.draw(scene, top, bottom)
    for count in range(0, most + 1, unit):
        y = bottom - count / most * _HEIGHT
        scene.add(Line(((axis.left, y), (axis.x(axis.last), y)), theme.rule, 1.0, label="_grid"))
        scene.add(Words(axis.left - 10, y, f"{count:,}", NOTE, theme.muted, False, "right", "center"))
    for start, count in zip(edges, counts, strict=False):
        if count:
            x, y = axis.x(start) + 1, bottom - count / most * _HEIGHT
            scene.add(Box(x, y, axis.x(start + step) - x - 1, bottom - y, theme.leg, theme.leg, 0.8, None, 1.5))
    if dues:
        outline: list[tuple[float, float]] = []
        for start, count in zip(edges, due_counts, strict=False):
            y = bottom - count / most * _HEIGHT
            outline += [(axis.x(start), y), (axis.x(start + step), y)]
        scene.add(
            Line(tuple(outline), theme.paper, 4.4, label="_due"),
            Line(tuple(outline), theme.ink, 2.2, DASHED, label="_due"),
        )
    scene.grow(axis.x(axis.last) + 24, bottom + 9 + height_of("", NOTE))


def _binned(moments: Sequence[float], edges: Sequence[float]) -> list[int]:
    counts = [0] * (len(edges) - 1)
    for moment in moments:
        counts[min(bisect.bisect_right(edges, moment), len(counts)) - 1] += 1
    return counts


def _tick(high: int) -> int:
    """Return a round number that divides `high` into about five."""
    power = 10 ** max(0, math.floor(math.log10(high / 5 or 1))) if high >= 5 else 1
    return next(unit * power for unit in (1, 2, 5, 10) if high / (unit * power) <= 6)
