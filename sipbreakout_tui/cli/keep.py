"""`sipbreakout keep`: refreshes kept registrations until it is stopped."""

from typing import TYPE_CHECKING, Annotated

import typer

from sipbreakout_tui.cli.connection import Ca, Plaintext, ProfileName, Target, TokenEnv

if TYPE_CHECKING:
    from sipbreakout_model import E164
    from sipbreakout_tui.config import Profile
    from sipbreakout_tui.keeper import Keeper
    from sipbreakout_tui.ledger import Ledger


def keep(
    number: Annotated[
        list[str] | None, typer.Argument(metavar="[NUMBER]...", help="Mark these as kept first, at the chosen core.")
    ] = None,
    *,
    forget: Annotated[bool, typer.Option("--forget", help="Mark the numbers as not kept, and leave.")] = False,
    profile: ProfileName = None,
    target: Target = None,
    plaintext: Plaintext = False,
    ca: Ca = None,
    token_env: TokenEnv = None,
) -> None:
    """Refresh kept registrations before they end.

    Until ctrl-c or SIGTERM (exit 0).

    Without --profile, SIPBREAKOUT_PROFILE or --target: at every core that has kept ones and a profile. One keeper runs
    at a time.
    """
    import asyncio

    from sipbreakout_model import E164, InvalidValue
    from sipbreakout_tui.cli.connection import chosen_profile
    from sipbreakout_tui.cli.messages import say
    from sipbreakout_tui.config import load_profiles
    from sipbreakout_tui.ledger import Ledger
    from sipbreakout_tui.services.registrations.keeping import profiles_to_keep

    numbers = [E164(text) for text in number or ()]
    if forget and not numbers:
        raise InvalidValue("--forget needs the numbers to forget")
    chosen = any((profile is not None, target is not None, plaintext, ca is not None, token_env is not None))
    core = chosen_profile(profile, target, plaintext, ca, token_env)
    with Ledger() as ledger:
        if forget:
            _say_what_was_not_kept(ledger, core.target, numbers)
        if numbers:
            asyncio.run(ledger.keep_many([(each, core.target) for each in numbers], not forget))
        if forget:
            return
        if chosen or load_profiles().named() is not None:
            profiles = [core]
        else:
            profiles = profiles_to_keep(ledger, load_profiles())
        if not profiles:
            say("note", "nothing is kept. Keep a registration with: sipbreakout upsert … --keep")
            return
        for keeper in asyncio.run(_keep(ledger, profiles)):
            say("note", f"refreshed {keeper.report.refreshed}, {len(keeper.report.refused)} refused")


def _say_what_was_not_kept(ledger: "Ledger", target: str, numbers: "list[E164]") -> None:
    from sipbreakout_tui.cli.messages import say

    kept = {row[0] for row in ledger.current_rows(target, kept=True)}
    for number in numbers:
        if number.text not in kept:
            say("note", f"{number} was not kept at {target}: nothing changed. sipbreakout list kept:yes shows what is")


async def _keep(ledger: "Ledger", profiles: "list[Profile]") -> "list[Keeper]":
    import asyncio

    from sipbreakout_tui.cli.messages import say
    from sipbreakout_tui.cli.stopping import stopped_by_signals
    from sipbreakout_tui.services.registrations.keeping import keep as keep_until

    def started() -> None:
        say("note", f"keeping registrations at {', '.join(profile.target for profile in profiles)}; stop with ctrl-c")

    stop = asyncio.Event()
    with stopped_by_signals(stop):
        return await keep_until(ledger, profiles, stop, lambda message: say("note", message), started=started)
