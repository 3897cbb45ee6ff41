"""`sipbreakout screenshot`: a place of the terminal UI as a picture."""

from typing import TYPE_CHECKING, Annotated

import typer

from sipbreakout_tui.cli.config import ProfileName
from sipbreakout_tui.cli.values import Output

if TYPE_CHECKING:
    from sipbreakout_tui.tui.options import Options

THEMES = ("dark", "light")
SMALLEST, LARGEST = (40, 12), (500, 200)
"""Columns and lines."""


def _places() -> list[str]:
    from sipbreakout_tui.tui.places import PLACES

    return [place.name for place in PLACES]


def screenshot(
    place: Annotated[
        str,
        typer.Argument(metavar="PLACE", help="registrations, call, trace, hazards or journal.", autocompletion=_places),
    ],
    *,
    output: Output = None,
    size: Annotated[str, typer.Option(metavar="COLUMNSxLINES", help="Of the screen.")] = "120x36",
    theme: Annotated[
        str, typer.Option(metavar="THEME", help="dark or light.", autocompletion=lambda: list(THEMES))
    ] = "dark",
    only_ascii: Annotated[bool, typer.Option("--ascii", help="Show ASCII characters only.")] = False,
    demo: Annotated[
        bool, typer.Option("--demo", help="Of the demo, at a set time in UTC: the same picture each time.")
    ] = False,
    profile: ProfileName = None,
) -> None:
    """Write a place of the terminal UI as an SVG picture, which names no font or anything else to fetch."""
    from sipbreakout_tui.cli import output as result
    from sipbreakout_tui.tui.options import Options

    _check(place, theme)
    _check_suffix(output)
    columns_and_lines = _read_size(size)
    if demo:
        from sipbreakout_tui.tui.screenshots.taking import demo_screenshot

        picture = demo_screenshot(place, columns_and_lines, theme=theme, only_ascii=only_ascii)
    else:
        picture = _of_profile(Options(profile=profile, ascii=only_ascii, theme=theme), place, columns_and_lines)
    result.put_picture(picture.encode("utf-8"), "svg", output)


def _of_profile(options: "Options", place: str, size: tuple[int, int]) -> str:
    import asyncio

    from sipbreakout_tui.config import load_profiles
    from sipbreakout_tui.tui.screenshots.taking import screenshot as take

    load_profiles().choose(options.profile)
    return asyncio.run(take(options, place, size))


def _check(place: str, theme: str) -> None:
    from sipbreakout_model import InvalidValue

    if place not in _places():
        raise InvalidValue(f"{place!r} is no place of the terminal UI: expected one of {', '.join(_places())}")
    if theme not in THEMES:
        raise InvalidValue(f"--theme {theme!r} is not known: expected one of {', '.join(THEMES)}")


def _check_suffix(output: str | None) -> None:
    from pathlib import PurePath

    from sipbreakout_model import InvalidValue

    if PurePath(output or "").suffix.lower() not in ("", ".svg"):
        raise InvalidValue(f"-o {output!r}: a screenshot is an SVG picture: name a file that ends in .svg")


def _read_size(text: str) -> tuple[int, int]:
    from sipbreakout_model import InvalidValue

    columns, _, lines = text.lower().partition("x")
    if text.isascii() and columns.isdecimal() and lines.isdecimal() and len(text) < 10:
        size = int(columns), int(lines)
        if SMALLEST[0] <= size[0] <= LARGEST[0] and SMALLEST[1] <= size[1] <= LARGEST[1]:
            return size
    span = f"from {SMALLEST[0]}x{SMALLEST[1]} to {LARGEST[0]}x{LARGEST[1]}"
    raise InvalidValue(f"--size {text!r} is no size of a screen: columns and lines are expected, {span}")
