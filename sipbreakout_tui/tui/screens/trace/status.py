"""Explains a SIP status in a dialog."""

from typing import TYPE_CHECKING

from sipbreakout_model import InvalidValue
from sipbreakout_tui.tui.screens.dialog import TextDialog

if TYPE_CHECKING:
    from textual.widget import Widget


def explain_status(widget: "Widget", status: int) -> None:
    """Show what a status means, over whatever the widget belongs to."""
    from sipbreakout_tui.services.sip_codes import code_lines, sip_code

    try:
        lines = code_lines(sip_code(str(status)))
    except InvalidValue as error:
        lines = [str(error)]
    widget.app.push_screen(TextDialog(f"SIP status {status}", "\n".join(lines)))
