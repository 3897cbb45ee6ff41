"""Two flows of a call side by side, with what changed."""

from typing import TYPE_CHECKING

from sipbreakout_model import CallFlow, Leg, difference
from sipbreakout_tui.diagram.figure.items import Box, Words
from sipbreakout_tui.diagram.figure.legs import leg_scene
from sipbreakout_tui.diagram.figure.lettering import height_of, wrapped
from sipbreakout_tui.diagram.figure.scene import Scene, headed
from sipbreakout_tui.diagram.figure.style import NOTE, ROLE, ThemeName, theme_of
from sipbreakout_tui.diagram.figure.words import title_of, why_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_PAD = 18.0
_BETWEEN = 22.0


def draw_difference(
    before: CallFlow, after: CallFlow, ax: "Axes | None" = None, *, theme: ThemeName = "light"
) -> "Axes":
    """Draw two flows side by side, legs lost marked − before and legs gained marked + after; return the Axes.

    Args:
        before: The flow on the left.
        after: The flow on the right.
        ax: Where to draw; None makes a new figure of just the right size, without pyplot.
        theme: light or dark.
    """
    colors = theme_of(theme)
    changed = difference(before, after)
    body = Scene(colors)
    scenes = [
        leg_scene(before, colors, {leg.number: "−" for leg in changed.lost}),
        leg_scene(after, colors, {leg.number: "+" for leg in changed.gained}),
    ]
    rooms = [scene.width + 2 * _PAD for scene in scenes]
    heads = [
        wrapped(f"{word}: {flow.outcome}", ROLE, room - 2 * _PAD, True)
        for word, flow, room in zip(("before", "after"), (before, after), rooms, strict=True)
    ]
    whys = [wrapped(why_of(flow), NOTE, room - 2 * _PAD) for flow, room in zip((before, after), rooms, strict=True)]
    top = _PAD + max(height_of(text, ROLE) for text in heads) + 4
    down = top + max(height_of(text, NOTE) for text in whys) + _PAD
    height = down + max(scene.height for scene in scenes) + _PAD
    edges = (colors.muted, colors.good if changed.outcome_changed and after.outcome.by is not None else colors.muted)
    x = 0.0
    for scene, room, head, why, edge in zip(scenes, rooms, heads, whys, edges, strict=True):
        body.add(
            Box(x, 0, room, height, edge, colors.paper, 1.4, None, 10),
            Words(x + _PAD, _PAD - 4, head, ROLE, colors.ink, True),
            Words(x + _PAD, top - 2, why, NOTE, colors.muted),
        )
        body.put(scene, x + _PAD, down)
        x += room + _BETWEEN
    body.grow(x - _BETWEEN, height)
    return headed(body, _headline(before, after), _counted(changed.gained, changed.lost)).draw(ax)


def _headline(before: CallFlow, after: CallFlow) -> str:
    who = title_of(after).rpartition(": ")[0]
    if before.outcome == after.outcome:
        return f"{who}: still {after.outcome}"
    return f"{who}: {before.outcome} → {after.outcome}"


def _counted(gained: tuple[Leg, ...], lost: tuple[Leg, ...]) -> str:
    if not gained and not lost:
        return "The legs are the same."
    return f"+ {_legs(gained)} gained (thick), − {_legs(lost)} lost (dashed)."


def _legs(legs: tuple[Leg, ...]) -> str:
    return f"{len(legs) or 'no'} leg{'' if len(legs) == 1 else 's'}"
