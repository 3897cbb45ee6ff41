"""What the figures promise besides their looks: Axes, files, hostile text, no pyplot."""

import io
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sipbreakout_model import (
    E164,
    AlignedLeg,
    Alignment,
    LegEnd,
    LegMatch,
    ObservedLeg,
    Party,
    RegistrationBook,
    TasBehaviour,
)
from sipbreakout_tui.diagram import figure as figures
from sipbreakout_tui.diagram.figure import draw_alignment, draw_difference, draw_legs, draw_lives, save
from tests.diagram.figure_gallery import AT, DRAWINGS, FLOWS, fleet

if TYPE_CHECKING:
    from collections.abc import Callable

LOOPS = FLOWS[f"LOOP, TAS {TasBehaviour.RETURNS_WITHOUT_SESSION_ID}"]
ONE_EACH = ("legs: LOOP", "ladder: LOOP", "difference: mended", "fleet: 9", "lives: 9", "alignment")


def texts(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts]


def in_bytes(ax: Axes, form: str) -> bytes:
    buffer = io.BytesIO()
    save(ax, buffer, form)
    return buffer.getvalue()


def test_public_names_are_sorted() -> None:
    assert figures.__all__ == sorted(figures.__all__)
    assert all(callable(getattr(figures, name)) for name in figures.__all__)


@pytest.mark.parametrize("name", ONE_EACH)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_returns_axes_of_a_new_figure_or_those_given(name: str, theme: str) -> None:
    draw: Callable[..., Axes] = DRAWINGS[name]
    assert isinstance(draw(theme=theme), Axes)
    wide = Figure(figsize=(12, 5))
    ax, other = wide.subplots(1, 2)
    assert draw(ax=ax, theme=theme) is ax
    assert texts(ax) == texts(draw(theme=theme))
    assert not other.texts
    wide.draw_without_rendering()
    frame = ax.get_window_extent().padded(1)
    for text in ax.texts:
        box = text.get_window_extent()
        assert frame.containsx(box.x0)
        assert frame.containsx(box.x1)


def test_unknown_theme() -> None:
    with pytest.raises(ValueError, match="'sepia' is not a theme: expected light or dark"):
        draw_legs(LOOPS, theme="sepia")  # type: ignore[arg-type]


def test_legs_say_what_the_text_picture_says() -> None:
    words = texts(draw_legs(LOOPS))
    assert words[0] == "+4711111111 calls +4722222222: looped (483)"
    assert "LOOP of the caller +4711111111 decides, 41 min 12 s to live" in words[1]
    for expected in (
        "INVITE +00 4722222222",
        "prefix 00 · LOOP of the caller · R4",
        "no Session-ID · R9",
        "↻ 35 turns, then 483 Too Many Hops",
        "legs 2 to 3 repeat: 70 legs",
        "not rung",
    ):
        assert expected in words
    assert any(word.startswith("not made: leg 3 did not come back") for word in words)


def test_difference_marks_legs() -> None:
    words = texts(draw_difference(LOOPS, FLOWS["LOOP"]))
    assert words[0] == "+4711111111 calls +4722222222: looped (483) → answered by the callee"
    assert "+4" in words
    words = texts(draw_difference(FLOWS["LOOP"], LOOPS))
    assert "−4" in words


def test_lives_names_what_the_plan_misses() -> None:
    book = fleet(3)
    ends = {lease.registration.number: lease.expires_at for lease in book}
    first, second, third = ends
    due: dict[E164 | str, float] = {first: (ends[first] or 0.0) + 60, str(second): AT + 5}
    words = texts(draw_lives(book, AT, due))
    assert any("refresh 1 min too late" in word for word in words)
    assert any("not in the plan" in word for word in words)
    assert third.text in words
    assert "Nothing to draw" in " ".join(texts(draw_lives(RegistrationBook(), AT)))


