"""Words of traces that the text of one call and of many share; all safe to show."""

from collections.abc import Callable, Iterable, Sequence

from sipbreakout_model import Party
from sipbreakout_model.times import rfc3339
from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.services.sip_codes import status_words
from sipbreakout_tui.services.traces.opening import OpenedTrace
from sipbreakout_tui.trace.call import PlacedLeg, SeenCall
from sipbreakout_tui.trace.names import callee_name, caller_name, shown_name

Mask = Callable[[str], str]
"""Makes a captured text fit to be shown to others; counts and frames never go through it."""

_MOST_RANGES = 8


def unmasked(text: str) -> str:
    """Return the text as it is: the mask where nothing is hidden."""
    return text


def moment(at: float) -> str | None:
    """Return a moment as RFC 3339 in UTC with milliseconds; None where a damaged capture has none that exists."""
    try:
        return rfc3339(at)
    except (OverflowError, ValueError, OSError):
        return None


def moment_words(at: float) -> str:
    """Return a moment as `moment` does, or that it is none."""
    return moment(at) or "a time that does not exist"


def frame_words(frames: Iterable[int], most: int = _MOST_RANGES) -> str:
    """Return frames as `1–2, 13, 15`; with more than `most` ranges, the first of them and the count."""
    ranges: list[list[int]] = []
    for frame in sorted(set(frames)):
        if ranges and frame == ranges[-1][1] + 1:
            ranges[-1][1] = frame
        else:
            ranges.append([frame, frame])
    texts = [str(low) if low == high else f"{low}–{high}" for low, high in ranges[:most]]
    if len(ranges) > most:
        texts.append(f"… {ranges[-1][1]}")
    return ", ".join(texts)


def end_words(leg: PlacedLeg) -> str:
    """Return how a leg ended."""
    status = leg.status
    if status is not None:
        return status_words(status)
    troubles = dict.fromkeys(_trouble(leg))
    if troubles:
        return ", ".join(troubles)
    return "end not seen" if leg.leg.heard else "no response"


def _trouble(leg: PlacedLeg) -> Iterable[str]:
    for event in leg.leg.events:
        words = f"connection {event.trouble.value.replace('_', ' ')}"
        yield f"{words}: {visible(event.detail)}" if event.detail else words


def who_calls_whom(seen: SeenCall, mask: Mask = unmasked) -> str:
    """Return the two numbers, or the addresses of those who have none."""
    caller = shown_name(caller_name(seen), "nobody", mask)
    return f"{caller} calls {shown_name(callee_name(seen), 'no readable number', mask)}"


def party_word(party: Party) -> str:
    """Return a party in one word."""
    return "other" if party is Party.OTHER else str(party)


def counted(count: int, what: str) -> str:
    """Return a count with its noun, such as `2 turns`."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return lines in columns as wide as their widest value, the header first."""
    cells = [header, *rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return ["  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]


def source_lines(opened: OpenedTrace, mask: Mask) -> list[str]:
    """Return what the captures are: who is who and how that is known, what could not be read, and notes."""
    trace = opened.trace
    names = ", ".join(f"{mask(capture.name)} ({capture.decoder})" for capture in opened.captures)
    lines = [
        f"Read:  {names}: {counted(opened.frames, 'frame')}, {counted(len(trace.messages), 'SIP message')}",
        f"Parties:  {mask(visible(str(trace.parties)))}",
        f"Registrations:  {mask(opened.known_from)}",
    ]
    left = []
    if trace.assembled.strays:
        left.append(f"{counted(trace.assembled.strays, 'message')} of calls that began before the capture")
    if trace.elsewhere:
        left.append(
            f"{counted(trace.elsewhere, 'call')} that never touch{'es' if trace.elsewhere == 1 else ''} the core"
        )
    left += [f"{count} {mask(visible(method))}" for method, count in trace.assembled.other.most_common()]
    if left:
        lines.append(f"Left out:  {', '.join(left)}")
    if trace.unread:
        lines.append(f"Not read:  {unread_words(opened)}")
    return lines + [f"Note:  {note}" for note in opened.notes]


def unread_words(opened: OpenedTrace) -> str:
    """Return how many packets could not be read, and why; empty where all could."""
    unread = opened.trace.unread
    if not unread:
        return ""
    reasons = ", ".join(f"{count} {visible(reason)}" for reason, count in unread.most_common())
    return f"{counted(unread.total(), 'packet')}: {reasons}"
