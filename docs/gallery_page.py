"""Makes docs/gallery.md and its pictures."""

import io
from pathlib import Path

from docs.examples import GALLERY, Example, flow_of, registered_lines
from sipbreakout_tui.diagram.figure import draw_legs, save
from sipbreakout_tui.diagram.ladder import sip_ladder
from sipbreakout_tui.diagram.mermaid import mermaid
from sipbreakout_tui.diagram.text import leg_diagram

INTRODUCTION = """\
# Gallery

Every route type and every way a call can go wrong, as every picture the program draws. The first picture of each is
`sipbreakout explain … --format svg`; png and pdf are the same drawing. Below it stand the formats diagram, ladder
and mermaid.

Solid lines are legs, dotted ones legs that one might expect and that are not made; a loop is drawn thick.
"""


def gallery_files(docs: Path) -> dict[Path, str]:
    """Return the page and its SVG files, by path."""
    parts = [INTRODUCTION]
    files: dict[Path, str] = {}
    for title, example in GALLERY.items():
        slug = "-".join(title.lower().replace(",", "").replace(":", "").split())
        flow = flow_of(example)
        buffer = io.BytesIO()
        save(draw_legs(flow), buffer, "svg")
        files[docs / "gallery" / f"{slug}.svg"] = buffer.getvalue().decode("utf-8")
        parts.append(_section(title, slug, example))
    return {docs / "gallery.md": "".join(parts), **files}


def _section(title: str, slug: str, example: Example) -> str:
    flow = flow_of(example)
    registered = "; ".join(registered_lines(example)) or "Nobody is registered"
    diagram = "\n".join(map(str, leg_diagram(flow)))
    ladder = "\n".join(map(str, sip_ladder(flow)))
    return (
        f"\n## {title}\n\n{example[0]} {registered}.\n\n![{title}](gallery/{slug}.svg)\n\n"
        f"```text\n{diagram}\n```\n\n```text\n{ladder}\n```\n\n```mermaid\n{mermaid(flow).rstrip()}\n```\n"
    )
