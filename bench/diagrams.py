"""How long the pictures of a flow take: the text, and the SVG beside a bare matplotlib drawing of the same size.

The floor draws as many boxes, arrows and texts with matplotlib's own FancyBboxPatch, FancyArrowPatch and text, at
the same places and in the same font mode, and decides nothing. Both run in turns in this process, so the ratio
holds when the machine's speed drifts.
"""

import io
import math
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from sipbreakout_model import Call, CallFlow, Registration, RegistrationBook, Scenario, TasBehaviour, route

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NOW = 1_790_000_000.0
ROUNDS = 25
TEXT_RUNS = 300
CALLS = {
    "LOOP": Scenario(),
    "LOOP that loops": Scenario(tas=TasBehaviour.RETURNS_WITHOUT_SESSION_ID),
}


def flow_of(scenario: Scenario) -> CallFlow:
    """Return a call through a LOOP."""
    book = RegistrationBook()
    book.upsert(Registration.parse("+4711111111", "sips:tas.example.com", "LOOP", "00", "11"), NOW)
    return route(Call.parse("+4711111111", "+4722222222", NOW), book, scenario)


def milliseconds(work: Callable[[], object]) -> float:
    """Return how long `work` takes once."""
    start = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - start)


def svg_of(draw: Callable[[], "Axes"]) -> Callable[[], object]:
    """Return a function that draws and writes the SVG."""
    from sipbreakout_tui.diagram.figure import save

    return lambda: save(draw(), io.BytesIO(), "svg")


def bare(ax: "Axes") -> tuple[Callable[[], "Axes"], str]:
    """Return a function that draws as much as is in these Axes, and what that is in words."""
    import numpy as np
    from matplotlib.figure import Figure
    from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch

    figure = ax.get_figure(root=True)
    size = (figure.get_figwidth(), figure.get_figheight()) if figure is not None else (8.0, 5.0)
    limits = ax.get_xlim(), ax.get_ylim()
    boxes = [patch.get_path().get_extents().bounds for patch in ax.patches if patch.get_label() == "_box"]
    discs = [patch for patch in ax.patches if isinstance(patch, Circle)]
    centres = [(*patch.center, patch.radius) for patch in discs]
    ends = [[row for row in np.asarray(line.get_xydata()).tolist() if not math.isnan(row[0])] for line in ax.lines]
    texts = [
        (*text.get_position(), text.get_text(), text.get_fontsize(), text.get_horizontalalignment())
        for text in ax.texts
    ]

    def draw() -> "Axes":
        figure = Figure(figsize=size)
        new = figure.add_axes((0, 0, 1, 1))
        new.set_axis_off()
        new.set_xlim(*limits[0])
        new.set_ylim(*limits[1])
        for x, y, width, height in boxes:
            new.add_patch(FancyBboxPatch((x, y), width, height, boxstyle="round,pad=0,rounding_size=7"))
        for x, y, radius in centres:
            new.add_patch(Circle((x, y), radius))
        for points in ends:
            new.add_patch(FancyArrowPatch(points[0], points[-1], arrowstyle="-|>", mutation_scale=14))
        for x, y, text, fontsize, across in texts:
            new.text(x, y, text, fontsize=fontsize, ha=across)
        return new

    return draw, f"{len(boxes)} boxes, {len(centres)} discs, {len(ends)} arrows, {len(texts)} texts"


def compare(name: str, flow: CallFlow) -> None:
    """Print how long the SVG takes beside its floor."""
    from sipbreakout_tui.diagram.figure import draw_legs

    floor_drawing, size = bare(draw_legs(flow))
    ours, floor = svg_of(lambda: draw_legs(flow)), svg_of(floor_drawing)
    pairs = [(milliseconds(ours), milliseconds(floor)) for _ in range(ROUNDS + 3)][3:]
    mine, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(one / other for one, other in pairs)
    print(f"SVG of {name} ({size}): {mine:.1f} ms, bare matplotlib {theirs:.1f} ms, ratio {ratio:.2f} (bound: 1.5)")


def text_picture(name: str, flow: CallFlow) -> None:
    """Print how long the picture in box drawing takes."""
    from sipbreakout_tui.diagram.text import leg_diagram

    runs = [milliseconds(lambda: list(leg_diagram(flow))) for _ in range(TEXT_RUNS)]
    print(f"text of {name}: {statistics.median(runs):.2f} ms (bound: 1)")


def imported() -> None:
    """Print whether importing the package, and its figures, leaves matplotlib alone."""
    code = "import sys, sipbreakout_tui.diagram, sipbreakout_tui.diagram.figure; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    print(f"importing sipbreakout_tui.diagram imports matplotlib: {done.stdout.strip()} (bound: False)")


def main() -> None:
    """Measure all."""
    imported()
    for name, scenario in CALLS.items():
        flow = flow_of(scenario)
        text_picture(name, flow)
        compare(name, flow)


if __name__ == "__main__":
    main()
