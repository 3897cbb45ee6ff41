"""How long the pictures of a flow take: the text, and the SVG beside a bare matplotlib drawing of the same size.

The floor draws as many boxes, arrows and texts with matplotlib's own FancyBboxPatch, FancyArrowPatch and text, at
the same places and in the same font mode, and decides nothing. Both run in turns in this process, so the ratio
holds when the machine's speed drifts.
"""

import io
import math
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from bench.measure import Bound, Measure, Row, show
from sipbreakout_model import Call, CallFlow, Registration, RegistrationBook, Scenario, TasBehaviour, route

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NOW = 1_790_000_000.0
ROUNDS = 25
TEXT_RUNS = 300
CALLS = {
    "a LOOP": Scenario(),
    "a LOOP that loops": Scenario(tas=TasBehaviour.RETURNS_WITHOUT_SESSION_ID),
}
BARE = "matplotlib alone, as many shapes and texts"
TEXTS = tuple(Row(f"picture of {call} as text", "ms", "", Bound("value", "<", 1)) for call in CALLS)
SVGS = tuple(Row(f"picture of {call} as SVG, warm", "ms", BARE, Bound("ratio", "≤", 1.5)) for call in CALLS)
IMPORTED = Row("matplotlib loaded by `import sipbreakout_tui.diagram`", "modules", "", Bound("value", "≤", 0))
ROWS = (IMPORTED, *TEXTS, *SVGS)


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


def bare(ax: "Axes") -> Callable[[], "Axes"]:
    """Return a function that draws as much as is in these Axes."""
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

    return draw


def svg(row: Row, flow: CallFlow) -> Measure:
    """Measure the SVG beside its floor."""
    from sipbreakout_tui.diagram.figure import draw_legs

    ours, floor = svg_of(lambda: draw_legs(flow)), svg_of(bare(draw_legs(flow)))
    pairs = [(milliseconds(ours), milliseconds(floor)) for _ in range(ROUNDS + 3)][3:]
    return Measure.of_pairs(row, *zip(*pairs, strict=True))


def text(row: Row, flow: CallFlow) -> Measure:
    """Measure the picture in box drawing."""
    from sipbreakout_tui.diagram.text import leg_diagram

    return Measure.of_runs(row, [milliseconds(lambda: list(leg_diagram(flow))) for _ in range(TEXT_RUNS)])


def imported() -> Measure:
    """Count the modules of matplotlib that importing the package, and its figures, loads."""
    code = (
        "import sys, sipbreakout_tui.diagram, sipbreakout_tui.diagram.figure; "
        "print(sum(name.split('.')[0] == 'matplotlib' for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    return Measure(IMPORTED, float(done.stdout))


def measure() -> Iterator[Measure]:
    """Measure all."""
    yield imported()
    flows = [flow_of(scenario) for scenario in CALLS.values()]
    for row, flow in zip(TEXTS, flows, strict=True):
        yield text(row, flow)
    for row, flow in zip(SVGS, flows, strict=True):
        yield svg(row, flow)


if __name__ == "__main__":
    show(measure())