@pytest.mark.parametrize(
    ("name", "predicted", "observed"),
    [
        ("looped", "↻ loops: the TAS is rung 35 times", "↻ looped: the TAS was rung 35 times"),
        ("looped without end", "↻ loops without end", "↻ looped: the TAS was rung 1000000 times"),
        ("looped against the prediction", "no loop: the TAS is rung once", "↻ looped: the TAS was rung 12 times"),
    ],
)
def test_an_alignment_says_how_often_it_went_round(name: str, predicted: str, observed: str) -> None:
    words = texts(DRAWINGS[f"alignment: {name}"]())
    assert {predicted, observed, "Only the first turn is drawn."} <= {text.replace("\n", " ") for text in words}
    assert words.count("= as predicted") == 1
    assert words.count("= as predicted ↻") >= 2


@pytest.mark.parametrize("name", ["alignment: no loop", "alignment: none"])
def test_an_alignment_without_a_loop_says_nothing_of_turns(name: str) -> None:
    assert not [words for words in texts(DRAWINGS[name]()) if "↻" in words or "first turn" in words]


def test_hostile_text_is_shown_as_it_is() -> None:
    called = "+$\\frac{1}{2}$[red]<b>&\x1b[31m\u202e漢"
    leg = ObservedLeg(1, Party.CALLER, Party.CORE, called, 0.0, LegEnd.ANSWERED, 200)
    verdict = "a $x_1$ {braces} %s <script>\nnew line"
    ax = draw_alignment(Alignment((AlignedLeg(LegMatch.UNEXPECTED, leg, None),), verdict))
    words = "".join(texts(ax)).replace("\n", "").replace(" ", "")
    assert "+$\\frac{1}{2}$[red]<b>&\\x1b[31m\\u202e\\u6f22" in words
    assert "a$x_1${braces}%s<script>\\nnewline" in words
    drawn = in_bytes(ax, "svg").decode()
    assert "<script>" not in drawn
    assert "&lt;script&gt;" in drawn
    assert "$x_1$" in drawn
    in_bytes(ax, "png")


@pytest.mark.parametrize("form", ["png", "svg", "pdf"])
@pytest.mark.parametrize("name", ONE_EACH)
def test_files_repeat_and_name_no_path(name: str, form: str, tmp_path: Path) -> None:
    once, again = in_bytes(DRAWINGS[name](), form), in_bytes(DRAWINGS[name](), form)
    assert once == again
    assert b"atplotlib.org" not in once
    path = tmp_path / f"picture.{form}"
    ax = DRAWINGS[name]()
    save(ax.get_figure(root=True), path)  # type: ignore[arg-type]
    assert path.read_bytes() == once
    save(ax, str(path), form.upper())
    assert path.read_bytes() == once


def test_svg_keeps_its_text_and_names_no_font_to_load() -> None:
    drawn = in_bytes(draw_legs(LOOPS), "svg").decode()
    assert "INVITE +00 4722222222</text>" in drawn
    assert "sans-serif" in drawn
    assert "@font-face" not in drawn
    assert "<dc:date>" not in drawn


@pytest.mark.parametrize("form", ["gif", ""])
def test_unknown_format(form: str) -> None:
    with pytest.raises(ValueError, match="is not a format of figures: expected png, svg, pdf"):
        save(draw_legs(LOOPS), io.BytesIO(), form)


DRAW = """
import sys
from tests.diagram.figure_gallery import DRAWINGS
from sipbreakout_tui.diagram.figure import save
for name in ("legs: LOOP", "fleet: 9", "lives: 9", "ladder: LOOP"):
    save(DRAWINGS[name](), sys.stdout.buffer, "svg")
sys.stderr.write(" ".join(sys.modules))
"""


def python(code: str) -> tuple[bytes, set[str]]:
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, timeout=120, cwd=root)
    return done.stdout, set(done.stderr.decode().split())


def test_svg_is_the_same_in_every_process_and_pyplot_is_not_needed() -> None:
    (first, modules), (second, _) = python(DRAW), python(DRAW)
    assert first.count(b"<svg") == 4
    assert first == second
    assert "matplotlib.pyplot" not in modules


def test_importing_loads_no_matplotlib() -> None:
    _, modules = python("import sys, sipbreakout_tui.diagram.figure; sys.stderr.write(' '.join(sys.modules))")
    assert sorted(modules & {"matplotlib", "numpy", "networkx"}) == []
