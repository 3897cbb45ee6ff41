"""One call of a page: verdict, picture, legs, findings, what was assumed, and the messages that prove it."""

from collections.abc import Sequence

from sipbreakout_model import LegMatch, Party
from sipbreakout_tui.report.call_pictures import untitled_svg
from sipbreakout_tui.report.inline_svg import inline
from sipbreakout_tui.report.markup import Words, badge, counted, details, facts, ranges, seconds, table, utc
from sipbreakout_tui.report.redaction import Redaction
from sipbreakout_tui.report.severity import FINE, NOTABLE
from sipbreakout_tui.trace.call import PlacedLeg
from sipbreakout_tui.trace.diagnosis.diagnose import Diagnosis
from sipbreakout_tui.trace.diagnosis.finding import Finding, Remedy
from sipbreakout_tui.trace.diagnosis.matching import Pair, frames_of
from sipbreakout_tui.trace.handles import leg_handle
from sipbreakout_tui.trace.names import callee_name, caller_name
from sipbreakout_tui.trace.sip import SipMessage, shown

MOST_LEGS = 200
"""How many legs of later turns a page lists."""
MOST_MESSAGES = 40
"""How many messages of one call a page shows."""

_LEG_HEAD = ("", "leg", "INVITE", "how it ended", "UTC", "frames")
_PREDICTED = (
    "Predicted is what the registrations make of the call, once it is known what the TAS and the callee did. "
    "Only the first turn is drawn."
)
_TELLING = ("application/sdp", "message/sipfrag", None)
"""Kinds of bodies that a redaction can mask."""


def verdict_badge(verdict: str) -> str:
    """Return the verdict's id in the colour of how bad it is."""
    kind = "fine" if verdict in FINE else "notable" if verdict in NOTABLE else "trouble"
    return badge(verdict, kind)


def call_section(
    diagnosis: Diagnosis, words: Words, redaction: Redaction | None = None, around: Sequence[str] = ()
) -> str:
    """Return everything about one call as HTML.

    Args:
        diagnosis: The call.
        words: What texts go through.
        redaction: The same for the picture; None: nothing.
        around: Registrations of the numbers around the call, one line each.
    """
    seen, verdict = diagnosis.case.seen, diagnosis.verdict
    title = f"{words.name(caller_name(seen), 'nobody')} calls {words.name(callee_name(seen), 'an unknown number')}"
    parts = [
        f'<section class="call" id="call-{seen.number}"><h2><a href="#calls">Call {seen.number}</a> {title}</h2>',
        f'<p class="when">{utc(seen.at)} UTC · {words(seen.outcome)} · {_turns(diagnosis)}</p>',
        f'<p class="verdict">{verdict_badge(verdict.id)} {words(verdict.text)}. '
        f"{badge(str(diagnosis.confidence), 'confidence')}</p>",
        _remedy(diagnosis.remedy, words),
        f"<figure>{inline(untitled_svg(diagnosis, redaction), words.plain(verdict.text))}"
        f"<figcaption>{_PREDICTED}</figcaption></figure>",
        "<h3>Legs</h3>",
        _legs(diagnosis, words),
        _later_turns(diagnosis, words),
    ]
    others = [finding for finding in diagnosis.findings if finding is not verdict]
    if others:
        parts += ["<h3>Beside the verdict</h3>", *(_finding(diagnosis, finding, words) for finding in others)]
    parts += _list("Assumed", [words(text) for text in diagnosis.assumptions])
    parts += _list("Legs that may belong to it or to another call", _doubts(diagnosis, words))
    parts += _list("Registrations of its numbers around the call", [words(text) for text in around])
    return "".join([*parts, _evidence(diagnosis, words), "</section>"])


def _turns(diagnosis: Diagnosis) -> str:
    turns = len(diagnosis.case.seen.to_tas)
    return f"the TAS was rung {counted(turns, 'time')}" if turns else "the TAS was not rung"


