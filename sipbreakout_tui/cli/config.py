"""`sipbreakout config`: the profile file, and what its profiles say."""

from typing import Annotated

import typer

from sipbreakout_tui.cli.command import Command
from sipbreakout_tui.cli.values import Format, Output

group = typer.Typer(help="Show and check the profiles: which cores there are and how they are reached.")


def profile_names() -> list[str]:
    """Return the names that complete `--profile`; none where the profile file cannot be used."""
    from sipbreakout_tui.config import ConfigError, load_profiles

    try:
        return load_profiles().names
    except ConfigError:
        return []


ProfileName = Annotated[
    str | None,
    typer.Option(
        "--profile",
        metavar="NAME",
        help="The profile; else SIPBREAKOUT_PROFILE, the file's default, or embedded.",
        autocompletion=profile_names,
    ),
]


@group.command(cls=Command)
def path() -> None:
    """Print where the profile file is, or would be."""
    from sipbreakout_tui.cli.output import put_lines
    from sipbreakout_tui.config import config_path

    put_lines([str(config_path())], None)


@group.command(cls=Command)
def show(profile: ProfileName = None, form: Format = None, output: Output = None) -> None:
    """Show the profiles, or one of them; of a secret only the place where it is."""
    from sipbreakout_tui.cli import output as result
    from sipbreakout_tui.cli.values import result_format
    from sipbreakout_tui.config import load_profiles
    from sipbreakout_tui.services.profile_text import profile_lines, profile_object

    wanted = result_format(form, output)
    profiles = load_profiles()
    chosen = profiles.choose(profile)
    shown = profiles if profile is None else [chosen]
    if wanted == "json":
        document = {
            "path": str(profiles.path),
            "chosen": chosen.name,
            "profiles": [profile_object(profiles, each) for each in shown],
        }
        result.put_json(document, output)
    else:
        result.put_lines(profile_lines(profiles, chosen, only=profile is not None), output)


@group.command(cls=Command)
def check(profile: ProfileName = None) -> None:
    """Check the profile file, the certificate files, and that every reference leads to a secret.

    Commands that give a secret are run. Without --profile: every profile of the file, and the one in use.
    """
    from sipbreakout_tui.cli.messages import say
    from sipbreakout_tui.cli.output import put_lines
    from sipbreakout_tui.config import ConfigError, check_profiles, load_profiles

    profiles = load_profiles()
    chosen = profiles.choose(profile)
    others = [] if profile is not None else [name for name in profiles.own if name != chosen.name]
    names = [*others, chosen.name]
    found = check_profiles(profiles[name] for name in names)
    for warning in found.warnings:
        say("warning", warning)
    if found.problems:
        raise ConfigError(found.problems)
    put_lines([f"no problems in {', '.join(names)}"], None)


@group.command(cls=Command)
def keys() -> None:
    """List the keys of the terminal UI: the name that [keys] of the profile file takes, the key, what it does."""
    from sipbreakout_tui.cli.output import put_lines
    from sipbreakout_tui.services.traces.words import table
    from sipbreakout_tui.tui.scopes import named_keys

    put_lines(table(("name", "key", "does"), named_keys()), None)
