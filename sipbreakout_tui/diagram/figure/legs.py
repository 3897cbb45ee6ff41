"""The leg picture of a flow."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sipbreakout_model import CallFlow, Party
from sipbreakout_tui.diagram.figure.items import Box, Disc, HAlign, Line, Point, Words
from sipbreakout_tui.diagram.figure.leg_layout import LegLayout
from sipbreakout_tui.diagram.figure.leg_parts import BETWEEN, HEAD, RADIUS, Lane, Place
from sipbreakout_tui.diagram.figure.lettering import height_of
from sipbreakout_tui.diagram.figure.scene import Scene, headed
from sipbreakout_tui.diagram.figure.style import LABEL, NOTE, ROLE, Theme, ThemeName, theme_of
from sipbreakout_tui.diagram.figure.words import title_of, why_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_CLEAR = 2.0
"""Points between the end of a leg and the box it reaches."""


def draw_legs(flow: CallFlow, ax: "Axes | None" = None, *, theme: ThemeName = "light") -> "Axes":
    """Draw which legs a call makes, and return the Axes.

    Caller above callee on the left, the core in the middle, TASes under it. Legs are numbered in the order in
    which they start; dotted ones are not there, dashed ones are not answered, thick ones repeat.

    Args:
        flow: What `route` predicts.
        ax: Where to draw; None makes a new figure of just the right size, without pyplot.
        theme: light or dark.
    """
    return headed(leg_scene(flow, theme_of(theme)), title_of(flow), why_of(flow)).draw(ax)


def leg_scene(flow: CallFlow, theme: Theme, marks: Mapping[int, str] | None = None) -> Scene:
    """Return the picture without its title; `marks` (`+` or `−`) are put on the legs of these numbers."""
    layout = LegLayout(flow, theme, marks)
    scene = Scene(theme)
    scene.grow(layout.width, layout.height)
    _add_core(scene, layout)
    for place in (*layout.people.values(), *layout.tases.values()):
        _add_place(scene, place)
    for lane in layout.lanes:
        _add_lane(scene, layout, lane)
    if flow.loop is not None:
        _add_back_edge(scene, layout, flow.loop.first_leg, flow.loop.last_leg)
        _add_pill(scene, layout)
    return scene


def _add_core(scene: Scene, layout: LegLayout) -> None:
    theme, left, top = scene.theme, layout.core_left, layout.core_top
    width, height = layout.core_right - left, layout.core_floor - top
    y = top + (height / 2 if layout.flow.loop is None else min(height / 2, 40.0))
    scene.add(
        Box(left, top, width, height, theme.ink, theme.panel, 1.8),
        Words(left + width / 2, y, str(Party.CORE), ROLE, theme.ink, True, "center", "bottom"),
        Words(left + width / 2, y + 1, "operator SBC", NOTE, theme.muted, False, "center", "top"),
    )


def _add_place(scene: Scene, place: Place) -> None:
    scene.add(Box(place.x, place.y, place.width, place.height, place.edge, scene.theme.panel, place.line, place.dash))
    y = place.y + (place.height - place.text_height + BETWEEN) / 2
    for text, size, color, bold in place.lines:
        high = height_of(text, size)
        scene.add(Words(place.middle, y + high / 2, text, size, color, bold, "center", "center"))
        y += high + BETWEEN


def _add_lane(scene: Scene, layout: LegLayout, lane: Lane) -> None:
    color, line, dash = lane.pen(scene.theme)
    if lane.party in layout.people:
        left = layout.people[lane.party].width
        disc = left + 30 + RADIUS, lane.at
        ends: list[Point] = [(left + _CLEAR, lane.at), (layout.core_left - _CLEAR, lane.at)]
        x = disc[0] + RADIUS + 8
        _add_text(scene, lane, (x, lane.at - 5), (x, lane.at + 5), "left")
    else:
        disc = lane.at, layout.disc_y
        top = layout.tases[lane.party].y
        ends = [(lane.at, top - _CLEAR), (lane.at, layout.core_floor + _CLEAR)]
        left_side = layout.text_left(lane)
        x = lane.at + (RADIUS + 9) * (-1 if left_side else 1)
        y = layout.disc_y + (lane.above - lane.below) / 2
        _add_text(scene, lane, (x, y), (x, y), "right" if left_side else "left")
    if lane.link.source == Party.CORE.value:
        ends.reverse()
    scene.add(
        Line(tuple(ends), color, line, dash, HEAD + line, (*disc, RADIUS + 2.5), "_leg", open_head=not lane.made),
        Disc(*disc, RADIUS, color, color if lane.made else scene.theme.paper),
    )
    ink = scene.theme.on_fill if lane.made else scene.theme.muted
    size = LABEL - 0.5 if len(lane.number) < 3 else LABEL - 3
    scene.add(Words(*disc, lane.number, size, ink, True, "center", "center"))


def _add_text(scene: Scene, lane: Lane, label: Point, note: Point, across: HAlign) -> None:
    """Add the label, which ends at one point, and the note, which starts at the other."""
    if lane.label:
        scene.add(Words(*label, lane.label, LABEL, scene.theme.ink, False, across, "bottom"))
    if lane.note:
        scene.add(Words(*note, lane.note, NOTE, scene.theme.muted, False, across, "top"))


def _add_back_edge(scene: Scene, layout: LegLayout, first_leg: int, last_leg: int) -> None:
    """Add how the core turns the last leg of a loop into the first again."""
    by_number = {lane.link.number: lane for lane in layout.lanes if lane.made}
    first, last = by_number[first_leg], by_number[last_leg]
    floor = layout.core_floor - _CLEAR
    if first.party in layout.people:
        points = [(last.at, floor), (last.at, first.at), (layout.core_left + _CLEAR, first.at)]
    else:
        high = floor - 30
        points = [(last.at, floor), (last.at, high), (first.at, high), (first.at, floor)]
    scene.add(Line(tuple(points), scene.theme.loop, 3.0, (2.0, 1.0), 11.0, None, "_back"))


def _add_pill(scene: Scene, layout: LegLayout) -> None:
    """Add the sign that says how often a loop turns."""
    turns, cost = layout.pill or ("", "")
    theme, (x, y), (width, height) = scene.theme, layout.pill_at, layout.pill_size
    scene.add(
        Box(x, y, width, height, theme.loop, theme.loop, 1.0),
        Words(x + 12, y + 7, turns, ROLE - 1, theme.on_fill, True),
        Words(x + 12, y + 7 + height_of(turns, ROLE - 1), cost, NOTE, theme.on_fill),
    )
