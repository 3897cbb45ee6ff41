"""`sipbreakout what-if`: one thing changed, and which legs are gained and lost."""

from typing import Annotated

import typer

from sipbreakout_tui.cli.case import (
    Callee,
    CalleeDoes,
    Caller,
    FallbackTasDoes,
    ForwardsTo,
    HopsPerTurn,
    MaxForwards,
    PlacedBy,
    PrefixReadingWord,
    ResetsMaxForwards,
    TasDoes,
    UnmatchedReturnWord,
)
from sipbreakout_tui.cli.values import At, Output, RegistrationsFile

FORMATS = ("text", "json", "svg", "png", "pdf")
"""What `--format` takes."""


def what_if(
    caller: Caller,
    callee: Callee,
    *,
    registrations: RegistrationsFile,
    against: Annotated[
        str | None, typer.Option(metavar="FILE", help="Other registrations to hold the call against.")
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NUMBER.FIELD=VALUE", help="Change a registration; repeatable."),
    ] = None,
    drop: Annotated[list[str] | None, typer.Option(metavar="NUMBER", help="Leave one out; repeatable.")] = None,
    later: Annotated[str | None, typer.Option(metavar="SPAN", help="Place the call later, as in 50m.")] = None,
    at: At = "now",
    callee_does: CalleeDoes = "answers",
    tas: TasDoes = "usual",
    fallback_tas: FallbackTasDoes = "usual",
    forwards_to: ForwardsTo = None,
    resets_max_forwards: ResetsMaxForwards = False,
    hops_per_turn: HopsPerTurn = 2,
    max_forwards: MaxForwards = 70,
    placed_by: PlacedBy = None,
    prefix_reading: PrefixReadingWord = "cause",
    unmatched_return: UnmatchedReturnWord = "new-call",
    form: Annotated[
        str | None,
        typer.Option(
            "--format", metavar="FORMAT", help=f"{', '.join(FORMATS)}; by default the suffix of -o, else text."
        ),
    ] = None,
    output: Output = None,
) -> None:
    """Show what one change would alter.

    Legs gained (+) and lost (-), the outcome, and why.
    """
    from pathlib import Path

    from sipbreakout_model import InvalidValue, difference, route
    from sipbreakout_model.registration_text import book_of
    from sipbreakout_tui.cli import output as result
    from sipbreakout_tui.cli.case import naming_options, read_case
    from sipbreakout_tui.cli.values import naming, result_format
    from sipbreakout_tui.services.calls.what_if import later_call, with_settings, without_numbers
    from sipbreakout_tui.services.json_form import difference_object
    from sipbreakout_tui.services.registrations.files import read_registrations

    wanted = result_format(form, output, FORMATS)
    if not (against or set_ or drop or later):
        raise InvalidValue("nothing is changed: give --against, --set, --drop or --later")
    call, scenario, policy = read_case(
        caller,
        callee,
        at,
        placed_by,
        callee_does=callee_does,
        tas=tas,
        fallback_tas=fallback_tas,
        forwards_to=forwards_to,
        resets_max_forwards=resets_max_forwards,
        hops_per_turn=hops_per_turn,
        max_forwards=max_forwards,
        prefix_reading=prefix_reading,
        unmatched_return=unmatched_return,
    )
    entries = read_registrations(Path(registrations))
    changed = entries if against is None else read_registrations(Path(against))
    with naming("--set"):
        changed = with_settings(changed, set_ or [])
    with naming("--drop"):
        changed = without_numbers(changed, drop or [])
    with naming("--later"):
        then = call if later is None else later_call(call, later)
    with naming_options():
        before = route(call, book_of(entries), scenario, policy)
        after = route(then, book_of(changed), scenario, policy)
    if wanted == "text":
        result.put_lines(str(difference(before, after)).split("\n"), output)
    elif wanted == "json":
        result.put_json(difference_object(difference(before, after)), output)
    else:
        from sipbreakout_tui.services.calls.pictures import difference_picture

        result.put_picture(difference_picture(before, after, wanted), wanted, output)
