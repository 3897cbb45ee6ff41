"""The lines above the calls: what was read, how far the reading is, who is who."""

from typing import TYPE_CHECKING

from textual.content import Content
from textual.widget import Widget

from sipbreakout_tui.tui.words import bar

if TYPE_CHECKING:
    from sipbreakout_tui.services.traces.call_rows import CallList
    from sipbreakout_tui.services.traces.reading import TraceWork

_BAR = 20
_COLOURS = {"bad": "$error", "warn": "$warning", "good": "$success"}
_Part = tuple[str, str]


class AboutTrace(Widget):
    """Two lines; while something is read, the first says how far it is."""

    DEFAULT_CSS = """
    AboutTrace { height: 2; padding: 0 1; background: $surface; color: $foreground; }
    """

    def __init__(self) -> None:
        """Start with nothing read."""
        super().__init__()
        self._calls: CallList | None = None
        self._work: TraceWork | None = None

    def show(self, calls: "CallList | None", work: "TraceWork | None") -> None:
        """Show what is open, and what goes on."""
        self._calls, self._work = calls, work
        self.refresh()

    def render(self) -> Content:
        """Return both lines."""
        first = self._going_on(self._work) if self._work is not None else self._counts()
        width = max(self.size.width, 1)
        lines = [Content.assemble(*first), Content.assemble(*self._parties())]
        return Content("\n").join(
            line.truncate(width, ellipsis=True) if line.cell_length > width else line for line in lines
        )

    def _going_on(self, work: "TraceWork") -> list[_Part]:
        if not work.reads:
            ends = "esc leaves it" if self._calls is not None else "esc gives it up"
            return [("◌ ", "$warning"), ("diagnosing ", "bold"), (work.title, ""), (f"   {ends}", "$secondary")]
        parts: list[_Part] = [("◌ ", "$warning"), ("reading ", "bold"), (work.title, "")]
        if work.total:
            part = work.done / work.total
            mega = f"{work.done / 1e6:.1f} of {work.total / 1e6:.1f} MB"
            parts += [("  ", ""), (bar(part, _BAR), "$primary"), (f" {part:4.0%}  {mega}", "")]
        return [*parts, ("   esc stops and shows what was read", "$secondary")]

    def _counts(self) -> list[_Part]:
        from sipbreakout_tui.services.traces.call_rows import grade

        calls = self._calls
        if calls is None:
            return [("no capture is open", "$secondary")]
        names = ", ".join(capture.name for capture in calls.opened.captures)
        count = len(calls.rows)
        parts: list[_Part] = [(names, "bold"), (f"   {_spaced(count)} call{'s' if count != 1 else ''}", "")]
        for position, (verdict, many) in enumerate(calls.verdicts()):
            look = grade(verdict)
            parts += [(": " if not position else "  ", ""), (f"{_spaced(many)} ", "")]
            parts.append((f"{look.glyph} {verdict}", _COLOURS[look.kind]))
        return parts

    def _parties(self) -> list[_Part]:
        calls = self._calls
        if calls is None:
            return [("o opens a pcap, a pcapng or a text log of SIP", "$secondary")]
        opened = calls.opened
        parties = opened.trace.parties
        parts: list[_Part] = [("core ", "$secondary"), (_named(parties.core), "")]
        if parties.core_known is not parties.tas_known:
            parts.append((f" ({parties.core_known})", "$secondary"))
        parts += [("  TAS ", "$secondary"), (_named(parties.tas), ""), (f" ({parties.tas_known})", "$secondary")]
        parts += [("   held against registrations ", "$secondary"), (opened.known_from, "")]
        notes = len(opened.notes) + bool(opened.trace.unread)
        if notes:
            parts.insert(0, (f"◐ {notes} note{'s' if notes > 1 else ''}: i  ", "$warning"))
        return parts


def _named(addresses: frozenset[str]) -> str:
    return (", ".join(sorted(addresses)[:3]) or "none seen") + (", …" if len(addresses) > 3 else "")


def _spaced(count: int) -> str:
    return f"{count:,}".replace(",", " ")
