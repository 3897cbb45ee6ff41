"""A picture of ours as part of a page: it follows the page's colours and brings nothing that could act."""

import re
from dataclasses import fields
from xml.etree import ElementTree

from sipbreakout_tui.diagram.figure.style import DARK, LIGHT, Theme

_ELEMENTS = frozenset(("svg", "g", "path", "text", "tspan"))
_ATTRIBUTES = frozenset(("d", "style", "x", "y", "transform", "viewBox"))
_FONT = re.compile(r"font-family: [^;]*;? ?")
_VARIABLES = {getattr(LIGHT, color.name): f"var(--{color.name.replace('_', '-')})" for color in reversed(fields(Theme))}
_COLOR = re.compile("|".join(_VARIABLES))


def colors(theme: Theme) -> str:
    """Return a theme as declarations of CSS."""
    return "".join(f"--{color.name.replace('_', '-')}:{getattr(theme, color.name)};" for color in fields(Theme))


LIGHT_COLORS, DARK_COLORS = colors(LIGHT), colors(DARK)


def inline(svg: str, label: str) -> str:
    """Return a light picture as an element of HTML, its colours the page's.

    Ids and the style sheet go: they would hold for the whole page.

    Args:
        svg: An SVG file of `draw_…`.
        label: What it shows, for who cannot see it.
    """
    root = ElementTree.fromstring(svg)
    _strip(root)
    root.set("role", "img")
    root.set("aria-label", label)
    width = float(root.get("viewBox", "0 0 900 0").split()[2])
    root.set("style", f"width:{width:.0f}px")
    return ElementTree.tostring(root, encoding="unicode", method="html")


def _strip(element: ElementTree.Element) -> None:
    element.tag = element.tag.rpartition("}")[2]
    for name in list(element.attrib):
        if name not in _ATTRIBUTES:
            del element.attrib[name]
    if "style" in element.attrib:
        style = _FONT.sub("", element.attrib["style"])
        element.set("style", _COLOR.sub(lambda found: _VARIABLES[found[0]], style))
    if "d" in element.attrib:
        element.set("d", " ".join(element.attrib["d"].split()))
    element.text = element.text if element.text and element.text.strip() else None
    element.tail = None
    for child in list(element):
        if child.tag.rpartition("}")[2] in _ELEMENTS:
            _strip(child)
        else:
            element.remove(child)
