"""HTML of tables, paragraphs and pictures; every text is escaped, nothing is loaded, nothing runs."""

import io
from base64 import b64encode
from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING

from sipbreakout_tui.safe_text import visible

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LEFT = ' style="text-align:left"'


def text(value: object) -> str:
    """Return a value as HTML text: characters that do not print as their escape, markup as entities."""
    return escape(visible(str(value)))


def paragraph(value: object, *, strong: bool = False) -> str:
    """Return a value as a paragraph."""
    shown = text(value)
    return f"<p><strong>{shown}</strong></p>" if strong else f"<p>{shown}</p>"


def table(header: Sequence[str], rows: Iterable[Sequence[object]], caption: str = "") -> str:
    """Return a table with a heading above it; nothing where there are no rows."""
    body = "".join(f"<tr>{''.join(f'<td{_LEFT}>{text(cell)}</td>' for cell in row)}</tr>" for row in rows)
    if not body:
        return ""
    head = "".join(f"<th{_LEFT}>{text(name)}</th>" for name in header)
    title = f"<p><em>{text(caption)}</em></p>" if caption else ""
    return f"{title}<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def svg(axes: "Axes") -> str:
    """Return a drawing as SVG."""
    from sipbreakout_tui.diagram.figure import save

    buffer = io.BytesIO()
    save(axes, buffer, "svg")
    return buffer.getvalue().decode("utf-8")


def image(picture: str, alternative: str) -> str:
    """Return an SVG as an image element with a text alternative.

    An image and no inline SVG: several drawings on a page share element ids, and an image cannot run anything.
    """
    data = b64encode(picture.encode("utf-8")).decode("ascii")
    shown = escape(visible(alternative), quote=True)
    return f'<img alt="{shown}" style="max-width:100%" src="data:image/svg+xml;base64,{data}"/>'
