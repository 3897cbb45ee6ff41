"""`sipbreakout explain-code`: what a SIP status means."""

from typing import Annotated

import typer

from sipbreakout_tui.cli.values import Format, Output


def _codes() -> list[str]:
    from sipbreakout_tui.services.sip_code_table import CODES

    return [str(code.status) for code in CODES]


def explain_code(
    code: Annotated[
        str | None, typer.Argument(metavar="[CODE]", help="A status such as 483.", autocompletion=_codes)
    ] = None,
    *,
    form: Format = None,
    output: Output = None,
) -> None:
    """Show what a SIP status means, here too, and what to look for; or list them all."""
    from sipbreakout_tui.cli.output import put_json, put_lines
    from sipbreakout_tui.cli.values import result_format
    from sipbreakout_tui.services.sip_code_table import CODES
    from sipbreakout_tui.services.sip_codes import code_lines, code_list, code_object, sip_code

    wanted = result_format(form, output)
    if code is None:
        if wanted == "json":
            put_json([code_object(each) for each in CODES], output)
        else:
            put_lines(code_list(), output)
        return
    found = sip_code(code)
    if wanted == "json":
        put_json(code_object(found), output)
    else:
        put_lines(code_lines(found), output)
