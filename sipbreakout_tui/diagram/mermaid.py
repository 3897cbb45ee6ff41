"""A call flow as a Mermaid sequence diagram, to paste into a ticket."""

from sipbreakout_model import CallFlow, Party
from sipbreakout_tui.diagram.messages import sip_messages
from sipbreakout_tui.diagram.texts import end_words
from sipbreakout_tui.diagram.words import Link, shape_of
from sipbreakout_tui.safe_text import visible

_ORDER = (Party.CALLER, Party.CORE, Party.TAS, Party.CALLEE, Party.OTHER)
_ENTITIES = str.maketrans({"#": "#35;", ";": "#59;", "<": "#60;", ">": "#62;", "&": "#38;", "%": "#37;", '"': "#34;"})
"""What Mermaid or the page around it would take for syntax, as Mermaid's own entities."""


def mermaid(flow: CallFlow) -> str:
    """Return the text of a `sequenceDiagram`, the last line ended.

    Solid arrows are INVITEs, with a cross where they never arrive; dashed ones back along a leg say how it ends if it
    is not answered. A loop stands in a `loop` block; a note says which leg is not made and why.
    """
    shape = shape_of(flow)
    nodes = sorted(shape.nodes.values(), key=lambda node: (_ORDER.index(node.party), node.name))
    caller = "anonymous" if flow.call.caller is None else str(flow.call.caller)
    lines = ["sequenceDiagram", f"    title {escaped(f'{caller} calls {flow.call.callee}: {flow.outcome}')}"]
    for node in nodes:
        address = "" if node.address is None else f"<br/>{escaped(node.address)}"
        lines.append(f"    participant {_id(node.name)} as {escaped(node.label)}{address}")
    indent, loop = "    ", flow.loop
    for message in sip_messages(flow, shape):
        link, ends = message.link, f"{_id(message.source)}{{}}{_id(message.target)}"
        if message.text == "INVITE":
            if loop is not None and link.number == loop.first_leg:
                turns = "without end" if loop.turns is None else f"{loop.turns} turns, then {loop.ended_by}"
                lines.append(f"{indent}loop {escaped(turns)}")
                indent += "    "
            lines.append(f"{indent}{ends.format('-x' if message.lost else '->>')}: {_invite(link)}")
        elif message.text[0] in "3456":
            lines.append(
                f"{indent}{ends.format('-->>')}: {escaped(f'{link.number} {end_words(link) or message.text}')}"
            )
        elif loop is not None and link.number == loop.last_leg and message.text == "100 Trying":
            indent = "    "
            lines.append(f"{indent}end")
    for link in shape.links:
        if link.leg is None:
            over = ",".join(_id(node.name) for node in nodes if node.name in (link.source, link.target))
            number = "" if link.number is None else f" {link.number}"
            lines.append(f"    Note over {over}: {escaped(f'no leg{number}: {link.reason} · {link.rule}')}")
    return "\n".join([*lines, ""])


def escaped(text: str) -> str:
    """Return text as Mermaid shows it, whatever it contains."""
    return visible(text).translate(_ENTITIES)


def _invite(link: Link) -> str:
    words = (f"{link.number} INVITE {link.called}", link.note, link.because, link.rule)
    return escaped(" · ".join(filter(None, words)))


def _id(name: str) -> str:
    return name.replace(" ", "")
