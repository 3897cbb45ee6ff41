"""`sipbreakout upsert` and `sipbreakout delete`: one registration at a core."""

from typing import TYPE_CHECKING, Annotated

import typer

from sipbreakout_tui.cli.connection import Ca, DryRun, Plaintext, ProfileName, ShowGrpcurl, Target, TokenEnv, Yes

if TYPE_CHECKING:
    from sipbreakout_model import Registration
    from sipbreakout_tui.config import Profile

Number = Annotated[str, typer.Argument(metavar="NUMBER", help="The registered number, as in +4711111111.")]
SipUri = Annotated[str, typer.Option(metavar="URI", help="The TAS, as in sips:tas.example.com or with a port.")]


def upsert(
    number: Number,
    *,
    sip_uri: SipUri,
    route_type: Annotated[
        str, typer.Option("--type", metavar="TYPE", help="LOOP, LOOP_MO, LOOP_MT, FORK, FALLBACK or INGRESS.")
    ],
    mo: Annotated[str, typer.Option(metavar="DIGITS", help="Prefix where the caller's side rings the TAS.")] = "",
    mt: Annotated[str, typer.Option(metavar="DIGITS", help="Prefix where the callee's side rings the TAS.")] = "",
    keep: Annotated[bool, typer.Option("--keep", help="Have `sipbreakout keep` refresh it.")] = False,
    profile: ProfileName = None,
    target: Target = None,
    plaintext: Plaintext = False,
    ca: Ca = None,
    token_env: TokenEnv = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    show_grpcurl: ShowGrpcurl = False,
) -> None:
    """Add or replace a registration.

    It lives 3600 s; the same upsert again refreshes it.
    """
    from sipbreakout_model import Registration
    from sipbreakout_tui.cli.connection import chosen_profile

    registration = Registration.parse(number, sip_uri, route_type, mo, mt)
    core = chosen_profile(profile, target, plaintext, ca, token_env)
    _one("upsert", registration, core, keep, yes=yes, dry_run=dry_run, show_grpcurl=show_grpcurl)


def delete(
    number: Number,
    *,
    sip_uri: Annotated[
        str | None, typer.Option(metavar="URI", help="The TAS of the registration; by default the one we asserted.")
    ] = None,
    profile: ProfileName = None,
    target: Target = None,
    plaintext: Plaintext = False,
    ca: Ca = None,
    token_env: TokenEnv = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    show_grpcurl: ShowGrpcurl = False,
) -> None:
    """Delete the registration of a number."""
    from sipbreakout_model import E164, TasUri
    from sipbreakout_tui.cli.connection import chosen_profile
    from sipbreakout_tui.ledger import Ledger
    from sipbreakout_tui.services.core_session import to_delete

    wanted = E164(number)
    uri = None if sip_uri is None else TasUri.parse(sip_uri)
    core = chosen_profile(profile, target, plaintext, ca, token_env)
    with Ledger() as ledger:
        registration = to_delete(ledger, wanted, core.target, uri)
    _one("delete", registration, core, False, yes=yes, dry_run=dry_run, show_grpcurl=show_grpcurl)


def _one(
    verb: str,
    registration: "Registration",
    core: "Profile",
    keep: bool,
    *,
    yes: bool,
    dry_run: bool,
    show_grpcurl: bool,
) -> None:
    """Say, ask and do one change."""
    import asyncio

    from sipbreakout_tui.cli.connection import confirm
    from sipbreakout_tui.cli.output import put_lines
    from sipbreakout_tui.services.registrations.grpcurl import profile_line

    if show_grpcurl:
        put_lines([profile_line(verb, registration, core)], None)
    if dry_run:
        put_lines([f"would {verb} {registration} at {core.target}"], None)
        return
    confirm(core, f"This will {verb} {registration} at {core.target}.", yes=yes)
    put_lines([asyncio.run(_send(verb, registration, core, keep))], None)


async def _send(verb: str, registration: "Registration", core: "Profile", keep: bool) -> str:
    from sipbreakout_model.times import local_time
    from sipbreakout_tui.ledger import Ledger
    from sipbreakout_tui.services.core_session import open_recorder

    with Ledger() as ledger:
        async with open_recorder(core, ledger, "cli") as recorder:
            if verb == "delete":
                note = await recorder.delete(registration)
                return f"deleted {registration.number} at {core.target}" + (f" ({note})" if note else "")
            lease = await recorder.upsert(registration)
        if keep:
            await ledger.keep(registration.number, core.target, True)
        ends = "" if lease.expires_at is None else f" until {local_time(lease.expires_at)}"
        return f"accepted {registration} at {core.target}{ends}" + (", kept" if keep else "")
