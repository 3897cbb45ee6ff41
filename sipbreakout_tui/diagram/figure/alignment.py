"""Observed legs beside predicted ones."""

from typing import TYPE_CHECKING

from sipbreakout_model import AlignedLeg, Alignment, Leg, LegEnd, LegMatch, ObservedLeg, Party
from sipbreakout_tui.diagram.figure.columns import Columns
from sipbreakout_tui.diagram.figure.items import Box, Words
from sipbreakout_tui.diagram.figure.lettering import height_of, width_of
from sipbreakout_tui.diagram.figure.scene import Scene, headed
from sipbreakout_tui.diagram.figure.style import DASHED, DOTTED, NOTE, ROLE, Dash, Theme, ThemeName, theme_of
from sipbreakout_tui.diagram.figure.turns import Turns, add_first_only, add_turns, turns_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MATCH = 166.0
"""Width of the column between the two sides."""
_EDGE = 60.0
"""Points beside the outer columns, for half a party's box."""
_BESIDE_SAID = 50.0
"""Points kept free beside the words below an arrow."""
_ORDER = (Party.CALLER, Party.CORE, Party.TAS, Party.CALLEE, Party.OTHER)
_SIGNS = {
    LegMatch.AS_PREDICTED: "= as predicted",
    LegMatch.MISSING: "− missing",
    LegMatch.UNEXPECTED: "+ unexpected",
    LegMatch.DIFFERENT_NUMBER: "≠ different number",
    LegMatch.NOT_VISIBLE: "? not visible here",
}


def draw_alignment(
    alignment: Alignment, ax: "Axes | None" = None, *, theme: ThemeName = "light", title: str | None = None
) -> "Axes":
    """Draw the predicted legs on the left and the observed ones on the right, row by row; return the Axes.

    Of a call that goes round the first turn is drawn: the legs that repeat are thick, and signs say how often.

    Args:
        alignment: What a trace shows beside what `route` predicts.
        ax: Where to draw; None makes a new figure of just the right size, without pyplot.
        theme: light or dark.
        title: What stands above; None: how many legs are not as predicted. Empty: nothing.
    """
    colors = theme_of(theme)
    scene = Scene(colors)
    legs = [leg for pair in alignment.legs for leg in (pair.predicted, pair.observed) if leg is not None]
    there = {party for leg in legs for party in (leg.source, leg.target)} or {Party.CALLER, Party.CORE}
    names = [party.value for party in _ORDER if party in there]
    said = max((width_of(_said(leg), NOTE) for leg in legs), default=0.0)
    gap = max(Columns.gap_for([_label(leg) for leg in legs]), said + _BESIDE_SAID, 132.0)
    left = Columns(scene, names, _EDGE, gap)
    right = Columns(scene, names, left.right + 2 * _EDGE + _MATCH, gap)
    titles = {party.value: (str(party), "", colors.tas if party is Party.TAS else colors.ink) for party in there}
    for side, words in ((left, "predicted"), (right, "observed")):
        scene.add(Words(side.left - _EDGE + 8, 0, words, ROLE, colors.ink, True))
        head = side.heads(height_of("", ROLE) + 8, titles)
    y = head + 12
    rows = []
    for pair in alignment.legs:
        shown = [leg for leg in (pair.predicted, pair.observed) if leg is not None]
        rows.append((pair, max(left.arrow_height(_label(leg)) + height_of("", NOTE) for leg in shown) + 8))
    floor = y + sum(high for _, high in rows) + 6
    left.lifelines(head, floor)
    right.lifelines(head, floor)
    turns = turns_of(alignment)
    for row, (pair, high) in enumerate(rows):
        _add_row(scene, pair, (left, right), (turns[0].repeats(row), turns[1].repeats(row)), y, high)
        y += high
    scene.grow(right.right + _EDGE, _add_turns(scene, (left, right), turns, floor))
    return headed(scene, _title(alignment) if title is None else title, alignment.verdict).draw(ax)


