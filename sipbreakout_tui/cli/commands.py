"""Wires the commands: one module of this package a command group."""

from typing import Annotated

import typer

from sipbreakout_tui import __version__
from sipbreakout_tui.cli import (
    applying,
    codes,
    config,
    explain,
    fleet,
    hazards,
    keep,
    ledger,
    listing,
    live,
    logs,
    rules,
    screenshot,
    serve,
    trace,
    ui,
    web,
    what_if,
)
from sipbreakout_tui.cli.command import Command

app = typer.Typer(
    name="sipbreakout",
    help="Virtual SIP registrations and the legs they make.",
    rich_markup_mode=None,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("ui", cls=ui.PassingOn)(ui.ui)
app.command("demo", cls=ui.PassingOn)(ui.demo)
app.command(cls=Command)(web.web)
app.command(cls=Command)(explain.explain)
app.command("what-if", cls=Command)(what_if.what_if)
app.command(cls=Command)(hazards.hazards)
app.command(cls=Command)(fleet.fleet)
app.command(cls=Command)(trace.trace)
app.command("explain-rule", cls=Command)(rules.explain_rule)
app.command("explain-code", cls=Command)(codes.explain_code)
app.command(cls=Command)(live.upsert)
app.command(cls=Command)(live.delete)
app.command("list", cls=Command)(listing.list_)
app.command(cls=Command)(listing.show)
app.command(cls=Command)(listing.history)
app.command(cls=Command)(listing.status)
app.command(cls=Command)(applying.apply)
app.command(cls=Command)(applying.export)
app.command(cls=Command)(applying.undo)
app.command(cls=Command)(keep.keep)
app.add_typer(ledger.group, name="ledger")
app.add_typer(config.group, name="config")
app.command(cls=Command)(serve.serve)
app.command(cls=Command)(screenshot.screenshot)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"sipbreakout {__version__}")
        raise typer.Exit


@app.callback()
def _start(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version.")
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help=logs.VERBOSE_HELP)] = False,
    log_file: Annotated[str | None, typer.Option(metavar="PATH", help=logs.LOG_FILE_HELP)] = None,
) -> None:
    if verbose:
        logs.log_to_stderr()
    if log_file is not None:
        logs.log_to_file(log_file)
    if context.invoked_subcommand is None:
        raise typer.Exit(ui.ui(context))
