"""The SIP ladder of a flow: parties as columns, one row a message, time on the left."""

from typing import TYPE_CHECKING

from sipbreakout_model import CallFlow, LegEnd, Loop, Party
from sipbreakout_model.sentences import duration
from sipbreakout_tui.diagram.figure.columns import Columns
from sipbreakout_tui.diagram.figure.items import Box, Line, Words
from sipbreakout_tui.diagram.figure.lettering import height_of, width_of, wrapped
from sipbreakout_tui.diagram.figure.scene import Scene, headed
from sipbreakout_tui.diagram.figure.style import DASHED, DOTTED, LABEL, NOTE, Dash, Theme, ThemeName, theme_of
from sipbreakout_tui.diagram.figure.words import cost_of, title_of, turns_of, why_of
from sipbreakout_tui.diagram.messages import Message, sip_messages
from sipbreakout_tui.diagram.words import Node, shape_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ORDER = (Party.CALLER, Party.CORE, Party.TAS, Party.CALLEE, Party.OTHER)
_TIME = 58.0
"""Width of the column of seconds."""
_BRACKET = 26.0
"""From the last column to a loop's bracket."""
_SIGN = 190.0
"""How wide the words on a loop are at most."""


def draw_ladder(flow: CallFlow, ax: "Axes | None" = None, *, theme: ThemeName = "light") -> "Axes":
    """Draw the SIP messages of a call from top to bottom, and return the Axes.

    Thick arrows are the INVITEs, with their leg's number; dashed ones are answers; a bracket on the right holds
    what a loop repeats.

    Args:
        flow: What `route` predicts.
        ax: Where to draw; None makes a new figure of just the right size, without pyplot.
        theme: light or dark.
    """
    colors = theme_of(theme)
    shape = shape_of(flow)
    messages = sip_messages(flow, shape)
    there = {name for message in messages for name in (message.source, message.target)}
    nodes = sorted((shape.nodes[name] for name in there), key=lambda node: (_ORDER.index(node.party), node.name))
    scene = Scene(colors)
    gap = max(Columns.gap_for([_label(message) for message in messages]), 210.0)
    columns = Columns(scene, [node.name for node in nodes], _TIME + gap / 2 - 11, gap)
    titles = {node.name: _title(node, colors) for node in nodes}
    head = columns.heads(0, titles)
    heights = [columns.arrow_height(_label(message)) for message in messages]
    floor = head + 10 + sum(heights) + 8
    columns.lifelines(head, floor)
    y, shown, bounds = head + 10, None, []
    for message, high in zip(messages, heights, strict=True):
        columns.arrow(
            y + high,
            (message.source, message.target),
            _label(message),
            _pen(message, colors),
            number=str(message.link.number) if message.text == "INVITE" else "",
            ink=colors.ink if message.text == "INVITE" else colors.muted,
            open_head=message.lost,
        )
        if message.after is not None and message.after != shown:
            shown = message.after
            words = duration(shown) if shown else "0 s"
            scene.add(Words(0, y + high - 9, words, NOTE, colors.muted, down="center"))
        bounds.append((y, y + high))
        y += high
    right = columns.right + gap / 2 - 11
    if flow.loop is not None:
        right = max(right, _add_loop(scene, columns.right + _BRACKET, flow.loop, messages, bounds))
    scene.grow(right, floor)
    return headed(scene, title_of(flow), why_of(flow)).draw(ax)


def _title(node: Node, theme: Theme) -> tuple[str, str, str]:
    """Return what stands in a party's box, and its colour."""
    color = theme.tas if node.party is Party.TAS else theme.ink
    return node.label, "operator SBC" if node.party is Party.CORE else node.address or "", color


def _label(message: Message) -> str:
    text = f"INVITE {message.link.called}" if message.text == "INVITE" else message.text
    return f"{text} ✗ never arrives" if message.lost else text


def _pen(message: Message, theme: Theme) -> tuple[str, float, Dash]:
    if message.lost:
        return theme.loop, 1.8, DOTTED
    if message.text == "INVITE":
        return (theme.loop, 4.0, None) if message.link.looped else (theme.leg, 2.6, None)
    if message.is_request:
        return theme.muted, 1.4, None
    if message.text[0] == "1":
        return theme.muted, 1.2, DASHED
    return (theme.good, 2.2, DASHED) if message.text[0] == "2" else (theme.loop, 1.8, DASHED)


def _add_loop(scene: Scene, x: float, loop: Loop, messages: list[Message], bounds: list[tuple[float, float]]) -> float:
    """Add the bracket of what a loop repeats and how often each later answer is sent; return the right edge."""
    theme = scene.theme
    sent = [(message.link.number, message.text) for message in messages]
    first, last = sent.index((loop.first_leg, "INVITE")), sent.index((loop.last_leg, "100 Trying"))
    top, bottom = bounds[first][0] + 12, bounds[last][1] - 4
    edge = x + 14
    scene.add(Line(((x, bottom), (edge, bottom), (edge, top), (x, top)), theme.loop, 4.0, None, 14.0, label="_back"))
    turns = wrapped(turns_of(loop), LABEL, _SIGN, True)
    cost = wrapped(cost_of(loop), NOTE, _SIGN)
    width = max(width_of(turns, LABEL, True), width_of(cost, NOTE)) + 20
    height = height_of(turns, LABEL) + height_of(cost, NOTE) + 12
    left, y = edge + 10, (top + bottom - height) / 2
    scene.add(
        Box(left, y, width, height, theme.loop, theme.loop, 1.0),
        Words(left + 10, y + 6, turns, LABEL, theme.on_fill, True),
        Words(left + 10, y + 6 + height_of(turns, LABEL), cost, NOTE, theme.on_fill),
    )
    for message, (_, low) in list(zip(messages, bounds, strict=True))[last + 1 :]:
        leg = message.link.leg
        if (
            loop.turns
            and leg is not None
            and message.link.looped
            and leg.end is LegEnd.LOOPED
            and low > y + height + 14
        ):
            scene.add(Words(x, low - 9, f"× {loop.turns}", NOTE, theme.loop, True, down="center"))
    return left + width