def _title(alignment: Alignment) -> str:
    astray = sum(pair.match not in (LegMatch.AS_PREDICTED, LegMatch.NOT_VISIBLE) for pair in alignment.legs)
    title = f"{astray} of {len(alignment.legs)} legs not as predicted" if astray else "As predicted"
    if alignment.turns_observed == 1 and alignment.turns_predicted == 1:
        return title
    expected = "no bound" if alignment.turns_predicted is None else str(alignment.turns_predicted)
    return f"{title}; the TAS was rung {alignment.turns_observed} times, predicted: {expected}"


def _add_turns(scene: Scene, sides: tuple[Columns, Columns], turns: tuple[Turns, Turns], floor: float) -> float:
    """Add what is said of turns below the lifelines, if one side has several; return the y of the lower edge."""
    if all(each.first is None for each in turns):
        return floor
    lower = [
        add_turns(scene, each, side.left - _EDGE + 8, floor + 10, side.right - side.left + 2 * _EDGE - 16)
        for side, each in zip(sides, turns, strict=True)
    ]
    return add_first_only(scene, sides[0].left - _EDGE + 8, max(lower) + 8)


def _label(leg: Leg | ObservedLeg) -> str:
    return "no INVITE read" if leg.called is None else f"INVITE {leg.called}"


def _said(leg: Leg | ObservedLeg) -> str:
    """Return how a leg ended and where its INVITE stands."""
    ended = "end not seen" if leg.end is None else str(leg.end)
    words = ended if leg.status is None else f"{ended} ({leg.status})"
    return f"{words} · frame {leg.frames[0]}" if isinstance(leg, ObservedLeg) and leg.frames else words


def _add_row(
    scene: Scene,
    pair: AlignedLeg,
    sides: tuple[Columns, Columns],
    repeats: tuple[bool, bool],
    y: float,
    high: float,
) -> None:
    theme = scene.theme
    low = y + high - height_of("", NOTE) - 4
    sign, color = _SIGNS[pair.match], _color(pair.match, theme)
    astray = color == theme.loop
    if repeats[1] and pair.observed is not None:
        sign, color = f"{sign} ↻", theme.loop
    middle = (sides[0].right + sides[1].left) / 2
    width = width_of(sign, NOTE, True) + 16
    fill = color if astray else theme.paper
    scene.add(Box(middle - width / 2, low - 20, width, 22, color, fill, 1.2, None, 11))
    scene.add(Words(middle, low - 9, sign, NOTE, theme.on_fill if astray else color, True, "center", "center"))
    for leg, columns, again in zip((pair.predicted, pair.observed), sides, repeats, strict=True):
        if leg is None:
            continue
        ends = (leg.source.value, leg.target.value)
        pen = _pen(leg, pair.match, theme, again)
        columns.arrow(low, ends, _label(leg), pen, number=str(leg.number))
        start, end = columns.x(ends[0]), columns.x(ends[1])
        near = min(start, start + (columns.gap if end > start else -columns.gap))
        x = near + (30 if end > start else 20)
        scene.add(Words(x, low - 4, _said(leg), NOTE, theme.muted))


def _color(match: LegMatch, theme: Theme) -> str:
    if match is LegMatch.AS_PREDICTED:
        return theme.good
    return theme.muted if match is LegMatch.NOT_VISIBLE else theme.loop


def _pen(leg: Leg | ObservedLeg, match: LegMatch, theme: Theme, again: bool) -> tuple[str, float, Dash]:
    if match is LegMatch.NOT_VISIBLE:
        return theme.muted, 1.8, DOTTED
    if match is LegMatch.MISSING:
        return theme.loop, 2.4, DASHED
    if again or match in (LegMatch.UNEXPECTED, LegMatch.DIFFERENT_NUMBER):
        return theme.loop, 3.8, None
    return (theme.leg, 2.4, None) if leg.end in (LegEnd.ANSWERED, LegEnd.LOOPED, None) else (theme.tried, 2.2, DASHED)
