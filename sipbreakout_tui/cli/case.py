"""A call and what its parties do, as arguments and options that several commands have."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from sipbreakout_tui.cli.values import words_of

if TYPE_CHECKING:
    from sipbreakout_model import Call, Policy, Scenario

Caller = Annotated[
    str, typer.Argument(metavar="CALLER", help="The calling number, as in +4711111111; anonymous if withheld; 112.")
]
Callee = Annotated[str, typer.Argument(metavar="CALLEE", help="The number called; a short number such as 112 too.")]
CalleeDoes = Annotated[
    str,
    typer.Option(
        "--callee",
        metavar="WORD",
        help="What the callee does: answers, busy, silent, unreachable or declines.",
        autocompletion=words_of("CalleeBehaviour"),
    ),
]
TasDoes = Annotated[
    str,
    typer.Option(
        "--tas",
        metavar="WORD",
        help="What the TAS does: usual, returns, answers, answers-then-returns, rejects, redirects, silent, "
        "unreachable, returns-without-session-id, returns-with-prefix or forwards.",
        autocompletion=words_of("TasBehaviour"),
    ),
]
FallbackTasDoes = Annotated[
    str,
    typer.Option(
        "--fallback-tas",
        metavar="WORD",
        help="What the TAS of a FALLBACK does that is rung after the first one returned the call.",
        autocompletion=words_of("TasBehaviour"),
    ),
]
ForwardsTo = Annotated[str | None, typer.Option(metavar="NUMBER", help="Where a TAS that forwards sends the call.")]
ResetsMaxForwards = Annotated[
    bool, typer.Option("--resets-max-forwards", help="The TAS sets Max-Forwards anew: loops never end.")
]
HopsPerTurn = Annotated[int, typer.Option(metavar="N", help="By how much Max-Forwards falls in one turn of a loop.")]
MaxForwards = Annotated[int, typer.Option(metavar="N", help="Max-Forwards of leg 1.")]
PlacedBy = Annotated[
    str | None, typer.Option(metavar="URI", help="The TAS that places the call, as in sips:tas.example.com.")
]
PrefixReadingWord = Annotated[
    str,
    typer.Option(
        "--prefix-reading",
        metavar="WORD",
        help="How the API's table of prefixes is read: cause or presence.",
        autocompletion=words_of("PrefixReading"),
    ),
]
UnmatchedReturnWord = Annotated[
    str,
    typer.Option(
        "--unmatched-return",
        metavar="WORD",
        help="What the core does with a call from a TAS that it does not know: new-call or reject.",
        autocompletion=words_of("UnmatchedReturn"),
    ),
]


_FIELDS = re.compile(r"\b(?:forwards_to|hops_per_turn|max_forwards)\b")


@contextmanager
def naming_options() -> Iterator[None]:
    """Let what is wrong with a scenario name the options of the command line.

    Raises:
        ScenarioError: In place of the one inside.
    """
    from sipbreakout_model import ScenarioError

    try:
        yield
    except ScenarioError as error:
        words = _FIELDS.sub(lambda found: f"--{found[0].replace('_', '-')}", str(error))
        raise ScenarioError(words) from error


class Case(NamedTuple):
    """What `route` is asked."""

    call: "Call"
    scenario: "Scenario"
    policy: "Policy"


def read_case(
    caller: str,
    callee: str,
    at: str,
    placed_by: str | None,
    *,
    callee_does: str,
    tas: str,
    fallback_tas: str,
    forwards_to: str | None,
    resets_max_forwards: bool,
    hops_per_turn: int,
    max_forwards: int,
    prefix_reading: str,
    unmatched_return: str,
) -> Case:
    """Return the call, scenario and policy that the texts describe, and note what is odd about the numbers.

    Raises:
        InvalidValue: A value that cannot be read, with its option.
        ScenarioError: Hops or Max-Forwards out of range.
    """
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
    )
    from sipbreakout_tui.cli.values import naming, read_moment, read_word, warn_of_long_numbers

    with naming("--placed-by"):
        placing = None if placed_by is None else str(TasUri.parse(placed_by))
    with naming("--forwards-to"):
        forward = None if forwards_to is None else E164(forwards_to)
    _check_caller(caller)
    call = Call.parse(caller, callee, read_moment(at), placing)
    with naming_options():
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
    _note_missing_plus(callee)
    named = [number for number in (call.caller, call.callee, forward) if isinstance(number, E164)]
    warn_of_long_numbers("the call", named)
    return Case(call, scenario, policy)


def _check_caller(text: str) -> None:
    """Refuse a caller that was probably mistyped; the model takes both for one who withholds the number."""
    from sipbreakout_model import InvalidCall
    from sipbreakout_tui.services.calls.missing_plus import caller_to_write, lacks_plus

    if not text.strip():
        raise InvalidCall("CALLER is empty: write a number such as +4711111111, or anonymous for one who withholds it")
    if lacks_plus(text):
        raise InvalidCall(f"CALLER {text} has no plus, so nobody's registration would be met: {caller_to_write(text)}")


def _note_missing_plus(callee: str) -> None:
    from sipbreakout_tui.cli.messages import say
    from sipbreakout_tui.services.calls.missing_plus import lacks_plus, with_plus

    if lacks_plus(callee):
        meant = with_plus(callee)
        question = f"; did you mean {meant}?" if meant else ""
        say("note", f"CALLEE {callee} has no plus: it counts as a short number and meets no registration{question}")
