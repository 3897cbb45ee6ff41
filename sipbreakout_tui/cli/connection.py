"""Options of every command that talks to a core, and the questions before something is changed."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sipbreakout_tui.cli.config import ProfileName, profile_names

if TYPE_CHECKING:
    from sipbreakout_tui.config import Profile

__all__ = [
    "Ca",
    "DryRun",
    "NarrowingProfile",
    "Plaintext",
    "ProfileName",
    "ShowGrpcurl",
    "Target",
    "TokenEnv",
    "Yes",
    "chosen_profile",
    "confirm",
    "narrowed_target",
]

Target = Annotated[
    str | None, typer.Option(metavar="HOST:PORT", help="A core without a profile, in place of --profile.")
]
NarrowingProfile = Annotated[
    str | None,
    typer.Option(
        "--profile",
        metavar="NAME",
        help="Only what is known of this profile's core; else of SIPBREAKOUT_PROFILE's, else of every core.",
        autocompletion=profile_names,
    ),
]
Plaintext = Annotated[bool, typer.Option("--plaintext", help="With --target: no TLS; only to this machine.")]
Ca = Annotated[
    str | None, typer.Option(metavar="FILE", help="With --target: certificates (PEM) that the core's must come from.")
]
TokenEnv = Annotated[
    str | None, typer.Option(metavar="VAR", help="With --target: the environment variable that holds the token.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be sent, and send nothing.")]
ShowGrpcurl = Annotated[bool, typer.Option("--show-grpcurl", help="Print the grpcurl line that does the same.")]


def chosen_profile(
    name: str | None, target: str | None, plaintext: bool, ca: str | None, token_env: str | None
) -> "Profile":
    """Return the profile that the options choose.

    Raises:
        InvalidValue: Options that contradict one another.
        ConfigError: No such profile, or a target that is refused.
    """
    from sipbreakout_model import InvalidValue
    from sipbreakout_tui.config import ad_hoc, load_profiles

    if target is None:
        alone = [
            option for option, given in (("--plaintext", plaintext), ("--ca", ca), ("--token-env", token_env)) if given
        ]
        if alone:
            raise InvalidValue(f"{alone[0]} goes with --target: a profile says itself how its core is reached")
        return load_profiles().choose(name)
    if name is not None:
        raise InvalidValue(f"--profile {name!r} and --target {target!r} contradict each other: give one of them")
    return ad_hoc(target, plaintext, None if ca is None else Path(ca), token_env)


def narrowed_target(name: str | None, target: str | None) -> str | None:
    """Return the target that `--profile`, `SIPBREAKOUT_PROFILE` or `--target` narrows a list to; None: every target.

    Raises:
        InvalidValue: `--profile` and `--target` are given.
        ConfigError: No such profile, or a profile file that cannot be used.
    """
    from sipbreakout_tui.config import load_profiles

    if target is not None:
        return target if name is None else chosen_profile(name, target, False, None, None).target
    profile = load_profiles().named(name)
    return None if profile is None else profile.target


def confirm(profile: "Profile", question: str, *, yes: bool) -> None:
    """Ask before something is changed at a core that is not on this machine.

    Raises:
        InvalidValue: There is nobody to ask, and `--yes` was not given.
        typer.Abort: The answer was no.
    """
    if yes or profile.is_local:
        return
    from sipbreakout_model import InvalidValue

    if not (sys.stdin is not None and sys.stdin.isatty()):
        raise InvalidValue(f"{question} There is no terminal to answer on: add --yes")
    if not typer.confirm(f"{question} Go on?", err=True):
        raise typer.Abort
