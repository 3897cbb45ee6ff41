"""Where everything of a leg picture stands: people on the left, the core in the middle right, TASes under it."""

from collections.abc import Mapping

from sipbreakout_model import CallFlow, LegEnd, Party
from sipbreakout_tui.diagram.figure.leg_parts import RADIUS, ROOM, Lane, Place
from sipbreakout_tui.diagram.figure.lettering import height_of, width_of, wrapped
from sipbreakout_tui.diagram.figure.style import DASHED, NOTE, ROLE, Theme
from sipbreakout_tui.diagram.figure.words import cost_of, turns_of
from sipbreakout_tui.diagram.words import Node, shape_of

_LANE_GAP = 20.0
_ROW_GAP = 26.0
_CORE = 176.0
_ROW = (Party.CALLER, Party.CALLEE, Party.OTHER)
_BESIDE = RADIUS + 9
"""From a lane under the core to its text."""


class LegLayout:
    """Where the parts of one flow's picture stand, in points from its own corner."""

    def __init__(self, flow: CallFlow, theme: Theme, marks: Mapping[int, str] | None = None) -> None:
        """Lay out the flow; `marks` are put beside the legs of these numbers."""
        self.flow = flow
        self.theme = theme
        shape = shape_of(flow)
        self.lanes = [
            Lane(link, (marks or {}).get(link.number or 0, "") if link.leg is not None else "") for link in shape.links
        ]
        nodes = {name: node for name, node in shape.nodes.items() if node.party is not Party.CORE}
        nodes.setdefault("callee", Node("callee", Party.CALLEE, str(flow.call.callee)))
        self._winner = self._winning()
        places = {name: self._place(node) for name, node in nodes.items()}
        people = sorted(
            (name for name in places if places[name].party in _ROW), key=lambda n: _ROW.index(places[n].party)
        )
        self.people = {name: places[name] for name in people}
        self.tases = {name: place for name, place in places.items() if name not in people}
        for lane in self.lanes:
            places[lane.party].lanes.append(lane)
        self.pill: tuple[str, str] | None = None
        self.pill_at = (0.0, 0.0)
        self.disc_y = 0.0
        self.width = 0.0
        self._put_people()
        self._put_tases()

    @property
    def pill_size(self) -> tuple[float, float]:
        """Width and height of the sign that says how a loop turns."""
        turns, cost = self.pill or ("", "")
        width = max(width_of(turns, ROLE - 1, True), width_of(cost, NOTE)) + 24
        return width, height_of(turns, ROLE - 1) + height_of(cost, NOTE) + 14

    def text_left(self, lane: Lane) -> bool:
        """Return whether the text of a lane under the core stands on its left: where there is a second lane."""
        first = next(iter(self.tases))
        lanes = self.tases[first].lanes
        return lane.party == first and len(lanes) > 1 and lanes[0] is lane

    def _winning(self) -> str | None:
        """Return whose box has the call; of several alike the one whose leg was answered last."""
        by = self.flow.outcome.by
        answered = [
            lane.link.target
            for lane in self.lanes
            if by is not None
            and lane.link.leg is not None
            and lane.link.leg.target is by
            and lane.link.leg.end is LegEnd.ANSWERED
        ]
        return answered[-1] if answered else None

    def _place(self, node: Node) -> Place:
        theme, outcome = self.theme, self.flow.outcome
        there = any(node.name in (lane.link.source, lane.link.target) and lane.made for lane in self.lanes)
        color = (theme.tas if node.party is Party.TAS else theme.ink) if there else theme.muted
        lines = [(node.label, ROLE, color, True)]
        if node.address:
            lines.append((wrapped(node.address, NOTE, ROOM - 22), NOTE, theme.muted, False))
        place = Place(node.party, lines, color, 1.8, None if there else DASHED)
        if node.name == self._winner:
            lines.append(("✓ has the call", NOTE, theme.good, True))
            place.edge, place.line = theme.good, 3.4
        elif node.party is Party.CALLER and outcome.by is None:
            lines.append((f"✗ {outcome}", NOTE, theme.loop, True))
        elif not there:
            lines.append(("not rung", NOTE, theme.muted, False))
        place.measure()
        return place

    def _put_people(self) -> None:
        """Stack the boxes on the left, each with its lanes' text; the core spans those that have lanes."""
        people = list(self.people.values())
        width = max(place.width for place in people)
        y = 0.0
        for place in people:
            place.width = width
            tops, offset = [], 0.0
            for lane in place.lanes:
                tops.append(offset + lane.above)
                offset += lane.above + lane.below + _LANE_GAP
            span = tops[-1] - tops[0] if tops else 0.0
            place.height = max(place.height, span + 2 * 20)
            margin = (place.height - span) / 2
            place.y = y + max(0.0, (tops[0] if tops else 0.0) - margin)
            for lane, top in zip(place.lanes, tops, strict=True):
                lane.at = place.y + margin + top - tops[0]
            bottom = place.y + place.height
            if place.lanes:
                bottom = max(bottom, place.lanes[-1].at + place.lanes[-1].below + 4)
            y = bottom + _ROW_GAP
        reaching = [place for place in people if place.lanes] or people
        room = max([ROOM * 0.75, *(lane.room for place in reaching for lane in place.lanes)])
        self.core_left = width + 30 + 2 * RADIUS + 8 + room + 34
        self.core_top = min(place.y for place in reaching)
        self.core_floor = max(self.core_top + 132.0, *(place.y + place.height for place in reaching))
        self.core_right = self.core_left + _CORE
        self.height = max(y - _ROW_GAP, self.core_floor)

    def _put_tases(self) -> None:
        """Set the TASes side by side under the core, each with its lanes from the latest to the first."""
        loop = self.flow.loop
        if loop is not None:
            self.pill = turns_of(loop), wrapped(cost_of(loop), NOTE, 300)
        sign = self.pill_size[1] + 14 if self.pill else 0.0
        lanes = [lane for place in self.tases.values() for lane in place.lanes]
        drop = max(max((lane.above + lane.below for lane in lanes), default=0.0) + 62, 112.0)
        self.disc_y = self.core_floor + drop / 2
        edge = self.core_left
        for index, place in enumerate(self.tases.values()):
            place.lanes.reverse()
            span = self._spread(place)
            place.width = max(place.width, span + 2 * 34, 0.0 if index else _CORE)
            start = edge + (max(place.width if index else _CORE, span + 2 * 34) - span) / 2
            for lane in place.lanes:
                lane.at += start
            place.x, place.y = start + (span - place.width) / 2, self.core_floor + drop + sign
            last = place.lanes[-1]
            right = max(last.at + _BESIDE + last.room, place.x + place.width)
            if self.pill is not None and self._turns_at(place):
                self.pill_at = last.at + 20, self.core_floor + drop - 8
                right = max(right, last.at + 20 + self.pill_size[0])
            self.core_right = max(self.core_right, last.at + 34)
            self.width = max(self.width, right)
            self.height = max(self.height, place.y + place.height)
            edge = right + 34
        self.width = max(self.width, self.core_right)
        self._keep_inside()

    def _spread(self, place: Place) -> float:
        """Set a TAS's lanes apart so that text fits between them, the first at 0; return how far they reach."""
        x = 0.0
        for lane in place.lanes:
            lane.at = x
            x += 66.0 if self.text_left(lane) else _BESIDE + lane.room + 12 + RADIUS
        return place.lanes[-1].at

    def _turns_at(self, place: Place) -> bool:
        loop = self.flow.loop
        return loop is not None and any(lane.link.number == loop.last_leg for lane in place.lanes)

    def _keep_inside(self) -> None:
        """Move core and TASes to the right where text left of a lane, or a wide TAS, would leave the frame."""
        if not self.tases:
            return
        first = next(iter(self.tases.values()))
        lane = first.lanes[0]
        need = -first.x
        if self.text_left(lane):
            need = max(need, lane.room + _BESIDE - lane.at)
        if need <= 0:
            return
        self.core_left += need
        self.core_right += need
        self.width += need
        self.pill_at = self.pill_at[0] + need, self.pill_at[1]
        for place in self.tases.values():
            place.x += need
            for lane in place.lanes:
                lane.at += need
