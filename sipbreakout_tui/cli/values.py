"""Options that several commands have, and how the texts they take are read."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from sipbreakout_tui.cli.output import WORDS

if TYPE_CHECKING:
    from sipbreakout_model import E164

_Word = TypeVar("_Word", bound=Enum)


def format_option(formats: Sequence[str]) -> Any:
    """Return the option `--format` of a command that has these."""
    return typer.Option(
        "--format",
        metavar="FORMAT",
        help=f"{', '.join(formats)}; by default the suffix of -o, else text.",
        autocompletion=lambda: list(formats),
    )


RegistrationsFile = Annotated[
    str,
    typer.Option("--registrations", metavar="FILE", help="Who is registered: a file ending in .toml, .json or .csv."),
]
At = Annotated[
    str,
    typer.Option(
        metavar="TIME",
        help="The moment: Unix seconds, RFC 3339 (without offset: local time), now, or -10m, +1h30m from now.",
    ),
]
Format = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="FORMAT",
        help="text or json; by default the suffix of -o, else text.",
        autocompletion=lambda: list(WORDS),
    ),
]
Utc = Annotated[bool, typer.Option("--utc", help="Show times in UTC instead of local time.")]
Output = Annotated[
    str | None,
    typer.Option("--output", "-o", metavar="FILE", help="Write the result to a file, whole or not at all."),
]


def words_of(kind: str) -> Callable[[], list[str]]:
    """Return what completes the words of an enum of the model, imported only when somebody completes."""

    def complete() -> list[str]:
        import sipbreakout_model

        return [_written(member) for member in getattr(sipbreakout_model, kind)]

    return complete


def read_word(option: str, text: str, kind: type[_Word]) -> _Word:
    """Return the member of an enum whose value the text is, in either case, with `-` or `_`.

    Raises:
        InvalidValue: No member; the message lists the words.
    """
    from sipbreakout_model import InvalidValue

    try:
        return kind(text.strip().lower().replace("-", "_"))
    except ValueError:
        known = ", ".join(map(_written, kind))
        raise InvalidValue(f"{option} {text!r} is not known: expected one of {known}") from None


def read_format(text: str, formats: Sequence[str] = WORDS) -> str:
    """Return the format that the text names in either case, by default `text` or `json`.

    Raises:
        InvalidValue: Another word.
    """
    from sipbreakout_model import InvalidValue

    word = text.strip().lower()
    if word not in formats:
        raise InvalidValue(f"--format {text!r} is not known: expected one of {', '.join(formats)}")
    return word


PICTURES = ("svg", "png", "pdf", "gif", "jpg", "jpeg")
"""Suffixes of files that nothing else can be in."""

_TELLING = (*PICTURES, "json", "html", "graphml", "mermaid")
"""Suffixes that name a format of some command."""


def result_format(form: str | None, output: str | None, formats: Sequence[str] = WORDS, default: str = "text") -> str:
    """Return the format that `--format` names, else the one that the suffix of `-o` names, else the default.

    Raises:
        InvalidValue: No format of the command, or a picture's suffix with another format.
    """
    from pathlib import PurePath

    from sipbreakout_model import InvalidValue

    suffix = PurePath(output or "").suffix.removeprefix(".").lower()
    if form is not None:
        word = read_format(form, formats)
        if suffix in PICTURES and word != suffix:
            raise InvalidValue(
                f"--format {word} and -o {output!r} contradict each other: leave out --format, or choose another suffix"
            )
        return word
    if suffix in formats:
        return suffix
    if suffix in _TELLING:
        known = ", ".join(formats)
        raise InvalidValue(f"-o {output!r}: {suffix!r} is no format of this command: expected one of {known}")
    return default


def read_moment(text: str) -> float:
    """Return the Unix time in seconds that the text of `--at` names, spans counted from now.

    Raises:
        InvalidValue: Not a time.
    """
    import time

    from sipbreakout_model.times import parse_moment

    with naming("--at"):
        return parse_moment(text, time.time())


@contextmanager
def naming(option: str) -> Iterator[None]:
    """Put the option's name before the message of a value that is refused inside.

    Raises:
        InvalidValue: Of the same class as the one inside.
    """
    from sipbreakout_model import InvalidValue

    try:
        yield
    except InvalidValue as error:
        raise type(error)(f"{option} {error}") from error


def warn_of_long_numbers(where: str, numbers: "list[E164]") -> None:
    """Warn once of the numbers that have more digits than E.164 allows; the API takes them."""
    from sipbreakout_model.numbers import E164_DIGITS
    from sipbreakout_tui.cli.messages import say

    long = [str(number) for number in numbers if number.exceeds_e164]
    if long:
        others = f" and {len(long) - 3} more" if len(long) > 3 else ""
        say("warning", f"{where}: more than the {E164_DIGITS} digits of E.164: {', '.join(long[:3])}{others}")


def _written(member: Enum) -> str:
    return str(member.value).replace("_", "-")
