"""`sipbreakout fleet`: a picture of who is registered where."""

from pathlib import PurePath
from typing import Annotated

import typer

from sipbreakout_tui.cli.values import At, Output

FORMATS = ("svg", "png", "pdf", "graphml")
"""What `--format` takes."""


def fleet(
    *,
    registrations: Annotated[
        str | None, typer.Option(metavar="FILE", help="A registration file, in place of what the ledger knows.")
    ] = None,
    at: At = "now",
    form: Annotated[
        str | None,
        typer.Option("--format", metavar="FORMAT", help=f"{', '.join(FORMATS)}; by default the suffix of -o."),
    ] = None,
    output: Output = None,
) -> None:
    """Draw who is registered where."""
    from pathlib import Path

    from sipbreakout_model.registration_text import book_of
    from sipbreakout_tui.cli.output import put_picture
    from sipbreakout_tui.cli.values import read_format, read_moment, result_format
    from sipbreakout_tui.ledger import Ledger
    from sipbreakout_tui.services.calls.pictures import fleet_picture
    from sipbreakout_tui.services.registrations.files import read_registrations

    suffix = PurePath(output or "").suffix.removeprefix(".")
    wanted = read_format(result_format(form, output, FORMATS, suffix or "svg"), FORMATS)
    moment = read_moment(at)
    if registrations is None:
        with Ledger() as ledger:
            book = ledger.book_at(moment)
    else:
        book = book_of(read_registrations(Path(registrations)))
    put_picture(fleet_picture(book, moment, wanted), wanted, output)
