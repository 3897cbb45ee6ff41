"""`sipbreakout explain`: which legs a call makes, and why."""

from typing import Annotated

import typer

from sipbreakout_tui.cli.values import At, Format, Output, RegistrationsFile, Utc, words_of


def explain(
    caller: Annotated[
        str, typer.Argument(metavar="CALLER", help="The calling number, as in +4711111111, or anonymous.")
    ],
    callee: Annotated[str, typer.Argument(metavar="CALLEE", help="The number called; a short number such as 112 too.")],
    *,
    registrations: RegistrationsFile,
    at: At = "now",
    callee_does: Annotated[
        str,
        typer.Option(
            "--callee",
            metavar="WORD",
            help="What the callee does: answers, busy, silent, unreachable or declines.",
            autocompletion=words_of("CalleeBehaviour"),
        ),
    ] = "answers",
    tas: Annotated[
        str,
        typer.Option(
            metavar="WORD",
            help="What the TAS does: usual, returns, answers, answers-then-returns, rejects, redirects, silent, "
            "unreachable, returns-without-session-id, returns-with-prefix or forwards.",
            autocompletion=words_of("TasBehaviour"),
        ),
    ] = "usual",
    fallback_tas: Annotated[
        str,
        typer.Option(
            metavar="WORD",
            help="What the TAS of a FALLBACK does that is rung after the first one returned the call.",
            autocompletion=words_of("TasBehaviour"),
        ),
    ] = "usual",
    forwards_to: Annotated[
        str | None, typer.Option(metavar="NUMBER", help="Where a TAS that forwards sends the call.")
    ] = None,
    resets_max_forwards: Annotated[
        bool, typer.Option("--resets-max-forwards", help="The TAS sets Max-Forwards anew: loops never end.")
    ] = False,
    hops_per_turn: Annotated[
        int, typer.Option(metavar="N", help="By how much Max-Forwards falls in one turn of a loop.")
    ] = 2,
    max_forwards: Annotated[int, typer.Option(metavar="N", help="Max-Forwards of leg 1.")] = 70,
    placed_by: Annotated[
        str | None, typer.Option(metavar="URI", help="The TAS that places the call, as in sips:tas.example.com.")
    ] = None,
    prefix_reading: Annotated[
        str,
        typer.Option(
            metavar="WORD",
            help="How the API's table of prefixes is read: cause or presence.",
            autocompletion=words_of("PrefixReading"),
        ),
    ] = "cause",
    unmatched_return: Annotated[
        str,
        typer.Option(
            metavar="WORD",
            help="What the core does with a call from a TAS that it does not know: new-call or reject.",
            autocompletion=words_of("UnmatchedReturn"),
        ),
    ] = "new-call",
    form: Format = "text",
    utc: Utc = False,
    output: Output = None,
) -> None:
    """Show which legs a call makes, and why.

    Every line names the rule it follows; `sipbreakout explain-rule R4` shows a rule.
    """
    from pathlib import Path

    from sipbreakout_model import (
        E164,
        Call,
        CalleeBehaviour,
        Policy,
        PrefixReading,
        Scenario,
        TasBehaviour,
        TasUri,
        UnmatchedReturn,
        route,
        smallest_fix,
    )
    from sipbreakout_model.registration_text import book_of
    from sipbreakout_tui.cli import output as result
    from sipbreakout_tui.cli.values import (
        naming,
        read_format,
        read_moment,
        read_word,
        warn_of_long_numbers,
    )
    from sipbreakout_tui.services.flow_text import flow_lines
    from sipbreakout_tui.services.json_form import flow_object
    from sipbreakout_tui.services.registration_files import read_registrations

    wanted = read_format(form)
    with naming("--placed-by"):
        placing = None if placed_by is None else str(TasUri.parse(placed_by))
    with naming("--forwards-to"):
        forward = None if forwards_to is None else E164(forwards_to)
    call = Call.parse(caller, callee, read_moment(at), placing)
    scenario = Scenario(
        read_word("--callee", callee_does, CalleeBehaviour),
        read_word("--tas", tas, TasBehaviour),
        read_word("--fallback-tas", fallback_tas, TasBehaviour),
        forward,
        resets_max_forwards,
        hops_per_turn,
        max_forwards,
    )
    policy = Policy(
        read_word("--prefix-reading", prefix_reading, PrefixReading),
        read_word("--unmatched-return", unmatched_return, UnmatchedReturn),
    )
    entries = read_registrations(Path(registrations))
    book = book_of(entries)

    flow = route(call, book, scenario, policy)
    fix = smallest_fix(call, book, scenario, policy)

    _note_missing_plus("CALLER", caller)
    _note_missing_plus("CALLEE", callee)
    named = [number for number in (call.caller, call.callee, forward) if isinstance(number, E164)]
    warn_of_long_numbers("the call", named)
    warn_of_long_numbers(registrations, [entry.registration.number for entry in entries])
    if wanted == "json":
        result.put_json(flow_object(flow, fix), output)
    else:
        result.put_lines(flow_lines(flow, fix, utc=utc), output)


LONGEST_SHORT_NUMBER = 6
"""Digits; a longer number without a plus is probably one whose plus was forgotten."""


def _note_missing_plus(which: str, text: str) -> None:
    from sipbreakout_model.numbers import e164_or_none
    from sipbreakout_tui.cli.messages import say

    if text.isascii() and text.isdigit() and len(text) > LONGEST_SHORT_NUMBER:
        meant = f"+{text.removeprefix('00')}"
        question = f"; did you mean {meant}?" if e164_or_none(meant) else ""
        say("note", f"{which} {text} has no plus: it counts as a short number and meets no registration{question}")
