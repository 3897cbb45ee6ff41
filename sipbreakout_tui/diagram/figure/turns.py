"""A call that goes round, where only its first turn is drawn: which legs repeat, and how often."""

from dataclasses import dataclass

from sipbreakout_model import Alignment, Leg, ObservedLeg, Party
from sipbreakout_tui.diagram.figure.items import Box, Words
from sipbreakout_tui.diagram.figure.lettering import height_of, width_of, wrapped
from sipbreakout_tui.diagram.figure.scene import Scene
from sipbreakout_tui.diagram.figure.style import LABEL, NOTE

FIRST_ONLY = "Only the first turn is drawn."

_PAD = 9.0


@dataclass(frozen=True, slots=True)
class Turns:
    """How often one side of an alignment rings the TAS."""

    words: str
    """What is said of it, such as `looped: the TAS was rung 35 times`."""
    first: int | None
    """The index of the first row whose leg repeats; None where the side does not loop."""

    def repeats(self, row: int) -> bool:
        """Return whether the leg of a row is made again in the next turn."""
        return self.first is not None and row >= self.first


def turns_of(alignment: Alignment) -> tuple[Turns, Turns]:
    """Return the turns of what is predicted and of what was observed: more rings than legs drawn are a loop."""
    predicted = _side([pair.predicted for pair in alignment.legs], alignment.turns_predicted, "is")
    observed = _side([pair.observed for pair in alignment.legs], alignment.turns_observed, "was")
    return predicted, observed


def _side(legs: "list[Leg | None] | list[ObservedLeg | None]", rung: int | None, tense: str) -> Turns:
    rows = [row for row, leg in enumerate(legs) if leg is not None and leg.target is Party.TAS]
    verb = "loops" if tense == "is" else "looped"
    if rung is None:
        return Turns(f"{verb} without end", rows[0] if rows else 0)
    times = {0: f"the TAS {tense} not rung", 1: f"the TAS {tense} rung once"}
    words = times.get(rung, f"the TAS {tense} rung {rung} times")
    if rung <= max(len(rows), 1):
        return Turns(f"no loop: {words}", None)
    return Turns(f"{verb}: {words}", rows[0] if rows else 0)


def add_turns(scene: Scene, turns: Turns, left: float, top: float, room: float) -> float:
    """Add a sign that says how often one side turns, at most `room` points wide; return the y of its lower edge."""
    theme, loops = scene.theme, turns.first is not None
    text = wrapped(f"↻ {turns.words}" if loops else turns.words, LABEL, room - 2 * _PAD, True)
    width, height = width_of(text, LABEL, True) + 2 * _PAD, height_of(text, LABEL) + 8
    color, fill = (theme.loop, theme.loop) if loops else (theme.muted, theme.paper)
    scene.add(Box(left, top, width, height, color, fill, 1.2, None, 11))
    ink = theme.on_fill if loops else theme.muted
    scene.add(Words(left + width / 2, top + height / 2, text, LABEL, ink, True, "center", "center"))
    return top + height


def add_first_only(scene: Scene, left: float, top: float) -> float:
    """Add the words that later turns are not drawn; return the y of their lower edge."""
    scene.add(Words(left, top, FIRST_ONLY, NOTE, scene.theme.muted))
    return top + height_of(FIRST_ONLY, NOTE)
