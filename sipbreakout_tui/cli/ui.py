"""`sipbreakout ui` and `demo`, as help and completion see them; the terminal UI reads its arguments itself."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperArgument, TyperCommand, TyperOption

from sipbreakout_tui.cli.config import profile_names

if TYPE_CHECKING:
    from sipbreakout_tui.tui.launch import StartOption


class PassingOn(TyperCommand):
    """A command that hands on what it is given, and shows the options of the one that reads it."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Keep the arguments as they are."""
        ctx.args = list(args)
        return []

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the options as `launch` defines them."""
        from sipbreakout_tui.tui.launch import options_of

        options = [
            TyperOption(
                param_decls=list(each.names),
                is_flag=not each.metavar,
                metavar=each.metavar or None,
                help=each.help,
                autocompletion=_completing(each),
            )
            for each in options_of(demo=self.name == "demo")
        ]
        return [
            TyperArgument(
                param_decls=["file"], metavar="[FILE]...", required=False, nargs=-1, help="Captures to open."
            ),
            *options,
        ]


def _completing(option: "StartOption") -> Callable[..., list[str]]:
    """Return what completes the values of an option."""

    def complete(_context: object, _arguments: object, _incomplete: str) -> list[str]:
        return profile_names() if option.names == ("--profile",) else list(option.words)

    return complete


def ui(context: typer.Context) -> int:
    """Open the terminal UI, on the default profile; so does sipbreakout without arguments."""
    from sipbreakout_tui.tui.launch import run

    return run(context.args)


def demo(context: typer.Context) -> int:
    """Open the terminal UI on a core of its own, with registrations and a captured call to look at."""
    from sipbreakout_tui.tui.launch import run

    return run(context.args, demo=True)
