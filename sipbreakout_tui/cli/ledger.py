"""`sipbreakout ledger`: the file of everything that was asked and answered."""

from typing import Annotated

import typer

from sipbreakout_tui.cli.command import Command
from sipbreakout_tui.cli.exit_codes import FAILED
from sipbreakout_tui.cli.values import Output

group = typer.Typer(help="The record of every request and answer.", rich_markup_mode=None, no_args_is_help=True)


@group.command(cls=Command)
def path() -> None:
    """Print where the ledger is."""
    from sipbreakout_tui.cli.output import put_lines
    from sipbreakout_tui.config import state_dir

    put_lines([str(state_dir() / "ledger.sqlite3")], None)


@group.command(cls=Command)
def export(*, output: Output = None) -> None:
    """Write all events as JSON lines."""
    import io

    from sipbreakout_tui.cli.output import put_text
    from sipbreakout_tui.ledger import Ledger

    text = io.StringIO(newline="")
    with Ledger() as ledger:
        ledger.export(text)
    put_text(text.getvalue(), output)


@group.command("import", cls=Command)
def import_(file: Annotated[str, typer.Argument(metavar="FILE", help="What `ledger export` wrote.")]) -> None:
    """Take the events of an export that are not here yet; all of them or none."""
    from sipbreakout_tui.cli.output import put_lines
    from sipbreakout_tui.ledger import ImportFailed, Ledger
    from sipbreakout_tui.safe_text import visible

    with Ledger() as ledger:
        try:
            with open(file, encoding="utf-8") as stream:  # noqa: PTH123 - Path does not take a NUL apart either
                taken = ledger.import_(stream)
        except ImportFailed as error:
            raise ImportFailed(f"{visible(file)}: {error}") from error
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else error
            raise ImportFailed(f"{visible(file)} cannot be read: {why}") from error
    words = f"took {taken.added} new events, completed {taken.completed}, {taken.known} were here already"
    put_lines([words], None)


@group.command(cls=Command)
def verify() -> None:
    """Check the file and that what is known follows from the events; exit 1 where it does not."""
    from sipbreakout_tui.cli.output import put_lines
    from sipbreakout_tui.ledger import Ledger

    with Ledger() as ledger:
        problems = ledger.verify()
    advice = f"{ledger.path}: put a copy back, or move it away and import an export: sipbreakout ledger import FILE"
    put_lines([*problems, advice] if problems else ["the ledger is sound"], None)
    if problems:
        raise typer.Exit(FAILED)


@group.command(cls=Command)
def prune(
    *,
    before: Annotated[
        str, typer.Option(metavar="TIME", help="Forget what says nothing of moments from here on, as in -30d.")
    ],
) -> None:
    """Forget old events; what is known now stays as it is."""
    import time

    from sipbreakout_model.times import parse_moment
    from sipbreakout_tui.cli.output import put_lines
    from sipbreakout_tui.cli.values import naming
    from sipbreakout_tui.ledger import Ledger

    with naming("--before"):
        moment = parse_moment(before, time.time())
    with Ledger() as ledger:
        put_lines([f"forgot {ledger.prune(moment)} events"], None)
