"""`sipbreakout explain`: which legs a call makes, and why, in words or as a picture."""

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
from sipbreakout_tui.cli.values import At, Output, RegistrationsFile, Utc, format_option

FORMATS = ("text", "json", "diagram", "ladder", "mermaid", "svg", "png", "pdf", "graphml")
"""What `--format` takes."""

FormatOfFlow = Annotated[
    str | None,
    format_option(FORMATS),
]
Ascii = Annotated[bool, typer.Option("--ascii", help="Draw diagram and ladder with ASCII characters only.")]


def explain(
    caller: Caller,
    callee: Callee,
    *,
    registrations: RegistrationsFile,
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
    form: FormatOfFlow = None,
    ascii_: Ascii = False,
    utc: Utc = False,
    output: Output = None,
) -> None:
    """Show which legs a call makes, and why.

    Every line names the rule it follows; `sipbreakout explain-rule R4` shows a rule.
    """
    from pathlib import Path

    from sipbreakout_model import route, smallest_fix
    from sipbreakout_model.registration_text import book_of
    from sipbreakout_tui.cli import output as result
    from sipbreakout_tui.cli.case import naming_options, read_case
    from sipbreakout_tui.cli.values import result_format, warn_of_long_numbers
    from sipbreakout_tui.services.calls.flow_text import flow_lines, otherwise_lines
    from sipbreakout_tui.services.json_form import flow_object
    from sipbreakout_tui.services.registrations.files import read_registrations

    wanted = result_format(form, output, FORMATS)
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
    warn_of_long_numbers(registrations, [entry.registration.number for entry in entries])
    book = book_of(entries)
    with naming_options():
        flow = route(call, book, scenario, policy)
    if wanted in ("text", "json"):
        with naming_options():
            fix = smallest_fix(call, book, scenario, policy)
        if wanted == "json":
            result.put_json(flow_object(flow, fix), output)
        else:
            result.put_lines([*flow_lines(flow, fix, utc=utc), *otherwise_lines(flow)], output)
        return
    from sipbreakout_tui.services.calls.pictures import picture_of

    result.put_picture(picture_of(flow, wanted, ascii_only=ascii_), wanted, output)
