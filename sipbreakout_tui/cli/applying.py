"""`sipbreakout apply`, `export` and `undo`: many registrations at once, and the way back."""

from typing import TYPE_CHECKING, Annotated

import typer

from sipbreakout_tui.cli.connection import Ca, DryRun, Plaintext, ProfileName, ShowGrpcurl, Target, TokenEnv, Yes
from sipbreakout_tui.cli.exit_codes import FAILED, INTERRUPTED, UNREACHABLE
from sipbreakout_tui.cli.values import Output

if TYPE_CHECKING:
    from sipbreakout_tui.config import Profile
    from sipbreakout_tui.ledger import Ledger
    from sipbreakout_tui.services.registrations.bulk import BulkReport
    from sipbreakout_tui.services.registrations.plan import Change


def apply(
    file: Annotated[str, typer.Argument(metavar="FILE", help="What shall be registered: .toml, .json or .csv.")],
    *,
    prune: Annotated[bool, typer.Option("--prune", help="Delete what we asserted and the file does not name.")] = False,
    concurrency: Annotated[int, typer.Option(metavar="N", help="Requests under way at once.")] = 50,
    keep: Annotated[bool, typer.Option("--keep", help="Have `sipbreakout keep` refresh them.")] = False,
    profile: ProfileName = None,
    target: Target = None,
    plaintext: Plaintext = False,
    ca: Ca = None,
    token_env: TokenEnv = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    show_grpcurl: ShowGrpcurl = False,
) -> None:
    """Make the core hold what a file says.

    First the difference is shown, then it is carried out.

    Stopped with ctrl-c it reports what was done; run again it goes on.
    """
    import time
    from pathlib import Path

    from sipbreakout_model import InvalidValue
    from sipbreakout_tui.cli.connection import chosen_profile
    from sipbreakout_tui.ledger import Ledger
    from sipbreakout_tui.services.registrations.applying import plan_for
    from sipbreakout_tui.services.registrations.files import read_registrations

    if not 1 <= concurrency <= 1000:
        raise InvalidValue(f"--concurrency {concurrency} is out of range: expected 1 to 1000")
    wanted = [entry.registration for entry in read_registrations(Path(file))]
    core = chosen_profile(profile, target, plaintext, ca, token_env)
    with Ledger() as ledger:
        changes = plan_for(ledger, core.target, wanted, time.time(), prune=prune)
        _do(ledger, core, changes, concurrency, keep, yes=yes, dry_run=dry_run, show_grpcurl=show_grpcurl)


def undo(
    *,
    profile: ProfileName = None,
    target: Target = None,
    plaintext: Plaintext = False,
    ca: Ca = None,
    token_env: TokenEnv = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    show_grpcurl: ShowGrpcurl = False,
) -> None:
    """Put back what the last change replaced.

    Shows what it will send.
    """
    from sipbreakout_tui.cli.connection import chosen_profile
    from sipbreakout_tui.ledger import Ledger
    from sipbreakout_tui.services.registrations.undo import undoing

    core = chosen_profile(profile, target, plaintext, ca, token_env)
    with Ledger() as ledger:
        changes = [undoing(ledger, core.target)]
        _do(ledger, core, changes, 1, False, yes=yes, dry_run=dry_run, show_grpcurl=show_grpcurl)


def export(
    *,
    form: Annotated[
        str | None,
        typer.Option("--format", metavar="FORMAT", help="toml, json or csv; by default the suffix of -o, else toml."),
    ] = None,
    output: Output = None,
    profile: ProfileName = None,
    target: Target = None,
) -> None:
    """Write a registration file of what is in force.

    At the core chosen, as far as we know.
    """
    import time

    from sipbreakout_model.registration_text import Entry, TextFormat, format_registrations
    from sipbreakout_tui.cli.connection import chosen_profile, narrowed_target
    from sipbreakout_tui.cli.output import put_text
    from sipbreakout_tui.cli.values import result_format
    from sipbreakout_tui.ledger import Ledger

    wanted = TextFormat(result_format(form, output, [each.value for each in TextFormat], "toml"))
    where = narrowed_target(profile, target) or chosen_profile(None, None, False, None, None).target
    now = time.time()
    with Ledger() as ledger:
        entries = [
            Entry(known.registration, known.accepted_at)
            for known in ledger.current(where)
            if known.registration is not None and known.expires_at is not None and now < known.expires_at
        ]
    put_text(format_registrations(entries, wanted), output)


def _do(
    ledger: "Ledger",
    core: "Profile",
    changes: "list[Change]",
    concurrency: int,
    keep: bool,
    *,
    yes: bool,
    dry_run: bool,
    show_grpcurl: bool,
) -> None:
    """Show the changes, ask, carry them out and report every number that was not done."""
    import asyncio

    from sipbreakout_tui.cli.connection import confirm
    from sipbreakout_tui.cli.output import put_lines
    from sipbreakout_tui.services.registrations.grpcurl import profile_line
    from sipbreakout_tui.services.registrations.plan import summary

    to_send = [(change, change.verb) for change in changes if change.verb is not None]
    if dry_run or len(to_send) <= SHOWN_CHANGES:
        put_lines([str(change) for change, _ in to_send], None)
    if show_grpcurl:
        put_lines([profile_line(verb, change.registration, core) for change, verb in to_send], None)
    put_lines([f"{summary(changes)} at {core.target}"], None)
    if dry_run or not (to_send or keep):
        return
    confirm(core, f"This will send {len(to_send)} requests to {core.target}.", yes=yes)
    report, stopped = asyncio.run(_carry_out(ledger, core, changes, concurrency, keep))
    lines = [f"refused      {number}: {words}" for number, words in report.refused]
    lines += [f"failed       {number}: {why}" for number, why in report.failed]
    lines += [f"not started  {number}" for number in report.not_started]
    put_lines([*lines, str(report)], None)
    if stopped:
        raise typer.Exit(INTERRUPTED)
    if report.unreachable:
        raise typer.Exit(UNREACHABLE)
    if not report.complete:
        raise typer.Exit(FAILED)


SHOWN_CHANGES = 50
"""A longer list of changes is shown with --dry-run only."""


async def _carry_out(
    ledger: "Ledger", core: "Profile", changes: "list[Change]", concurrency: int, keep: bool
) -> "tuple[BulkReport, bool]":
    import asyncio

    from sipbreakout_tui.cli.progress import showing
    from sipbreakout_tui.cli.stopping import stopped_by_signals
    from sipbreakout_tui.services.core_session import open_recorder
    from sipbreakout_tui.services.registrations.applying import carry_out

    stop = asyncio.Event()
    total = sum(change.verb is not None for change in changes)
    async with open_recorder(core, ledger, "cli") as recorder:
        with stopped_by_signals(stop), showing(total) as progress:
            report = await carry_out(
                recorder, changes, concurrency=concurrency, keep=keep, stop=stop, progress=progress
            )
    return report, stop.is_set()
