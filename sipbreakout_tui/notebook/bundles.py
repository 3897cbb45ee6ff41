"""What one value of the model shows in a notebook: an SVG picture and HTML tables, or plain text."""

from collections.abc import Iterable
from typing import Literal

from sipbreakout_model import E164, CallFlow, Difference, Fix, Hazard, Leg
from sipbreakout_model.explanation import outcome_sentence
from sipbreakout_model.sentences import duration
from sipbreakout_tui.notebook import html
from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.services.calls.flow_text import flow_lines, flow_title
from sipbreakout_tui.services.hazards.text import SHOWN_NUMBERS

Bundle = dict[str, str]
"""A MIME type and its text, for each way to show a value."""

Theme = Literal["light", "dark"]

_LEG_HEADER = ("leg", "from", "to", "INVITE", "starts after", "ends", "rule", "because of")
_STEP_HEADER = ("rule", "")


def flow_bundle(flow: CallFlow, theme: Theme = "light", fix: Fix | None = None) -> Bundle:
    """Return the leg diagram, and tables of legs, reasons, absent legs and assumptions; a fix where there is one."""
    from sipbreakout_tui.diagram.text import leg_diagram

    title, *explanation = flow_lines(flow, fix, utc=True)
    lines = [title, *map(str, leg_diagram(flow)), *explanation]
    return bundle_of(lines, flow_html(flow, fix), _drawn_flow(flow, theme), title)


def flow_html(flow: CallFlow, fix: Fix | None = None) -> str:
    """Return the outcome and the tables of a flow, without its picture."""
    return "".join(
        (
            html.paragraph(f"Outcome: {outcome_sentence(flow)}", strong=True),
            "" if fix is None else fix_html(fix),
            html.table(_LEG_HEADER, map(_leg_row, flow.legs), "Legs"),
            html.table(_STEP_HEADER, ((step.rule, step) for step in flow.steps), "Why"),
            html.table(_STEP_HEADER, ((leg.reason.rule, leg) for leg in flow.absent), "Not there"),
            html.table(_STEP_HEADER, ((step.rule, step) for step in flow.assumptions), "Assumed"),
        )
    )


def fix_bundle(fix: Fix, theme: Theme = "light") -> Bundle:
    """Return the change in words, and the leg diagram of the call after it."""
    lines = [str(fix), f"Then: {fix.flow.outcome}"]
    return bundle_of(
        lines, fix_html(fix), _drawn_flow(fix.flow, theme), f"After the fix: {flow_title(fix.flow, utc=True)}"
    )


def fix_html(fix: Fix) -> str:
    """Return a fix as a table."""
    rows = (
        ("what to do", fix.text),
        ("who can do it", fix.owner.value.replace("_", " ")),
        ("the call then", outcome_sentence(fix.flow)),
        ("other calls", fix.affects),
    )
    return html.table(("fix", ""), rows)


def difference_bundle(change: Difference) -> Bundle:
    """Return the tables of a difference; a picture needs both flows, and `compare` has them."""
    return bundle_of(str(change).splitlines(), difference_html(change), None, "")


def difference_html(change: Difference) -> str:
    """Return the outcomes, the legs gained and lost, and why."""
    if not change:
        return html.paragraph("no difference")
    legs = [("gained +", leg) for leg in change.gained] + [("lost −", leg) for leg in change.lost]
    reasons = [("because", step) for step in change.why] + [("no more", step) for step in change.no_longer]
    outcome = f"{change.before} → {change.after}" if change.outcome_changed else f"still {change.after}"
    return "".join(
        (
            html.paragraph(f"Outcome: {outcome}", strong=True),
            html.table(("", *_LEG_HEADER), ((sign, *_leg_row(leg)) for sign, leg in legs), "Legs"),
            html.table(("", "rule", ""), ((word, step.rule, step) for word, step in reasons), "Why"),
        )
    )


def hazard_bundle(hazard: Hazard) -> Bundle:
    """Return one hazard as a table."""
    lines = [f"{hazard.severity}: {hazard.text}", f"Fix: {hazard.fix}"]
    return bundle_of(lines, hazard_table([hazard]), None, "")


def bundle_of(lines: Iterable[str], body: str, picture: str | None, alternative: str) -> Bundle:
    """Return the ways to show a value: lines, tables, and where there is one a picture with its alternative."""
    shown = {"text/plain": "\n".join(map(visible, lines))}
    if picture is None:
        return {**shown, "text/html": body}
    return {**shown, "text/html": html.image(picture, alternative) + body, "image/svg+xml": picture}


def _drawn_flow(flow: CallFlow, theme: Theme) -> str:
    from sipbreakout_tui.diagram.figure import draw_legs

    return html.svg(draw_legs(flow, theme=theme))


def _leg_row(leg: Leg) -> tuple[object, ...]:
    registration = leg.registration
    return (
        leg.number,
        leg.source,
        leg.target,
        leg.called,
        duration(leg.starts_after),
        leg.end if leg.status is None else f"{leg.end} ({leg.status})",
        leg.rule,
        "–" if registration is None else f"{registration.route_type} of {registration.number}",
    )


def hazard_table(found: Iterable[Hazard]) -> str:
    """Return hazards as a table, one a row."""
    header = ("severity", "kind", "numbers", "what", "fix")
    rows = ((hazard.severity, hazard.id, _some(hazard.numbers), hazard.text, hazard.fix) for hazard in found)
    return html.table(header, rows)


def _some(numbers: tuple[E164, ...]) -> str:
    shown = ", ".join(map(str, numbers[:SHOWN_NUMBERS]))
    left = len(numbers) - SHOWN_NUMBERS
    return f"{shown} and {left} more" if left > 0 else shown
