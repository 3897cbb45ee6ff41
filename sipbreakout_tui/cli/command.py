"""A command that takes the global options too, so that `-v` may also stand at the end of a line."""

from typing import Any

from typer.core import TyperCommand, TyperOption

from sipbreakout_tui.cli import logs


class Command(TyperCommand):
    """A typer command with `--verbose` and `--log-file`, which stand in no command's signature."""

    def __init__(self, *args: Any, params: list[Any] | None = None, **kwargs: Any) -> None:
        """Take what typer gives, and add the two options."""
        verbose = TyperOption(
            param_decls=["--verbose", "-v"],
            is_flag=True,
            expose_value=False,
            callback=_verbose,
            help=logs.VERBOSE_HELP,
        )
        log_file = TyperOption(
            param_decls=["--log-file"],
            metavar="PATH",
            expose_value=False,
            callback=_log_file,
            help=logs.LOG_FILE_HELP,
        )
        super().__init__(*args, params=[*(params or []), verbose, log_file], **kwargs)


def _verbose(_context: object, _parameter: object, verbose: bool | None) -> None:
    if verbose:
        logs.log_to_stderr()


def _log_file(_context: object, _parameter: object, path: str | None) -> None:
    if path is not None:
        logs.log_to_file(path)
