"""A diagnosed call as a picture: observed legs beside predicted ones, or a sequence of what was seen."""

import io
from collections.abc import Callable
from dataclasses import replace

from sipbreakout_model import AlignedLeg, Alignment, LegMatch, Party
from sipbreakout_tui.diagram.figure import draw_alignment, save
from sipbreakout_tui.diagram.figure.style import ThemeName
from sipbreakout_tui.diagram.mermaid import escaped
from sipbreakout_tui.diagram.words import status_words
from sipbreakout_tui.report.redaction import Redaction
from sipbreakout_tui.trace.call import PlacedLeg
from sipbreakout_tui.trace.diagnosis.diagnose import Diagnosis
from sipbreakout_tui.trace.diagnosis.matching import Pair

_ORDER = (Party.CALLER, Party.CORE, Party.TAS, Party.CALLEE, Party.OTHER)


def diagnosis_svg(diagnosis: Diagnosis, redaction: Redaction | None = None, theme: ThemeName = "light") -> str:
    """Return the first turn's legs beside the predicted ones as an SVG file; the same call gives the same text.

    Args:
        diagnosis: The call.
        redaction: What numbers and names go through; None: nothing.
        theme: light or dark.
    """
    alignment = _masked(diagnosis, redaction)
    seen, rung = diagnosis.case.seen, alignment.turns_observed
    title = f"Call {seen.number}: {diagnosis.verdict.id}"
    if seen.loops:
        title = f"{title}, looped: {len(seen.turns)} turns"
    elif rung > 1:
        title = f"{title}, the TAS was rung {rung} times"
    return _drawn(alignment, title, theme)


def untitled_svg(diagnosis: Diagnosis, redaction: Redaction | None = None, theme: ThemeName = "light") -> str:
    """Return the same picture without title and verdict, for a page that has them in its own words."""
    return _drawn(replace(_masked(diagnosis, redaction), verdict=""), "", theme)


def _drawn(alignment: Alignment, title: str, theme: ThemeName) -> str:
    buffer = io.BytesIO()
    save(draw_alignment(alignment, theme=theme, title=title), buffer, "svg")
    return buffer.getvalue().decode("utf-8")


def diagnosis_mermaid(diagnosis: Diagnosis, redaction: Redaction | None = None) -> str:
    """Return the call's first turn as a Mermaid `sequenceDiagram`, the last line ended.

    Solid arrows are INVITEs, with a cross where nothing came back; dashed ones say how a leg ended. What repeats stands
    in a `loop` block; notes tell which predicted legs are missing, and the verdict.

    Args:
        diagnosis: The call.
        redaction: What texts go through; None: nothing.
    """
    mask = _mask(diagnosis, redaction)
    seen, verdict = diagnosis.case.seen, diagnosis.verdict
    pairs = diagnosis.case.pairs
    legs = seen.first_turn
    addresses = _addresses(legs)
    there = {party for leg in legs for party in (leg.source, leg.target)}
    there |= {party for pair in pairs if pair.predicted for party in (pair.predicted.source, pair.predicted.target)}
    parties = [party for party in _ORDER if party in there]

    def words(text: str) -> str:
        return escaped(mask(text))

    lines = ["sequenceDiagram", f"    title {words(f'Call {seen.number}: {verdict.id}')}"]
    for party in parties:
        address = addresses.get(party)
        lines.append(f"    participant {party.value} as {party}{f'<br/>{words(address)}' if address else ''}")
    lines += _arrows(diagnosis, words)
    for pair in pairs:
        if pair.seen is None and pair.predicted is not None:
            ends = _over(parties, pair.predicted.source, pair.predicted.target)
            lines.append(f"    Note over {ends}: {words(_missing(pair))}")
    over = _over(parties, parties[0], parties[-1])
    lines.append(f"    Note over {over}: {words(f'{verdict.id} ({diagnosis.confidence}): {verdict.text}')}")
    return "\n".join([*lines, ""])


def _arrows(diagnosis: Diagnosis, words: Callable[[str], str]) -> list[str]:
    """Return INVITEs and ends by time; ends at one moment come back in the order opposite to that of the INVITEs."""
    seen, case = diagnosis.case.seen, diagnosis.case
    arrows: list[tuple[float, int, list[str]]] = []
    turning = [number for number, leg in enumerate(seen.first_turn, 1) if seen.loops and leg.to_tas][:1]
    last, at = len(seen.first_turn), 0.0
    for number, leg in enumerate(seen.first_turn, 1):
        at = max(at, leg.at)  # in the order of the legs, whatever the clocks of two captures say
        head = "-x" if not leg.leg.heard and leg.status is None else "->>"
        called = "no INVITE read" if leg.called is None else f"INVITE {leg.called}"
        frame = f" · frame {case.invite_frame(leg)}" if leg.leg.row >= 0 else ""
        line = f"{leg.source.value}{head}{leg.target.value}: {words(f'{number} {called}{frame}')}"
        begins = [f"loop {words(f'{len(seen.to_tas)} turns')}"] if [number] == turning else []
        arrows.append((at, 0, [*begins, line, *(["end"] if turning and number == last else [])]))
        if leg.status is not None:
            text = words(f"{number} {status_words(leg.status)}")
            ended = max(at, leg.leg.final_at or at)
            arrows.append((ended, last + 1 - number, [f"{leg.target.value}-->>{leg.source.value}: {text}"]))
    indent, lines = "    ", []
    for line in (line for *_, group in sorted(arrows, key=lambda arrow: arrow[:2]) for line in group):
        indent = "    " if line == "end" else indent
        lines.append(indent + line)
        indent = "        " if line.startswith("loop ") else indent
    return lines


def _addresses(legs: tuple[PlacedLeg, ...]) -> dict[Party, str]:
    """Return the first address seen of each party."""
    found: dict[Party, str] = {}
    for leg in legs:
        found.setdefault(leg.source, leg.leg.source.address)
        found.setdefault(leg.target, leg.leg.target.address)
    return found


def _over(parties: list[Party], one: Party, other: Party) -> str:
    first, last = sorted((one, other), key=parties.index)
    return first.value if first is last else f"{first.value},{last.value}"


def _missing(pair: Pair) -> str:
    leg = pair.predicted
    word = "not visible here" if pair.match is LegMatch.NOT_VISIBLE else "missing"
    return "" if leg is None else f"{word}: leg {leg.number} {leg.source} → {leg.target}, INVITE {leg.called}"


def _mask(diagnosis: Diagnosis, redaction: Redaction | None) -> Callable[[str], str]:
    if redaction is None:
        return str
    redaction.expect([diagnosis])
    return redaction.text


def _masked(diagnosis: Diagnosis, redaction: Redaction | None) -> Alignment:
    alignment = diagnosis.alignment
    if redaction is None:
        return alignment
    mask = _mask(diagnosis, redaction)
    legs = tuple(_masked_leg(leg, mask) for leg in alignment.legs)
    return replace(alignment, legs=legs, verdict=mask(alignment.verdict))


def _masked_leg(pair: AlignedLeg, mask: Callable[[str], str]) -> AlignedLeg:
    observed, predicted = pair.observed, pair.predicted
    if observed is not None and observed.called is not None:
        observed = replace(observed, called=mask(observed.called))
    if predicted is not None:
        predicted = replace(predicted, called=mask(predicted.called))
    return AlignedLeg(pair.match, observed, predicted)