def _remedy(remedy: Remedy | None, words: Words) -> str:
    if remedy is None:
        return ""
    command = "" if remedy.command is None else f"<br>{words.code(remedy.command)}"
    return f'<p class="fix"><b>Fix</b> ({words(remedy.owner)}): {words(remedy.text)}.{command}</p>'


def _finding(diagnosis: Diagnosis, finding: Finding, words: Words) -> str:
    frames = ranges(diagnosis.case.frame(row) for row in finding.rows)
    return (
        f"<p>{badge(finding.id, 'notable')} {words(finding.text)}{f' (evidence: {frames})' if frames else ''}.</p>"
        f"{_remedy(finding.remedy, words)}"
    )


def _list(title: str, items: Sequence[str]) -> list[str]:
    return [f"<h3>{title}</h3><ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>"] if items else []


def _doubts(diagnosis: Diagnosis, words: Words) -> list[str]:
    messages = diagnosis.case.messages
    return [
        f"frame {messages.frames[leg.row]}: {words(leg.source)} → {words(leg.target)}, "
        f"INVITE {words(leg.invite.called or 'without a number')}"
        for leg in diagnosis.case.seen.doubts
        if leg.row >= 0
    ]


def _legs(diagnosis: Diagnosis, words: Words) -> str:
    """Return the first turn's legs and the predicted ones that are missing, in the order of the picture."""
    rows = []
    number = 0
    for pair in diagnosis.case.pairs:
        if pair.seen is None:
            rows.append(_missing(pair, words))
        else:
            number += 1
            rows.append(_leg(diagnosis, pair.seen, number, words))
    heads = "".join(f"<th>{name}</th>" for name in _LEG_HEAD)
    return f'<div class="wide"><table class="legs"><thead><tr>{heads}</tr></thead>{"".join(rows)}</table></div>'


def _missing(pair: Pair, words: Words) -> str:
    leg = pair.predicted
    if leg is None:
        return ""
    why = "not visible from here" if pair.match is LegMatch.NOT_VISIBLE else "missing"
    return (
        f'<tbody class="missing"><tr><td>–</td><td>{leg.source} → {leg.target}</td><td>{words(leg.called)}</td>'
        f"<td>{badge(why, 'trouble' if why == 'missing' else 'notable')} predicted, not seen</td><td></td><td></td>"
        "</tr></tbody>"
    )


def _leg(diagnosis: Diagnosis, leg: PlacedLeg, number: int, words: Words) -> str:
    cells = "".join(f"<td>{cell}</td>" for cell in _leg_cells(diagnosis, leg, number, words))
    handle = f'<tr class="handle"><td></td><td colspan="5">{_handle(diagnosis, leg, words)}</td></tr>'
    return f"<tbody><tr>{cells}</tr>{handle}</tbody>"


def _leg_cells(diagnosis: Diagnosis, leg: PlacedLeg, number: int, words: Words) -> tuple[str, ...]:
    messages = diagnosis.case.messages
    file = ""
    if len(messages.sources) > 1 and leg.leg.row >= 0:
        file = f" of capture {messages[leg.leg.row].file + 1}"
    ended = "end not seen" if leg.end is None else str(leg.end)
    return (
        f"<b>{number}</b>",
        f"{leg.source} → {leg.target}",
        words(leg.called) if leg.called is not None else "no INVITE read",
        ended if leg.status is None else f"{ended} ({leg.status})",
        utc(leg.at, date=False),
        ranges(frames_of(leg, messages)) + file,
    )


