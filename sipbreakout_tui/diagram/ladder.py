"""The SIP ladder of a call flow: parties as columns, one row a message, time on the left."""

from collections.abc import Iterator

from sipbreakout_model import CallFlow, LegEnd, Party
from sipbreakout_tui.diagram.canvas import ASCII, UNICODE, Canvas, Glyphs
from sipbreakout_tui.diagram.lines import Mark, StyledLine, plain, shortened
from sipbreakout_tui.diagram.messages import Message, sip_messages
from sipbreakout_tui.diagram.texts import loop_rows
from sipbreakout_tui.diagram.words import Node, Shape, shape_of

_ORDER = (Party.CALLER, Party.CORE, Party.TAS, Party.CALLEE, Party.OTHER)
_FIRST = 10
"""The column of the first party: time and half a number stand left of it."""
_LAST = 7
"""Columns from the last party to the edge: half a number."""
_LOOP = 11
"""The same with a loop's bracket."""
_SHORTEST_NUMBER = 7
_WIDEST_STEP = 32


def sip_ladder(flow: CallFlow, width: int = 80, ascii: bool = False) -> Iterator[StyledLine]:
    """Yield the lines of the ladder.

    Which messages there are, and in which order, is told by `messages.sip_messages`. Requests are solid, answers
    dashed; an INVITE has its leg's number. What a loop repeats has a bracket on the right; what ends it is sent
    in every turn and has their number beside it. Seconds stand on the left where they are known and new.

    Args:
        flow: What `route` predicts.
        width: Columns that no line exceeds; below 60 the ladder is drawn for 60.
        ascii: Whether to use ASCII only.
    """
    shape = shape_of(flow)
    messages = sip_messages(flow, shape)
    drawing = _Drawing(flow, shape, messages, max(width, 60), ASCII if ascii else UNICODE)
    yield from drawing.lines(messages)


class _Drawing:
    """One ladder while it is drawn."""

    def __init__(self, flow: CallFlow, shape: Shape, messages: list[Message], width: int, glyphs: Glyphs) -> None:
        self._flow = flow
        self._glyphs = glyphs
        self._canvas = Canvas(width)
        there = {name for message in messages for name in (message.source, message.target)}
        nodes = sorted((shape.nodes[name] for name in there), key=lambda node: (_ORDER.index(node.party), node.name))
        last = _LAST if flow.loop is None else _LOOP
        step = min(_WIDEST_STEP, (width - _FIRST - last) // (len(nodes) - 1))
        self._at = {node.name: _FIRST + step * index for index, node in enumerate(nodes)}
        self._bracket = _FIRST + step * (len(nodes) - 1) + 6
        self._width = width
        self._step = step
        self._place_of = {id(link): place for place, link in enumerate(shape.links)}
        self._nodes = nodes

    def lines(self, messages: list[Message]) -> Iterator[StyledLine]:
        for node in self._nodes:
            self._header(node)
        first, last = self._looped(messages)
        row, shown = 2, None
        for index, message in enumerate(messages):
            self._lifelines(row)
            if message.after is not None and message.after != shown:
                shown = message.after
                self._canvas.put(row, 0, shortened(f"{shown:g} s", 6, self._glyphs.ellipsis), "time")
            self._message(row, message)
            if first <= index <= last:
                self._bracketed(row, index == first, index == last)
            elif index > last and message.link.looped:
                self._turns(row, message)
            row += 1
            if index == last:
                row = self._loop_words(row)
        yield from self._canvas.lines()

    def _header(self, node: Node) -> None:
        at = self._at[node.name]
        room = min(self._step - 1, 2 * min(at, self._width - at - 1) - 1)
        label = shortened(node.label, room, self._glyphs.ellipsis)
        address = shortened(plain(node.address or ""), room, self._glyphs.ellipsis)
        self._canvas.put(0, at - len(label) // 2, label, "party")
        self._canvas.put(1, at - len(address) // 2, address, "address")

    def _lifelines(self, row: int) -> None:
        for at in self._at.values():
            self._canvas.put(row, at, self._glyphs.box.down)

    def _message(self, row: int, message: Message) -> None:
        glyphs, stroke, mark = self._glyphs, self._glyphs.leg, _mark(message)
        start, stop = self._at[message.source], self._at[message.target]
        left, room = min(start, stop) + 1, abs(stop - start) - 1
        line = glyphs.leg.across if message.is_request else glyphs.faint_box.across
        head = glyphs.never if message.lost else stroke.right if start < stop else stroke.left
        label = self._label(message, room - 3)
        body = f" {label} ".center(room - 1, line) if label else line * (room - 1)
        self._canvas.put(row, left, f"{body}{head}" if start < stop else f"{head}{body}", mark)
        self._canvas.leg(row, left, left + room, self._place_of[id(message.link)])

    def _label(self, message: Message, room: int) -> str:
        """Return as much of what the message is as fits."""
        if message.text != "INVITE":
            return message.text if len(message.text) <= room else message.text.split()[0]
        short, called = f"{message.link.number} INVITE", plain(message.link.called)
        left = room - len(short) - 1
        if left >= min(len(called), _SHORTEST_NUMBER):
            return f"{short} {shortened(called, left, self._glyphs.ellipsis)}"
        return short if len(short) <= room else str(message.link.number)

    def _looped(self, messages: list[Message]) -> tuple[int, int]:
        """Return the first and the last row that a loop repeats; (0, -1) without one."""
        loop = self._flow.loop
        if loop is None:
            return 0, -1
        numbers = [(message.link.number, message.text) for message in messages]
        return numbers.index((loop.first_leg, "INVITE")), numbers.index((loop.last_leg, "100 Trying"))

    def _bracketed(self, row: int, is_first: bool, is_last: bool) -> None:
        arc, at = self._glyphs.arc, self._bracket
        if is_first:
            self._canvas.put(row, at - 2, f"{self._glyphs.looped.left}{arc.across}{arc.top_right}", "looped")
        elif is_last:
            self._canvas.put(row, at - 2, f"{arc.across * 2}{arc.bottom_right}", "looped")
        else:
            self._canvas.put(row, at, arc.down, "looped")

    def _turns(self, row: int, message: Message) -> None:
        leg, loop = message.link.leg, self._flow.loop
        if leg is not None and leg.end is LegEnd.LOOPED and loop is not None and loop.turns is not None:
            self._canvas.put(row, self._bracket - 3, f"{self._glyphs.times} {loop.turns}", "looped")

    def _loop_words(self, row: int) -> int:
        """Write what is said of the loop; return the row after it."""
        room = self._at[self._nodes[-1].name] - _FIRST - 4
        for index, parts in enumerate(loop_rows(self._flow, room, self._glyphs)):
            self._lifelines(row)
            sign = " " if index else self._glyphs.again
            self._canvas.put(row, _FIRST + 1, f" {sign} {parts[0][0]} ", "looped")
            row += 1
        return row


def _mark(message: Message) -> Mark:
    if message.link.looped:
        return "looped"
    if message.is_request:
        return "leg"
    return "note" if message.text[0] == "1" else "leg" if message.text[0] == "2" else "end"
