"""The pieces of a leg picture: lanes between the core and a party, and the parties' boxes."""

from dataclasses import dataclass, field

from sipbreakout_model import LegEnd, Party
from sipbreakout_tui.diagram.figure.lettering import height_of, joined, width_of, wrapped
from sipbreakout_tui.diagram.figure.style import DASHED, DOTTED, LABEL, NOTE, Dash, Theme
from sipbreakout_tui.diagram.figure.words import invite_on, missed, notes_on
from sipbreakout_tui.diagram.words import Link

ROOM = 256.0
"""Points across for a leg's notes and for an address: the longest number fits into one line."""
RADIUS = 10.5
"""Of the disc with a leg's number."""
HEAD = 13.0
"""Length of an arrowhead."""

_LABEL_ROOM = 318.0
"""The same for the INVITE."""
BETWEEN = 1.5
"""Points between two lines in a box."""

_PAD = 15.0
_WORDS = {"+": "gained", "−": "lost"}


@dataclass(slots=True)
class Lane:
    """A leg's straight way between the core and another party."""

    link: Link
    mark: str = ""
    """`+` for a leg gained, `−` for one lost."""
    at: float = 0.0
    """Its x under the core, its y beside it."""
    label: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        """Letter it."""
        link = self.link
        if link.leg is None:
            self.note = wrapped(missed(link), NOTE, ROOM)
            return
        self.label = wrapped(invite_on(link), LABEL, _LABEL_ROOM)
        notes = notes_on(link)
        self.note = joined([_WORDS[self.mark], *notes] if self.mark else notes, NOTE, ROOM)

    @property
    def made(self) -> bool:
        """Whether the leg is there."""
        return self.link.leg is not None

    @property
    def party(self) -> str:
        """Who is at the end that is not the core."""
        return self.link.target if self.link.source == Party.CORE.value else self.link.source

    @property
    def number(self) -> str:
        """What stands in its disc."""
        return f"{self.mark}{'–' if self.link.number is None else self.link.number}"

    @property
    def room(self) -> float:
        """How wide its text is."""
        return max(width_of(self.label, LABEL), width_of(self.note, NOTE))

    @property
    def above(self) -> float:
        """How high its label is."""
        return height_of(self.label, LABEL) if self.label else 0.0

    @property
    def below(self) -> float:
        """How high its note is."""
        return height_of(self.note, NOTE) if self.note else 0.0

    def pen(self, theme: Theme) -> tuple[str, float, Dash]:
        """Return colour, width and dash of its line."""
        leg = self.link.leg
        if leg is None:
            return theme.muted, 1.6, DOTTED
        if self.mark:
            return (theme.good, 4.6, None) if self.mark == "+" else (theme.loop, 3.0, DASHED)
        if self.link.looped:
            return theme.loop, 4.6, None
        if leg.end in (LegEnd.ANSWERED, LegEnd.LOOPED):
            return theme.leg, 2.4, None
        return theme.tried, 2.0, DASHED


@dataclass(slots=True)
class Place:
    """A party's box and the lanes that end there."""

    party: Party
    lines: list[tuple[str, float, str, bool]]
    """Text, size, colour, whether bold."""
    edge: str
    line: float
    dash: Dash
    lanes: list[Lane] = field(default_factory=list)
    x: float = 0.0
    y: float = 0.0
    width: float = 0.0
    height: float = 0.0

    def measure(self) -> None:
        """Make the box as large as its text."""
        self.width = max(132.0, *(width_of(text, size, bold) + 2 * _PAD for text, size, _, bold in self.lines))
        self.height = max(58.0, self.text_height + 2 * 10)

    @property
    def text_height(self) -> float:
        """How high its text is, `BETWEEN` points after each line counted in."""
        return sum(height_of(text, size) + BETWEEN for text, size, _, _ in self.lines)

    @property
    def middle(self) -> float:
        """The x of its centre."""
        return self.x + self.width / 2
