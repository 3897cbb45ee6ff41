"""Where everything of a leg diagram stands, in columns."""

from dataclasses import dataclass, field

from sipbreakout_model import CallFlow, Party
from sipbreakout_tui.diagram.canvas import Glyphs
from sipbreakout_tui.diagram.lines import plain
from sipbreakout_tui.diagram.texts import Row, leg_rows, loop_rows, row_length
from sipbreakout_tui.diagram.words import Link, Node, shape_of

_LEFT_ORDER = (Party.CALLER, Party.CALLEE, Party.OTHER)
_NARROWEST_BOX = 14
_NARROWEST_LEFT = 15
_NARROWEST_GAP = 24
_WIDEST_GAP = 44
_LANES_APART = 4
_LANES_CLOSE = 3
"""Where the width does not allow more."""


@dataclass(slots=True)
class Layout:
    """Columns count from 0; legs are looked up by their identity, parties by name."""

    flow: CallFlow
    width: int
    glyphs: Glyphs
    left: list[Node]
    """The parties on the left, from above."""
    below: list[Node]
    """The TASes, from above."""
    links: dict[str, list[Link]]
    """The legs between the core and each party."""
    box: int = 0
    """How wide the parties on the left are."""
    core: int = 0
    """The column of the core's left side, and of every TAS's."""
    right: int = 0
    """The column of the core's right side."""
    edges: dict[str, int] = field(default_factory=dict)
    """The column of each TAS's right side."""
    lanes: dict[str, list[int]] = field(default_factory=dict)
    """The columns in which a TAS's legs run."""
    lane_of: dict[int, int] = field(default_factory=dict)
    place_of: dict[int, int] = field(default_factory=dict)
    """Each leg's place among the legs of the flow, made ones first."""
    rows: dict[int, int] = field(default_factory=dict)
    """The rows of the legs on the left, as soon as they are drawn."""
    texts: dict[int, list[Row]] = field(default_factory=dict)
    text: int = 0
    """The column of the texts beside the legs that go down."""
    loop: list[Row] = field(default_factory=list)
    first_looped: Link | None = None
    last_looped: Link | None = None


def laid_out(flow: CallFlow, width: int, glyphs: Glyphs) -> Layout:
    """Return the layout of a flow's picture in `width` columns."""
    shape = shape_of(flow)
    nodes = dict(shape.nodes)
    nodes.setdefault("callee", Node("callee", Party.CALLEE, str(flow.call.callee)))
    left = sorted((node for node in nodes.values() if node.party in _LEFT_ORDER), key=_left_place)
    below = [node for node in nodes.values() if node.party is Party.TAS]
    links: dict[str, list[Link]] = {name: [] for name in nodes}
    for link in shape.links:
        links[link.source if link.target == "core" else link.target].append(link)
    layout = Layout(flow, width, glyphs, left, below, links)
    layout.place_of = {id(link): place for place, link in enumerate(shape.links)}
    looped = [link for link in shape.links if link.looped]
    if looped:
        layout.first_looped, layout.last_looped = looped[0], looped[-1]
    _place_boxes(layout)
    _place_texts(layout)
    return layout


def _left_place(node: Node) -> tuple[int, str]:
    return _LEFT_ORDER.index(node.party), node.name


def _place_boxes(layout: Layout) -> None:
    """Share the width between the parties on the left, the gap and the right side."""
    wanted = max(_box_width(node) for node in layout.left)
    gap = _NARROWEST_GAP + (layout.width - 60) * 2 // 5
    most = layout.width - gap
    room = most - min(wanted, max(_NARROWEST_LEFT, most * 2 // 5))
    right = _right_side(layout, room, _LANES_APART)
    if right > room:
        right = _right_side(layout, room, _LANES_CLOSE)
    layout.box = min(wanted, max(most - right, _NARROWEST_LEFT))
    texts = [leg_rows(link, layout.width, layout.glyphs) for node in layout.left for link in layout.links[node.name]]
    lengths = [row_length(rows[0]) for rows in texts if len(rows) == 1]
    gap = min(layout.width - layout.box - right, max(_NARROWEST_GAP + 6, min(max(lengths, default=0) + 4, _WIDEST_GAP)))
    layout.core = layout.box + gap
    layout.right += layout.core
    for lanes in layout.lanes.values():
        lanes[:] = [layout.core + lane for lane in lanes]
    for node in layout.below:
        layout.edges[node.name] += layout.core
        for link, lane in zip(layout.links[node.name], layout.lanes[node.name], strict=True):
            layout.lane_of[id(link)] = lane


def _right_side(layout: Layout, room: int, apart: int) -> int:
    """Place the TASes and their lanes, counted from the core's left side; return how wide the right side is.

    The lanes of a TAS pass every TAS above it on the right: so each is wider than the one above.
    """
    lanes = [len(layout.links[node.name]) for node in layout.below]
    beside = sum(5 + (count - 1) * apart for count in lanes[1:])
    edge = _NARROWEST_BOX - 1
    for index, (node, count) in enumerate(zip(layout.below, lanes, strict=True)):
        inner = (count - 1) * apart
        if index == 0:
            edge = max(_NARROWEST_BOX, min(_box_width(node), room - beside), 7 + inner) - 1
            first = 3
        else:
            first = edge + 2
            edge = max(first + inner + 3, min(_box_width(node), room) - 1)
        step = apart if count < 2 else max(apart, min(9, (edge - 3 - first) // (count - 1)))
        layout.lanes[node.name] = [first + step * place for place in range(count)]
        layout.edges[node.name] = edge
    layout.right = edge
    return edge + 1


def _box_width(node: Node) -> int:
    return max(len(node.label), len(plain(node.address or ""))) + 4


def _place_texts(layout: Layout) -> None:
    beside = layout.core - layout.box - 4
    for node in layout.left:
        for link in layout.links[node.name]:
            layout.texts[id(link)] = leg_rows(link, beside, layout.glyphs)
    room = layout.core - 6
    for node in layout.below:
        for link in layout.links[node.name]:
            layout.texts[id(link)] = leg_rows(link, room, layout.glyphs, invite_alone=True)
    layout.loop = loop_rows(layout.flow, room, layout.glyphs)
    texts = [layout.texts[id(link)] for node in layout.below for link in layout.links[node.name]]
    longest = max((row_length(row) for rows in (*texts, layout.loop) for row in rows), default=0)
    layout.text = max(1, min(layout.box, layout.core - 2 - 3 - longest))