def _handle(diagnosis: Diagnosis, leg: PlacedLeg, words: Words) -> str:
    handle = leg_handle(leg, diagnosis.case.messages)
    seen = leg.leg
    way = f"{words.code(seen.source)} → {words.code(seen.target)} {words(seen.transport)}"
    folded = [
        counted(count, word)
        for count, word in (
            (seen.retransmissions, "retransmission"),
            (seen.mirrored, "mirrored packet"),
            (seen.retries, "earlier attempt"),
        )
        if count
    ]
    agents = " → ".join(words(agent) for agent in (handle.agent, handle.answering_agent) if agent)
    released = "" if handle.released_by is None else f"{Party(handle.released_by)} with {handle.released_with}"
    return facts(
        (
            ("way", way),
            ("Call-ID", words.code(handle.call_id) if handle.call_id else ""),
            ("Session-ID", words.code(handle.session_id) if handle.session_id else "none" if handle.call_id else ""),
            ("icid", words.code(handle.icid) if handle.icid else ""),
            ("programs", agents),
            ("released by", released),
            ("rang for", "" if handle.ring_seconds is None else seconds(handle.ring_seconds)),
            ("Reason", "; ".join(map(words, handle.reason))),
            ("Warning", "; ".join(map(words, handle.warning))),
            ("connection", "; ".join(map(words, handle.trouble))),
            ("continues", _link(diagnosis, leg)),
            ("folded in", ", ".join(folded)),
        )
    )


def _link(diagnosis: Diagnosis, leg: PlacedLeg) -> str:
    if leg.before is None or not leg.evidence:
        return ""
    legs = diagnosis.case.seen.legs
    number = next((number for number, other in enumerate(legs, 1) if other is leg.before), 0)
    gap = ", a leg between them is not in the capture" if leg.gap else ""
    return f"leg {number} by {', '.join(map(str, leg.evidence))} ({leg.confidence}{gap})"


def _later_turns(diagnosis: Diagnosis, words: Words) -> str:
    later = [(turn, leg) for turn, legs in enumerate(diagnosis.case.seen.turns[1:], 2) for leg in legs]
    if not later:
        return ""
    rows = [(str(turn), *_leg_cells(diagnosis, leg, 0, words)[1:]) for turn, leg in later[:MOST_LEGS]]
    left = len(later) - MOST_LEGS
    more = f"<p>{counted(left, 'further leg')}: not listed here.</p>" if left > 0 else ""
    turns = len(diagnosis.case.seen.turns) - 1
    summary = f"{counted(turns, 'further turn')}, {counted(len(later), 'leg')}"
    return details(summary, table(("turn", *_LEG_HEAD[1:]), rows) + more)


def _evidence(diagnosis: Diagnosis, words: Words) -> str:
    """Return the messages that the findings stand on."""
    messages = diagnosis.case.messages
    rows = sorted({row for finding in diagnosis.findings for row in finding.rows if row >= 0})
    if not rows:
        return ""
    parts = [f"<h3>Evidence: {counted(len(rows), 'message')}</h3>"]
    for row in rows[:MOST_MESSAGES]:
        place = messages[row]
        message = SipMessage.parse(messages.raw(row))
        file = f" of capture {place.file + 1}" if len(messages.sources) > 1 else ""
        start = message.method or f"{message.status} {message.reason}"
        summary = (
            f"<b>Frame {place.frame}{file}</b> {utc(place.at, date=False)} {words(start)}, "
            f"{words.code(place.source)} → {words.code(place.target)} {words(place.transport)}"
        )
        problems = "".join(f"<li>{words(problem)}</li>" for problem in message.problems)
        body = f'<ul class="problems">{problems}</ul>' if problems else ""
        parts.append(details(summary, body + words.lines(_lines(message, words))))
    if len(rows) > MOST_MESSAGES:
        parts.append(f"<p>{counted(len(rows) - MOST_MESSAGES, 'further message')}: not shown here.</p>")
    return "".join(parts)


def _lines(message: SipMessage, words: Words) -> list[str]:
    lines = shown(message)
    if not words.masks or not message.body or message.content_type in _TELLING:
        return lines
    head = lines[: lines.index("")] if "" in lines else lines
    return [*head, "", f"({len(message.body)} bytes of {message.content_type}: left out, as names in it are not known)"]
