"""What a screen looks like, as text: its characters, and a letter for the look of each."""

from itertools import chain
from string import ascii_letters, digits

from rich.segment import Segment
from rich.style import Style
from textual.app import App

_LETTERS = ascii_letters + digits


def snapshot(app: App[int]) -> str:
    """Return the screen's lines, below them its looks, and what each letter of these means."""
    width, height = app.size
    update = app.screen._compositor.render_update(full=True, screen_stack=app._background_screens)
    lines = list(Segment.split_and_crop_lines(_segments(app, update), width, include_new_lines=False))[:height]
    letters: dict[str, str] = {}
    texts, looks = [], []
    for line in lines:
        texts.append("".join(segment.text for segment in line).rstrip())
        cells = chain.from_iterable(
            [letters.setdefault(_look(segment.style), _LETTERS[len(letters) % len(_LETTERS)])] * segment.cell_length
            for segment in line
        )
        looks.append(_runs("".join(cells)))
    legend = [f"{letter}  {look}" for look, letter in letters.items()]
    return "\n".join([*texts, "", *looks, "", *legend])


def _segments(app: App[int], update: object) -> list[Segment]:
    return [segment for segment in app.console.render(update) if not segment.control]  # type: ignore[arg-type]


def _look(style: Style | None) -> str:
    if style is None:
        return "plain"
    colour = None if style.color is None else style.color.name
    ground = None if style.bgcolor is None else style.bgcolor.name
    marks = [name for name in ("bold", "dim", "italic", "underline", "reverse", "strike") if getattr(style, name)]
    return " ".join([f"{colour} on {ground}", *marks])


def _runs(letters: str) -> str:
    """Return letters with their counts, such as `a2 b118`."""
    runs: list[tuple[str, int]] = []
    for letter in letters:
        if runs and runs[-1][0] == letter:
            runs[-1] = (letter, runs[-1][1] + 1)
        else:
            runs.append((letter, 1))
    return " ".join(f"{letter}{count}" for letter, count in runs)
