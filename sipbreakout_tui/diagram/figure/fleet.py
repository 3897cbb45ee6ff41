"""Who is registered where: registrations grouped by TAS and route type, with how long they live."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sipbreakout_model import Lease, RegistrationBook, RouteType
from sipbreakout_model.sentences import duration
from sipbreakout_model.times import rfc3339
from sipbreakout_tui.diagram.figure.items import Box, Squares, Words
from sipbreakout_tui.diagram.figure.lettering import drawable, height_of, width_of, wrapped
from sipbreakout_tui.diagram.figure.scene import Scene, headed
from sipbreakout_tui.diagram.figure.style import LABEL, NOTE, ROLE, Theme, ThemeName, theme_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WIDTH = 900.0
_PAD = 16.0
_FACTS = 172.0
"""Width of the column that names route type and count."""
_SIDE, _STEP = 7.4, 9.6
_NAMED = 150
"""Up to how many registrations are named one by one."""
_CARDS = 24
"""How many TASes have a card of their own."""
_SQUARES = 2400
"""How many squares a picture has about; beyond, one stands for several registrations."""

_SHORT, _MIDDLE = 600.0, 1800.0


@dataclass(frozen=True, slots=True)
class _Look:
    """How a square shows a life."""

    words: str
    edge: str
    fill: str


def draw_fleet(book: RegistrationBook, at: float, ax: "Axes | None" = None, *, theme: ThemeName = "light") -> "Axes":
    """Draw who is registered where at a moment, and return the Axes.

    One card a TAS, one row a route type; small groups name every number and its life, large ones show a square
    for each registration.

    Args:
        book: The leases; those not in force are counted only.
        at: Unix time in seconds.
        ax: Where to draw; None makes a new figure of just the right size, without pyplot.
        theme: light or dark.
    """
    colors = theme_of(theme)
    active = [lease for lease in book if lease.active_at(at)]
    groups: dict[str, dict[RouteType, list[Lease]]] = defaultdict(lambda: defaultdict(list))
    for lease in sorted(active, key=lambda lease: _life(lease, at), reverse=True):
        groups[str(lease.registration.sip_uri).lower()][lease.registration.route_type].append(lease)
    cards = sorted(groups.items(), key=lambda card: (-_size(card[1]), card[0]))
    body = Scene(colors)
    each = 0 if len(active) <= _NAMED else math.ceil(len(active) / _SQUARES)
    timeless = any(lease.accepted_at is None for lease in active)
    y = _add_legend(body, _looks(colors)[: 4 if timeless else 3], each)
    for name, types in cards[:_CARDS]:
        y = _add_card(body, y, name, types, at, each)
    if rest := cards[_CARDS:]:
        merged: dict[RouteType, list[Lease]] = defaultdict(list)
        for _, types in rest:
            for kind, leases in types.items():
                merged[kind] += leases
        y = _add_card(body, y, f"{len(rest):,} further TASes", merged, at, each)
    body.grow(_WIDTH, y - 12)
    places = "1 TAS" if len(groups) == 1 else f"{len(groups):,} TASes"
    title = f"{_counted(len(active))} at {places}" if active else "No registration in force"
    gone = len(book) - len(active)
    ignored = f"; {_counted(gone)} not in force left out" if gone else ""
    return headed(body, title, f"At {rfc3339(at)}{ignored}.", _WIDTH).draw(ax)


def _counted(count: int) -> str:
    return f"{count:,} registration{'' if count == 1 else 's'}" if count else "No registration"


def _size(types: dict[RouteType, list[Lease]]) -> int:
    return sum(map(len, types.values()))


def _life(lease: Lease, at: float) -> float:
    remaining = lease.remaining(at)
    return math.inf if remaining is None else remaining


def _looks(theme: Theme) -> tuple[_Look, ...]:
    """Return the looks from long life to short, the last for lives nobody knows."""
    return (
        _Look("30 min and more to live", theme.leg, theme.leg),
        _Look("10 to 30 min", theme.leg, theme.rule),
        _Look("under 10 min", theme.loop, theme.paper),
        _Look("time not given", theme.muted, theme.muted),
    )


def _look_of(lease: Lease, at: float, looks: tuple[_Look, ...]) -> _Look:
    remaining = lease.remaining(at)
    if remaining is None:
        return looks[3]
    return looks[0] if remaining >= _MIDDLE else looks[1] if remaining >= _SHORT else looks[2]


def _add_legend(scene: Scene, looks: tuple[_Look, ...], each: int) -> float:
    x = 0.0
    for look in looks:
        scene.add(Squares(((x, 2.5),), _SIDE + 1, look.edge, look.fill))
        scene.add(Words(x + _SIDE + 8, 0, look.words, NOTE, scene.theme.ink))
        x += _SIDE + 8 + width_of(look.words, NOTE) + 24
    if each > 1:
        scene.add(Words(x, 0, f"one square: {each} registrations", NOTE, scene.theme.muted))
    return height_of("", NOTE) + 14


def _add_card(scene: Scene, top: float, name: str, types: dict[RouteType, list[Lease]], at: float, each: int) -> float:
    """Add a TAS; return where the next card starts. For `each` registrations a square; for 0 names, not squares."""
    inner = Scene(scene.theme)
    count = f"{_size(types):,}"
    title = wrapped(name, ROLE, _WIDTH - 2 * _PAD - width_of(count, ROLE, True) - 30, True)
    inner.add(Words(_PAD, 12, title, ROLE, scene.theme.tas, True))
    inner.add(Words(_WIDTH - _PAD, 12, count, ROLE, scene.theme.ink, True, "right"))
    y = 12 + height_of(title, ROLE) + 8
    for kind in RouteType:
        if leases := types.get(kind):
            y = _add_row(inner, y, kind, leases, at, each) + 8
    scene.add(Box(0, top, _WIDTH, y + 4, scene.theme.rule, scene.theme.panel, 1.2))
    scene.put(inner, 0, top)
    return top + y + 4 + 12


def _add_row(scene: Scene, y: float, kind: RouteType, leases: Sequence[Lease], at: float, each: int) -> float:
    theme = scene.theme
    scene.add(Words(_PAD, y, kind.name, LABEL, theme.ink, True))
    scene.add(Words(_PAD + _FACTS - 40, y, f"{len(leases):,}", LABEL, theme.ink, False, "right"))
    below = y + height_of("", LABEL)
    if not each:
        return max(below, _add_names(scene, y, leases, at))
    last = leases[-1].remaining(at)
    if last is not None:
        words = f"first ends in {duration(last)}"
        scene.add(Words(_PAD, below, words, NOTE - 1, theme.muted))
        below += height_of(words, NOTE - 1)
    return max(below, _add_squares(scene, y + 3, leases[::each], at))


def _add_names(scene: Scene, y: float, leases: Sequence[Lease], at: float) -> float:
    """Name every number with its life, in as many columns as fit."""
    looks = _looks(scene.theme)
    texts = []
    for lease in leases:
        remaining = lease.remaining(at)
        texts.append(f"{lease.registration.number}  {'' if remaining is None else duration(remaining)}".strip())
    cell = max(width_of(drawable(text), NOTE) for text in texts) + _SIDE + 7 + 22
    columns = max(1, int((_WIDTH - 2 * _PAD - _FACTS + 22) / cell))
    high = height_of("", NOTE) + 2
    for index, (lease, text) in enumerate(zip(leases, texts, strict=True)):
        row, column = divmod(index, columns)
        x, line = _PAD + _FACTS + column * cell, y + row * high
        look = _look_of(lease, at, looks)
        scene.add(Squares(((x, line + 3.5),), _SIDE, look.edge, look.fill))
        scene.add(Words(x + _SIDE + 7, line, drawable(text), NOTE, scene.theme.ink))
    return y + math.ceil(len(leases) / columns) * high


def _add_squares(scene: Scene, y: float, leases: Sequence[Lease], at: float) -> float:
    """Show a square for each lease, from long life to short."""
    looks = _looks(scene.theme)
    columns = int((_WIDTH - 2 * _PAD - _FACTS) / _STEP)
    corners: dict[_Look, list[tuple[float, float]]] = defaultdict(list)
    for index, lease in enumerate(leases):
        row, column = divmod(index, columns)
        corners[_look_of(lease, at, looks)].append((_PAD + _FACTS + column * _STEP, y + row * _STEP))
    for look, places in corners.items():
        scene.add(Squares(tuple(places), _SIDE, look.edge, look.fill))
    return y + math.ceil(len(leases) / columns) * _STEP
