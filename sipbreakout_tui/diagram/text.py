"""The leg diagram in box drawing: caller and callee on the left, the core beside them, each TAS under the core."""

from collections.abc import Iterator, Sequence

from sipbreakout_model import CallFlow, Party
from sipbreakout_tui.diagram.canvas import ASCII, UNICODE, Canvas, Stroke
from sipbreakout_tui.diagram.layout import Layout, laid_out
from sipbreakout_tui.diagram.lines import Mark, StyledLine, plain, shortened
from sipbreakout_tui.diagram.texts import Row
from sipbreakout_tui.diagram.words import Link, Node


def leg_diagram(flow: CallFlow, width: int = 80, ascii: bool = False) -> Iterator[StyledLine]:
    """Yield the lines of the picture.

    A leg is a line with its number on it and a head at its end; what its INVITE asks for stands under it, or left
    of it where it goes down to a TAS. Made legs are solid, legs that one might expect and that are not made are
    dotted, legs that a loop repeats are double, and a double line inside the core leads from the last of them
    back to the first.

    Args:
        flow: What `route` predicts.
        width: Columns that no line exceeds; below 60 the picture is drawn for 60.
        ascii: Whether to use ASCII only.
    """
    yield from _Drawing(laid_out(flow, max(width, 60), ASCII if ascii else UNICODE)).lines()


class _Drawing:
    """One picture while it is drawn."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._glyphs = layout.glyphs
        self._canvas = Canvas(layout.width)

    def lines(self) -> Iterator[StyledLine]:
        layout, canvas = self._layout, self._canvas
        # Without a caller the callee is on top: it starts lower, so that its leg passes below the core's name.
        row = 0 if layout.left[0].party is Party.CALLER else 2
        for node in layout.left:
            row = self._left_party(row, node)
        bottom = max(row, 4) - 1
        canvas.box(range(bottom + 1), range(layout.core, layout.right + 1), self._glyphs.box)
        canvas.put(1, layout.core + 2, "core", "party")
        for node in layout.left:
            self._heads_left(node)
        row = bottom + 1
        for node in layout.below:
            row = self._tas(bottom, row, node)
        if layout.loop:
            self._back_edge(bottom)
        canvas.put(row, 0, f"{self._glyphs.arrow} {plain(str(layout.flow.outcome))}", "outcome")
        yield from canvas.lines()

    def _left_party(self, row: int, node: Node) -> int:
        """Draw a party on the left with the texts of its legs; return the first row below."""
        layout = self._layout
        at = row + 1
        for link in layout.links[node.name]:
            layout.rows[id(link)] = at
            self._text(at + 1, layout.box + 3, layout.texts[id(link)])
            at += 1 + len(layout.texts[id(link)])
        last = layout.rows[id(layout.links[node.name][-1])] if layout.links[node.name] else 0
        bottom = max(row + 3, last + 1)
        self._party(range(row, bottom + 1), range(layout.box), node)
        return max(bottom + 1, at)

    def _heads_left(self, node: Node) -> None:
        layout, canvas = self._layout, self._canvas
        box, core = layout.box, layout.core
        for link in layout.links[node.name]:
            stroke, mark, row = self._stroke(link), _mark(link), layout.rows[id(link)]
            line = stroke.across * (core - box - 1)
            if link.target == "core":
                canvas.put(row, box - 1, f"{stroke.from_left}{line}{stroke.right}", mark)
            else:
                canvas.put(row, box, f"{stroke.left}{line}{stroke.from_right}", mark)
            if link.number is not None:
                canvas.put(row, box + 2, f" {link.number} ", mark)
            canvas.leg(row, box, core, layout.place_of[id(link)])

    def _tas(self, bottom: int, row: int, node: Node) -> int:
        """Draw a TAS with its legs under the core; return the first row below."""
        layout, canvas = self._layout, self._canvas
        links, lanes = layout.links[node.name], layout.lanes[node.name]
        badges = []
        for link in links:
            text = layout.texts[id(link)]
            badges.append(row)
            canvas.put(row, layout.text, self._badge(link), _mark(link))
            self._text(row, layout.text + 3, text)
            row += max(2, len(text))
            if link is layout.last_looped:
                canvas.put(row, layout.text, self._glyphs.again, "looped")
                self._text(row, layout.text + 3, layout.loop)
                row += len(layout.loop)
        height = 3 if node.address is None else 4
        self._party(range(row, row + height), range(layout.core, layout.edges[node.name] + 1), node)
        for link, lane, badge in zip(links, lanes, badges, strict=True):
            stroke, mark = self._stroke(link), _mark(link)
            down = link.source == "core"
            canvas.put(bottom, lane, stroke.from_above if down else stroke.above, mark)
            canvas.column(range(bottom + 1, row), lane, stroke.down, mark)
            canvas.put(row, lane, stroke.below if down else stroke.from_below, mark)
            canvas.put(badge, lane, self._badge(link), mark)
            place = layout.place_of[id(link)]
            canvas.leg(badge, layout.text, layout.text + len(self._badge(link)), place)
            for step in range(bottom + 1, row):
                canvas.leg(step, lane, lane + 1, place)
        return row + height

    def _back_edge(self, bottom: int) -> None:
        """Draw how the loop goes on inside the core: from its last leg to its first."""
        layout, canvas, glyphs = self._layout, self._canvas, self._glyphs
        first, last = layout.first_looped, layout.last_looped
        if first is None or last is None:
            return
        arc, end = glyphs.arc, layout.lane_of[id(last)]
        if id(first) in layout.lane_of:
            row, start = bottom - 1, layout.lane_of[id(first)]
            left, right = min(start, end), max(start, end)
            canvas.put(bottom, start, glyphs.under, "looped")
            canvas.put(row, left, f"{arc.top_left}{arc.across * (right - left - 1)}{arc.top_right}", "looped")
        else:
            row, left, right = layout.rows[id(first)], layout.core, end
            canvas.put(row, left, f"{glyphs.through}{arc.across * (end - left - 1)}{arc.top_right}", "looped")
            canvas.column(range(row + 1, bottom), end, arc.down, "looped")
        canvas.put(row, (left + right) // 2 - 1, f" {glyphs.again} ", "looped")

    def _party(self, rows: range, columns: range, node: Node) -> None:
        reached = any(link.leg is not None for link in self._layout.links[node.name])
        mark: Mark | None = None if reached else "absent"
        self._canvas.box(rows, columns, self._glyphs.box if reached else self._glyphs.faint_box, mark)
        self._canvas.put(rows[1], columns[0] + 2, node.label, mark or "party")
        if node.address is not None:
            address = shortened(plain(node.address), len(columns) - 4, self._glyphs.ellipsis)
            self._canvas.put(rows[2], columns[0] + 2, address, mark or "address")

    def _text(self, row: int, column: int, text: Sequence[Row]) -> None:
        for down, parts in enumerate(text):
            at = column
            for part, mark in parts:
                self._canvas.put(row + down, at, part, mark)
                at += len(part)

    def _stroke(self, link: Link) -> Stroke:
        return self._glyphs.absent if link.leg is None else self._glyphs.looped if link.looped else self._glyphs.leg

    def _badge(self, link: Link) -> str:
        return self._glyphs.never if link.number is None else str(link.number)


def _mark(link: Link) -> Mark:
    return "absent" if link.leg is None else "looped" if link.looped else "leg"
