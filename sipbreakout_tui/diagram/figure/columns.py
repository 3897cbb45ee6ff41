"""Parties as columns and legs as arrows between them: what ladders and alignments share."""

from collections.abc import Sequence

from sipbreakout_tui.diagram.figure.items import Box, Disc, Line, Words
from sipbreakout_tui.diagram.figure.leg_parts import RADIUS
from sipbreakout_tui.diagram.figure.lettering import drawable, height_of, width_of, wrapped
from sipbreakout_tui.diagram.figure.scene import Scene
from sipbreakout_tui.diagram.figure.style import LABEL, NOTE, ROLE, Dash

_HEAD = 11.0
_LIFELINE = 1.0


class Columns:
    """Columns of parties from left to right, `gap` points apart; `left` is the x of the first."""

    def __init__(self, scene: Scene, names: Sequence[str], left: float, gap: float) -> None:
        """Put nothing yet."""
        self._scene = scene
        self._names = list(names)
        self.left, self.gap = left, gap

    @staticmethod
    def gap_for(labels: Sequence[str]) -> float:
        """Return how far apart columns must be so that each label, broken if it is long, fits between two."""
        return min(max([width_of(drawable(label), LABEL) for label in labels], default=0.0), 320.0) + 2 * RADIUS + 34

    @property
    def right(self) -> float:
        """The x of the last column."""
        return self.x(self._names[-1])

    def x(self, name: str) -> float:
        """Return where a party's column stands."""
        return self.left + self._names.index(name) * self.gap

    def heads(self, y: float, titles: dict[str, tuple[str, str, str]]) -> float:
        """Add each party's box (title, address, colour); return the y of their lower edges."""
        room = self.gap - 22
        texts = {name: wrapped(titles[name][1], NOTE, room - 14) for name in self._names}
        high = height_of("", ROLE) + max(height_of(text, NOTE) if text else 0.0 for text in texts.values()) + 14
        theme = self._scene.theme
        for name in self._names:
            title, _, color = titles[name]
            width = min(room, max(width_of(title, ROLE, True), width_of(texts[name], NOTE), 76) + 16)
            x = self.x(name)
            self._scene.add(Box(x - width / 2, y, width, high, color, theme.panel, 1.6))
            self._scene.add(Words(x, y + 6, title, ROLE, color, True, "center"))
            if texts[name]:
                at = y + 7 + height_of("", ROLE)
                self._scene.add(Words(x, at, texts[name], NOTE, theme.muted, False, "center"))
        return y + high

    def lifelines(self, top: float, bottom: float) -> None:
        """Add the lines under the boxes."""
        for name in self._names:
            x = self.x(name)
            self._scene.add(Line(((x, top), (x, bottom)), self._scene.theme.rule, _LIFELINE, label="_lifeline"))

    def arrow_height(self, label: str) -> float:
        """Return how high an arrow with this label is."""
        return max(height_of(wrapped(label, LABEL, self._room), LABEL) + 6, RADIUS + 3) + 9

    def arrow(
        self,
        y: float,
        ends: tuple[str, str],
        label: str,
        pen: tuple[str, float, Dash],
        *,
        number: str = "",
        ink: str = "",
        open_head: bool = False,
    ) -> None:
        """Add an arrow whose row ends at `y`; label above it beside its source, number in a disc."""
        color, line, dash = pen
        start, end = self.x(ends[0]), self.x(ends[1])
        side = 1 if end > start else -1
        at = y - 9
        scene = self._scene
        disc = (start + side * (RADIUS + 5), at)
        gap = (*disc, RADIUS + 2) if number else None
        scene.add(Line(((start, at), (end - side * 1.5, at)), color, line, dash, _HEAD + line, gap, "_leg", open_head))
        if number:
            scene.add(Disc(*disc, RADIUS - 0.5, color, color))
            small = LABEL - 1 if len(number) < 3 else LABEL - 3.5
            scene.add(Words(*disc, number, small, scene.theme.on_fill, True, "center", "center"))
        text = wrapped(label, LABEL, self._room)
        near = min(start, start + side * self.gap)  # the left edge of the stretch beside the source
        x = near + (2 * RADIUS + 9 if side > 0 else 20)
        scene.add(Words(x, at - 4, text, LABEL, ink or scene.theme.ink, False, "left", "bottom"))

    @property
    def _room(self) -> float:
        return self.gap - 2 * RADIUS - 30
