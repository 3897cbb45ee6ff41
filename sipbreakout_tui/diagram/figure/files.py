"""Figures as files whose bytes repeat from run to run."""

import os
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FORMATS = ("png", "svg", "pdf")

_NOTHING: dict[str, dict[str, None]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None, "Format": None, "Type": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
"""Metadata that matplotlib would add."""


def save(drawn: "Axes | Figure", target: "str | os.PathLike[str] | IO[bytes]", format: str | None = None) -> None:
    """Write a figure as PNG, SVG or PDF; the same drawing gives the same bytes.

    The text of an SVG stays text.

    Args:
        drawn: The figure, or Axes in it.
        target: A path or a binary file.
        format: png, svg or pdf; None takes it from the path's ending.

    Raises:
        ValueError: Another format, or none given and none to be seen.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    kind = format or (Path(target).suffix[1:] if isinstance(target, (str, os.PathLike)) else "")
    kind = kind.lower()
    if kind not in FORMATS:
        raise ValueError(f"{kind!r} is not a format of figures: expected {', '.join(FORMATS)}")
    figure = drawn if isinstance(drawn, Figure) else drawn.get_figure(root=True)
    if figure is None:
        raise ValueError("the Axes belong to no figure: draw again with ax=None, or with Axes of a figure")
    settings = {"svg.fonttype": "none", "svg.hashsalt": "sipbreakout", "pdf.fonttype": 42, "path.sketch": None}
    with mpl.rc_context(settings):  # type: ignore[arg-type]
        figure.savefig(target, format=kind, facecolor=figure.get_facecolor(), metadata=_NOTHING[kind], dpi=figure.dpi)
