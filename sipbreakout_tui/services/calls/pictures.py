"""Pictures of call flows and fleets, as the bytes of a file."""

import io
from typing import TYPE_CHECKING

from sipbreakout_model import CallFlow, RegistrationBook

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FIGURES = ("svg", "png", "pdf")
"""The formats that matplotlib draws."""


def picture_of(flow: CallFlow, form: str, *, ascii_only: bool = False) -> bytes:
    """Return a flow as `diagram`, `ladder`, `mermaid`, `graphml`, `svg`, `png` or `pdf`.

    Args:
        flow: What `route` predicts.
        form: Which of them.
        ascii_only: Whether `diagram` and `ladder` use ASCII characters only.
    """
    if form in FIGURES:
        from sipbreakout_tui.diagram.figure import draw_legs

        return figure_bytes(draw_legs(flow), form)
    return _text(flow, form, ascii_only).encode("utf-8")


def _text(flow: CallFlow, form: str, ascii_only: bool) -> str:
    if form == "mermaid":
        from sipbreakout_tui.diagram.mermaid import mermaid

        return mermaid(flow)
    if form == "graphml":
        from sipbreakout_tui.diagram.graph import callflow_graph, to_graphml

        return to_graphml(callflow_graph(flow))
    if form == "ladder":
        from sipbreakout_tui.diagram.ladder import sip_ladder

        return "".join(f"{line}\n" for line in sip_ladder(flow, ascii=ascii_only))
    from sipbreakout_tui.diagram.text import leg_diagram

    return "".join(f"{line}\n" for line in leg_diagram(flow, ascii=ascii_only))


def difference_picture(before: CallFlow, after: CallFlow, form: str) -> bytes:
    """Return two flows side by side as `svg`, `png` or `pdf`."""
    from sipbreakout_tui.diagram.figure import draw_difference

    return figure_bytes(draw_difference(before, after), form)


def fleet_picture(book: RegistrationBook, at: float, form: str) -> bytes:
    """Return who is registered where at Unix time `at` (s), as `svg`, `png`, `pdf` or `graphml`."""
    if form == "graphml":
        from sipbreakout_tui.diagram.graph import fleet_graph, to_graphml

        return to_graphml(fleet_graph(book, at)).encode("utf-8")
    from sipbreakout_tui.diagram.figure import draw_fleet

    return figure_bytes(draw_fleet(book, at), form)


def figure_bytes(axes: "Axes", form: str) -> bytes:
    """Return a drawing as the bytes of a file of this format."""
    from sipbreakout_tui.diagram.figure import save

    buffer = io.BytesIO()
    save(axes, buffer, form)
    return buffer.getvalue()
