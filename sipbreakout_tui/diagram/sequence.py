"""The legs of a call as text: parties as columns, one row a leg."""

from collections.abc import Iterator

from sipbreakout_model import CallFlow, LegEnd, Party

_ORDER = (Party.CALLER, Party.CORE, Party.TAS, Party.CALLEE, Party.OTHER)


def leg_sequence(flow: CallFlow) -> Iterator[str]:
    """Yield the lines of the picture: made legs solid, absent legs dotted, a loop bracketed on the right.

    An absent leg to a second TAS is left out; `explain` names it.
    """
    rings_tas = any(leg.target is Party.TAS for leg in flow.legs)
    absent = [leg for leg in flow.absent if leg.number is not None or not rings_tas]
    there = {party for leg in flow.legs for party in (leg.source, leg.target)}
    there |= {party for missing in absent for party in (missing.source, missing.target)}
    parties = [party for party in _ORDER if party in there]
    labels = [f"{leg.number} {leg.called}" for leg in flow.legs]
    gap = max(map(len, labels)) + 6
    at = {party: 4 + index * gap for index, party in enumerate(parties)}
    yield _placed({at[party] - len(str(party)) // 2: str(party) for party in parties})
    lines = dict.fromkeys(at.values(), "│")
    loop = flow.loop
    for leg, label in zip(flow.legs, labels, strict=True):
        row = _placed({**lines, **_arrow(at[leg.source], at[leg.target], label, "─", "◂▸")}, at[parties[-1]] + 2)
        if loop is None or not loop.first_leg <= leg.number <= loop.last_leg:
            ended_well = leg.end in (LegEnd.ANSWERED, LegEnd.LOOPED)
            yield row.rstrip() if ended_well else f"{row} {leg.end} ({leg.status})"
        elif leg.number == loop.first_leg:
            yield f"{row}◂─┐"
        elif leg.number == loop.last_leg:
            turns = "without end" if loop.turns is None else f"× {loop.turns}, then {loop.ended_by}"
            yield f"{row}──┘ {turns}"
        else:
            yield f"{row}  │"
    for missing in absent:
        label = "no leg" if missing.number is None else f"no leg {missing.number}"
        yield _placed({**lines, **_arrow(at[missing.source], at[missing.target], label, "┈", "◃▹")})


def _arrow(start: int, stop: int, label: str, line: str, heads: str) -> dict[int, str]:
    """Return the text between two columns, keyed by the column it starts in."""
    left, right = min(start, stop), max(start, stop)
    body = f" {label} ".center(right - left - 2, line)
    return {left + 1: f"{body}{heads[1]}" if start < stop else f"{heads[0]}{body}"}


def _placed(texts: dict[int, str], width: int = 0) -> str:
    """Return one line with every text at its column; longer texts win over what they cover."""
    cells = [" "] * max(width, *(column + len(text) for column, text in texts.items()))
    for column, text in sorted(texts.items(), key=lambda item: len(item[1])):
        cells[column : column + len(text)] = text
    return "".join(cells)
