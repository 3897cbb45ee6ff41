"""`sipbreakout list`, `show`, `history` and `status`: what is known, at every core or at one."""

from typing import TYPE_CHECKING, Annotated

import typer

from sipbreakout_tui.cli.connection import NarrowingProfile, Target
from sipbreakout_tui.cli.live import Number
from sipbreakout_tui.cli.values import Utc

if TYPE_CHECKING:
    from sipbreakout_model import E164
    from sipbreakout_tui.services.registrations.listing import Row

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def list_(
    filter_: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FILTER]...", help="Words, field:value, !not, ttl:<10m or /regex/; all of them have to hold."
        ),
    ] = None,
    *,
    profile: NarrowingProfile = None,
    target: Target = None,
    all_: Annotated[bool, typer.Option("--all", help="Deleted registrations, too.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print comma-separated values.")] = False,
    json: AsJson = False,
) -> None:
    """List what is known to be registered.

    The core itself cannot be asked (V7): this is what we asked for and were told.
    """
    import time

    from sipbreakout_model import InvalidValue
    from sipbreakout_tui.cli.connection import narrowed_target
    from sipbreakout_tui.cli.messages import say
    from sipbreakout_tui.cli.output import put_csv, put_json, put_lines
    from sipbreakout_tui.services.filter import Filter
    from sipbreakout_tui.services.registrations.listing import CSV_COLUMNS, FIELDS, row_object, table, values

    if csv and json:
        raise InvalidValue("--csv and --json contradict each other: give one of them")
    chosen = Filter(" ".join(filter_ or ()), FIELDS)
    now = time.time()
    rows = [row for row in _rows(narrowed_target(profile, target)) if all_ or row.answer != "deleted"]
    if filter_:
        rows = [row for row in rows if chosen.matches(row, now)]
    if json:
        put_json([row_object(row, now) for row in rows], None)
    elif csv:
        put_csv(CSV_COLUMNS, (values(row, now) for row in rows))
    elif rows:
        put_lines(list(table(rows, now)), None)
    else:
        say("note", "nothing is known to be registered" + (" that the filter lets through" if filter_ else ""))


def show(
    number: Number, *, profile: NarrowingProfile = None, target: Target = None, json: AsJson = False, utc: Utc = False
) -> None:
    """Show all that is known of one number."""
    import time

    from sipbreakout_model import E164
    from sipbreakout_tui.cli.connection import narrowed_target
    from sipbreakout_tui.cli.output import put_json, put_lines
    from sipbreakout_tui.services.core_session import NothingKnown
    from sipbreakout_tui.services.registrations.listing import details, row_object

    wanted = E164(number)
    rows = _rows(narrowed_target(profile, target), wanted)
    if not rows:
        raise NothingKnown(f"nothing is known of {wanted}: we never asked anything of it")
    now = time.time()
    if json:
        put_json([row_object(row, now) for row in rows], None)
    else:
        put_lines([line for row in rows for line in details(row, now, utc=utc)], None)


def history(
    number: Number, *, profile: NarrowingProfile = None, target: Target = None, json: AsJson = False, utc: Utc = False
) -> None:
    """Show every request for one number.

    Oldest first, with what became of each.
    """
    from sipbreakout_model import E164
    from sipbreakout_tui.cli.connection import narrowed_target
    from sipbreakout_tui.cli.output import put_json, put_lines
    from sipbreakout_tui.ledger import Ledger
    from sipbreakout_tui.services.core_session import NothingKnown
    from sipbreakout_tui.services.event_text import event_line, event_object

    wanted = E164(number)
    where = narrowed_target(profile, target)
    with Ledger() as ledger:
        events = list(ledger.events(number=wanted, target=where))
    if not events:
        raise NothingKnown(f"nothing is known of {wanted}: we never asked anything of it")
    if json:
        put_json([event_object(event) for event in events], None)
    else:
        put_lines([event_line(event, utc=utc) for event in events], None)


def status(*, profile: NarrowingProfile = None, target: Target = None, json: AsJson = False) -> None:
    """Show counts: kept, due, late, refused.

    And whether a keeper runs.
    """
    import time

    from sipbreakout_tui.cli.connection import narrowed_target
    from sipbreakout_tui.cli.output import put_json, put_lines
    from sipbreakout_tui.config import state_dir
    from sipbreakout_tui.keeper import is_held
    from sipbreakout_tui.services.registrations.keeping import LOCK_NAME
    from sipbreakout_tui.services.registrations.keeping import status as status_of

    found = status_of(_rows(narrowed_target(profile, target)), time.time(), is_held(state_dir() / LOCK_NAME))
    if json:
        put_json(found, None)
    else:
        runs = "runs" if found.pop("keeper") else "does not run"
        put_lines(
            [*(f"{name.replace('_', ' '):<8}  {count}" for name, count in found.items()), f"keeper    {runs}"], None
        )


def _rows(target: str | None, number: "E164 | None" = None) -> "list[Row]":
    from sipbreakout_tui.ledger import Ledger
    from sipbreakout_tui.services.registrations.listing import Row

    with Ledger() as ledger:
        return list(map(Row._make, ledger.current_rows(target, number)))
