"""Makes docs/gallery.md and its pictures."""

import io
from collections.abc import Callable
from functools import partial
from pathlib import Path

from docs.examples import GALLERY, Example, flow_of, registered_lines
from sipbreakout_model import CallFlow
from sipbreakout_tui.diagram.figure import draw_legs, save
from sipbreakout_tui.diagram.ladder import sip_ladder
from sipbreakout_tui.diagram.mermaid import mermaid
from sipbreakout_tui.diagram.text import leg_diagram

INTRODUCTION = """\
# Gallery

Every route type and every way a call can go wrong, as every picture the program draws. The first picture of each is
`sipbreakout explain … --format svg`, with the same drawing as PNG and PDF behind the links. Below it stand the formats
diagram, ladder and mermaid.

Solid lines are legs, dotted ones legs that one might expect and that are not made; a loop is drawn thick.
"""


def gallery_page() -> str:
    """Return docs/gallery.md."""
    return INTRODUCTION + "".join(_section(title, _slug(title), example) for title, example in GALLERY.items())


def gallery_drawings(docs: Path) -> dict[Path, str]:
    """Return the SVG files, by path."""
    return {
        docs / "gallery" / f"{_slug(title)}.svg": _drawn(flow_of(example), "svg").decode("utf-8")
        for title, example in GALLERY.items()
    }


def same_drawings(docs: Path) -> dict[Path, Callable[[], bytes]]:
    """Return what makes the PNG and PDF beside each SVG, by path.

    They are drawn only when their SVG is new: their bytes depend on more libraries than the drawing does.
    """
    return {
        docs / "gallery" / f"{_slug(title)}.{form}": partial(_drawn, flow_of(example), form)
        for title, example in GALLERY.items()
        for form in ("png", "pdf")
    }


def _drawn(flow: CallFlow, form: str) -> bytes:
    buffer = io.BytesIO()
    save(draw_legs(flow), buffer, form)
    return buffer.getvalue()


def _slug(title: str) -> str:
    return "-".join(title.lower().replace(",", "").replace(":", "").split())


def _section(title: str, slug: str, example: Example) -> str:
    flow = flow_of(example)
    registered = "; ".join(registered_lines(example)) or "Nobody is registered"
    diagram = "\n".join(map(str, leg_diagram(flow)))
    ladder = "\n".join(map(str, sip_ladder(flow)))
    return (
        f"\n## {title}\n\n{example[0]} {registered}.\n\n![{title}](gallery/{slug}.svg)\n\n"
        f"[PNG](gallery/{slug}.png) · [PDF](gallery/{slug}.pdf)\n\n"
        f"```text\n{diagram}\n```\n\n```text\n{ladder}\n```\n\n```mermaid\n{mermaid(flow).rstrip()}\n```\n"
    )
